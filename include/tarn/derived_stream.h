// The SDK of derived datasets: a class that says which raw objects it reads, and makes a row, or
// none, of each record in them. Compiled into a plug-in, or into `tarn` itself.
// docs/tutorial_derived.md goes from nothing to a dataset of one's own.
//
// Everything here is header-only, and what Tarn lends is behind pure virtual functions: a plug-in
// needs no library of Tarn's to link with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace tarn {

/// A JSON value that Tarn has parsed. Valid as long as the record that it came from, or its owner.
class JsonValue {
 public:
  enum class Kind { kNull, kBool, kNumber, kString, kArray, kObject };
  virtual ~JsonValue() = default;
  virtual Kind kind() const = 0;
  // The value where it is of this kind, else none.
  virtual std::optional<bool> boolean() const = 0;
  virtual std::optional<int64_t> integer() const = 0;  ///< a number without a fraction, in 64 bits
  virtual std::optional<double> number() const = 0;    ///< any number
  virtual std::optional<std::string_view> text() const = 0;
  /// Of an array its elements, of an object its members, else 0.
  virtual size_t size() const = 0;
  virtual const JsonValue* at(size_t index) const = 0;
  virtual std::string_view name(size_t index) const = 0;  ///< of an object's member
  /// An object's member, the last of this name; nullptr where there is none, or this is no object.
  virtual const JsonValue* find(std::string_view member) const = 0;
  /// The value as JSON text, as it was received.
  virtual std::string dump() const = 0;
};

/// What all raw records have. Views are valid until build_record returns.
class RawRecord {
 public:
  virtual ~RawRecord() = default;
  /// The record's bytes: the JSON text, or the message's body.
  virtual std::string_view bytes() const = 0;
  /// Parse a text, such as a Field that holds JSON.
  ///
  /// in       text: lent as long as the value is used
  /// returns  nullptr where it is not one JSON value in UTF-8, at most 100 levels deep
  virtual std::unique_ptr<const JsonValue> parse(std::string_view text) const = 0;
};

/// A Heka message. An absent part is empty, or 0; severity is 7 then.
class HekaMessage : public RawRecord {
 public:
  virtual std::string_view uuid() const = 0;  ///< 16 bytes, or what the sender took for a uuid
  virtual int64_t timestamp() const = 0;      ///< nanoseconds since 1970
  virtual std::string_view type() const = 0;
  virtual std::string_view logger() const = 0;
  virtual int32_t severity() const = 0;
  virtual std::string_view payload() const = 0;
  virtual std::string_view env_version() const = 0;
  virtual int32_t pid() const = 0;
  virtual std::string_view hostname() const = 0;

  /// A Field's value: STRING and BYTES are texts. An integer is no double here.
  using Value = std::variant<std::monostate, std::string_view, int64_t, double, bool>;
  /// The first value of the last Field of this name; monostate where there is none.
  virtual Value field(std::string_view name) const = 0;
  /// All values of all Fields of this name, in order.
  virtual std::vector<Value> fields(std::string_view name) const = 0;

  // The same where it is of one type, else none.
  std::optional<std::string_view> text(std::string_view name) const {
    return as<std::string_view>(name);
  }
  std::optional<int64_t> integer(std::string_view name) const { return as<int64_t>(name); }
  std::optional<double> number(std::string_view name) const { return as<double>(name); }
  std::optional<bool> boolean(std::string_view name) const { return as<bool>(name); }

 private:
  template <class T>
  std::optional<T> as(std::string_view name) const {
    const Value value = field(name);
    const T* const held = std::get_if<T>(&value);
    return held == nullptr ? std::nullopt : std::optional<T>(*held);
  }
};

/// A record of NDJSON or of JSON values one after another.
class JsonRecord : public RawRecord {
 public:
  virtual const JsonValue& json() const = 0;  ///< an object
};

