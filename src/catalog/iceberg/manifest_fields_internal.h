// How fields of manifests and lists are told and read: by Iceberg's field id, by name where a
// writer gave no ids.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "catalog/iceberg/avro_reader.h"

namespace tarn::catalog::iceberg {

struct KnownField {
  int32_t id;
  std::string_view name;
};

/// returns  AvroField::kNoId for a field that is not known
int32_t IdOf(const AvroField& field, std::span<const KnownField> known);

// A value that must be there: null, or a number out of range, fails the reader.
int64_t ReadRequired(AvroReader& reader, const AvroType& type);
int32_t ReadInt32(AvroReader& reader, const AvroType& type);
std::string ReadText(AvroReader& reader, const AvroType& type);

std::optional<std::string> ReadOptionalBytes(AvroReader& reader, const AvroType& type);

}  // namespace tarn::catalog::iceberg
