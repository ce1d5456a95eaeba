#include "feed/dead_letters.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "base/units.h"
#include "crypto/digest.h"

namespace tarn::feed {
namespace {

constexpr size_t kCopyBytes = 4 * kMiB;
constexpr size_t kDigitsOfName = 16;

/// errors  kConflict: it has another size by now; kCancelled; as ObjectStore::Begin and
/// Upload::Finish
Status CopyTo(const ListedObject& object, store::ObjectStore& to, const std::string& key,
              const std::stop_token& stop) {
  const auto upload = TRY(to.Begin(key));
  const uint64_t size = object.info.size;
  for (uint64_t at = 0; at < size;) {
    if (stop.stop_requested()) return Fail(ErrorKind::kCancelled, "the server stops");
    const std::string bytes =
        TRY(object.store.GetRange(object.info.key, at, std::min<uint64_t>(kCopyBytes, size - at)));
    if (bytes.empty()) return Fail(ErrorKind::kConflict, "{} became shorter", object.info.key);
    TRY(upload->Append(bytes));
    at += bytes.size();
  }
  return upload->Finish();
}

/// Whether what lies under a name has an object's bytes: it was copied before a kill.
Result<bool> IsCopyOf(const ListedObject& object, store::ObjectStore& in, const std::string& key,
                      const std::stop_token& stop) {
  const uint64_t size = object.info.size;
  if (TRY(in.Head(key)).size != size) return false;
  for (uint64_t at = 0; at < size;) {
    if (stop.stop_requested()) return Fail(ErrorKind::kCancelled, "the server stops");
    const uint64_t part = std::min<uint64_t>(kCopyBytes, size - at);
    const std::string bytes = TRY(object.store.GetRange(object.info.key, at, part));
    if (bytes.empty() || bytes != TRY(in.GetRange(key, at, bytes.size()))) return false;
    at += bytes.size();
  }
  return true;
}

std::string Digits(std::string_view text) {
  return crypto::Hex(crypto::Sha256(text)).substr(0, kDigitsOfName);
}

}  // namespace

/// returns  the copy's key: with more than the object's where that name is taken by something else,
/// or cannot be one
Result<std::string> DeadLetters::Copy(const ListedObject& object, store::ObjectStore& to,
                                      const std::stop_token& stop) const {
  const std::string& own = object.info.key;
  const std::string names[] = {
      place_.prefix + own,
      Format("{}{}.{}", place_.prefix, own, Digits(object.info.etag)),
      Format("{}by-name/{}", place_.prefix, Digits(own + "\n" + object.info.etag)),
  };
  Status copied;
  for (const std::string& name : names) {
    copied = CopyTo(object, to, name, stop);
    if (copied) return name;
    const ErrorKind kind = copied.error().kind();
    if (kind == ErrorKind::kInvalid) continue;  // too long, or below another object
    if (kind != ErrorKind::kConflict) return std::unexpected(copied.error());
    const auto is_copy = IsCopyOf(object, to, name, stop);
    if (!is_copy && is_copy.error().kind() != ErrorKind::kNotFound)
      return std::unexpected(is_copy.error());
    if (is_copy.value_or(false)) return name;
  }
  return std::unexpected(copied.error());
}

Status DeadLetters::Keep(const ListedObject& object, const std::string& reason, int64_t now_us,
                         const std::stop_token& stop) const {
  store::ObjectStore* const to = TRY(buckets_.Open(place_.bucket));
  const std::string key = TRY(Copy(object, *to, stop));
  const Json why = Json::MakeObject({{"source", ObjectUri(object.bucket, object.info.key)},
                                     {"stream", stream_},
                                     {"reason", reason},
                                     {"size", static_cast<int64_t>(object.info.size)},
                                     {"etag", object.info.etag},
                                     {"at", FormatTimestamp(now_us, TimeStyle::kIsoUtc)}});
  return to->Put(key + kReasonSuffix, why.Dump() + "\n");
}

}  // namespace tarn::feed
