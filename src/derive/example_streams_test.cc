// The classes of examples/derived, through what a task calls them by.
#include <gtest/gtest.h>

#include <string>

#include "base/format.h"
#include "base/json.h"
#include "columns/batch.h"
#include "decode/heka_draft.h"
#include "decode/heka_message.h"
#include "derive/datasets.h"
#include "derive/row_writer.h"
#include "derive/sdk_records.h"

namespace tarn::derive {
namespace {

using decode::HekaValueType;

Json ToJson(const Value& value) {
  if (const auto* held = std::get_if<bool>(&value.held)) return *held;
  if (const auto* held = std::get_if<int64_t>(&value.held)) return *held;
  if (const auto* held = std::get_if<double>(&value.held)) return *held;
  if (const auto* held = std::get_if<std::string>(&value.held)) return *held;
  if (const auto* held = std::get_if<Value::List>(&value.held)) {
    Json list = Json::MakeArray();
    for (const Value& element : *held) list.Push(ToJson(element));
    return list;
  }
  if (const auto* held = std::get_if<Value::Map>(&value.held)) {
    Json map = Json::MakeObject({});
    for (const auto& [key, element] : *held) map.Set(key, ToJson(element));
    return map;
  }
  return nullptr;
}

/// A class of the examples, and a writer of its rows.
class Example {
 public:
  explicit Example(const std::string& name, std::vector<std::string> arguments = {}) {
    Datasets datasets("test");
    const Status added = datasets.AddPlugin(Format("{}/plugin_examples.so", TARN_TEST_PLUGINS));
    EXPECT_TRUE(added) << added.error().message();
    auto made = datasets.Make(name, std::move(arguments));
    if (!made) {
      ADD_FAILURE() << made.error().message();
      return;
    }
    dataset_ = *std::move(made);
    std::vector<schema::Field> fields = dataset_.columns.fields;
    schema::AssignFieldIds(FieldId(0), &fields);
    batch_.emplace(columns::Layout::Make({.fields = std::move(fields)}));
    writer_ = *RowWriter::Make(dataset_.columns, {}, &*batch_);
  }

  const Dataset& dataset() const { return dataset_; }

  /// The row of a message as JSON text; `skipped`; or the reject's message.
  std::string RowOf(const decode::HekaDraft& draft) {
    std::string body;
    decode::AppendHekaBody(draft, {}, &body);
    decode::HekaMessage message;
    EXPECT_EQ(message.Read(body), nullptr);
    SdkHekaMessage sdk;
    sdk.Set(message, body);
    return Build(sdk);
  }
  std::string RowOf(std::string_view json) {
    SdkJsonRecord record;
    EXPECT_FALSE(record.Read(json)) << json;
    return Build(record);
  }

 private:
  template <class SdkRecord>
  std::string Build(const SdkRecord& record) {
    Record row = writer_->NewRecord();
    if (!dataset_.stream->build_record(record, row)) return "skipped";
    if (const auto reject = writer_->Add(row)) return reject->path + ": " + reject->message;
    return ToJson(row.values()).Dump();
  }

