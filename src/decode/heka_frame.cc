#include "decode/heka_frame.h"

#include <limits>

#include "codec/compression.h"
#include "crypto/digest.h"
#include "decode/protobuf_internal.h"

namespace tarn::decode {
namespace {

Damage ReadHeaderField(const WireField& item, HekaHeader* header) {
  const bool is_number = item.number == 1 || item.number == 3 || item.number == 5;
  const bool is_bytes = item.number == 4 || item.number == 6;
  if (is_number && item.type != WireType::kVarint) return kWrongWireType;
  if (is_bytes && item.type != WireType::kBytes) return kWrongWireType;
  if (item.number == 1) header->message_length = static_cast<uint32_t>(item.value);
  if (item.number == 3) header->hmac_hash_function = item.value;
  if (item.number == 4) header->hmac_signer = item.bytes;
  if (item.number == 5) header->hmac_key_version = item.value;
  if (item.number == 6) header->hmac = item.bytes;
  return nullptr;
}

/// Fields of number 15 that mean nothing: two bytes each, the first three where it must be.
Status FillUp(size_t length, std::string* header) {
  if (header->size() >= length) return {};
  size_t missing = length - header->size();
  if (missing == 1) {
    return Fail(ErrorKind::kInvalid, "a header of {} bytes cannot be made {} bytes long",
                header->size(), length);
  }
  constexpr char kUnknownKey = 15 << 3;
  if (missing % 2 == 1) {
    header->append({kUnknownKey, '\x80', '\0'});
    missing -= 3;
  }
  for (; missing > 0; missing -= 2) header->append({kUnknownKey, '\0'});
  return {};
}

Result<std::string> MakeHeader(std::string_view body, const HekaFrameOptions& options) {
  std::string header;
  AppendWireNumber(1, body.size(), &header);
  if (options.hmac_hash) {
    // MD5 is the format's default and not written.
    if (*options.hmac_hash == HekaHash::kSha1) AppendWireNumber(3, 1, &header);
    AppendWireBytes(4, options.hmac_signer, &header);
    AppendWireNumber(5, options.hmac_key_version, &header);
    AppendWireBytes(6, HekaHmac(*options.hmac_hash, options.hmac_key, body), &header);
  }
  TRY(FillUp(options.header_length, &header));
  if (header.size() <= kHekaHeaderBytesMax) return header;
  return Fail(ErrorKind::kInvalid, "a header of {} bytes; a frame's has at most {}", header.size(),
              kHekaHeaderBytesMax);
}

}  // namespace

const char* HekaHeader::Read(std::string_view bytes) {
  *this = HekaHeader();
  WireReader reader(bytes);
  WireField item;
  bool has_length = false;
  while (reader.Next(&item)) {
    const Damage damage = ReadHeaderField(item, this);
    if (damage != nullptr) return damage;
    has_length |= item.number == 1;
  }
  if (reader.damage() != nullptr) return reader.damage();
  return has_length ? nullptr : "a header without message_length";
}

bool HekaHeader::IsAuthentic(std::string_view body, const HekaKeys& keys) const {
  if (!hmac) return true;
  if (hmac_hash_function > static_cast<uint64_t>(HekaHash::kSha1)) return false;
  const std::string* key = keys.Find(hmac_signer, hmac_key_version);
  if (key == nullptr) return false;
  const auto hash = static_cast<HekaHash>(hmac_hash_function);
  return crypto::EqualsConstantTime(HekaHmac(hash, *key, body), *hmac);
}

Status AppendHekaFrame(std::string_view body, const HekaFrameOptions& options, std::string* out) {
  std::string compressed;
  if (options.snappy) {
    compressed = TRY(codec::Compress(codec::Compression::kSnappy, body));
    body = compressed;
  }
  if (body.size() > std::numeric_limits<uint32_t>::max()) {
    return Fail(ErrorKind::kTooLarge, "a message of {} bytes; a frame holds less than 4 GiB",
                body.size());
  }
  const std::string header = TRY(MakeHeader(body, options));
  out->push_back(kHekaRecordSeparator);
  out->push_back(static_cast<char>(header.size()));
  out->append(header);
  out->push_back(kHekaUnitSeparator);
  out->append(body);
  return {};
}

}  // namespace tarn::decode
