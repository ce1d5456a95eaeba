#include "serve/rest/query_runner.h"

#include <algorithm>

#include "query/result_text.h"

namespace tarn::serve {
namespace {

class EngineRunner : public QueryRunner {
 public:
  EngineRunner(query::Engine& engine, query::TableSource& tables)
      : engine_(engine), tables_(tables) {}

  Result<schema::TableSchema> Columns(const schema::TableName& table) override {
    return TRY(tables_.Open(table, std::nullopt)).snapshot.schema;
  }

  Result<JsonRows> Run(const std::string& sql, const std::vector<schema::Value>& parameters,
                       std::chrono::milliseconds time_max) override {
    const auto rows = TRY(engine_.Run(sql, parameters, {.time_max = time_max}));
    // A row a line: what counts the rows, and becomes an array by commas between the lines.
    const auto writer = query::ResultWriter::Make(query::ResultFormat::kNdjson, rows->schema());
    std::string lines;
    while (const auto batch = TRY(rows->Next())) lines += TRY(writer->Write(*batch));
    lines += writer->Finish();
    return ToArray(std::move(lines));
  }

  Result<std::unique_ptr<query::Rows>> Start(const std::string& sql,
                                             const std::vector<schema::Value>& parameters,
                                             std::chrono::milliseconds time_max) override {
    return engine_.Run(sql, parameters, {.time_max = time_max});
  }

  Result<query::Page> Ask(const std::string& sql, const std::vector<schema::Value>& parameters,
                          std::chrono::milliseconds time_max, const query::PageLimits& limits,
                          ClientPresence& client) override {
    const auto rows = TRY(Start(sql, parameters, time_max));
    const auto watch = client.WhenGone([&rows] { rows->Cancel(); });
    return query::ReadPage(*rows, limits);
  }

 private:
  static JsonRows ToArray(std::string lines) {
    if (lines.ends_with('\n')) lines.pop_back();
    JsonRows rows;
    if (!lines.empty()) {
      rows.count = 1 + static_cast<uint64_t>(std::ranges::count(lines, '\n'));
      std::ranges::replace(lines, '\n', ',');
    }
    rows.json = "[" + lines + "]";
    return rows;
  }

  query::Engine& engine_;
  query::TableSource& tables_;
};

}  // namespace

std::unique_ptr<QueryRunner> MakeQueryRunner(query::Engine& engine, query::TableSource& tables) {
  return std::make_unique<EngineRunner>(engine, tables);
}

}  // namespace tarn::serve
