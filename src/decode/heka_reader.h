// Heka's framed streams, as files of telemetry have them: messages one after another, with what is
// between them skipped and counted. docs/formats/heka.md has the format and the policy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/units.h"
#include "decode/byte_window.h"
#include "decode/heka_frame.h"
#include "decode/heka_keys.h"
#include "decode/heka_message.h"

namespace tarn::decode {

inline constexpr size_t kHekaMessageBytesMax = 64 * kMiB;  ///< of a body as stored, unless told
inline constexpr size_t kHekaInflatedBytesMax = kGiB;      ///< of a body that is snappy, inflated
/// Bodies that are tried in vain may have this many times the bytes of the stream so far and the
/// message limit. Damage comes nowhere near it; bytes that were made to be slow, with separators
/// all over what is almost a message, would take days.
inline constexpr size_t kHekaTriesMax = 100;

struct HekaReaderOptions {
  size_t message_bytes_max = kHekaMessageBytesMax;  ///< a frame that claims more is damage
  bool strict = false;  ///< damage ends the reading, instead of being skipped
  const HekaKeys* keys =
      nullptr;  ///< lent; frames signed wrongly are left out. None: not looked at
};

/// What was found so far. All bytes of the stream, inflated, are those of records' frames, of
/// frames that were left out, and skipped ones.
struct HekaCounts {
  uint64_t records = 0;
  uint64_t bytes = 0;          ///< of the stream, up to where reading is
  uint64_t skipped_bytes = 0;  ///< that belong to no frame
  uint64_t damaged = 0;        ///< record separators that no whole, readable frame follows
  uint64_t hmac_failed = 0;    ///< frames left out: unknown signer or key version, wrong HMAC
};

/// One frame and its message. Valid until the reader's next call, or its end.
struct HekaRecord {
  uint64_t offset = 0;     ///< of the frame in the stream, inflated
  std::string_view frame;  ///< whole, as stored
  HekaHeader header;
  std::string_view body;   ///< as stored
  bool is_snappy = false;  ///< how the body was stored
  std::string_view plain;  ///< the body, inflated where it was snappy
  HekaMessage message;     ///< its views lie in the frame, or in the reader's inflated copy of it
};

/// Reads one stream from front to back. Memory is bounded by the options: the frame in view, a
/// snappy body's inflated copy, a MiB. Threads: one at a time.
class HekaReader {
 public:
  /// in       path: a file, plain, gzip or zstd by its first bytes; `-` is stdin
  ///          stop: ends reads that wait for a pipe
  /// errors   kNotFound, kInvalid (a directory), kIo, kCancelled
  static Result<std::unique_ptr<HekaReader>> Open(const std::string& path,
                                                  const HekaReaderOptions& options,
                                                  const std::stop_token& stop);
  HekaReader(std::unique_ptr<ByteInput> input, const HekaReaderOptions& options)
      : options_(options), window_(std::move(input)) {}

  /// Read the next message.
  ///
  /// returns  false at the end
  /// errors   all messages before it were given: kCorrupt (damage, where strict), kTooLarge (beyond
  ///          kHekaTriesMax), kInvalid (the file's compression), kIo, kCancelled. After one there
  ///          is nothing more
  Result<bool> Next(HekaRecord* record);

  const HekaCounts& counts() const { return counts_; }
  const std::string& name() const { return window_.input().name(); }

 private:
  bool FindSeparator();
  const char* ReadFrame(HekaRecord* record);
  const char* ReadBody(HekaRecord* record);
  void Skip(size_t size);
  Status CountTry(size_t body_bytes);
  std::unexpected<Error> StopAt(const char* damage);

  const HekaReaderOptions options_;
  ByteWindow window_;
  std::string inflated_;      // the last body that was tried as snappy
  size_t frame_in_view_ = 0;  // given out, so it leaves only with the next call
  uint64_t tried_bytes_ = 0;  // of bodies that were no messages
  bool is_over_ = false;
  HekaCounts counts_;
};

}  // namespace tarn::decode
