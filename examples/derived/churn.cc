// Who still uses it: one row a main ping, with what is needed to count clients by week, channel and
// country. Shows optional columns and a look into histograms.
#include <tarn/derived_stream.h>

#include <cstdlib>

namespace {

/// A histogram's count in one bucket; 0 where there is none.
int64_t CountIn(const tarn::JsonValue& histogram, std::string_view bucket) {
  const tarn::JsonValue* values = histogram.find("values");
  const tarn::JsonValue* count = values != nullptr ? values->find(bucket) : nullptr;
  return count != nullptr ? count->integer().value_or(0) : 0;
}

/// A boolean histogram: true where a true was counted, false where only false was, else null.
tarn::Value BooleanOf(const tarn::JsonValue* histogram) {
  if (histogram == nullptr) return nullptr;
  if (CountIn(*histogram, "1") > 0) return true;
  if (CountIn(*histogram, "0") > 0) return false;
  return nullptr;
}

/// The highest bucket of an enumerated histogram that was counted; null where none was.
tarn::Value HighestOf(const tarn::JsonValue* histogram) {
  const tarn::JsonValue* values = histogram != nullptr ? histogram->find("values") : nullptr;
  std::optional<int64_t> highest;
  for (size_t i = 0; values != nullptr && i < values->size(); ++i) {
    if (values->at(i)->integer().value_or(0) <= 0) continue;
    const int64_t bucket = std::strtoll(std::string(values->name(i)).c_str(), nullptr, 10);
    if (!highest || bucket > *highest) highest = bucket;
  }
  return highest;
}

class Churn : public tarn::DerivedStream {
 public:
  std::string stream_name() const override { return "telemetry"; }
  std::string filter_prefix() const override { return "telemetry/4/main/Firefox/"; }

  /// One partition a day. By all dimensions there would be thousands of tiny files.
  std::string prefix_group(std::string_view key) const override {
    const size_t first = key.find('/');
    if (first == std::string_view::npos) return std::string(key);
    return std::string(key.substr(0, key.find('/', first + 1)));
  }

  std::string build_schema() const override {
    return tarn::SchemaBuilder("Churn")
        .required("clientId", "string")
        .required("sampleId", "int")
        .required("channel", "string")
        .required("normalizedChannel", "string")
        .required("country", "string")
        .required("version", "string")
        .required("submissionDate", "string")
        .optional("profileCreationDate", "int")
        .optional("syncConfigured", "boolean")
        .optional("syncCountDesktop", "int")
        .optional("syncCountMobile", "int")
        .required("timestamp", "long")
        .json();
  }

  bool build_record(const tarn::HekaMessage& message, tarn::Record& row) const override {
    const auto client = message.text("clientId");
    const auto date = message.text("submissionDate");
    const auto sample = Whole(message.field("sampleId"));
    if (!client || !date || !sample) return false;  // only these are needed
    row.set("clientId", *client);
    row.set("sampleId", *sample);
    row.set("channel", message.text("appUpdateChannel").value_or(""));
    row.set("normalizedChannel", message.text("normalizedChannel").value_or(""));
    row.set("country", message.text("geoCountry").value_or(""));
    row.set("version", message.text("appVersion").value_or(""));
    row.set("submissionDate", *date);
    row.set("timestamp", message.timestamp());

    if (const auto profile = Parse(message, "environment.profile")) {
      const tarn::JsonValue* created = profile->find("creationDate");
      if (created != nullptr) row.set("profileCreationDate", created->integer());
    }
    if (const auto histograms = Parse(message, "payload.histograms")) {
      row.set("syncConfigured", BooleanOf(histograms->find("WEAVE_CONFIGURED")));
      row.set("syncCountDesktop", HighestOf(histograms->find("WEAVE_DEVICE_COUNT_DESKTOP")));
      row.set("syncCountMobile", HighestOf(histograms->find("WEAVE_DEVICE_COUNT_MOBILE")));
    }
    return true;
  }

 private:
  /// Lua's senders know only doubles.
  static std::optional<int64_t> Whole(const tarn::HekaMessage::Value& value) {
    if (const auto* integer = std::get_if<int64_t>(&value)) return *integer;
    const auto* number = std::get_if<double>(&value);
    if (number == nullptr || !(*number >= 0 && *number < 100)) return std::nullopt;
    return static_cast<int64_t>(*number);
  }

  static std::unique_ptr<const tarn::JsonValue> Parse(const tarn::HekaMessage& message,
                                                      std::string_view field) {
    const auto text = message.text(field);
    return text ? message.parse(*text) : nullptr;
  }
};

TARN_DERIVED_STREAM(Churn);

}  // namespace
