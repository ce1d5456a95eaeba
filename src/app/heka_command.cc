#include "app/heka_command.h"

#include <cstdio>
#include <optional>

#include "app/config.h"
#include "app/heka_condition.h"
#include "app/heka_keys_file.h"
#include "app/output_file.h"
#include "base/bytes.h"
#include "base/json.h"
#include "decode/heka_json.h"
#include "decode/heka_reader.h"
#include "decode/line_input.h"
#include "os/clock.h"
#include "os/input.h"

namespace tarn::app {
namespace {

Json SummaryJson(const std::string& file, const decode::HekaCounts& counts) {
  return Json::MakeObject({{"file", file},
                           {"records", static_cast<int64_t>(counts.records)},
                           {"bytes", static_cast<int64_t>(counts.bytes)},
                           {"skipped_bytes", static_cast<int64_t>(counts.skipped_bytes)},
                           {"damaged", static_cast<int64_t>(counts.damaged)}});
}

/// The command's work on one file after another.
class HekaCat {
 public:
  HekaCat(const HekaCatOptions& options, OutputFile& out) : options_(options), out_(out) {}

  Status ReadOptions() {
    for (const std::string& text : options_.where) {
      conditions_.push_back(TRY(While(HekaCondition::Parse(text), "--where")));
    }
    reader_options_.strict = options_.strict;
    reader_options_.message_bytes_max =
        TRY(While(ParseBytes(options_.message_max), "--message-max"));
    if (options_.hmac_keys.empty()) return {};
    keys_ = TRY(While(ReadHekaKeys(options_.hmac_keys), "--hmac-keys"));
    reader_options_.keys = &*keys_;
    return {};
  }

  /// in       input_error: what keeps the file from being read whole
  /// errors   kIo: of the output
  Status Cat(const std::string& file, Status* input_error) {
    auto reader = decode::HekaReader::Open(file, reader_options_, {});
    if (!reader) {
      *input_error = std::unexpected(reader.error());
      return Tell(file, {}, 0, *input_error);
    }
    uint64_t matched = 0;
    decode::HekaRecord record;
    while (true) {
      const Result<bool> next = (*reader)->Next(&record);
      if (!next) *input_error = std::unexpected(next.error());
      if (!next || !*next) break;
      if (!Matches(record.message)) continue;
      ++matched;
      if (!options_.summary) TRY(Write(record));
    }
    return Tell(file, (*reader)->counts(), matched, *input_error);
  }

 private:
  bool Matches(const decode::HekaMessage& message) const {
    for (const HekaCondition& condition : conditions_) {
      if (!condition.Matches(message)) return false;
    }
    return true;
  }

  Status Write(const decode::HekaRecord& record) {
    if (options_.output == "raw") return out_.Write(record.frame);
    line_.clear();
    decode::AppendHekaJson(record.message, &line_);
    line_.push_back('\n');
    return out_.Write(line_);
  }

  Status Tell(const std::string& file, const decode::HekaCounts& counts, uint64_t matched,
              const Status& input_error) {
    if (options_.summary) {
      Json summary = SummaryJson(file, counts);
      if (!conditions_.empty()) summary.Set("matched", static_cast<int64_t>(matched));
      if (keys_) summary.Set("hmac_failed", static_cast<int64_t>(counts.hmac_failed));
      if (!input_error) summary.Set("error", input_error.error().message());
      return out_.Write(summary.Dump() + "\n");
    }
    if (counts.skipped_bytes > 0) {
      std::fputs(Format("tarn: '{}': {} bytes belong to no message and were skipped\n", file,
                        counts.skipped_bytes)
                     .c_str(),
                 stderr);
    }
    if (counts.hmac_failed > 0) {
      std::fputs(Format("tarn: '{}': {} messages are signed wrongly and were left out\n", file,
                        counts.hmac_failed)
                     .c_str(),
                 stderr);
    }
    return {};
  }

  const HekaCatOptions& options_;
  OutputFile& out_;
  std::vector<HekaCondition> conditions_;
  std::optional<decode::HekaKeys> keys_;
  decode::HekaReaderOptions reader_options_;
  std::string line_;
};

/// The command's work on one line after another.
class HekaMake {
 public:
  explicit HekaMake(const HekaMakeOptions& options) : options_(options) {}

