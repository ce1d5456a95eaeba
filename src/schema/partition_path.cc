#include <algorithm>

#include "base/bytes.h"
#include "base/invariant.h"
#include "base/time.h"
#include "codec/checksum.h"
#include "schema/partition.h"

namespace tarn::schema {
namespace {

constexpr std::string_view kNullDirectory = "__HIVE_DEFAULT_PARTITION__";
constexpr size_t kComponentBytesMax = 200;
constexpr size_t kNameBytesMax = 100;  ///< of them for what stands before the `=`
/// All components together: a key of an object store has 1,024 bytes, of which
/// `DATABASE/TABLE/data` may take 262 and the file's name about 100.
constexpr size_t kPathBytesMax = 640;
/// Over 13 fields may take more, up to 939 bytes with the slashes: each has room for a cut name,
/// and for a value as long as that of null.
constexpr size_t kValueBytesMin = kNullDirectory.size();
constexpr size_t kComponentBytesMin = 20 + kValueBytesMin;

bool NeedsNoEscape(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9') || letter == '_' || letter == '-' || letter == '.';
}

void AppendPercent(std::string* out, char letter) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(letter);
  out->push_back('%');
  out->push_back(kHex[byte >> 4]);
  out->push_back(kHex[byte & 15]);
}

std::string Escape(std::string_view text) {
  std::string escaped;
  for (const char letter : text) {
    if (NeedsNoEscape(letter)) {
      escaped.push_back(letter);
    } else {
      AppendPercent(&escaped, letter);
    }
  }
  return escaped;
}

/// Not hidden: readers of directories pass over names that begin with a dot.
std::string EscapedName(std::string_view name) {
  const std::string escaped = Escape(name);
  return escaped.starts_with('.') ? "%2E" + escaped.substr(1) : escaped;
}

/// Cut an escaped text to a length. What was cut ends in `~` and a hash of all of it: `~` is always
/// escaped elsewhere, so no other value has this directory.
std::string Cut(const std::string& escaped, size_t bytes_max) {
  if (escaped.size() <= bytes_max) return escaped;
  constexpr size_t kHashBytes = 17;
  size_t kept = bytes_max - kHashBytes;
  if (escaped[kept - 1] == '%') {  // never within a %XX
    kept -= 1;
  } else if (escaped[kept - 2] == '%') {
    kept -= 2;
  }
  return Format("{}~{:016x}", escaped.substr(0, kept), codec::Xxh3(escaped));
}

/// A moment in whole units since 1970, as a person writes it.
std::string UnitsText(TransformKind kind, int64_t units) {
  if (kind == TransformKind::kYear) return Format("{:04}", units + 1970);
  if (kind == TransformKind::kMonth) {
    return Format("{:04}-{:02}", FloorDivide(units, 12) + 1970,
                  units - FloorDivide(units, 12) * 12 + 1);
  }
  const int64_t days = FloorDivide(units, 24);
  return Format("{}-{:02}", FormatDate(days), units - days * 24);
}

std::string ValueText(const PartitionField& field, const TableSchema& schema, const Value& value) {
  switch (field.transform.kind) {
    case TransformKind::kYear:
    case TransformKind::kMonth:
    case TransformKind::kHour:
      return UnitsText(field.transform.kind, std::get<int32_t>(value));
    case TransformKind::kDay:
      return FormatDate(std::get<int32_t>(value));
    case TransformKind::kBucket:
      return Format("{}", std::get<int32_t>(value));
    case TransformKind::kIdentity:
    case TransformKind::kTruncate:
    case TransformKind::kVoid:
      break;
  }
  const Field* source = schema.FindById(field.source);
  INVARIANT(source != nullptr, "the schema has the sources of the values");
  return ToText(source->type, value);
}

std::string ValueComponent(const PartitionField& field, const TableSchema& schema,
                           const Value& value) {
  if (IsNull(value)) return std::string(kNullDirectory);
  const std::string text = ValueText(field, schema, value);
  // A string of these very letters must not read as null.
  if (text == kNullDirectory) return "%5F" + text.substr(1);
  return Escape(text);
}

}  // namespace

std::string PartitionPath(const PartitionSpec& spec, const TableSchema& schema,
                          const std::vector<Value>& values) {
  INVARIANT(values.size() == spec.fields.size(), "one value a partition field");
  const size_t share = values.empty() ? 0 : kPathBytesMax / values.size();
  const size_t component_max = std::clamp(share, kComponentBytesMin, kComponentBytesMax);
  const size_t name_max = std::min(kNameBytesMax, component_max - kValueBytesMin - 1);
  std::string path;
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0) path += '/';
    const std::string name = Cut(EscapedName(spec.fields[i].name), name_max);
    path += name + "=" +
            Cut(ValueComponent(spec.fields[i], schema, values[i]), component_max - name.size() - 1);
  }
  return path;
}

}  // namespace tarn::schema
