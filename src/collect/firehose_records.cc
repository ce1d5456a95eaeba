#include "collect/firehose_records.h"

#include <simdjson.h>

#include <optional>
#include <utility>
#include <vector>

#include "base/format.h"
#include "base/json.h"
#include "codec/text.h"
#include "collect/limits.h"
#include "collect/padded_text_internal.h"

namespace tarn::collect {
namespace {

namespace ondemand = simdjson::ondemand;

std::unexpected<AwsError> Malformed(std::string message) {
  return std::unexpected(AwsError{"SerializationException", std::move(message)});
}

std::unexpected<AwsError> Malformed(simdjson::error_code error) {
  return Malformed(
      Format("The request body is not valid JSON: {}", simdjson::error_message(error)));
}

/// What an envelope held. A member that is null or missing has no value.
struct Envelope {
  std::optional<std::string> stream;
  bool has_records = false;    ///< `Records` or `Record`
  std::vector<bool> has_data;  ///< one a record
  schema::RecordBlock block;   ///< a record without Data is an empty one
};

/// Reads either operation's envelope with simdjson's on-demand parser. Every value is looked at or
/// parsed by itself: on-demand alone skips over invalid ones.
class EnvelopeReader {
 public:
  EnvelopeReader(std::string_view records_member, bool is_batch, Envelope* out)
      : records_member_(records_member), is_batch_(is_batch), out_(out) {}

  AwsResult<void> Read(ondemand::document& document) {
    ondemand::object envelope;
    if (const auto error = document.get_object().get(envelope))
      return WrongType(error, "a JSON object");
    for (auto member : envelope) {
      ondemand::field field;
      if (const auto error = std::move(member).get(field)) return Malformed(error);
      TRY(ReadMember(field));
    }
    if (!document.at_end()) return Malformed("The request body goes on after its JSON object.");
    return {};
  }

 private:
  static std::unexpected<AwsError> WrongType(simdjson::error_code error, std::string_view wanted) {
    if (error != simdjson::INCORRECT_TYPE) return Malformed(error);
    return Malformed(Format("Unexpected field type: expected {}.", wanted));
  }

  AwsResult<void> ReadMember(ondemand::field& field) {
    std::string_view name;
    if (const auto error = field.unescaped_key().get(name)) return Malformed(error);
    ondemand::value value = field.value();
    if (name == "DeliveryStreamName") return ReadStreamName(value);
    if (name != records_member_) return Skip(value);
    out_->block.records.clear();
    out_->block.buffer.clear();
    out_->has_data.clear();
    out_->has_records = false;
    if (TRY(IsNull(value))) return {};
    out_->has_records = true;
    return is_batch_ ? ReadRecords(value) : ReadRecord(value);
  }

  AwsResult<void> ReadStreamName(ondemand::value value) {
    out_->stream.reset();
    if (TRY(IsNull(value))) return {};
    std::string_view name;
    if (const auto error = value.get_string().get(name)) return WrongType(error, "a string");
    out_->stream = std::string(name);
    return {};
  }

  AwsResult<void> ReadRecords(ondemand::value value) {
    ondemand::array records;
    if (const auto error = value.get_array().get(records)) return WrongType(error, "a list");
    for (auto element : records) {
      ondemand::value record;
      if (const auto error = std::move(element).get(record)) return Malformed(error);
      TRY(ReadRecord(record));
    }
    return {};
  }

  AwsResult<void> ReadRecord(ondemand::value value) {
    ondemand::object record;
    if (const auto error = value.get_object().get(record)) return WrongType(error, "a structure");
    schema::RecordBlock::Slice slice{static_cast<uint32_t>(out_->block.buffer.size()), 0};
    bool has_data = false;
    for (auto member : record) {
      ondemand::field field;
      if (const auto error = std::move(member).get(field)) return Malformed(error);
      std::string_view name;
      if (const auto error = field.unescaped_key().get(name)) return Malformed(error);
      if (name != "Data") {
        TRY(Skip(field.value()));
        continue;
      }
      out_->block.buffer.resize(slice.offset);  // of members with the same name the last one counts
      has_data = !TRY(IsNull(field.value()));
      if (has_data) TRY(DecodeData(field.value()));
    }
    slice.length = static_cast<uint32_t>(out_->block.buffer.size() - slice.offset);
    out_->block.records.push_back(slice);
    out_->has_data.push_back(has_data);
    return {};
  }

