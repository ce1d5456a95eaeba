#include "base/json.h"
#include "catalog/store/sqlite_runs_internal.h"

namespace tarn::catalog {
namespace {

std::string TextOf(const std::vector<std::string>& uris) {
  Json array = Json::MakeArray();
  for (const std::string& uri : uris) array.Push(uri);
  return array.Dump();
}

Result<DerivedRun> ToRun(const RunRow& row) {
  const auto rejects = Json::Parse(row.rejects);
  if (!rejects || !rejects->is_array()) {
    return Fail(ErrorKind::kCorrupt, "the record of partition '{}': its rejects are no list",
                row.partition);
  }
  DerivedRun run{row.partition, row.inputs_hash, row.code_version, row.plan_id, {}};
  for (const Json& uri : rejects->as_array()) {
    if (!uri.is_string()) {
      return Fail(ErrorKind::kCorrupt, "the record of partition '{}': one of its rejects is no URI",
                  row.partition);
    }
    run.rejects.push_back(uri.as_string());
  }
  return run;
}

/// A run that another one replaces stays as a row without rejects: its plan is known for ever.
bool Retire(soci::session& sql, const RunChange& change) {
  soci::statement statement =
      (sql.prepare << "UPDATE tarn_derived_runs SET is_current = 0, rejects = '[]' WHERE "
                      "table_uuid = :t AND partition = :p AND plan_id = :i AND is_current = 1",
       soci::use(change.table_uuid), soci::use(change.to.partition), soci::use(*change.from));
  statement.execute(true);
  return statement.get_affected_rows() == 1;
}

bool InsertRun(soci::session& sql, const RunChange& change) {
  const DerivedRun& run = change.to;
  const std::string rejects = TextOf(run.rejects);
  soci::statement statement =
      (sql.prepare << "INSERT OR IGNORE INTO tarn_derived_runs (table_uuid, partition, plan_id, "
                      "inputs_hash, code_version, rejects, is_current) SELECT :t, :p, :i, :h, :c, "
                      ":r, 1 WHERE NOT EXISTS (SELECT 1 FROM tarn_derived_runs WHERE "
                      "table_uuid = :ct AND partition = :cp AND is_current = 1)",
       soci::use(change.table_uuid), soci::use(run.partition), soci::use(run.plan_id),
       soci::use(run.inputs_hash), soci::use(run.code_version), soci::use(rejects),
       soci::use(change.table_uuid), soci::use(run.partition));
  statement.execute(true);
  return statement.get_affected_rows() == 1;
}

}  // namespace

const char* const kRunsLayout =
    "CREATE TABLE IF NOT EXISTS tarn_derived_runs ("
    "table_uuid TEXT NOT NULL, partition TEXT NOT NULL, plan_id TEXT NOT NULL, "
    "inputs_hash TEXT NOT NULL, code_version TEXT NOT NULL, rejects TEXT NOT NULL, "
    "is_current INTEGER NOT NULL, PRIMARY KEY (table_uuid, partition, plan_id)) WITHOUT ROWID";

std::vector<RunStateRow> SelectRuns(soci::session& sql, const std::string& table_uuid,
                                    const std::vector<DerivedRun>& runs) {
  RunRow row;
  std::string plan_id;
  int committed = 0;
  soci::statement current =
      (sql.prepare << "SELECT inputs_hash, code_version, plan_id, rejects FROM tarn_derived_runs "
                      "WHERE table_uuid = :t AND partition = :p AND is_current = 1",
       soci::into(row.inputs_hash), soci::into(row.code_version), soci::into(row.plan_id),
       soci::into(row.rejects), soci::use(table_uuid), soci::use(row.partition));
  soci::statement of_plan =
      (sql.prepare << "SELECT count(*) FROM tarn_derived_runs WHERE table_uuid = :t AND "
                      "partition = :p AND plan_id = :i",
       soci::into(committed), soci::use(table_uuid), soci::use(row.partition), soci::use(plan_id));
  std::vector<RunStateRow> states;
  for (const DerivedRun& run : runs) {
    row.partition = run.partition;
    plan_id = run.plan_id;
    RunStateRow& state = states.emplace_back();
    if (current.execute(true)) state.current = row;
    of_plan.execute(true);
    state.was_committed = committed != 0;
  }
  return states;
}

std::vector<RunRow> SelectAllRuns(soci::session& sql, const std::string& table_uuid) {
  const soci::rowset<soci::row> found =
      (sql.prepare << "SELECT partition, inputs_hash, code_version, plan_id, rejects FROM "
                      "tarn_derived_runs WHERE table_uuid = :t AND is_current = 1 "
                      "ORDER BY partition",
       soci::use(table_uuid));
  std::vector<RunRow> rows;
  for (const soci::row& row : found) {
    rows.push_back({row.get<std::string>(0), row.get<std::string>(1), row.get<std::string>(2),
                    row.get<std::string>(3), row.get<std::string>(4)});
  }
  return rows;
}

Result<std::vector<RunState>> ToRunStates(const std::vector<RunStateRow>& rows) {
  std::vector<RunState> states;
  for (const RunStateRow& row : rows) {
    RunState& state = states.emplace_back();
    state.was_committed = row.was_committed;
    if (row.current) state.current = TRY(ToRun(*row.current));
  }
  return states;
}

Result<std::vector<DerivedRun>> ToRuns(const std::vector<RunRow>& rows) {
  std::vector<DerivedRun> runs;
  for (const RunRow& row : rows) runs.push_back(TRY(ToRun(row)));
  return runs;
}

bool MoveRun(soci::session& sql, const RunChange& change) {
  if (change.from && !Retire(sql, change)) return false;
  return InsertRun(sql, change);
}

}  // namespace tarn::catalog
