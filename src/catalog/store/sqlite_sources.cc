#include "catalog/store/sqlite_sources_internal.h"

#include <string_view>

namespace tarn::catalog {
namespace {

/// Comes after every byte of a uri, whose bytes beyond ASCII are percent-encoded.
constexpr char kAfterUriBytes = '\x7f';
constexpr char kAnyDigit = '#';  // in a shape; no encoded URI has one
/// Begins the uri of a row that tells until when sources of a shape are forgotten.
constexpr std::string_view kForgotten = "forgotten:";

/// in  uri_shape: has none of GLOB's own signs, as no encoded URI has
std::string GlobOf(const std::string& uri_shape) {
  std::string glob;
  for (const char c : uri_shape) {
    if (c == kAnyDigit) {
      glob += "[0-9]";
    } else {
      glob += c;
    }
  }
  return glob + "*";
}

/// A state as SQLite has it: its integers are signed.
struct Row {
  long long size_bytes = 0;
  long long position = 0;
  std::string hash;
  long long first_seen_us = 0;
  long long round = 0;
  std::string load;

  static Row Of(const SourceState& state) {
    return {static_cast<long long>(state.size_bytes),
            static_cast<long long>(state.position),
            state.hash,
            state.first_seen_us,
            state.round,
            state.load};
  }
  SourceState ToState(const std::string& uri) const {
    return {uri,
            static_cast<uint64_t>(size_bytes),
            static_cast<uint64_t>(position),
            hash,
            first_seen_us,
            static_cast<uint32_t>(round),
            load};
  }
};

bool InsertSource(soci::session& sql, const std::string& table_uuid, const SourceState& state) {
  const Row row = Row::Of(state);
  soci::statement statement =
      (sql.prepare << "INSERT OR IGNORE INTO tarn_sources (table_uuid, uri, size_bytes, position, "
                      "hash, first_seen_us, round, load) VALUES (:t, :u, :s, :p, :h, :f, :r, :l)",
       soci::use(table_uuid), soci::use(state.uri), soci::use(row.size_bytes),
       soci::use(row.position), soci::use(row.hash), soci::use(row.first_seen_us),
       soci::use(row.round), soci::use(row.load));
  statement.execute(true);
  return statement.get_affected_rows() == 1;
}

}  // namespace

const char* const kSourcesLayout =
    "CREATE TABLE IF NOT EXISTS tarn_sources ("
    "table_uuid TEXT NOT NULL, uri TEXT NOT NULL, size_bytes INTEGER NOT NULL, "
    "position INTEGER NOT NULL, hash TEXT NOT NULL, first_seen_us INTEGER NOT NULL, "
    "round INTEGER NOT NULL, load TEXT NOT NULL, PRIMARY KEY (table_uuid, uri)) WITHOUT ROWID";

std::vector<std::optional<SourceState>> SelectSources(soci::session& sql,
                                                      const std::string& table_uuid,
                                                      const std::vector<std::string>& uris) {
  Row row;
  std::string uri;
  soci::statement statement =
      (sql.prepare << "SELECT size_bytes, position, hash, first_seen_us, round, load FROM "
                      "tarn_sources WHERE table_uuid = :t AND uri = :u",
       soci::into(row.size_bytes), soci::into(row.position), soci::into(row.hash),
       soci::into(row.first_seen_us), soci::into(row.round), soci::into(row.load),
       soci::use(table_uuid), soci::use(uri));
  std::vector<std::optional<SourceState>> states;
  for (const std::string& wanted : uris) {
    uri = wanted;
    states.emplace_back();
    if (statement.execute(true)) states.back() = row.ToState(uri);
  }
  return states;
}

bool MoveSource(soci::session& sql, const SourceChange& change) {
  const SourceState& to = change.progress.to;
  if (!change.progress.from) return InsertSource(sql, change.table_uuid, to);
  const Row row = Row::Of(to);
  const Row at = Row::Of(*change.progress.from);
  soci::statement statement =
      (sql.prepare << "UPDATE tarn_sources SET size_bytes = :s, position = :p, hash = :h, "
                      "first_seen_us = :f, round = :r, load = :l WHERE table_uuid = :t AND "
                      "uri = :u AND position = :ap AND round = :ar AND load = :al",
       soci::use(row.size_bytes), soci::use(row.position), soci::use(row.hash),
       soci::use(row.first_seen_us), soci::use(row.round), soci::use(row.load),
       soci::use(change.table_uuid), soci::use(to.uri), soci::use(at.position), soci::use(at.round),
       soci::use(at.load));
  statement.execute(true);
  return statement.get_affected_rows() == 1;
}

uint64_t DeleteSources(soci::session& sql, const std::string& table_uuid,
                       const std::string& uri_shape, int64_t before_us) {
  const long long before = before_us;
  const std::string begin = uri_shape.substr(0, uri_shape.find(kAnyDigit));
  const std::string end = begin + kAfterUriBytes;
  const std::string glob = GlobOf(uri_shape);
  soci::statement statement =
      (sql.prepare << "DELETE FROM tarn_sources WHERE table_uuid = :t AND uri >= :p AND uri < :e "
                      "AND uri GLOB :g AND first_seen_us < :b",
       soci::use(table_uuid), soci::use(begin), soci::use(end), soci::use(glob), soci::use(before));
  statement.execute(true);
  const auto forgotten = static_cast<uint64_t>(statement.get_affected_rows());
  if (forgotten == 0) return 0;
  const std::string uri = std::string(kForgotten) + uri_shape;
  sql << "INSERT INTO tarn_sources (table_uuid, uri, size_bytes, position, hash, first_seen_us, "
         "round, load) VALUES (:t, :u, 0, 0, '', :b, 0, '') ON CONFLICT (table_uuid, uri) DO "
         "UPDATE "
         "SET first_seen_us = max(first_seen_us, excluded.first_seen_us)",
      soci::use(table_uuid), soci::use(uri), soci::use(before);
  return forgotten;
}

std::vector<ForgottenSources> SelectForgotten(soci::session& sql, const std::string& table_uuid) {
  const std::string begin(kForgotten);
  const std::string end = begin + kAfterUriBytes;
  const soci::rowset<soci::row> rows =
      (sql.prepare << "SELECT uri, first_seen_us FROM tarn_sources WHERE table_uuid = :t AND "
                      "uri >= :p AND uri < :e ORDER BY uri",
       soci::use(table_uuid), soci::use(begin), soci::use(end));
  std::vector<ForgottenSources> all;
  for (const soci::row& row : rows)
    all.push_back({row.get<std::string>(0).substr(begin.size()), row.get<long long>(1)});
  return all;
}

}  // namespace tarn::catalog