  Dataset dataset_;
  std::optional<columns::Batch> batch_;
  std::unique_ptr<RowWriter> writer_;
};

decode::HekaDraftField Text(std::string name, std::string text) {
  return {std::move(name), HekaValueType::kString, std::nullopt, {std::move(text)}};
}
decode::HekaDraftField Double(std::string name, double value) {
  return {std::move(name), HekaValueType::kDouble, std::nullopt, {value}};
}
decode::HekaDraftField Integer(std::string name, int64_t value) {
  return {std::move(name), HekaValueType::kInteger, std::nullopt, {value}};
}
decode::HekaDraftField Bool(std::string name, bool value) {
  return {std::move(name), HekaValueType::kBool, std::nullopt, {value}};
}

decode::HekaDraft Message(std::vector<decode::HekaDraftField> fields) {
  return {.uuid = std::string(16, 'u'),
          .timestamp_ns = 1'446'000'000'123'456'789,
          .fields = std::move(fields)};
}

decode::HekaDraft Without(decode::HekaDraft draft, std::string_view name) {
  std::erase_if(draft.fields, [&](const auto& field) { return field.name == name; });
  return draft;
}

decode::HekaDraft With(decode::HekaDraft draft, decode::HekaDraftField field) {
  draft.fields.push_back(std::move(field));  // the last of a name counts
  return draft;
}

const decode::HekaDraft& Summary() {
  static const decode::HekaDraft draft =
      Message({Text("docType", "main"), Text("submissionDate", "20151028"),
               Double("activityTimestamp", 1.5), Text("clientId", "c"), Text("documentId", "d"),
               Bool("default", true)});
  return draft;
}

TEST(ExecutiveStream, SkipsRecordsWithoutWhatTheyNeed) {
  Example stream("ExecutiveStream");
  for (const char* name :
       {"docType", "submissionDate", "activityTimestamp", "clientId", "documentId", "default"}) {
    EXPECT_EQ(stream.RowOf(Without(Summary(), name)), "skipped") << name;
    EXPECT_EQ(stream.RowOf(With(Summary(), Integer(name, 1))), "skipped") << name;
  }
}

TEST(ExecutiveStream, HasDefaultsForTheRest) {
  Example stream("ExecutiveStream");
  const char* const row = R"(["main","20151028",1.5,0.0,"c","d","","","","",true,"","","","","",)"
                          R"(0.0,0,0,0,0,0])";
  const std::string expected = Json::Parse(row)->Dump();
  EXPECT_EQ(stream.RowOf(Summary()), expected);
  for (const char* name : {"country", "channel", "os", "osVersion", "buildId", "app", "version",
                           "vendor", "reason", "profileCreationTimestamp", "hours"}) {
    EXPECT_EQ(stream.RowOf(With(Summary(), Integer(name, 1))), expected) << name;
  }
  for (const char* name : {"google", "yahoo", "bing", "other", "pluginHangs"}) {
    EXPECT_EQ(stream.RowOf(With(Summary(), Double(name, 1))), expected) << name;
  }
}

TEST(ExecutiveStream, HasTheColumnsInTheirOrder) {
  Example stream("ExecutiveStream");
  decode::HekaDraft draft = Summary();
  for (const char* name :
       {"country", "channel", "os", "osVersion", "buildId", "app", "version", "vendor", "reason"}) {
    draft = With(std::move(draft), Text(name, std::string("the ") + name));
  }
  draft = With(std::move(draft), Double("profileCreationTimestamp", 2.5));
  draft = With(std::move(draft), Double("hours", 3.5));
  int64_t count = 10;
  for (const char* name : {"google", "yahoo", "bing", "other", "pluginHangs"}) {
    draft = With(std::move(draft), Integer(name, count++));
  }
  EXPECT_EQ(stream.RowOf(draft),
            R"(["main","20151028",1.5,2.5,"c","d","the country","the channel","the os",)"
            R"("the osVersion",true,"the buildId","the app","the version","the vendor",)"
            R"("the reason",3.5,10,11,12,13,14])");
  EXPECT_EQ(stream.RowOf(With(draft, Integer("google", int64_t{1} << 31))),
            "google: the number 2147483648 is beyond what int can hold");
  std::string names;
  for (const schema::Field& field : stream.dataset().columns.fields) {
    EXPECT_TRUE(field.required) << field.name;
    names += field.name + " ";
  }
  EXPECT_EQ(names,
            "docType submissionDate activityTimestamp profileCreationTimestamp clientId documentId "
            "country channel os osVersion default buildId app version vendor reason hours google "
            "yahoo bing other pluginHangs ");
}

TEST(ExecutiveStream, ReadsAWholeDay) {
  const Example stream("ExecutiveStream");
  EXPECT_EQ(stream.dataset().stream->stream_name(), "telemetry-executive-summary");
  EXPECT_EQ(stream.dataset().stream->filter_prefix(), "");
  EXPECT_EQ(
      stream.dataset().stream->prefix_group("telemetry-executive-summary-3/20151027/release/f"),
      "telemetry-executive-summary-3/20151027/release");
}

TEST(E10sExperiment, KeepsTheExperimentsSubmissions) {
  Example stream("E10sExperiment", {"e10s@x", "telemetry/4/saved_session/"});
  const decode::HekaDraft other = Message({Text("clientId", "c")});
  EXPECT_EQ(stream.RowOf(other), "skipped");
  for (const char* addons : {"{", "[\"e10s@x\"]", R"({"activeExperiment":{"id":"e10s@xy"}})",
                             R"({"activeExperiment":{}, "x":"e10s@x"})", R"({"id":"e10s@x"})",
                             R"({"activeExperiment":"e10s@x"})"}) {
    EXPECT_EQ(stream.RowOf(With(other, Text("environment.addons", addons))), "skipped") << addons;
  }
  const char* const addons = R"({"activeExperiment":{"id":"e10s@x","branch":"b"}})";
  EXPECT_EQ(stream.RowOf(With(other, Text("environment.addons", addons))),
            R"(["c","","","","","","","{\"activeExperiment\":{\"id\":\"e10s@x\",)"
            R"(\"branch\":\"b\"}}","","","","{}"])");
}

TEST(E10sExperiment, WritesNumbersAsText) {
  Example stream("E10sExperiment", {"x", ""});
  const decode::HekaDraft draft =
      Message({Text("environment.addons", R"({"activeExperiment":{"id":"x"}})"),
               Double("sampleId", 42), Double("creationTimestamp", 1.44600000012345e18),
               Integer("submissionDate", 20151028), Bool("documentId", true)});
  EXPECT_EQ(stream.RowOf(draft), R"(["","1446000000123450112","20151028","true","42","","",)"
                                 R"("{\"activeExperiment\":{\"id\":\"x\"}}","","","","{}"])");
}

TEST(E10sExperiment, GroupsByDay) {
  const Example stream("E10sExperiment", {"x", "telemetry/4/"});
  EXPECT_EQ(stream.dataset().stream->filter_prefix(), "telemetry/4/");
  const auto group = [&](std::string_view key) {
    return stream.dataset().stream->prefix_group(key);
  };
  EXPECT_EQ(group("telemetry-2/20151001/telemetry/4/file"), "telemetry-2/20151001");
  EXPECT_EQ(group("telemetry-2/20151001"), "telemetry-2/20151001");
  EXPECT_EQ(group("file"), "file");
}

TEST(Churn, NeedsOnlyItsRequiredFields) {
  Example stream("Churn");
  const decode::HekaDraft draft = Message(
      {Text("clientId", "c"), Double("sampleId", 42.0), Text("submissionDate", "20160101")});
  const std::string row =
      R"(["c",42,"","","","","20160101",null,null,null,null,1446000000123456789])";
  EXPECT_EQ(stream.RowOf(draft), row);
  EXPECT_EQ(stream.RowOf(With(draft, Integer("sampleId", 42))), row);
  EXPECT_EQ(stream.RowOf(With(draft, Text("payload.histograms", "{"))), row);
  for (const char* name : {"clientId", "sampleId", "submissionDate"}) {
    EXPECT_EQ(stream.RowOf(Without(draft, name)), "skipped") << name;
  }
  EXPECT_EQ(stream.RowOf(With(draft, Double("sampleId", 1e300))), "skipped");
}

TEST(Churn, LooksIntoHistograms) {
  Example stream("Churn");
  const auto row = [&](const char* histograms) {
    return stream.RowOf(
        Message({Text("clientId", "c"), Double("sampleId", 1), Text("submissionDate", "20160101"),
                 Text("appUpdateChannel", "beta-x"), Text("normalizedChannel", "beta"),
                 Text("geoCountry", "DE"), Text("appVersion", "44.0"),
                 Text("environment.profile", R"({"creationDate":16000})"),
                 Text("payload.histograms", histograms)}));
  };
  const std::string begin = R"(["c",1,"beta-x","beta","DE","44.0","20160101",16000,)";
  const std::string end = ",1446000000123456789]";
  EXPECT_EQ(row("{}"), begin + "null,null,null" + end);
  EXPECT_EQ(row(R"({"WEAVE_CONFIGURED":{"values":{"0":1,"1":0}}})"),
            begin + "false,null,null" + end);
  EXPECT_EQ(row(R"({"WEAVE_CONFIGURED":{"values":{"0":0,"1":2}}})"),
            begin + "true,null,null" + end);
  EXPECT_EQ(row(R"({"WEAVE_CONFIGURED":{"values":{"0":0}}})"), begin + "null,null,null" + end);
  EXPECT_EQ(row(R"({"WEAVE_DEVICE_COUNT_DESKTOP":{"values":{"9":1,"10":3,"11":0}},
                    "WEAVE_DEVICE_COUNT_MOBILE":{"values":{"0":1}}})"),
            begin + "null,10,0" + end);
}

constexpr const char* kCrashPing = R"({"type":"crash","id":"d","clientId":"c",
  "creationDate":"2018-04-09T20:15:11.238Z","application":{"channel":"nightly"},
  "environment":{"build":{"applicationName":"Firefox","buildId":"20180409100035","version":"61.0a1"},
    "system":{"os":{"name":"Windows_NT","version":"6.1"}},
    "addons":{"activeAddons":{"a@x":{},"b@x":{}}}},
  "payload":{"crashDate":"2018-04-08","processType":"content","hasCrashEnvironment":true,
    "metadata":{"BuildID":"1","n":2}}})";

