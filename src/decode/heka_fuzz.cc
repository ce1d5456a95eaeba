// libFuzzer: Heka's reader against itself. The bytes are read whole, in pieces and strictly; what
// is found goes through NDJSON into frames of every variant and back. Half of the inputs are
// damaged frames, since chance alone makes few whole ones.
//
//   ./dev build fuzz heka_fuzz && build/fuzz/fuzz/heka_fuzz -max_total_time=300
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "decode/heka_json.h"
#include "decode/heka_testing.h"
#include "decode/protobuf_internal.h"

namespace tarn::decode {
namespace {

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

/// Some frames, with bytes of the input written over them, two for the place and one for the byte.
std::string MakeDamaged(std::string_view input) {
  std::string bytes = MakeHekaFrame(1) + MakeHekaFrame(2, {.snappy = true}) +
                      MakeHekaFrame(3, {.hmac_hash = HekaHash::kSha1, .hmac_signer = "s"});
  for (uint16_t at = 0; input.size() >= 3; input.remove_prefix(1)) {
    TakeLe(&input, &at);
    bytes[at % bytes.size()] = input.front();
  }
  return bytes.substr(0, bytes.size() - input.size());
}

void RequireRoundTrip(const ReadStream& whole, unsigned way) {
  const HekaEncoding encoding{.numbers = static_cast<HekaNumbers>(way % 3),
                              .omit_string_type = way % 2 == 0};
  std::string made;
  for (const ReadMessage& message : whole.messages) {
    const auto draft = ParseHekaJson(message.json);
    Require(draft.has_value(), "a message's own NDJSON is refused");
    std::string body;
    AppendHekaBody(*draft, encoding, &body);
    const HekaFrameOptions frame{.snappy = way % 4 == 0, .header_length = way % 2 == 0 ? 0u : 200u};
    Require(AppendHekaFrame(body, frame, &made).has_value(), "a message gets no frame");
  }
  const ReadStream again = ReadHeka(made, {.strict = true});
  Require(!again.error, "a frame of ours is damaged");
  Require(again.messages.size() == whole.messages.size(), "frames of ours are lost");
  for (size_t i = 0; i < whole.messages.size(); ++i) {
    Require(again.messages[i].json == whole.messages[i].json, "NDJSON changes on its way");
  }
}

void Check(const std::string& bytes, unsigned way) {
  const HekaReaderOptions options{.message_bytes_max = 100'000};
  const ReadStream whole = ReadHeka(bytes, options);
  uint64_t frames = 0;
  for (const ReadMessage& message : whole.messages) frames += message.frame.size();
  if (!whole.error) {  // else what looks like gzip or zstd is none
    Require(frames + whole.counts.skipped_bytes == whole.counts.bytes, "bytes are not counted");
  }
  const ReadStream pieces = ReadHeka(bytes, options, 1 + way);
  Require(pieces.messages == whole.messages, "pieces give other messages");
  Require(pieces.counts.damaged == whole.counts.damaged, "pieces give other damage");
  HekaReaderOptions strict = options;
  strict.strict = true;
  const ReadStream first = ReadHeka(bytes, strict);
  Require(first.messages.size() <= whole.messages.size(), "strict finds more");
  for (size_t i = 0; i < first.messages.size(); ++i) {
    Require(first.messages[i] == whole.messages[i], "strict finds other messages");
  }
  RequireRoundTrip(whole, way);
}

}  // namespace
}  // namespace tarn::decode

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const unsigned way = data[0];
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  tarn::decode::Check(way % 2 == 0 ? std::string(input) : tarn::decode::MakeDamaged(input),
                      way / 2);
  return 0;
}
