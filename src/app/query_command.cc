#include "app/query_command.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>

#include "app/data_directory.h"
#include "app/tables.h"
#include "catalog/catalog.h"
#include "flow/definition.h"
#include "flow/table_opening.h"
#include "query/engine.h"
#include "query/result_text.h"
#include "store/local_buckets.h"
#include "wal/unlanded.h"

namespace tarn::app {
namespace {

// Acknowledged rows that only a server can show: their number, on stderr.
Status WarnOfUnlandedRows(const DataPaths& paths, catalog::Catalog& catalog) {
  const std::string node = TRY(wal::NodeOf(os::PosixFiles(), paths.wal()));
  std::map<StreamId, Lsn> committed;
  std::map<StreamId, std::string> tables;
  for (const catalog::StreamRow& row : TRY(catalog.ListStreams())) {
    const flow::StreamDefinition definition = TRY(flow::DefinitionFromJson(row.definition));
    const auto table = catalog.LoadTable(definition.table);
    if (!table) continue;
    committed[row.id] = flow::WatermarkOf(*table, Format("{}.0", node));
    tables[row.id] = definition.table.ToString();
  }
  const auto counts = TRY(wal::CountUnlanded(os::PosixFiles(), paths.wal(), 0, committed));
  for (const auto& [stream, records] : counts) {
    std::fprintf(stderr,
                 "tarn: %llu acknowledged records of %s are in the log and not yet in files; "
                 "'tarn serve --data %s' shows and lands them\n",
                 static_cast<unsigned long long>(records), tables[stream].c_str(),
                 paths.root.c_str());
  }
  return {};
}

// Of the terminal that stdout is; 0 where it is none.
size_t TerminalWidth() {
  winsize size{};
  return isatty(STDOUT_FILENO) == 1 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col
                                                                                    : 0;
}

void PrintCount(uint64_t rows, size_t columns_left_out, int columns) {
  std::string text = Format("({} row{}", rows, rows == 1 ? "" : "s");
  if (columns_left_out > 0)
    text += Format("; {} of {} columns are left out, --output json shows all", columns_left_out,
                   columns);
  std::fflush(stdout);
  std::fprintf(stderr, "%s)\n", text.c_str());
}

void Print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

}  // namespace

Status RunQuery(const QueryOptions& options) {
  const query::ResultFormat format = TRY(query::ParseResultFormat(options.output));
  os::Files& files = os::PosixFiles();
  const DataPaths paths = TRY(FindDataDirectory(options.data, files));
  auto buckets = TRY(store::LocalBuckets::Open(paths.buckets(), files, os::SystemEntropy()));
  const catalog::CatalogOptions catalog_options{.path = paths.catalog(),
                                                .default_bucket = options.bucket};
  auto catalog = TRY(catalog::Catalog::OpenReadOnly(catalog_options, *buckets, os::SystemClock(),
                                                    os::SystemEntropy()));

  std::unique_ptr<query::TableSource> tables;
  if (const std::optional<RunningServer> server = TRY(FindRunningServer(paths, files))) {
    tables = std::make_unique<BesideServerTables>(*catalog, *server);
  } else {
    tables = std::make_unique<LandedTables>(*catalog);
    TRY(WarnOfUnlandedRows(paths, *catalog));
  }
  auto engine = TRY(query::Engine::Open({.external_access = true}, *tables));
  auto rows = TRY(engine->Run(options.sql, {}, {}, options.database));
  auto writer = query::ResultWriter::Make(format, rows->schema(), TerminalWidth());
  uint64_t count = 0;
  while (const auto batch = TRY(rows->Next())) {
    count += static_cast<uint64_t>(batch->num_rows());
    Print(TRY(writer->Write(*batch)));
  }
  Print(writer->Finish());
  if (format == query::ResultFormat::kTable)
    PrintCount(count, writer->columns_left_out(), rows->schema()->num_fields());
  return {};
}

}  // namespace tarn::app
