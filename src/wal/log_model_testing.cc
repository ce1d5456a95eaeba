#include "wal/log_model_testing.h"

#include <gtest/gtest.h>

#include "wal/log_testing.h"

namespace tarn::wal {
namespace {

std::string IdOfRecord(std::string_view record) {
  return std::string(record.substr(0, record.find(':')));
}

}  // namespace

std::vector<std::string> IdsOf(const Entry& entry) {
  std::vector<std::string> ids;
  for (const std::string& record : RecordsOf(entry)) ids.push_back(IdOfRecord(record));
  return ids;
}

Entry LogModel::Send(os::Entropy& entropy, size_t record_bytes_max) {
  const MutexLock lock(mutex_);
  const auto stream = static_cast<uint32_t>(entropy.Random64() % 3);
  std::vector<std::string> contents;
  for (size_t left = 1 + entropy.Random64() % 3; left > 0; --left) {
    const std::string id = Format("r{}", records_.size());
    const auto letter = static_cast<char>('a' + records_.size() % 26);
    const std::string content =
        id + ":" + std::string(entropy.Random64() % record_bytes_max, letter);
    contents.push_back(content);
    records_[id] = {.content = content, .stream = StreamId(stream)};
  }
  return MakeEntry(stream, contents);
}

void LogModel::Answered(const std::vector<std::string>& ids, const Result<DurableEntry>& done) {
  const MutexLock lock(mutex_);
  EXPECT_TRUE(!done || IdsOf(done->entry) == ids);
  for (size_t i = 0; i < ids.size(); ++i) {
    if (done) {
      SetLsn(ids[i], Lsn(done->first.number() + i));
      records_[ids[i]].fate = Fate::kDurable;
    } else if (done.error().kind() != ErrorKind::kUnknownOutcome) {
      records_[ids[i]].fate = Fate::kVoid;
    }
  }
}

void LogModel::SetLsn(const std::string& id, Lsn lsn) {
  const auto [at, is_new] = id_of_lsn_.emplace(lsn, id);
  EXPECT_EQ(at->second, id) << "LSN " << lsn.number() << " was used twice";
  Known& record = records_[id];
  EXPECT_EQ(record.lsn.value_or(lsn), lsn) << id << " has two LSNs";
  record.lsn = lsn;
}

std::map<StreamId, Lsn> LogModel::Commit(os::Entropy& entropy) {
  const MutexLock lock(mutex_);
  for (const auto& [lsn, id] : id_of_lsn_) {
    const Known& record = records_[id];
    if (record.fate != Fate::kDurable || entropy.Random64() % 16 == 0) continue;
    committed_[record.stream] = std::max(committed_[record.stream], lsn);
  }
  for (const uint32_t stream : {0u, 1u, 2u}) committed_[StreamId(stream)];
  return committed_;
}

void LogModel::Check(Log& log) {
  const MutexLock lock(mutex_);
  EXPECT_TRUE(log.recovery().gaps.empty()) << "a crash is no damage";
  std::set<std::string> seen;
  Lsn last;
  for (const DurableEntry& entry : ReplayAll(log)) {
    EXPECT_GT(entry.first, last);
    last = entry.last;
    for (size_t i = 0; i < entry.entry.block->records.size(); ++i) CheckRecord(entry, i, &seen);
  }
  for (auto& [id, record] : records_) {
    if (seen.contains(id)) continue;
    const bool recycled = record.lsn && *record.lsn <= committed_[record.stream];
    EXPECT_TRUE(record.fate != Fate::kDurable || recycled) << id << " was durable and is lost";
    // Who was not there once must never come back.
    if (record.fate == Fate::kUnknown) record.fate = Fate::kAbsent;
  }
}

void LogModel::CheckRecord(const DurableEntry& entry, size_t index, std::set<std::string>* seen) {
  const std::string_view content = entry.entry.block->record(index);
  const std::string id = IdOfRecord(content);
  ASSERT_TRUE(records_.contains(id)) << id << " was never sent";
  Known& record = records_[id];
  EXPECT_EQ(content, record.content);
  EXPECT_EQ(entry.entry.stream, record.stream);
  EXPECT_TRUE(seen->insert(id).second) << id << " is there twice";
  EXPECT_NE(record.fate, Fate::kVoid) << id << " was void and came back";
  EXPECT_NE(record.fate, Fate::kAbsent) << id << " was gone and came back";
  SetLsn(id, Lsn(entry.first.number() + index));
  record.fate = Fate::kDurable;
}

size_t LogModel::acknowledged() const {
  const MutexLock lock(mutex_);
  size_t count = 0;
  for (const auto& [id, record] : records_) count += record.fate == Fate::kDurable;
  return count;
}

size_t LogModel::refused() const {
  const MutexLock lock(mutex_);
  size_t count = 0;
  for (const auto& [id, record] : records_) count += record.fate == Fate::kVoid;
  return count;
}

}  // namespace tarn::wal
