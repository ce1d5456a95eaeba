#include "load/source_reader.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "codec/text.h"
#include "load/input_paths.h"
#include "shape/json_fault.h"

namespace tarn::load {
namespace {

constexpr size_t kStdinIdBytesMax = 200;
constexpr std::string_view kBlanks = " \t\r";

Result<std::string> FileUri(const std::string& path) {
  const std::string absolute = TRY(Guard(ErrorKind::kInvalid, [&] {
    return std::filesystem::weakly_canonical(std::filesystem::absolute(path)).string();
  }));
  return "file://" + codec::EncodePercentPath(absolute);
}

/// Whether a last line without a line end is the beginning of a record rather than one.
bool IsBeginning(std::string_view line, RecordFormat format) {
  if (format == RecordFormat::kText) return false;
  while (!line.empty() && kBlanks.find(line.back()) != std::string_view::npos)
    line.remove_suffix(1);
  const auto fault = shape::FindJsonFault(line);
  return fault && fault->ends_early;
}

}  // namespace

Result<std::vector<Source>> FindSources(const std::vector<std::string>& named,
                                        const std::string& stdin_id, os::Files& files,
                                        uint64_t* bytes_total) {
  const bool has_stdin = std::ranges::contains(named, "-");
  if (has_stdin && stdin_id.empty()) {
    return Fail(ErrorKind::kInvalid,
                "stdin has no name by which it is known again: give it one with --id NAME");
  }
  if (!has_stdin && !stdin_id.empty()) {
    return Fail(ErrorKind::kInvalid, "--id names stdin, and '-' is not among the inputs");
  }
  if (stdin_id.size() > kStdinIdBytesMax) {
    return Fail(ErrorKind::kInvalid, "the id of stdin has over {} bytes", kStdinIdBytesMax);
  }
  InputPaths inputs = TRY(FindInputs(named, files));
  *bytes_total = inputs.bytes_total;
  std::vector<Source> sources;
  std::map<std::string, std::string> paths;
  for (std::string& path : inputs.paths) {
    if (path != "-" && TRY(files.Stat(path)).is_special) {  // to open a pipe would wait for ever
      return Fail(ErrorKind::kInvalid,
                  "'{}' is no file, and nothing knows again what came through it: give it to stdin "
                  "as '-', with --id NAME",
                  path);
    }
    std::string uri = path == "-" ? "stdin:" + codec::EncodePercent(stdin_id) : TRY(FileUri(path));
    const auto [other, is_new] = paths.emplace(uri, path);
    if (!is_new) {
      return Fail(ErrorKind::kInvalid, "'{}' and '{}' are one file", other->second, path);
    }
    sources.push_back({std::move(path), std::move(uri), std::nullopt});
  }
  return sources;
}

SourceReader::SourceReader(Source source, const SourceReading& reading, ReadProgress& progress,
                           std::stop_token stop)
    : path_(std::move(source.path)),
      uri_(std::move(source.uri)),
      reading_(reading),
      progress_(progress),
      stop_(std::move(stop)),
      from_(std::move(source.state)),
      first_seen_us_(reading.now_us) {
  if (!from_) return;
  round_ = from_->round + (reading.again ? 1 : 0);
  if (reading.again) return;
  loaded_ = from_->position;
  first_seen_us_ = from_->first_seen_us;
}

std::unexpected<Error> SourceReader::Changed(std::string_view how) const {
  return Fail(ErrorKind::kInvalid,
              "'{}' has changed since it was loaded: {}. --again loads all of it once more, beside "
              "the rows that are there",
              name(), how);
}

Result<bool> SourceReader::Begin(decode::LineBlock* block) {
  input_ = TRY(decode::LineInput::Open(path_, stop_));
  size_bytes_ = input_->size_bytes();
  is_begun_ = true;
  return SkipLoaded(block);
}

Result<bool> SourceReader::Read(decode::LineBlock* block) {
  return ReadOn(*input_, block, progress_);
}

/// Count bytes of a block as given out, or as loaded before.
void SourceReader::Take(decode::LineBlock* block, size_t size) {
  hash_.Update(block->text.substr(0, size));
  position_ += size;
  block->text.remove_prefix(size);
  block->offset += size;
}

Result<bool> SourceReader::SkipLoaded(decode::LineBlock* block) {
  bool at_line_end = true;
  while (position_ < loaded_) {
    if (!TRY(Read(block))) {
      return Changed(Format("it has {} bytes now, and {} are loaded", position_, loaded_));
    }
    const size_t size = std::min<uint64_t>(block->text.size(), loaded_ - position_);
    at_line_end = block->text[size - 1] == '\n';
    Take(block, size);
  }
  if (loaded_ == 0) return Read(block);
  TRY(CheckLoaded());
  if (!at_line_end) TRY(SkipLineEnd(block));
  return !block->text.empty() || TRY(Read(block));
}

Status SourceReader::CheckLoaded() const {
  if (crypto::Hex(hash_.Digest()) == from_->hash) return {};
  return Changed(Format("its first {} bytes are not what they were", loaded_));
}

/// The last line that was loaded had no line end: that is all that may have come to it.
Status SourceReader::SkipLineEnd(decode::LineBlock* block) {
  const size_t end = block->text.find('\n');
  std::string_view rest = block->text.substr(0, end);
  const bool is_text = reading_.format == RecordFormat::kText;
  if (rest.find_first_not_of(is_text ? "\r" : kBlanks) != rest.npos) {
    return Changed(Format("its last line, at byte {}, was loaded and goes on now", loaded_));
  }
  Take(block, end == block->text.npos ? block->text.size() : end + 1);
  return {};
}

void SourceReader::LeaveUnfinished(decode::LineBlock* block) {
  std::string_view& text = block->text;
  if (text.ends_with('\n')) return;
  const size_t line = text.rfind('\n') + 1;  // npos + 1 is 0
  ends_unfinished_ = IsBeginning(text.substr(line), reading_.format);
  if (ends_unfinished_) text.remove_suffix(text.size() - line);
}

Result<bool> SourceReader::Next(decode::LineBlock* block) {
  if (is_begun_ && input_ == nullptr) return false;
  const bool has_lines = is_begun_ ? TRY(Read(block)) : TRY(Begin(block));
  if (has_lines) LeaveUnfinished(block);
  if (!has_lines || ends_unfinished_) input_.reset();
  if (!has_lines || block->text.empty()) return false;
  if (position_ + block->text.size() > reading_.position_max) {
    return Fail(ErrorKind::kTooLarge,
                "'{}' has over {} bytes, and none of a source is loaded behind them: split it",
                name(), reading_.position_max);
  }
  hash_.Update(block->text);
  position_ += block->text.size();
  has_given_ = true;
  return true;
}

std::optional<catalog::SourceProgress> SourceReader::Step() const {
  catalog::SourceState to{.uri = uri_,
                          .size_bytes = size_bytes_,
                          .position = position_,
                          .hash = crypto::Hex(hash_.Digest()),
                          .first_seen_us = first_seen_us_,
                          .round = round_,
                          .load = reading_.load};
  const bool is_there =
      from_ ? from_->position == position_ && from_->round == round_ : position_ == 0;
  if (is_there) return std::nullopt;
  return catalog::SourceProgress{from_, std::move(to)};
}

}  // namespace tarn::load