/// A value of a column: null, or one that fits the column's type. Whole numbers fit int, long,
/// float, double and decimal columns; dates, times and timestamps are whole numbers as the schema's
/// logical type says (days, milliseconds, microseconds); decimals are also texts (`12.50`), uuids
/// texts or their 16 bytes. What does not fit makes the record a reject.
struct Value {
  using List = std::vector<Value>;                         ///< array, or a record's fields in order
  using Map = std::vector<std::pair<std::string, Value>>;  ///< map
  std::variant<std::monostate, bool, int64_t, double, std::string, List, Map> held;

  Value() = default;
  Value(std::nullptr_t) {}
  Value(bool value) : held(value) {}
  /// Any other integer. One beyond 64 bits with sign is a double, which no integer column takes.
  template <class T, std::enable_if_t<std::is_integral_v<T>, int> = 0>
  Value(T value) : held(static_cast<int64_t>(value)) {
    if (value > T{} && static_cast<uint64_t>(value) > uint64_t{INT64_MAX})
      held = static_cast<double>(value);
  }
  Value(double value) : held(value) {}
  Value(std::string value) : held(std::move(value)) {}
  Value(std::string_view value) : held(std::string(value)) {}
  Value(const char* value) : held(std::string(value)) {}
  /// Any other pointer would be a boolean.
  template <class T, std::enable_if_t<!std::is_same_v<std::remove_cv_t<T>, char>, int> = 0>
  Value(T*) = delete;
  Value(List value) : held(std::move(value)) {}
  Value(Map value) : held(std::move(value)) {}
  template <class T>
  Value(const std::optional<T>& value) {
    if (value) *this = Value(*value);
  }
};

/// The row that a record becomes: a value for each column of build_schema, null until set.
class Record {
 public:
  explicit Record(std::vector<std::string> columns)
      : columns_(std::move(columns)), values_(columns_.size()) {}

  /// in  column: its place in the schema
  void set(size_t column, Value value) { values_.at(column) = std::move(value); }
  /// Throws std::out_of_range where there is no such column.
  void set(std::string_view column, Value value) { set(place_of(column), std::move(value)); }

  const std::vector<Value>& values() const { return values_; }
  void clear() {
    for (Value& value : values_) value = Value();
  }

 private:
  /// Most classes set their columns in order: the search begins behind the last one that was set.
  size_t place_of(std::string_view column) {
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (next_ == columns_.size()) next_ = 0;
      if (columns_[next_++] == column) return next_ - 1;
    }
    throw std::out_of_range("no column " + std::string(column));
  }

  std::vector<std::string> columns_;
  std::vector<Value> values_;
  size_t next_ = 0;
};

/// Writes a schema as Avro JSON: `SchemaBuilder("System").required("docType", "string").json()`.
/// A type is Avro's name (string, bytes, boolean, int, long, float, double) or its JSON.
class SchemaBuilder {
 public:
  explicit SchemaBuilder(std::string name) : name_(std::move(name)) {}
  SchemaBuilder& required(std::string_view column, std::string_view type) {
    return add(column, type_json(type));
  }
  SchemaBuilder& optional(std::string_view column, std::string_view type) {
    return add(column, "[\"null\"," + type_json(type) + "]");
  }
  std::string json() const {
    return "{\"type\":\"record\",\"name\":\"" + name_ + "\",\"fields\":[" + fields_ + "]}";
  }
  // Types for required() and optional().
  static std::string array(std::string_view element) {
    return "{\"type\":\"array\",\"items\":" + type_json(element) + "}";
  }
  static std::string map(std::string_view value) {
    return "{\"type\":\"map\",\"values\":" + type_json(value) + "}";
  }
  static std::string timestamp_micros() {
    return "{\"type\":\"long\",\"logicalType\":\"timestamp-micros\"}";
  }
  static std::string date() { return "{\"type\":\"int\",\"logicalType\":\"date\"}"; }

