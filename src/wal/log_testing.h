// What the log's tests share: a tiny log on a disk in memory, entries with content that tells who
// they are, and what a replay gives back.
#pragma once

#include <chrono>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "os/faulty_files.h"
#include "os/simulated_clock.h"
#include "wal/log.h"

namespace tarn::wal {

inline constexpr const char* kWalDirectory = "/data/wal";
inline constexpr const char* kShardDirectory = "/data/wal/0";

/// Segments of 64 KiB, frames of up to 16 KiB; released segments are used again at once.
LogOptions TinyOptions();

/// One entry for a stream, with these records.
Entry MakeEntry(uint32_t stream, const std::vector<std::string>& records);

/// The records of an entry.
std::vector<std::string> RecordsOf(const Entry& entry);

/// The files of a log's directory by path, at some moment.
using Image = std::map<std::string, std::string>;

/// A log on a simulated disk.
struct LogRig {
  explicit LogRig(uint64_t seed = 1) : files(seed), entropy(seed) {}

  Result<std::unique_ptr<Log>> TryOpen() { return Log::Open(options, files, clock, entropy); }
  /// Open, which must work.
  std::unique_ptr<Log> Open();

  /// The bytes of a file, and back again, as if nobody had noticed.
  std::string Read(const std::string& path);
  void Overwrite(const std::string& path, const std::string& bytes);
  /// Paths of the segments, oldest first.
  std::vector<std::string> Segments();
  std::vector<std::string> List(const std::string& directory);
  /// NODE and the segments as they are now; a rig that has only these was cut off here.
  Image TakeImage();
  void PutImage(const Image& image);
  /// How many spares are ready.
  size_t Spares();

  os::FaultyFiles files;
  os::FakeClock clock;
  os::SeededEntropy entropy;
  LogOptions options = TinyOptions();
};

/// Append, and wait for the outcome.
Result<DurableEntry> AppendAndWait(Log& log, Entry entry);
/// Append an entry of one record for stream 1, which must become durable.
DurableEntry MustAppend(Log& log, const std::string& record);

/// All that a replay gives; it must work.
std::vector<DurableEntry> ReplayAll(Log& log);
/// Their records, in order.
std::vector<std::string> ReplayRecords(Log& log);

/// Wait until this holds. returns  false after ten seconds
template <class Condition>
bool Eventually(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace tarn::wal