  Status ReadOptions() {
    encoding_.omit_string_type = options_.omit_string_type;
    if (options_.numbers == "unpacked") encoding_.numbers = decode::HekaNumbers::kUnpacked;
    if (options_.numbers == "lua") encoding_.numbers = decode::HekaNumbers::kLua;
    frame_.header_length = options_.header_length;
    if (options_.hmac_signer.empty()) return {};
    if (options_.hmac_keys.empty()) {
      return Fail(ErrorKind::kInvalid, "--hmac-signer needs --hmac-keys");
    }
    const decode::HekaKeys keys = TRY(While(ReadHekaKeys(options_.hmac_keys), "--hmac-keys"));
    const std::string* key = keys.Find(options_.hmac_signer, options_.hmac_key_version);
    if (key == nullptr) {
      return Fail(ErrorKind::kInvalid, "'{}' has no key {}_{}", options_.hmac_keys,
                  options_.hmac_signer, options_.hmac_key_version);
    }
    frame_.hmac_hash =
        options_.hmac_hash_function == "SHA1" ? decode::HekaHash::kSha1 : decode::HekaHash::kMd5;
    frame_.hmac_signer = options_.hmac_signer;
    frame_.hmac_key_version = options_.hmac_key_version;
    frame_.hmac_key = *key;
    return {};
  }

  Status Make(const std::string& file, OutputFile& out) {
    auto input = TRY(decode::LineInput::Open(file, {}));
    decode::LineBlock block;
    std::vector<schema::RecordView> lines;
    while (TRY(input->Next(&block))) {
      decode::SplitRecords(block, &lines);
      for (const schema::RecordView& line : lines) {
        TRY(While(Append(line.bytes), "'{}': the message at byte {}", input->name(),
                  line.lsn.number()));
        TRY(out.Write(bytes_));
      }
    }
    return {};
  }

 private:
  Status Append(std::string_view json) {
    const decode::HekaDraft message = TRY(decode::ParseHekaJson(json, MakeAbsent));
    body_.clear();
    bytes_.clear();
    decode::AppendHekaBody(message, encoding_, &body_);
    frame_.snappy = options_.body == "snappy" || (options_.body == "mixed" && count_ % 2 == 1);
    ++count_;
    return decode::AppendHekaFrame(body_, frame_, &bytes_);
  }

  /// The format's required members: a random uuid, and now.
  static decode::HekaDraft MakeAbsent() {
    decode::HekaDraft absent;
    AppendLe(&absent.uuid, os::SystemEntropy().Random64());
    AppendLe(&absent.uuid, os::SystemEntropy().Random64());
    absent.uuid[6] = static_cast<char>((absent.uuid[6] & 0x0f) | 0x40);  // RFC 9562: version 4
    absent.uuid[8] = static_cast<char>((absent.uuid[8] & 0x3f) | 0x80);
    absent.timestamp_ns = os::SystemClock().NowMicros() * 1000;
    return absent;
  }

  const HekaMakeOptions& options_;
  decode::HekaEncoding encoding_;
  decode::HekaFrameOptions frame_;
  uint64_t count_ = 0;
  std::string body_;
  std::string bytes_;
};

}  // namespace

Status RunHekaCat(const HekaCatOptions& options) {
  const auto out = TRY(OutputFile::Open("-", codec::Compression::kNone));
  HekaCat cat(options, *out);
  TRY(cat.ReadOptions());
  Status failed;
  for (const std::string& file : options.files) {
    Status input_error;
    TRY(cat.Cat(file, &input_error));
    if (input_error) continue;
    if (!failed) std::fputs(Format("tarn: {}\n", failed.error().message()).c_str(), stderr);
    failed = std::move(input_error);
  }
  TRY(out->Finish());
  return failed;
}

Status RunHekaMake(const HekaMakeOptions& options) {
  HekaMake make(options);
  TRY(make.ReadOptions());
  const auto compression = TRY(codec::ParseCompression(options.codec));
  const auto out = TRY(OutputFile::Open(options.out, compression));
  for (const std::string& file : options.files) TRY(make.Make(file, *out));
  return out->Finish();
}

}  // namespace tarn::app
