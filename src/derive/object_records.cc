#include "derive/object_records.h"

#include <utility>

#include "base/units.h"
#include "decode/byte_input.h"
#include "derive/object_input.h"
#include "derive/record_format.h"

namespace tarn::derive {
namespace {

constexpr size_t kHeadBytes = 64 * kKiB;

}  // namespace

bool IsDamage(const Error& error) {
  return error.kind() == ErrorKind::kInvalid || error.kind() == ErrorKind::kCorrupt ||
         error.kind() == ErrorKind::kTooLarge;
}

Result<std::unique_ptr<ObjectRecords>> ObjectRecords::Open(store::ObjectStore& store,
                                                           const std::string& bucket,
                                                           const InputObject& object,
                                                           const decode::HekaKeys* keys,
                                                           decode::ReadBounds bounds) {
  const store::ObjectInfo info = TRY(store.Head(object.key));
  if (info.etag != object.etag || info.size != object.size) {
    return Fail(ErrorKind::kInvalid, "it has changed since the plan was made: plan anew");
  }
  const std::string name = Format("{}/{}", bucket, object.key);
  std::unique_ptr<ObjectRecords> records(new ObjectRecords());
  records->modified_us_ = info.modified_us;
  const Status opened = records->OpenReader(
      TRY(decode::ByteInput::Make(name, std::make_unique<ObjectInput>(store, object),
                                  std::move(bounds))),
      keys);
  if (opened) return records;
  if (!IsDamage(opened.error())) return std::unexpected(opened.error());
  records->EndBy(opened.error());
  return records;
}

Status ObjectRecords::OpenReader(std::unique_ptr<decode::ByteInput> input,
                                 const decode::HekaKeys* keys) {
  switch (RecognizeFormat(input->Peek(kHeadBytes))) {
    case RecordFormat::kHeka:
      heka_ = std::make_unique<decode::HekaReader>(std::move(input),
                                                   decode::HekaReaderOptions{.keys = keys});
      break;
    case RecordFormat::kLines:
      lines_ = TRY(decode::LineInput::Make(std::move(input)));
      break;
    case RecordFormat::kValues:
      values_ = TRY(decode::ValueInput::Make(std::move(input)));
      break;
  }
  return {};
}

Result<bool> ObjectRecords::Next(ObjectRecord* record) {
  auto next = heka_ != nullptr ? NextFrame(record) : NextText(record);
  if (next || !IsDamage(next.error())) return next;
  EndBy(next.error());
  return false;
}

void ObjectRecords::EndBy(const Error& error) {
  ++damage_.damaged;
  damage_.ended_by = error.message();
  heka_.reset();
  lines_.reset();
  values_.reset();
}

Result<bool> ObjectRecords::NextFrame(ObjectRecord* record) {
  auto next = heka_->Next(&frame_);
  damage_.skipped_bytes = heka_->counts().skipped_bytes;
  damage_.damaged = heka_->counts().damaged;
  damage_.hmac_failed = heka_->counts().hmac_failed;
  if (!TRY(std::move(next))) return false;
  *record = {.offset = frame_.offset, .heka = &frame_, .bytes = frame_.frame};
  return true;
}

Result<bool> ObjectRecords::NextText(ObjectRecord* record) {
  while (next_text_ == texts_.size()) {
    if (!TRY(ReadTexts())) return false;
  }
  const schema::RecordView& text = texts_[next_text_++];
  *record = {.offset = text.lsn.number(), .heka = nullptr, .bytes = text.bytes};
  return true;
}

Result<bool> ObjectRecords::ReadTexts() {
  next_text_ = 0;
  texts_.clear();
  if (values_ != nullptr) return values_->Next(&texts_);
  if (lines_ == nullptr || !TRY(lines_->Next(&block_))) return false;
  SplitRecords(block_, &texts_);
  return true;
}

}  // namespace tarn::derive
