// Which programs convert records to Parquet here: Tarn and its peers, each run as a process of its
// own.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "bench/data_set.h"

namespace tarn::bench {

/// Where the peers' scripts and their Python are, and where files may be made.
struct Workplace {
  std::string directory;                ///< exists, and is emptied by nobody else meanwhile
  std::string python = "python3";       ///< with what tools/bench/requirements.txt names
  std::string scripts = "tools/bench";  ///< peer.py lies here

  std::string PathOf(std::string_view name) const { return directory + "/" + std::string(name); }
  std::string output_file() const { return PathOf("stdout"); }  ///< of the process that ran last
  std::string error_file() const { return PathOf("stderr"); }
  std::string peer_script() const { return scripts + "/peer.py"; }
};

/// What the process that ran last said on stdout, one JSON value. errors  kIo, kInvalid, kTooLarge
Result<Json> ReadReply(const Workplace& workplace);

/// Run peer.py and read its reply.
///
/// in       arguments: its command and what that takes
/// errors   kUnavailable: it failed, with the last line that it said; as RunProcess and ReadReply
Result<Json> AskPeer(const Workplace& workplace, std::vector<std::string> arguments);

/// Gets a line for whoever watches.
using NoteSink = std::function<void(std::string_view)>;

inline constexpr std::string_view kTarn = "tarn";  ///< its name among the engines

struct Engine {
  std::string name;
  bool is_tarn = false;
  bool is_threaded = true;  ///< false: it is run with one thread only
};

/// One conversion.
struct Conversion {
  std::string input;
  std::string output;  ///< a file's name ends in .parquet
  const DataSet* set = nullptr;
  bool is_partitioned = false;
  int threads = 1;
};

/// All that are known, Tarn first. `duckdb-unordered` is DuckDB that need not keep the order.
const std::vector<Engine>& AllEngines();

/// Choose engines by name and leave out what is not installed.
///
/// in       names: separated by commas; empty: all
/// out      skipped: a line for each that is left out, with its reason
/// errors   kInvalid: no such engine
Result<std::vector<Engine>> FindEngines(std::string_view names, const Workplace& workplace,
                                        std::vector<std::string>* skipped);

/// returns  the command line of a conversion; all with zstd of level 1
Result<std::vector<std::string>> ConversionCommand(const Engine& engine,
                                                   const Conversion& conversion,
                                                   const Workplace& workplace);

/// returns  the items of a list such as `a,b`, without blanks and empty ones
std::vector<std::string> SplitList(std::string_view text);

}  // namespace tarn::bench