 private:
  static std::string type_json(std::string_view type) {
    const bool is_json = !type.empty() && (type[0] == '{' || type[0] == '[' || type[0] == '"');
    return is_json ? std::string(type) : "\"" + std::string(type) + "\"";
  }
  SchemaBuilder& add(std::string_view column, const std::string& type) {
    if (!fields_.empty()) fields_ += ',';
    fields_ += "{\"name\":\"" + std::string(column) + "\",\"type\":" + type + "}";
    return *this;
  }

  std::string name_;
  std::string fields_;
};

/// A derived dataset. One object may make many records, on one thread; nothing is shared between
/// tasks but what build_schema says. Exceptions fail the task, and name the object and the offset.
class DerivedStream {
 public:
  virtual ~DerivedStream() = default;

  /// The name in sources.json: where the raw objects lie.
  virtual std::string stream_name() const = 0;
  /// The columns: an Avro record as JSON, see SchemaBuilder. Asked once.
  virtual std::string build_schema() const = 0;

  /// Make a row of a record. returns  false: the record is skipped
  virtual bool build_record(const HekaMessage& /*message*/, Record& /*row*/) const { return false; }
  virtual bool build_record(const JsonRecord& /*record*/, Record& /*row*/) const { return false; }

  /// What follows `<prefix>/<date>/` in the keys that are read. A component `*` stands for any one:
  /// `telemetry/*/main/`; what follows the last slash is a beginning.
  virtual std::string filter_prefix() const { return ""; }
  /// Objects with the same group go to one partition: the group's first component is the source's
  /// prefix, the others are the values of the source's dimensions. By default the key without its
  /// last component.
  virtual std::string prefix_group(std::string_view key) const {
    const size_t slash = key.rfind('/');
    return std::string(slash == std::string_view::npos ? std::string_view() : key.substr(0, slash));
  }
};

// ---- Plug-ins. A change below or above that a compiled plug-in would see changes the tag.

#define TARN_DERIVED_ABI "tarn-derived-1"

/// Made by registering a class; what `tarn` asks a plug-in for.
struct DerivedStreamEntry {
  std::string name;  ///< as the command line and the table know it
  /// in  arguments: what follows the name on the command line
  std::function<std::unique_ptr<DerivedStream>(const std::vector<std::string>& arguments)> make;
};

/// Of this program or plug-in. Hidden, so that each has its own.
__attribute__((visibility("hidden"))) inline std::vector<DerivedStreamEntry>& DerivedStreams() {
  static std::vector<DerivedStreamEntry> entries;
  return entries;
}

template <class Stream>
bool RegisterDerivedStream(std::string name) {
  DerivedStreams().push_back(
      {std::move(name), [](const std::vector<std::string>& arguments) {
         if constexpr (std::is_constructible_v<Stream, const std::vector<std::string>&>) {
           return std::unique_ptr<DerivedStream>(new Stream(arguments));
         } else {
           if (!arguments.empty()) throw std::invalid_argument("takes no arguments");
           return std::unique_ptr<DerivedStream>(new Stream());
         }
       }});
  return true;
}

}  // namespace tarn

/// Make a class known by its name, in one line of one source file. A class that takes parameters
/// has a constructor from `const std::vector<std::string>&`.
#define TARN_DERIVED_STREAM(Stream)                          \
  [[maybe_unused]] static const bool tarn_derived_##Stream = \
      ::tarn::RegisterDerivedStream<Stream>(#Stream)

/// Once in a plug-in.
#define TARN_DERIVED_PLUGIN()                                                        \
  extern "C" __attribute__((visibility("default"))) const char* tarn_derived_abi() { \
    return TARN_DERIVED_ABI " " __VERSION__;                                         \
  }                                                                                  \
  extern "C" __attribute__((visibility("default"))) void* tarn_derived_streams() {   \
    return &::tarn::DerivedStreams();                                                \
  }
