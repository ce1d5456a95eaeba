#include "feed/raw_object.h"

#include <utility>

#include "derive/object_records.h"
#include "shape/json_fault.h"

namespace tarn::feed {
namespace {

constexpr size_t kGivenRecordsMax = 8192;
constexpr size_t kGivenBytesMax = kMiB;
constexpr size_t kReasonBytesMax = 1000;

derive::InputObject InputOf(const store::ObjectInfo& info) {
  return {.key = info.key, .size = info.size, .etag = info.etag};
}

Result<bool> IsAsListed(const ListedObject& object) {
  const auto now = object.store.Head(object.info.key);
  if (!now && now.error().kind() == ErrorKind::kNotFound) return false;
  const store::ObjectInfo info = TRY(Result(now));
  return info.size == object.info.size && info.etag == object.info.etag;
}

/// Records on their way out, some at a time.
class Portion {
 public:
  explicit Portion(const RawObject::Take& take) : take_(take) {}

  Status Add(std::string_view bytes, uint64_t offset) {
    views_.push_back({.bytes = bytes, .lsn = Lsn(offset), .source = schema::Source::kFile});
    bytes_ += bytes.size();
    if (views_.size() < kGivenRecordsMax && bytes_ < kGivenBytesMax) return {};
    return End();
  }
  Status End() {
    const Status taken = views_.empty() ? Status() : take_(views_);
    views_.clear();
    bytes_ = 0;
    return taken;
  }

 private:
  const RawObject::Take& take_;
  std::vector<schema::RecordView> views_;
  size_t bytes_ = 0;
};

}  // namespace

Result<RawObject> RawObject::Read(const ListedObject& object, uint64_t bytes_max,
                                  const std::stop_token& stop) {
  RawObject read(object);
  const Status done = read.ReadRecords(bytes_max, stop);
  // What seems damaged may be two versions of the object, half of each.
  const bool may_have_changed =
      done || derive::IsDamage(done.error()) || done.error().kind() == ErrorKind::kNotFound;
  if (may_have_changed && !TRY(IsAsListed(object))) {
    read.state_ = State::kChanged;
    return read;
  }
  if (!done && !derive::IsDamage(done.error())) return std::unexpected(done.error());
  if (!done) read.MarkDamaged(done.error().message());
  return read;
}

void RawObject::MarkDamaged(std::string reason) {
  state_ = State::kDamaged;
  if (reason.size() > kReasonBytesMax) reason.resize(kReasonBytesMax);
  reason_ = std::move(reason);
  text_ = {};
  slices_ = {};
}

Status RawObject::ReadRecords(uint64_t bytes_max, const std::stop_token& stop) {
  auto reader =
      TRY(derive::ObjectRecords::Open(object_->store, object_->bucket, InputOf(object_->info),
                                      nullptr, {.inflated_max = bytes_max, .stop = stop}));
  derive::ObjectRecord record;
  bool has_json = false;
  std::string fault;  // of the first record
  while (TRY(reader->Next(&record))) {
    if (stop.stop_requested()) return Fail(ErrorKind::kCancelled, "the server stops");
    if (record.heka != nullptr) {
      return Fail(ErrorKind::kInvalid,
                  "it holds Heka frames, of which streams make no rows: make a "
                  "derived dataset of them");
    }
    bytes_ = record.offset + record.bytes.size();
    ++records_;
    if (!has_json) {
      const auto wrong = shape::FindJsonFault(record.bytes);
      has_json = !wrong;
      if (wrong && fault.empty()) fault = wrong->message;
    }
    Hold(record.bytes, record.offset);
  }
  const derive::ObjectDamage& damage = reader->damage();
  if (damage.damaged > 0 || damage.skipped_bytes > 0) {
    return Fail(ErrorKind::kCorrupt, "{}",
                damage.ended_by.empty() ? "it holds damaged Heka frames" : damage.ended_by);
  }
  if (records_ > 0 && !has_json) {
    return Fail(ErrorKind::kInvalid, "none of its {} records is a JSON object; the first: {}",
                records_, fault);
  }
  return {};
}

void RawObject::Hold(std::string_view bytes, uint64_t offset) {
  if (!is_held_) return;
  is_held_ = bytes_ + slices_.size() * sizeof(Slice) < kHeldBytesMax;
  if (!is_held_) {
    text_ = {};
    slices_ = {};
    return;
  }
  slices_.push_back(
      {offset, static_cast<uint32_t>(text_.size()), static_cast<uint32_t>(bytes.size())});
  text_ += bytes;
}

Status RawObject::Give(const Take& take, const std::stop_token& stop) const {
  return is_held_ ? GiveHeld(take) : GiveAgain(take, stop);
}

Status RawObject::GiveHeld(const Take& take) const {
  Portion portion(take);
  const std::string_view text = text_;
  for (const Slice& slice : slices_)
    TRY(portion.Add(text.substr(slice.begin, slice.size), slice.offset));
  return portion.End();
}

Status RawObject::GiveAgain(const Take& take, const std::stop_token& stop) const {
  auto reader = TRY(derive::ObjectRecords::Open(object_->store, object_->bucket,
                                                InputOf(object_->info), nullptr, {.stop = stop}));
  derive::ObjectRecord record;
  uint64_t given = 0;
  // A record is valid until the next one, so portions are gathered here.
  std::string text;
  std::vector<std::pair<uint64_t, size_t>> ends;  // offset in the object, end in `text`
  const auto give = [&]() -> Status {
    Portion portion(take);
    size_t begin = 0;
    for (const auto& [offset, end] : ends) {
      TRY(portion.Add(std::string_view(text).substr(begin, end - begin), offset));
      begin = end;
    }
    TRY(portion.End());
    text.clear();
    ends.clear();
    return {};
  };
  while (TRY(reader->Next(&record))) {
    if (stop.stop_requested()) return Fail(ErrorKind::kCancelled, "the server stops");
    ++given;
    text += record.bytes;
    ends.emplace_back(record.offset, text.size());
    if (ends.size() >= kGivenRecordsMax || text.size() >= kGivenBytesMax) TRY(give());
  }
  TRY(give());
  if (given == records_ && reader->damage().damaged == 0 && TRY(IsAsListed(*object_))) return {};
  return Fail(ErrorKind::kConflict, "{}/{} changed while it was read", object_->bucket,
              object_->info.key);
}

}  // namespace tarn::feed