  /// Base64 needs no unescaping, but for encoders that write `\/`.
  AwsResult<void> DecodeData(ondemand::value value) {
    ondemand::json_type type;
    if (const auto error = value.type().get(type)) return Malformed(error);
    if (type != ondemand::json_type::string) return WrongType(simdjson::INCORRECT_TYPE, "a blob");
    std::string_view text = value.raw_json_token();
    text = text.substr(1, text.rfind('"') - 1);
    if (text.find('\\') != std::string_view::npos) {
      if (const auto error = value.get_string().get(text)) return Malformed(error);
    }
    if (!codec::AppendDecodedBase64(text, &out_->block.buffer)) {
      return Malformed(
          Format("Data of record {} is not valid Base64.", out_->block.records.size() + 1));
    }
    return {};
  }

  static AwsResult<bool> IsNull(ondemand::value value) {
    ondemand::json_type type;
    if (const auto error = value.type().get(type)) return Malformed(error);
    if (type != ondemand::json_type::null) return false;
    bool is_null = false;
    if (const auto error = value.is_null().get(is_null)) return Malformed(error);
    return is_null;
  }

  /// Members that AWS does not know are ignored, and must be JSON all the same.
  static AwsResult<void> Skip(ondemand::value value) {
    std::string_view text;
    if (const auto error = value.raw_json().get(text)) return Malformed(error);
    if (const auto parsed = Json::Parse(text); !parsed) {
      return Malformed(Format("The request body is not valid JSON: {}", parsed.error().message()));
    }
    return {};
  }

  const std::string_view records_member_;
  const bool is_batch_;
  Envelope* const out_;
};

AwsResult<Envelope> ReadEnvelope(std::string_view body, std::string_view records_member,
                                 bool is_batch) {
  Envelope envelope;
  if (body.empty()) return envelope;  // an empty body is {}
  // Once a thread: the parser and the padded copy keep their memory from request to request.
  static thread_local ondemand::parser parser;
  static thread_local PaddedText padded;
  envelope.block.buffer.reserve(body.size() / 4 * 3);
  ondemand::document document;
  if (const auto error = parser.iterate(padded.Copy(body)).get(document)) return Malformed(error);
  TRY(EnvelopeReader(records_member, is_batch, &envelope).Read(document));
  return envelope;
}

/// A blob is not shown in a message: record bodies stay out of replies and logs.
std::string SizeOnly(size_t bytes) { return Format("blob of {} bytes", bytes); }

void CheckRecord(const Envelope& envelope, size_t index, std::string_view path,
                 Violations* violations) {
  const size_t bytes = envelope.block.records[index].length;
  if (!envelope.has_data[index]) violations->MustNotBeNull(path);
  if (bytes > kFirehoseRecordBytesMax) {
    violations->TooLong(path, SizeOnly(bytes), kFirehoseRecordBytesMax);
  }
}

FirehosePut ToPut(Envelope envelope) {
  return {std::move(*envelope.stream),
          std::make_shared<const schema::RecordBlock>(std::move(envelope.block))};
}

}  // namespace

AwsResult<FirehosePut> ParsePutRecord(std::string_view body) {
  Envelope envelope = TRY(ReadEnvelope(body, "Record", false));
  Violations violations;
  violations.CheckStreamName("deliveryStreamName", envelope.stream);
  if (!envelope.has_records) {
    violations.MustNotBeNull("record");
  } else {
    CheckRecord(envelope, 0, "record.data", &violations);
  }
  if (!violations.empty()) return std::unexpected(violations.ToError());
  return ToPut(std::move(envelope));
}

AwsResult<FirehosePut> ParsePutRecordBatch(std::string_view body) {
  Envelope envelope = TRY(ReadEnvelope(body, "Records", true));
  Violations violations;
  violations.CheckStreamName("deliveryStreamName", envelope.stream);
  const size_t count = envelope.block.records.size();
  if (!envelope.has_records) {
    violations.MustNotBeNull("records");
  } else if (count == 0) {
    violations.TooShort("records", "[]", 1);
  } else if (count > kFirehoseRecordsMax) {
    violations.TooLong("records", Format("[{} records]", count), kFirehoseRecordsMax);
  }
  for (size_t i = 0; i < count; ++i) {
    CheckRecord(envelope, i, Format("records.{}.member.data", i + 1), &violations);
  }
  if (!violations.empty()) return std::unexpected(violations.ToError());
  if (envelope.block.buffer.size() > kFirehoseBatchBytesMax) {
    return std::unexpected(AwsError{"InvalidArgumentException", "Records size exceeds 4 MB limit"});
  }
  return ToPut(std::move(envelope));
}

}  // namespace tarn::collect
