// What the command line's parts share: each adds its commands, with their options.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "app/config.h"
#include "base/error.h"

namespace tarn::app {

inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;
inline constexpr int kNotFoundStatus = 3;

/// What a command does once the command line is parsed.
struct Choice {
  std::function<Status()> run;
  bool is_usage_wrong = false;  ///< set by `run` where an error is the command line's
  /// What the program ends with where `run` fails; none: as all commands.
  std::function<int(const Error& error)> exit_status;
};

/// Options that live until the command has run.
template <class Options, class... Arguments>
std::shared_ptr<Options> Keep(Arguments&&... arguments) {
  return std::make_shared<Options>(std::forward<Arguments>(arguments)...);
}

/// Which data directory a command looks at: --data, else server.data of the configuration.
struct DataChoice {
  std::string data;
  std::string config;  ///< the configuration's file; empty: where it is looked for

  std::optional<std::string> config_file() const {
    return config.empty() ? std::nullopt : std::optional(config);
  }
};

void AddDataOptions(CLI::App* command, DataChoice* data);
/// errors  kInvalid: neither names one; the command line is wrong then. As LoadConfig
Result<std::string> DataDirectoryOf(const DataChoice& data, Choice* choice);

/// `send`, `stream`: they talk to a server.
void AddSend(CLI::App* parent, Choice* choice);
void AddStream(CLI::App* parent, Choice* choice);
/// `query`, `table`: they read a data directory.
void AddQuery(CLI::App* parent, Choice* choice);
void AddTable(CLI::App* parent, Choice* choice);
/// `convert`, `load`, `heka`: they read files of records.
void AddConvert(CLI::App* parent, Choice* choice);
void AddLoad(CLI::App* parent, Choice* choice);
void AddHeka(CLI::App* parent, Choice* choice);
/// `derive`: it makes tables of raw objects.
void AddDerive(CLI::App* parent, Choice* choice);
/// `bench`: it measures this program and others.
void AddBench(CLI::App* parent, Choice* choice);

}  // namespace tarn::app
