// The executive summary's records as a table: one row a record, columns as they come.
#include <tarn/derived_stream.h>

namespace {

class ExecutiveStream : public tarn::DerivedStream {
 public:
  std::string stream_name() const override { return "telemetry-executive-summary"; }

  std::string build_schema() const override {
    return tarn::SchemaBuilder("System")
        .required("docType", "string")
        .required("submissionDate", "string")
        .required("activityTimestamp", "double")
        .required("profileCreationTimestamp", "double")
        .required("clientId", "string")
        .required("documentId", "string")
        .required("country", "string")
        .required("channel", "string")
        .required("os", "string")
        .required("osVersion", "string")
        .required("default", "boolean")
        .required("buildId", "string")
        .required("app", "string")
        .required("version", "string")
        .required("vendor", "string")
        .required("reason", "string")
        .required("hours", "double")
        .required("google", "int")
        .required("yahoo", "int")
        .required("bing", "int")
        .required("other", "int")
        .required("pluginHangs", "int")
        .json();
  }

  bool build_record(const tarn::HekaMessage& message, tarn::Record& row) const override {
    // Without one of these, or with one of another type, a record says nothing.
    for (const char* name : {"docType", "submissionDate", "clientId", "documentId"}) {
      const auto text = message.text(name);
      if (!text) return false;
      row.set(name, *text);
    }
    const auto activity = message.number("activityTimestamp");
    const auto is_default = message.boolean("default");
    if (!activity || !is_default) return false;
    row.set("activityTimestamp", *activity);
    row.set("default", *is_default);

    for (const char* name : {"country", "channel", "os", "osVersion", "buildId", "app", "version",
                             "vendor", "reason"}) {
      row.set(name, message.text(name).value_or(""));
    }
    for (const char* name : {"profileCreationTimestamp", "hours"}) {
      row.set(name, message.number(name).value_or(0));
    }
    for (const char* name : {"google", "yahoo", "bing", "other", "pluginHangs"}) {
      row.set(name, message.integer(name).value_or(0));
    }
    return true;
  }
};

TARN_DERIVED_STREAM(ExecutiveStream);

}  // namespace
