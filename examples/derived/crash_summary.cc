// One row a crash ping, from Heka messages or from the pings as NDJSON. Shows dates, timestamps,
// maps, arrays and records as columns.
#include <tarn/derived_stream.h>

#include <algorithm>

namespace {

using tarn::JsonValue;
using tarn::Value;

/// A member at a path; nullptr where there is none.
const JsonValue* Find(const JsonValue* json, std::initializer_list<std::string_view> path) {
  for (const std::string_view name : path) {
    if (json == nullptr) return nullptr;
    json = json->find(name);
  }
  return json;
}

std::optional<std::string_view> Text(const JsonValue* json) {
  return json != nullptr ? json->text() : std::nullopt;
}

/// in       text: begins with `2026-11-21` or `20261121`
/// returns  days since 1970
std::optional<int> DayOf(std::string_view text) {
  std::string digits;
  for (const char letter : text.substr(0, 10)) {
    if (letter == '-') continue;
    if (letter < '0' || letter > '9') break;
    digits.push_back(letter);
  }
  if (digits.size() < 8) return std::nullopt;
  const int date = std::stoi(digits.substr(0, 8));
  const int month = date / 100 % 100;
  const int day = date % 100;
  if (month < 1 || month > 12 || day < 1 || day > 31) return std::nullopt;
  // Counted from March on, a leap day is a year's last.
  const int year = date / 10'000 - (month <= 2 ? 1 : 0);
  const int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return year * 365 + year / 4 - year / 100 + year / 400 + of_year - 719'468;
}

/// What a row is made of, wherever it comes from. Parts may be missing.
struct Ping {
  std::optional<std::string_view> document_id;
  std::optional<std::string_view> client_id;
  std::optional<std::string_view> submission_date;
  std::optional<std::string_view> channel;
  std::optional<std::string_view> country;
  std::optional<int64_t> received_at_us;
  const JsonValue* payload = nullptr;
  const JsonValue* build = nullptr;
  const JsonValue* system = nullptr;
  const JsonValue* addons = nullptr;
};

class CrashSummary : public tarn::DerivedStream {
 public:
  std::string stream_name() const override { return "telemetry"; }
  std::string filter_prefix() const override { return "telemetry/4/crash/Firefox/"; }

  std::string build_schema() const override {
    const std::string payload = tarn::SchemaBuilder("Payload")
                                    .optional("crashDate", "string")
                                    .optional("processType", "string")
                                    .optional("hasCrashEnvironment", "boolean")
                                    .required("metadata", tarn::SchemaBuilder::map("string"))
                                    .json();
    return tarn::SchemaBuilder("CrashSummary")
        .required("documentId", "string")
        .optional("clientId", "string")
        .required("submissionDate", "string")
        .optional("receivedAt", tarn::SchemaBuilder::timestamp_micros())
        .required("activityDate", tarn::SchemaBuilder::date())
        .required("dimensions", tarn::SchemaBuilder::map("string"))
        .required("addons", tarn::SchemaBuilder::array("string"))
        .required("payload", payload)
        .json();
  }

  bool build_record(const tarn::HekaMessage& message, tarn::Record& row) const override {
    if (message.text("docType") != "crash") return false;
    const auto parse = [&](std::optional<std::string_view> text) {
      return text ? message.parse(*text) : nullptr;
    };
    const auto rest = parse(message.payload());
    const auto build = parse(message.text("environment.build"));
    const auto system = parse(message.text("environment.system"));
    const auto addons = parse(message.text("environment.addons"));
    return Fill({.document_id = message.text("documentId"),
                 .client_id = message.text("clientId"),
                 .submission_date = message.text("submissionDate"),
                 .channel = message.text("normalizedChannel"),
                 .country = message.text("geoCountry"),
                 .received_at_us = message.timestamp() / 1000,
                 .payload = Find(rest.get(), {"payload"}),
                 .build = build.get(),
                 .system = system.get(),
                 .addons = addons.get()},
                row);
  }

  bool build_record(const tarn::JsonRecord& record, tarn::Record& row) const override {
    const JsonValue* json = &record.json();
    if (Text(json->find("type")) != "crash") return false;
    return Fill({.document_id = Text(json->find("id")),
                 .client_id = Text(json->find("clientId")),
                 .submission_date = Text(json->find("creationDate")),
                 .channel = Text(Find(json, {"application", "channel"})),
                 .country = std::nullopt,  // the server's to know
                 .received_at_us = std::nullopt,
                 .payload = json->find("payload"),
                 .build = Find(json, {"environment", "build"}),
                 .system = Find(json, {"environment", "system"}),
                 .addons = Find(json, {"environment", "addons"})},
                row);
  }

 private:
  static bool Fill(const Ping& ping, tarn::Record& row) {
    if (!ping.document_id || !ping.submission_date || ping.payload == nullptr) return false;
    const auto build_id = Text(Find(ping.build, {"buildId"}));
    if (!build_id || build_id->size() != 14) return false;  // a build of somebody's own
    const auto submitted = DayOf(*ping.submission_date);
    if (!submitted) return false;
    const auto crash_date = Text(ping.payload->find("crashDate"));
    const auto crashed = crash_date ? DayOf(*crash_date) : std::nullopt;

    row.set("documentId", *ping.document_id);
    row.set("clientId", ping.client_id);
    row.set("submissionDate", *ping.submission_date);
    row.set("receivedAt", ping.received_at_us);
    // Clocks of clients are wrong: a crash is of the week before it was submitted.
    row.set("activityDate", std::clamp(crashed.value_or(*submitted), *submitted - 7, *submitted));
    row.set("dimensions", Dimensions(ping, *build_id));
    row.set("addons", Addons(ping.addons));
    row.set("payload", Value::List{crash_date, Text(ping.payload->find("processType")),
                                   Flag(ping.payload->find("hasCrashEnvironment")),
                                   Texts(ping.payload->find("metadata"))});
    return true;
  }

  static Value::Map Dimensions(const Ping& ping, std::string_view build_id) {
    Value::Map dimensions = {{"build_id", build_id}};
    const auto add = [&](const char* name, std::optional<std::string_view> text) {
      if (text) dimensions.emplace_back(name, *text);
    };
    add("channel", ping.channel);
    add("country", ping.country);
    add("application", Text(Find(ping.build, {"applicationName"})));
    add("build_version", Text(Find(ping.build, {"version"})));
    add("architecture", Text(Find(ping.build, {"architecture"})));
    add("os_name", Text(Find(ping.system, {"os", "name"})));
    add("os_version", Text(Find(ping.system, {"os", "version"})));
    return dimensions;
  }

  static Value::List Addons(const JsonValue* addons) {
    Value::List ids;
    const JsonValue* active = Find(addons, {"activeAddons"});
    for (size_t i = 0; active != nullptr && i < active->size(); ++i) ids.push_back(active->name(i));
    return ids;
  }

  static Value Flag(const JsonValue* json) {
    return json != nullptr ? Value(json->boolean()) : Value();
  }

  /// An object's members that are texts.
  static Value::Map Texts(const JsonValue* object) {
    Value::Map texts;
    for (size_t i = 0; object != nullptr && i < object->size(); ++i) {
      const auto text = object->at(i)->text();
      if (text) texts.emplace_back(object->name(i), *text);
    }
    return texts;
  }
};

TARN_DERIVED_STREAM(CrashSummary);

}  // namespace
