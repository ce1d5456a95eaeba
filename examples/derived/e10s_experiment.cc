// The submissions of clients in one experiment, their JSON kept as text. A class with parameters:
//
//   tarn derive run E10sExperiment EXPERIMENT PREFIX --from-date … --to-date …
//
// EXPERIMENT is the id of the experiment, PREFIX what follows the date in the keys to read, such as
// telemetry/4/saved_session/Firefox/aurora/43.0a2/
#include <tarn/derived_stream.h>

#include <charconv>

namespace {

/// A Field's value as text: texts as they are, numbers as short as they can be read back.
std::string AsText(const tarn::HekaMessage::Value& value, std::string_view absent) {
  char digits[32];
  std::to_chars_result end{digits, {}};
  if (const auto* text = std::get_if<std::string_view>(&value)) return std::string(*text);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* integer = std::get_if<int64_t>(&value)) {
    end = std::to_chars(digits, digits + sizeof digits, *integer);
  } else if (const auto* number = std::get_if<double>(&value)) {
    end = std::to_chars(digits, digits + sizeof digits, *number);
  } else {
    return std::string(absent);
  }
  return std::string(digits, end.ptr);
}

class E10sExperiment : public tarn::DerivedStream {
 public:
  explicit E10sExperiment(const std::vector<std::string>& arguments) {
    if (arguments.size() != 2) {
      throw std::invalid_argument(
          "takes two arguments: the experiment's id, and the prefix to read");
    }
    experiment_ = arguments[0];
    prefix_ = arguments[1];
  }

  std::string stream_name() const override { return "telemetry"; }
  std::string filter_prefix() const override { return prefix_; }

  /// One partition a day: the source's prefix and the date.
  std::string prefix_group(std::string_view key) const override {
    const size_t first = key.find('/');
    if (first == std::string_view::npos) return std::string(key);
    return std::string(key.substr(0, key.find('/', first + 1)));
  }

  std::string build_schema() const override {
    tarn::SchemaBuilder schema("Submission");
    for (const Column& column : kColumns) schema.required(column.name, "string");
    return schema.json();
  }

  bool build_record(const tarn::HekaMessage& message, tarn::Record& row) const override {
    if (!IsInExperiment(message)) return false;
    size_t place = 0;
    for (const Column& column : kColumns) {
      row.set(place++, AsText(message.field(column.field), column.absent));
    }
    return true;
  }

 private:
  struct Column {
    const char* name;
    const char* field;
    const char* absent;
  };
  static constexpr Column kColumns[] = {
      {"clientId", "clientId", ""},
      {"creationTimestamp", "creationTimestamp", ""},
      {"submissionDate", "submissionDate", ""},
      {"documentId", "documentId", ""},
      {"sampleId", "sampleId", ""},
      {"simpleMeasurements", "payload.simpleMeasurements", ""},
      {"settings", "environment.settings", ""},
      {"addons", "environment.addons", "{}"},
      {"threadHangStats", "payload.threadHangStats", ""},
      {"histograms", "payload.histograms", ""},
      {"keyedHistograms", "payload.keyedHistograms", ""},
      {"childPayloads", "payload.childPayloads", "{}"},
  };

  bool IsInExperiment(const tarn::HekaMessage& message) const {
    const auto text = message.text("environment.addons");
    // Few submissions are in the experiment: those that do not even name it need no parsing.
    if (!text || text->find(experiment_) == std::string_view::npos) return false;
    const auto addons = message.parse(*text);
    const tarn::JsonValue* active = addons ? addons->find("activeExperiment") : nullptr;
    const tarn::JsonValue* id = active != nullptr ? active->find("id") : nullptr;
    return id != nullptr && id->text() == experiment_;
  }

  std::string experiment_;
  std::string prefix_;
};

TARN_DERIVED_STREAM(E10sExperiment);

}  // namespace
