#include "wal/log_testing.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/units.h"
#include "wal/segment.h"

namespace tarn::wal {

LogOptions TinyOptions() {
  LogOptions options;
  options.directory = kWalDirectory;
  options.segment_bytes = 64 * kKiB;
  options.frame_bytes_max = 16 * kKiB;
  options.pending_bytes_max = kMiB;
  options.retain_bytes_max = 0;
  options.retain_age = std::chrono::seconds(0);
  options.reserve_bytes = 0;
  return options;
}

Entry MakeEntry(uint32_t stream, const std::vector<std::string>& records) {
  auto block = std::make_shared<schema::RecordBlock>();
  for (const std::string& record : records) block->Add(record);
  return {.stream = StreamId(stream),
          .stream_version = 3,
          .content = Content::kJson,
          .source = schema::Source::kFirehose,
          .received_at_us = 1'767'225'600'000'000,
          .request = {.high = 7, .low = stream},
          .block = std::move(block)};
}

std::vector<std::string> RecordsOf(const Entry& entry) {
  std::vector<std::string> records;
  for (size_t i = 0; i < entry.block->records.size(); ++i) {
    records.emplace_back(entry.block->record(i));
  }
  return records;
}

std::unique_ptr<Log> LogRig::Open() {
  Result<std::unique_ptr<Log>> log = TryOpen();
  EXPECT_TRUE(log) << log.error().message();
  return log ? *std::move(log) : nullptr;
}

std::string LogRig::Read(const std::string& path) {
  const Result<std::string> bytes = os::ReadFile(files, path, kGiB);
  EXPECT_TRUE(bytes) << bytes.error().message();
  return bytes.value_or("");
}

void LogRig::Overwrite(const std::string& path, const std::string& bytes) {
  const Status written = os::WriteFileAtomically(files, path, bytes);
  EXPECT_TRUE(written) << written.error().message();
}

std::vector<std::string> LogRig::List(const std::string& directory) {
  return files.List(directory).value_or(std::vector<std::string>());
}

Image LogRig::TakeImage() {
  Image image;
  const std::string node_path = Format("{}/NODE", kWalDirectory);
  image[node_path] = Read(node_path);
  for (const std::string& path : Segments()) image[path] = Read(path);
  return image;
}

void LogRig::PutImage(const Image& image) {
  EXPECT_TRUE(files.MakeDirectories(kShardDirectory));
  for (const auto& [path, bytes] : image) Overwrite(path, bytes);
}

size_t LogRig::Spares() {
  return static_cast<size_t>(std::ranges::count_if(
      List(kShardDirectory), [](const std::string& name) { return name.starts_with("spare-"); }));
}

std::vector<std::string> LogRig::Segments() {
  std::vector<std::string> paths;
  for (const std::string& name : List(kShardDirectory)) {
    if (ParseSegmentFileName(name)) paths.push_back(Format("{}/{}", kShardDirectory, name));
  }
  return paths;
}

Result<DurableEntry> AppendAndWait(Log& log, Entry entry) {
  auto promise = std::make_shared<std::promise<Result<DurableEntry>>>();
  std::future<Result<DurableEntry>> outcome = promise->get_future();
  TRY(log.Append(std::move(entry),
                 [promise](Result<DurableEntry> done) { promise->set_value(std::move(done)); }));
  return outcome.get();
}

DurableEntry MustAppend(Log& log, const std::string& record) {
  Result<DurableEntry> done = AppendAndWait(log, MakeEntry(1, {record}));
  EXPECT_TRUE(done) << done.error().message();
  return done ? *std::move(done) : DurableEntry{};
}

std::vector<DurableEntry> ReplayAll(Log& log) {
  std::vector<DurableEntry> entries;
  const Status replayed = log.Replay([&](DurableEntry entry) -> Status {
    entries.push_back(std::move(entry));
    return {};
  });
  EXPECT_TRUE(replayed) << replayed.error().message();
  return entries;
}

std::vector<std::string> ReplayRecords(Log& log) {
  std::vector<std::string> records;
  for (const DurableEntry& entry : ReplayAll(log)) {
    for (std::string& record : RecordsOf(entry.entry)) records.push_back(std::move(record));
  }
  return records;
}

}  // namespace tarn::wal