TEST(CrashSummary, MakesARowOfAPing) {
  Example stream("CrashSummary");
  EXPECT_EQ(stream.RowOf(kCrashPing),
            R"(["d","c","2018-04-09T20:15:11.238Z",null,17629,{"build_id":"20180409100035",)"
            R"("channel":"nightly","application":"Firefox","build_version":"61.0a1",)"
            R"("os_name":"Windows_NT","os_version":"6.1"},["a@x","b@x"],)"
            R"(["2018-04-08","content",true,{"BuildID":"1"}]])");
  EXPECT_EQ(stream.RowOf("{}"), "skipped");
}

TEST(CrashSummary, MakesTheSameOfAMessage) {
  Example stream("CrashSummary");
  decode::HekaDraft draft = Message({Text("docType", "crash"), Text("documentId", "d"),
                                     Text("submissionDate", "20180409"), Text("geoCountry", "KE"),
                                     Text("environment.build", R"({"buildId":"20180409100035"})")});
  EXPECT_EQ(stream.RowOf(draft), "skipped") << "no payload";
  draft.payload = R"({"payload":{}})";
  EXPECT_EQ(stream.RowOf(draft),
            R"(["d",null,"20180409",1446000000123456,17630,{"build_id":"20180409100035",)"
            R"("country":"KE"},[],[null,null,null,{}]])");
  EXPECT_EQ(stream.RowOf(With(draft, Text("environment.build", R"({"buildId":"20180409"})"))),
            "skipped");
  EXPECT_EQ(stream.RowOf(With(draft, Text("submissionDate", "yesterday"))), "skipped");
  EXPECT_EQ(stream.RowOf(With(draft, Text("docType", "main"))), "skipped");
}

TEST(CrashSummary, ClampsTheDayOfTheCrash) {
  Example stream("CrashSummary");
  const auto day = [&](std::string_view crash_date) {
    decode::HekaDraft draft = Message(
        {Text("docType", "crash"), Text("documentId", "d"), Text("submissionDate", "20160301"),
         Text("environment.build", R"({"buildId":"20180409100035"})")});
    draft.payload = Format(R"({{"payload":{{"crashDate":"{}"}}}})", crash_date);
    return Json::Parse(stream.RowOf(draft))->as_array()[4].as_int();
  };
  const int64_t submitted = 16'861;  // a day after the leap day
  EXPECT_EQ(day("2016-03-01"), submitted);
  EXPECT_EQ(day("2016-02-29"), submitted - 1);
  EXPECT_EQ(day("2016-02-28"), submitted - 2);
  EXPECT_EQ(day("2015-01-01"), submitted - 7);
  EXPECT_EQ(day("2017-01-01"), submitted);
  EXPECT_EQ(day("1st of March"), submitted);
}

}  // namespace
}  // namespace tarn::derive
