#include "bench/raw_objects.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/bytes.h"
#include "base/json.h"
#include "bench/set_file.h"
#include "bench/text_random.h"
#include "decode/heka_draft.h"
#include "decode/heka_frame.h"
#include "os/files.h"

namespace tarn::bench {
namespace {

using decode::HekaDraft;
using decode::HekaValueType;

constexpr uint64_t kSeed = 11;
constexpr int64_t kFirstNs = 1'445'990'400'000'000'000;  // the day's beginning
constexpr std::array kChannels = {"release", "beta"};
constexpr std::array kCountries = {"US", "DE", "BR", "IN", "FR", "??"};
constexpr std::array kSystems = {"Windows", "Darwin", "Linux"};
constexpr std::array kVersions = {"6.1", "10.0", "14.5.0", "3.13"};
constexpr std::array kReasons = {"daily", "shutdown", "environment-change"};
constexpr unsigned kWithoutPercent = 5;  // of what is required: no rows

/// Members of the record in the order in which its writer put them.
class SummaryDraft {
 public:
  SummaryDraft(TextRandom& random, const char* channel, uint64_t number)
      : random_(random), channel_(channel), number_(static_cast<int64_t>(number)) {}

  /// out  is_row: nothing that is required lacks
  HekaDraft Make(bool* is_row) {
    draft_.uuid = *FromHex(random_.Hex(16) + random_.Hex(16));
    draft_.timestamp_ns = kFirstNs + number_ * 1000;
    draft_.type = "executive_summary";
    draft_.logger = "fx";
    draft_.hostname = "ip-172-31-15-134";
    AddTexts();
    AddNumbers();
    *is_row = !random_.Percent(kWithoutPercent);
    if (*is_row) Add("default", HekaValueType::kBool, random_.Percent(60));
    return std::move(draft_);
  }

 private:
  void Add(const char* name, HekaValueType type, decode::HekaDraftValue value) {
    draft_.fields.push_back(
        {.name = name, .value_type = type, .representation = {}, .values = {std::move(value)}});
  }
  void Text(const char* name, std::string_view text) {
    Add(name, HekaValueType::kString, std::string(text));
  }

  void AddTexts() {
    Text("docType", random_.Percent(90) ? "main" : "crash");
    Text("submissionDate", RawObjects::kDay);
    Text("clientId", random_.Uuid());
    Text("documentId", random_.Uuid());
    Text("country", random_.Of(kCountries));
    Text("channel", channel_);
    Text("os", random_.Of(kSystems));
    Text("osVersion", random_.Of(kVersions));
    Text("buildId", Format("2015{}", random_.Between(1'000'000'000, 1'030'000'000)));
    Text("app", "Firefox");
    Text("version", Format("{}.0", random_.Between(38, 45)));
    Text("vendor", "Mozilla");
    Text("reason", random_.Of(kReasons));
  }

  void AddNumbers() {
    const auto real = [&](const char* name, double value) {
      Add(name, HekaValueType::kDouble, value);
    };
    const auto whole = [&](const char* name, uint64_t below) {
      Add(name, HekaValueType::kInteger, static_cast<int64_t>(random_.Below(below)));
    };
    real("activityTimestamp", static_cast<double>(kFirstNs + number_ * 1'000'000));
    real("profileCreationTimestamp", static_cast<double>(random_.Between(14'000, 16'700)) * 864e11);
    real("hours", static_cast<double>(random_.Below(86'400)) / 3600);
    for (const char* name : {"google", "yahoo", "bing", "other"}) whole(name, 40);
  }

  TextRandom& random_;
  const char* const channel_;
  const int64_t number_;
  HekaDraft draft_;
};

Status WriteMetadata(const std::string& data) {
  const std::string bucket = data + "/buckets/metadata/";
  TRY(os::PosixFiles().MakeDirectories(bucket + RawObjects::kPrefix));
  const Json source = Json::MakeObject({{"bucket", "raw"}, {"prefix", RawObjects::kPrefix}});
  TRY(WriteText(bucket + "sources.json",
                Json::MakeObject({{RawObjects::kStream, source}}).DumpPretty()));
  Json dimensions = Json::MakeArray();
  for (const char* name : {"submissionDate", "channel"})
    dimensions.Push(Json::MakeObject({{"field_name", name}, {"allowed_values", "*"}}));
  return WriteText(
      Format("{}{}/schema.json", bucket, RawObjects::kPrefix),
      Json::MakeObject({{"version", 1}, {"dimensions", std::move(dimensions)}}).DumpPretty());
}

/// returns  the frames of some records. out  objects: counted
Result<std::string> MakeObject(TextRandom& random, const char* channel, uint64_t records,
                               RawObjects* objects) {
  std::string frames;
  std::string body;
  for (uint64_t i = 0; i < records; ++i) {
    bool is_row = false;
    body.clear();
    decode::AppendHekaBody(SummaryDraft(random, channel, objects->records++).Make(&is_row), {},
                           &body);
    TRY(decode::AppendHekaFrame(body, {.snappy = true}, &frames));
    if (is_row) ++objects->rows;
  }
  objects->bytes += frames.size();
  return frames;
}

}  // namespace

std::string RawDirectory(const std::string& data) {
  return Format("{}/buckets/raw/{}/{}", data, RawObjects::kPrefix, RawObjects::kDay);
}

Result<RawObjects> WriteRawObjects(const std::string& data, uint64_t records) {
  constexpr uint64_t kObjects = RawObjects::kPartitions * RawObjects::kObjectsAPartition;
  TRY(WriteMetadata(data));
  RawObjects objects;
  TextRandom random(kSeed);
  for (const char* channel : kChannels) {
    const std::string directory = Format("{}/{}", RawDirectory(data), channel);
    TRY(os::PosixFiles().MakeDirectories(directory));
    for (int i = 0; i < RawObjects::kObjectsAPartition; ++i) {
      const uint64_t count = std::max(records / kObjects, uint64_t{1});
      TRY(WriteText(Format("{}/{}12000{}.000_ip-1", directory, RawObjects::kDay, i),
                    TRY(MakeObject(random, channel, count, &objects))));
    }
  }
  return objects;
}

}  // namespace tarn::bench
