#include "catalog/iceberg/avro_reader.h"

#include "base/bytes.h"

namespace tarn::catalog::iceberg {
namespace {
constexpr int kSkipDepthMax = 128;
}

Status AvroReader::status() const {
  if (ok()) return {};
  return Fail(ErrorKind::kCorrupt, "Avro bytes: {}", failure_);
}

void AvroReader::SetFailed(std::string_view why) {
  if (ok()) failure_ = why;
  rest_ = {};
}

int64_t AvroReader::ReadLong() {
  uint64_t value = 0;
  if (ReadVarint(&rest_, &value)) return UnZigZag(value);
  SetFailed("a number is cut short or too long");
  return 0;
}

bool AvroReader::ReadBoolean() {
  const std::string_view byte = ReadFixed(1);
  if (byte.empty()) return false;
  if (static_cast<unsigned char>(byte[0]) > 1) SetFailed("a boolean is neither 0 nor 1");
  return byte[0] == 1;
}

float AvroReader::ReadFloat() { return ReadNumberBytes<float>(); }

double AvroReader::ReadDouble() { return ReadNumberBytes<double>(); }

std::string_view AvroReader::ReadBytes() {
  const int64_t size = ReadLong();
  if (size < 0) {
    SetFailed("a length is negative");
    return {};
  }
  return ReadFixed(static_cast<size_t>(size));
}

std::string_view AvroReader::ReadFixed(size_t size) {
  if (size > rest_.size()) {
    SetFailed("a value is cut short");
    return {};
  }
  const std::string_view bytes = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return bytes;
}

const AvroType* AvroReader::Resolve(const AvroType* type) {
  static const AvroType null_type;
  if (type->kind != AvroKind::kUnion) return type;
  const int64_t branch = ReadLong();
  if (branch >= 0 && static_cast<size_t>(branch) < type->inside.size()) {
    return type->inside[static_cast<size_t>(branch)];
  }
  SetFailed("a union has no such branch");
  return &null_type;
}

std::optional<int64_t> AvroReader::ReadInteger(const AvroType& declared) {
  const AvroType& type = *Resolve(&declared);
  if (type.kind == AvroKind::kInt || type.kind == AvroKind::kLong) return ReadLong();
  if (type.kind != AvroKind::kNull) SetFailed("expected an integer");
  return std::nullopt;
}

std::optional<double> AvroReader::ReadNumber(const AvroType& declared) {
  const AvroType& type = *Resolve(&declared);
  if (type.kind == AvroKind::kFloat) return ReadFloat();
  if (type.kind == AvroKind::kDouble) return ReadDouble();
  if (type.kind != AvroKind::kNull) SetFailed("expected a float or double");
  return std::nullopt;
}

std::optional<bool> AvroReader::ReadBooleanOf(const AvroType& declared) {
  const AvroType& type = *Resolve(&declared);
  if (type.kind == AvroKind::kBoolean) return ReadBoolean();
  if (type.kind != AvroKind::kNull) SetFailed("expected a boolean");
  return std::nullopt;
}

std::optional<std::string_view> AvroReader::ReadBytesOf(const AvroType& declared) {
  const AvroType& type = *Resolve(&declared);
  if (type.kind == AvroKind::kString || type.kind == AvroKind::kBytes) return ReadBytes();
  if (type.kind == AvroKind::kFixed) return ReadFixed(type.fixed_size);
  if (type.kind != AvroKind::kNull) SetFailed("expected a string or bytes");
  return std::nullopt;
}

size_t AvroReader::ReadBlockCount() {
  int64_t count = ReadLong();
  if (count < 0) {  // then the block's size in bytes follows, for those who skip it whole
    ReadLong();
    count = count == INT64_MIN ? INT64_MAX : -count;
  }
  // Items take a byte at least (Iceberg has no arrays of nothing): a claim beyond that is a bomb.
  if (static_cast<uint64_t>(count) > rest_.size()) {
    SetFailed("an array claims more items than there are bytes");
    return 0;
  }
  return static_cast<size_t>(count);
}

void AvroReader::Skip(const AvroType& declared, int depth) {
  if (depth > kSkipDepthMax) return SetFailed("values nest too deep");
  const AvroType& type = *Resolve(&declared);
  switch (type.kind) {
    case AvroKind::kNull:
    case AvroKind::kUnion:
      return;
    case AvroKind::kBoolean:
      ReadFixed(1);
      return;
    case AvroKind::kInt:
    case AvroKind::kLong:
    case AvroKind::kEnum:
      ReadLong();
      return;
    case AvroKind::kFloat:
      ReadFixed(sizeof(float));
      return;
    case AvroKind::kDouble:
      ReadFixed(sizeof(double));
      return;
    case AvroKind::kBytes:
    case AvroKind::kString:
      ReadBytes();
      return;
    case AvroKind::kFixed:
      ReadFixed(type.fixed_size);
      return;
    case AvroKind::kRecord:
      for (const AvroField& field : type.fields) {
        if (!ok()) return;
        Skip(*field.type, depth + 1);
      }
      return;
    case AvroKind::kArray:
    case AvroKind::kMap:
      while (const size_t count = ReadBlockCount()) {
        for (size_t i = 0; i < count && ok(); ++i) {
          if (type.kind == AvroKind::kMap) ReadBytes();
          Skip(*type.inside[0], depth + 1);
        }
      }
      return;
  }
}

}  // namespace tarn::catalog::iceberg
