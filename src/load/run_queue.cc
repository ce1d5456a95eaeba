#include "load/run_queue.h"

#include <algorithm>

namespace tarn::load {

RunQueue::RunQueue(std::vector<std::string> paths, size_t workers, uint64_t bytes_total,
                   ReadProgress* progress, std::stop_token stop)
    : paths_(std::move(paths)),
      workers_(workers),
      bytes_total_(bytes_total),
      progress_(*progress),
      stop_(std::move(stop)) {}

Status RunQueue::OpenNext() {
  Opened opened;
  opened.input = TRY(decode::LineInput::Open(paths_[next_path_++], stop_));
  opened_.push_back(std::move(opened));
  return {};
}

Result<std::vector<schema::RecordView>> RunQueue::Sample(size_t records_max) {
  MutexLock lock(mutex_);
  std::vector<schema::RecordView> sample;
  std::vector<schema::RecordView> records;
  const auto add = [&](const decode::LineBlock& block) {
    SplitRecords(block, &records);
    const size_t wanted = std::min(records.size(), records_max - sample.size());
    sample.insert(sample.end(), records.begin(), records.begin() + static_cast<ptrdiff_t>(wanted));
  };
  size_t bytes = 0;
  const auto wants_more = [&] { return sample.size() < records_max && bytes < kSampleBytesMax; };
  while (wants_more() && next_path_ < paths_.size()) {
    TRY(OpenNext());
    Opened& last = opened_.back();
    std::optional<decode::RangeReader> range;
    if (last.input->is_divisible()) range.emplace(*last.input, 0, last.input->size_bytes());
    while (wants_more()) {
      decode::LineBlock block;
      const bool has_lines =
          range ? TRY(range->Next(&block)) : TRY(ReadOn(*last.input, &block, progress_));
      if (!has_lines) break;
      add(block);
      bytes += block.text.size();
      if (range) {
        sample_.push_back(std::move(block));
      } else {
        last.blocks.push_back(std::move(block));
      }
    }
  }
  return sample;
}

uint64_t RunQueue::RunBytes() const {
  const uint64_t left = bytes_total_ - std::min(bytes_total_, bytes_given_);
  if (bytes_total_ == 0) return sizes_.bytes_max;
  return std::clamp(left / (2 * workers_), std::min(sizes_.bytes_min, sizes_.bytes_max),
                    sizes_.bytes_max);
}

bool RunQueue::GivesStreams() const {
  if (sizes_.streams_always) return true;
  return sizes_.streams_where_many && opened_.size() + paths_.size() - next_path_ >= workers_;
}

Result<std::optional<Run>> RunQueue::Next() {
  MutexLock lock(mutex_);
  sample_.clear();
  Run run;
  for (uint64_t left = RunBytes(); left > 0;) {
    if (stop_.stop_requested()) return Fail(ErrorKind::kCancelled, "the conversion was ended");
    if (opened_.empty() && next_path_ == paths_.size()) break;
    if (opened_.empty()) TRY(OpenNext());
    const uint64_t taken = TRY(Take(left, &run));
    left -= std::min(left, taken);
  }
  if (run.pieces.empty()) return std::nullopt;
  run.number = next_number_++;
  return run;
}

/// Give a run more of the first input. returns  about how many bytes
Result<uint64_t> RunQueue::Take(uint64_t bytes, Run* run) {
  Opened& front = opened_.front();
  Piece piece;
  piece.input = front.input;
  uint64_t taken = 0;
  bool is_used_up = true;
  if (front.input->is_divisible()) {
    const uint64_t size = front.input->size_bytes();
    taken = std::min(bytes, size - front.position);
    piece.begin = front.position;
    piece.end = front.position += taken;
    bytes_given_ += taken;
    is_used_up = front.position == size;
  } else if (GivesStreams()) {
    piece.kind = Piece::Kind::kStream;
    piece.blocks = std::move(front.blocks);
    taken = std::max<uint64_t>(1, front.input->size_bytes());
    bytes_given_ += taken;
  } else {
    piece.kind = Piece::Kind::kBlocks;
    const uint64_t before = front.input->bytes_read();
    taken = TRY(TakeBlocks(bytes, &front, &piece));
    bytes_given_ += front.input->bytes_read() - before;
    is_used_up = taken < bytes;
  }
  if (is_used_up) opened_.pop_front();
  run->pieces.push_back(std::move(piece));
  return taken;
}

/// returns  how many bytes of text; fewer than wanted only at the input's end
Result<uint64_t> RunQueue::TakeBlocks(uint64_t bytes, Opened* front, Piece* piece) {
  uint64_t taken = 0;
  while (taken < bytes) {
    decode::LineBlock block;
    if (front->next_block < front->blocks.size()) {
      block = std::move(front->blocks[front->next_block++]);
    } else if (!TRY(ReadOn(*front->input, &block, progress_))) {
      break;
    }
    taken += block.text.size();
    piece->blocks.push_back(std::move(block));
  }
  return taken;
}

Result<bool> RunReader::Next() {
  for (; piece_ < run_.pieces.size(); ++piece_) {
    if (TRY(NextOfPiece(&run_.pieces[piece_]))) return true;
    range_.reset();
    if (piece_ + 1 == run_.pieces.size()) break;  // input() stays valid
  }
  return false;
}

Result<bool> RunReader::NextOfPiece(Piece* piece) {
  if (piece->next_block < piece->blocks.size()) {
    block_ = std::move(piece->blocks[piece->next_block++]);
    return true;
  }
  if (piece->kind == Piece::Kind::kBlocks) return false;
  if (piece->kind == Piece::Kind::kStream) return ReadOn(*piece->input, &block_, progress_);
  if (!range_) range_.emplace(*piece->input, piece->begin, piece->end);
  const bool has_lines = TRY(range_->Next(&block_));
  if (has_lines) progress_.bytes_read.fetch_add(block_.text.size(), std::memory_order_relaxed);
  return has_lines;
}

}  // namespace tarn::load
