#include "app/import_keys_command.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <vector>

#include "app/config.h"
#include "app/continuous_sources.h"
#include "app/data_directory.h"
#include "base/log.h"
#include "catalog/catalog.h"
#include "feed/known_keys.h"
#include "feed/source_pattern.h"
#include "flow/definition.h"
#include "flow/table_opening.h"
#include "os/clock.h"
#include "os/files.h"
#include "store/local_buckets.h"

namespace tarn::app {
namespace {

Result<SourceConfig> FindSource(const Config& config, const std::string& stream) {
  const auto source = std::ranges::find(config.sources, stream, &SourceConfig::stream);
  if (source != config.sources.end()) return *source;
  return Fail(ErrorKind::kNotFound,
              "the configuration has no source of stream '{}': say where its objects lie, as in "
              "[stream.{}] source = \"s3://raw/%Y/%m/%d/%H/\"",
              stream, stream);
}

/// As it is; where it is not there yet, as the server will make it.
Result<flow::StreamDefinition> StreamOf(const Config& config, const SourceConfig& source,
                                        catalog::Catalog& catalog) {
  for (const catalog::StreamRow& row : TRY(catalog.ListStreams())) {
    if (row.name == source.stream) return flow::DefinitionFromJson(row.definition);
  }
  return DefinitionOf(config, source);
}

}  // namespace

Status RunImportKeys(const ImportKeysOptions& options) {
  ConfigureLog({.level = LogLevel::kWarn, .json = false});
  const Config config = TRY(LoadConfig(options.config, {})).config;
  const SourceConfig source = TRY(FindSource(config, options.stream));
  const std::string bucket = TRY(feed::SourcePattern::Parse(source.source)).bucket();
  os::Files& files = os::PosixFiles();
  const std::string text = TRY(os::ReadFile(files, options.file, feed::kKeysBytesMax));
  const std::vector<std::string> keys =
      TRY(While(feed::ParseKeys(text, bucket), "{}", options.file));
  const DataPaths paths =
      TRY(FindOrMakeDataDirectory(options.data, files, []() -> Status { return {}; }));
  const auto buckets = TRY(store::LocalBuckets::Open(paths.buckets(), files, os::SystemEntropy()));
  const auto catalog =
      TRY(While(catalog::Catalog::Open({.path = paths.catalog(), .default_bucket = config.bucket},
                                       *buckets, os::SystemClock(), os::SystemEntropy()),
                "opening {}", paths.catalog()));
  const catalog::TableWithRejects tables = TRY(flow::OpenTables(
      *catalog, TRY(StreamOf(config, source, *catalog)), flow::Partitions::kAsTheyAre));
  const feed::ImportedKeys done = TRY(feed::ImportKeys(*catalog, tables.rows, bucket, keys,
                                                       os::SystemClock(), os::SystemEntropy()));
  std::printf("%s\n", Format("{}: {} keys are taken as done, {} were known",
                             tables.rows.name.ToString(), done.imported, done.known)
                          .c_str());
  return {};
}

}  // namespace tarn::app
