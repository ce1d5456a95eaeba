#include <limits>

#include "catalog/iceberg/manifest_fields_internal.h"

namespace tarn::catalog::iceberg {

int32_t IdOf(const AvroField& field, std::span<const KnownField> known) {
  if (field.field_id != AvroField::kNoId) return field.field_id;
  for (const KnownField& candidate : known) {
    if (candidate.name == field.name) return candidate.id;
  }
  return AvroField::kNoId;
}

int64_t ReadRequired(AvroReader& reader, const AvroType& type) {
  const auto value = reader.ReadInteger(type);
  if (!value) reader.SetFailed("a required number is null");
  return value.value_or(0);
}

int32_t ReadInt32(AvroReader& reader, const AvroType& type) {
  const int64_t value = ReadRequired(reader, type);
  if (value < std::numeric_limits<int32_t>::min() || value > std::numeric_limits<int32_t>::max()) {
    reader.SetFailed("an int is out of range");
    return 0;
  }
  return static_cast<int32_t>(value);
}

std::string ReadText(AvroReader& reader, const AvroType& type) {
  const auto text = reader.ReadBytesOf(type);
  if (!text) reader.SetFailed("a required string is null");
  return std::string(text.value_or(""));
}

std::optional<std::string> ReadOptionalBytes(AvroReader& reader, const AvroType& type) {
  const auto bytes = reader.ReadBytesOf(type);
  return bytes ? std::optional<std::string>(*bytes) : std::nullopt;
}

}  // namespace tarn::catalog::iceberg
