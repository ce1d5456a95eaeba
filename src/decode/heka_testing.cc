#include "decode/heka_testing.h"

#include "decode/heka_json.h"
#include "decode/protobuf_internal.h"

namespace tarn::decode {

HekaDraft MakeHekaDraft(int number) {
  HekaDraft draft{.uuid = std::string(16, static_cast<char>('a' + number % 26)),
                  .timestamp_ns = 1'446'000'000'000'000'000 + number,
                  .type = "telemetry",
                  .logger = "",
                  .severity = -1,
                  .payload = Format(R"({{"seq":{}}})", number),
                  .pid = 4711,
                  .hostname = "ip-172-31-20-7"};
  draft.fields = {{"docType", HekaValueType::kString, std::nullopt, {"main"}},
                  {"n", HekaValueType::kInteger, "count", {int64_t{number}, int64_t{-1}}},
                  {"Size", HekaValueType::kDouble, "", {2.5}},
                  {"flags", HekaValueType::kBool, std::nullopt, {true, false}},
                  {"submission", HekaValueType::kBytes, std::nullopt, {"\xff\x1e\x1f"}},
                  {"none", HekaValueType::kInteger, std::nullopt, {}}};
  return draft;
}

std::string MakeHekaFrame(int number, const HekaFrameOptions& options) {
  std::string body;
  AppendHekaBody(MakeHekaDraft(number), {}, &body);
  std::string frame;
  Ignore(AppendHekaFrame(body, options, &frame), "a test that needs it finds it missing");
  return frame;
}

std::string MakeHekaFrameOf(std::string_view body) {
  std::string header;
  AppendWireNumber(1, body.size(), &header);
  return MakeHekaFrameOf(header, body);
}

std::string MakeHekaFrameOf(std::string_view header, std::string_view body) {
  return Format("\x1e{}{}\x1f{}", static_cast<char>(header.size()), header, body);
}

std::vector<uint64_t> ReadStream::offsets() const {
  std::vector<uint64_t> all;
  for (const ReadMessage& message : messages) all.push_back(message.offset);
  return all;
}

ReadStream ReadHeka(std::string bytes, const HekaReaderOptions& options, size_t piece,
                    std::optional<Error> error) {
  ReadStream stream;
  auto input = ByteInput::Make(
      "test", std::make_unique<MemoryInput>(std::move(bytes), piece, std::move(error)));
  if (!input) {
    stream.error = input.error();
    return stream;
  }
  HekaReader reader(*std::move(input), options);
  HekaRecord record;
  while (true) {
    const Result<bool> next = reader.Next(&record);
    if (!next) stream.error = next.error();
    if (!next || !*next) break;
    ReadMessage& message = stream.messages.emplace_back(record.offset, std::string(record.frame),
                                                        std::string(), record.is_snappy);
    AppendHekaJson(record.message, &message.json);
  }
  stream.counts = reader.counts();
  return stream;
}

}  // namespace tarn::decode
