#include "load/source_queue.h"

#include <algorithm>
#include <utility>

namespace tarn::load {

SourceQueue::SourceQueue(std::vector<Source> sources, const SourceReading& reading, size_t workers,
                         ReadProgress& progress, std::stop_token stop)
    : sources_(std::move(sources)),
      reading_(reading),
      workers_(workers),
      progress_(progress),
      stop_(std::move(stop)) {}

void SourceQueue::BeginPortion(const PortionSize& size) {
  MutexLock lock(mutex_);
  portion_ = size;
  portion_bytes_ = 0;
  // What the sample has read counts from the first portion on.
  if (sampled_.empty()) in_portion_.clear();
  for (const auto& reader : idle_) {
    if (!std::ranges::contains(in_portion_, reader)) in_portion_.push_back(reader);
  }
}

/// A source that has more, or the next one that nobody has read; none where all have given what
/// they have. Nothing waits for a source here: opening one may take as long as reading it.
Result<std::shared_ptr<SourceReader>> SourceQueue::TakeReader() {
  while (true) {
    if (failed_) return std::unexpected(*failed_);
    if (stop_.stop_requested()) return Fail(ErrorKind::kCancelled, "the load was ended");
    if (portion_bytes_ >= portion_.bytes_max) return nullptr;
    if (!idle_.empty()) {
      auto reader = std::move(idle_.front());
      idle_.pop_front();
      ++busy_;
      return reader;
    }
    // Those that the portion has go on: most are at their end, and that is only seen by reading.
    const bool has_next =
        next_source_ < sources_.size() && in_portion_.size() < portion_.sources_max;
    if (has_next && busy_ < workers_) {
      auto reader = std::make_shared<SourceReader>(std::move(sources_[next_source_++]), reading_,
                                                   progress_, stop_);
      in_portion_.push_back(reader);
      ++busy_;
      return reader;
    }
    if (busy_ == 0) return nullptr;
    changed_.Wait(mutex_);
  }
}

Status SourceQueue::ReadBlock(const std::shared_ptr<SourceReader>& reader, SourceBlock* block,
                              bool* has_lines) {
  const Result<bool> read = reader->Next(&block->lines);
  MutexLock lock(mutex_);
  --busy_;
  changed_.NotifyAll();
  if (!read) {
    failed_ = read.error();
    return std::unexpected(read.error());
  }
  *has_lines = *read;
  if (*read) {
    block->source = reader;
    portion_bytes_ += block->lines.text.size();
    idle_.push_front(reader);
    return {};
  }
  if (reader->ends_unfinished()) unfinished_.push_back(reader->name());
  if (reader->has_given()) return {};
  ++unchanged_;
  if (!reader->Step()) std::erase(in_portion_, reader);
  return {};
}

Result<bool> SourceQueue::Next(SourceBlock* block) {
  while (true) {
    std::shared_ptr<SourceReader> reader;
    {
      MutexLock lock(mutex_);
      if (!sampled_.empty()) {
        *block = std::move(sampled_.front());
        sampled_.pop_front();
        return true;
      }
      auto taken = TakeReader();
      if (!taken) failed_ = taken.error();
      changed_.NotifyAll();
      reader = TRY(std::move(taken));
    }
    if (reader == nullptr) return false;
    bool has_lines = false;
    TRY(ReadBlock(reader, block, &has_lines));
    if (has_lines) return true;
  }
}

Result<std::vector<schema::RecordView>> SourceQueue::Sample(size_t records_max) {
  BeginPortion({.bytes_max = kSampleBytesMax, .sources_max = kInputsMax});
  std::deque<SourceBlock> blocks;
  std::vector<schema::RecordView> sample;
  std::vector<schema::RecordView> records;
  while (sample.size() < records_max) {
    SourceBlock block;
    if (!TRY(Next(&block))) break;
    Split(reading_.format, block.lines, &records);
    const size_t wanted = std::min(records.size(), records_max - sample.size());
    sample.insert(sample.end(), records.begin(), records.begin() + static_cast<ptrdiff_t>(wanted));
    blocks.push_back(std::move(block));
  }
  MutexLock lock(mutex_);
  sampled_ = std::move(blocks);
  return sample;
}

std::vector<catalog::SourceProgress> SourceQueue::Steps() {
  MutexLock lock(mutex_);
  std::vector<catalog::SourceProgress> steps;
  for (const auto& reader : in_portion_) {
    if (auto step = reader->Step()) steps.push_back(*std::move(step));
  }
  return steps;
}

void SourceQueue::Settle(const std::vector<catalog::SourceProgress>& steps) {
  MutexLock lock(mutex_);
  size_t next = 0;
  for (const auto& reader : in_portion_) {
    if (next < steps.size() && reader->Step()) reader->Settle(steps[next++].to);
  }
}

bool SourceQueue::at_end() {
  MutexLock lock(mutex_);
  return sampled_.empty() && idle_.empty() && next_source_ == sources_.size();
}

uint64_t SourceQueue::unchanged() {
  MutexLock lock(mutex_);
  return unchanged_;
}

std::vector<std::string> SourceQueue::unfinished() {
  MutexLock lock(mutex_);
  return unfinished_;
}

}  // namespace tarn::load
