// Settings: one TOML file, then the environment (TARN_SECTION__KEY), then flags; later ones win.
// Without any of them the server starts on a data directory and nothing else.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/units.h"

namespace tarn::app {

/// `[stream.NAME]`: a source of raw objects that feeds the stream (docs/continuous.md).
struct SourceConfig {
  std::string stream;
  std::string source;
  std::string lookback = "2h";
  std::string poll = "60s";
  std::string schedule;
  std::string dead_letter;
  std::string settle = "2s";
  int64_t commit_objects = 1000;
  uint64_t commit_bytes = 256 * kMiB;
  uint64_t object_bytes_max = 4 * kGiB;
  std::optional<std::string> columns;
  std::optional<std::string> partition_by;
};

/// `[derive.NAME]`: a dataset that runs on a cron line (docs/derive.md).
struct ScheduleConfig {
  std::string name;
  std::string schedule;
  std::string dataset;
  std::vector<std::string> arguments;
  std::string plugin;
  std::string days = "yesterday";
  int64_t threads = 1;
  std::string memory = "1 GiB";

  /// As `tarn derive run` takes it.
  const std::string& dataset_or_name() const { return dataset.empty() ? name : dataset; }
};

struct Config {
  std::string file;                        ///< that it was read from; empty: none
  std::string data;                        ///< the data directory
  std::string listen = "127.0.0.1:8080";   ///< host:port; port 0: any free one
  bool insecure_network = false;           ///< listen beyond loopback without keys and TLS
  std::vector<std::string> allowed_hosts;  ///< further names in the Host header
  std::vector<std::string> cors_origins;
  int64_t http_threads = 2;
  bool access_log = false;  ///< a log line for each request
  std::string log_level = "info";
  std::string log_format = "auto";      ///< auto, json, text
  uint64_t memory_bytes = 1024 * kMiB;  ///< of records and rows not yet in files
  uint64_t wal_segment_bytes = 64 * kMiB;
  uint64_t wal_retain_bytes = 2 * kGiB;
  int64_t wal_retain_seconds = 3600;
  uint64_t query_memory_bytes = 2 * kGiB;  ///< of all GET /query together
  int64_t query_threads = 0;               ///< 0: one a core
  int64_t query_seconds_max = 30;          ///< of GET /query
  std::string bucket = "lake";             ///< where tables lie
  std::string account = "000000000000";
  std::string region = "us-east-1";
  std::string ingest_columns;  ///< of the stream `ingest`; empty: the documented ones
  std::string ingest_partition_by;
  int64_t ingest_buffer_seconds = 60;
  std::string derive_metadata_bucket = "metadata";  ///< of sources.json
  std::string derive_bucket = "derived";            ///< where derived datasets lie
  std::string derive_hmac_keys;                     ///< a file; empty: no signature is looked at
  std::vector<SourceConfig> sources;
  std::vector<ScheduleConfig> schedules;
};

/// Values that flags set, by the setting's name (`server.listen`).
using FlagValues = std::map<std::string, std::string>;

/// Where the file was looked for, and what came of it.
struct LoadedConfig {
  Config config;
  std::string file;  ///< empty: none
  /// By the settings that somebody set: `tarn.toml:3: server.listen`, `environment variable …`.
  std::map<std::string, std::string> places;

  /// Where a setting was set last; its name where nobody did.
  std::string PlaceOf(std::string_view setting) const;
};

/// in       file: from --config; none: $TARN_CONFIG, else the first that is there of ./tarn.toml,
///          $XDG_CONFIG_HOME/tarn/tarn.toml, /etc/tarn/tarn.toml
/// errors   kInvalid: unknown setting (with its line, and the nearest known one), wrong type or
///          range; kNotFound: the file that --config or $TARN_CONFIG names
Result<LoadedConfig> LoadConfig(const std::optional<std::string>& file, const FlagValues& flags);

/// All settings with their values, as a TOML file with a comment each.
std::string ShowConfig(const Config& config);

/// `64 MiB`, `1.5GB`, `4096` → bytes. errors  kInvalid
Result<uint64_t> ParseBytes(std::string_view text);
/// `45s`, `90m`, `2h`, `1d` → µs. errors  kInvalid
Result<int64_t> ParseDuration(std::string_view text);

}  // namespace tarn::app
