// A Heka message: what mozilla-services/heka calls Message and Field, read from its protobuf form
// where it lies. docs/formats/heka.md has the format, and what counts as damage.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace tarn::decode {

/// Of one message; a message with more is damage.
inline constexpr size_t kHekaFieldsMax = 1'000'000;

/// The numbers are the format's.
enum class HekaValueType : uint8_t {
  kString = 0,
  kBytes = 1,
  kInteger = 2,
  kDouble = 3,
  kBool = 4
};
/// returns  `STRING`, `BYTES`, `INTEGER`, `DOUBLE`, `BOOL`
std::string_view HekaValueTypeName(HekaValueType type);
std::optional<HekaValueType> ParseHekaValueType(std::string_view name);

/// A value of a Field: text or bytes, INTEGER, DOUBLE, BOOL.
using HekaValue = std::variant<std::string_view, int64_t, double, bool>;

/// One of a message's Fields. Views are valid as long as the bytes that the message was read from.
/// Texts are as they were sent, not always UTF-8. Threads: as any value.
struct HekaField {
  std::string_view name;
  HekaValueType value_type = HekaValueType::kString;
  std::optional<std::string_view> representation;  ///< free text: a unit, `json`
  size_t value_count = 0;                          ///< of the list that value_type names

  /// returns  the first value, which most Fields have alone; none where there is no value
  std::optional<HekaValue> First() const;
  /// The first value where it is text or bytes, else none; and so on.
  std::optional<std::string_view> Text() const;
  std::optional<int64_t> Integer() const;
  std::optional<double> Double() const;
  std::optional<bool> Bool() const;

  std::string_view encoded;  ///< the Field's own bytes, for HekaValues
};

/// Walks over a Field's values: `HekaValue value; while (values.Next(&value)) …`
/// Threads: as any value.
class HekaValues {
 public:
  /// in  field: read by HekaMessage; its bytes are lent
  explicit HekaValues(const HekaField& field) : type_(field.value_type), rest_(field.encoded) {}

  /// returns  false at the end
  bool Next(HekaValue* value);

 private:
  bool NextPacked(HekaValue* value);

  HekaValueType type_;
  std::string_view rest_;    // fields of the protobuf Field
  std::string_view packed_;  // numbers of the packed list that the walk is in
};

/// One message. Views are valid as long as the bytes that it was read from; absent is not empty.
/// Threads: as any value.
struct HekaMessage {
  std::string_view uuid;     ///< required; 16 bytes, or what the sender took for a uuid
  int64_t timestamp_ns = 0;  ///< required; since 1970
  std::optional<std::string_view> type;
  std::optional<std::string_view> logger;
  int32_t severity = 7;
  std::optional<std::string_view> payload;
  std::optional<std::string_view> env_version;
  std::optional<int32_t> pid;
  std::optional<std::string_view> hostname;
  std::vector<HekaField> fields;

  /// Read a message. Its memory for Fields is used again.
  ///
  /// in       body: not compressed; lent
  /// returns  what is wrong with it, nullptr where nothing is; the message is of no use then
  const char* Read(std::string_view body);

  /// Names may repeat. returns  the first Field of this name; nullptr where there is none
  const HekaField* FindFirst(std::string_view name) const;
  /// And the last one, which is what counts for derived datasets.
  const HekaField* FindLast(std::string_view name) const;
};

}  // namespace tarn::decode
