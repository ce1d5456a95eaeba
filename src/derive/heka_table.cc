// Heka messages as a table. Texts that are not UTF-8 make a record a reject only where they are
// read as text.
#include <algorithm>
#include <string_view>
#include <utility>

#include "base/format.h"
#include "base/time.h"
#include "codec/text.h"
#include "decode/heka_message.h"
#include "derive/record_table_internal.h"
#include "schema/value.h"

namespace tarn::derive {
namespace {

using schema::Type;
using schema::TypeKind;

constexpr int64_t kNanosAMicro = 1000;

/// In the order of HekaColumns, behind the number.
enum Column : size_t {
  kNumber,
  kUuid,
  kTimestamp,
  kTimestampNs,
  kType,
  kLogger,
  kSeverity,
  kPayload,
  kPayloadBytes,
  kEnvVersion,
  kPid,
  kHostname,
  kFields,
  kStrings,
  kBytes,
  kIntegers,
  kDoubles,
  kBooleans,
};

/// 16 bytes in the form that UUIDs are written in; other text as it is.
std::string UuidText(std::string_view uuid) {
  constexpr size_t kUuidBytes = 16;
  std::string text(uuid);
  return uuid.size() == kUuidBytes ? schema::ToText(Type::Of(TypeKind::kUuid), text) : text;
}

/// A Field's value as text. returns  none where it is bytes that are none
std::optional<std::string> TextOf(const decode::HekaField& field, const decode::HekaValue& value) {
  if (const auto* const text = std::get_if<std::string_view>(&value)) {
    if (field.value_type == decode::HekaValueType::kBytes && !codec::IsUtf8(*text))
      return std::nullopt;
    return std::string(*text);
  }
  return std::visit([](const auto& held) { return Format("{}", held); }, value);
}

class HekaTable final : public RecordTable {
 public:
  explicit HekaTable(WantedColumns columns) : columns_(std::move(columns)) {}

  std::optional<schema::Reject> Add(const ObjectRecord& record, int64_t number) override {
    if (record.heka == nullptr) {
      return schema::Reject{.reason = schema::RejectReason::kWrongType,
                            .message =
                                "expected a Heka message, found text: say format = \"json\" "
                                "where the records are JSON"};
    }
    row_ = &columns_.NewRow();
    Set(kNumber, number);
    SetHead(record.heka->message);
    SetMaps(record.heka->message);
    return columns_.Add();
  }

  Result<std::shared_ptr<arrow::RecordBatch>> Take() override { return columns_.Take(); }

 private:
  /// in  value: made into a Value only where it is wanted
  template <class T>
  void Set(Column column, T&& value) {
    if (columns_.IsWanted(column)) row_->set(column, Value(std::forward<T>(value)));
  }

  void SetHead(const decode::HekaMessage& message) {
    if (columns_.IsWanted(kUuid)) row_->set(kUuid, UuidText(message.uuid));
    Set(kTimestamp, FloorDivide(message.timestamp_ns, kNanosAMicro));
    Set(kTimestampNs, message.timestamp_ns);
    Set(kType, message.type);
    Set(kLogger, message.logger);
    Set(kSeverity, message.severity);
    Set(kPayload, message.payload);
    Set(kPayloadBytes, message.payload);
    Set(kEnvVersion, message.env_version);
    Set(kPid, message.pid);
    Set(kHostname, message.hostname);
  }

  void SetMaps(const decode::HekaMessage& message) {
    bool is_any_wanted = false;
    for (const Column map : {kFields, kStrings, kBytes, kIntegers, kDoubles, kBooleans})
      is_any_wanted = is_any_wanted || columns_.IsWanted(map);
    if (!is_any_wanted) return;
    FindLastFields(message);
    SetMap(kFields, [](const auto& field, const auto& value) { return TextOf(field, value); });
    SetMap(kStrings, [](const auto& field, const auto& value) {
      const bool is_text = std::holds_alternative<std::string_view>(value);
      return is_text ? TextOf(field, value) : std::nullopt;
    });
    SetMap(kBytes, Held<std::string_view>);
    SetMap(kIntegers, Held<int64_t>);
    SetMap(kDoubles, Held<double>);
    SetMap(kBooleans, Held<bool>);
  }

  template <class T>
  static std::optional<T> Held(const decode::HekaField& /*field*/, const decode::HekaValue& value) {
    const T* const held = std::get_if<T>(&value);
    return held == nullptr ? std::nullopt : std::optional<T>(*held);
  }

  /// Of a name that is there twice the last Field counts, whatever its type.
  void FindLastFields(const decode::HekaMessage& message) {
    last_.clear();
    for (const decode::HekaField& field : message.fields) last_.push_back(&field);
    std::ranges::stable_sort(last_, {}, &decode::HekaField::name);
    const auto same_name = [](const auto* a, const auto* b) { return a->name == b->name; };
    // unique keeps the first of equals, so it runs from behind.
    const auto kept = std::unique(last_.rbegin(), last_.rend(), same_name);
    last_.erase(last_.begin(), kept.base());
  }

  template <class Taken>
  void SetMap(Column column, const Taken& taken) {
    if (!columns_.IsWanted(column)) return;
    Value::Map map;
    for (const decode::HekaField* const field : last_) {
      const std::optional<decode::HekaValue> value = field->First();
      if (!value) continue;
      if (const auto held = taken(*field, *value)) map.emplace_back(field->name, Value(*held));
    }
    row_->set(column, std::move(map));
  }

  WantedColumns columns_;
  Record* row_ = nullptr;
  std::vector<const decode::HekaField*> last_;  // of the record at hand, by name
};

}  // namespace

std::vector<schema::Field> HekaColumns() {
  std::vector<schema::Field> fields;
  const auto add = [&](const char* name, Type type) {
    fields.push_back({.name = name, .type = std::move(type)});
  };
  const auto add_map = [&](const char* name, TypeKind value) {
    add(name, Type::Map({.type = Type::Of(TypeKind::kString)}, {.type = Type::Of(value)}));
  };
  add("uuid", Type::Of(TypeKind::kString));
  add("timestamp", Type::Of(TypeKind::kTimestampTz));
  add("timestamp_ns", Type::Of(TypeKind::kLong));
  add("type", Type::Of(TypeKind::kString));
  add("logger", Type::Of(TypeKind::kString));
  add("severity", Type::Of(TypeKind::kInt));
  add("payload", Type::Of(TypeKind::kString));
  add("payload_bytes", Type::Of(TypeKind::kBinary));
  add("env_version", Type::Of(TypeKind::kString));
  add("pid", Type::Of(TypeKind::kInt));
  add("hostname", Type::Of(TypeKind::kString));
  add_map("fields", TypeKind::kString);
  add_map("strings", TypeKind::kString);
  add_map("bytes", TypeKind::kBinary);
  add_map("integers", TypeKind::kLong);
  add_map("doubles", TypeKind::kDouble);
  add_map("booleans", TypeKind::kBoolean);
  return fields;
}

Result<std::unique_ptr<RecordTable>> MakeHekaTable(const schema::TableSchema& columns,
                                                   const std::vector<std::string>& columns_read) {
  return std::make_unique<HekaTable>(TRY(WantedColumns::Make(columns, columns_read)));
}

}  // namespace tarn::derive
