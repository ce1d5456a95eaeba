#include "base/format.h"
#include "serve/firehose/delivery_stream.h"

namespace tarn::serve {
namespace {

constexpr const char* kDestinationId = "destinationId-000000000001";

Json DefaultOr(const Json& configuration, std::string_view member, const Json& otherwise) {
  const Json* value = configuration.Find(member);
  return value == nullptr || value->is_null() ? otherwise : *value;
}

void CopyIfGiven(const Json& from, std::string_view member, Json* to) {
  const Json* value = from.Find(member);
  if (value != nullptr && !value->is_null()) to->Set(member, *value);
}

Json Hints(int64_t megabytes, int64_t seconds) {
  return Json::MakeObject({{"SizeInMBs", megabytes}, {"IntervalInSeconds", seconds}});
}

Json Disabled() { return Json::MakeObject({{"Enabled", false}}); }

Json S3Description(const Json& s3) {
  Json description = Json::MakeObject({});
  for (const char* member : {"RoleARN", "BucketARN", "Prefix", "ErrorOutputPrefix"}) {
    CopyIfGiven(s3, member, &description);
  }
  description.Set("BufferingHints", DefaultOr(s3, "BufferingHints", Hints(5, 300)));
  description.Set("CompressionFormat", DefaultOr(s3, "CompressionFormat", "UNCOMPRESSED"));
  description.Set("EncryptionConfiguration",
                  DefaultOr(s3, "EncryptionConfiguration",
                            Json::MakeObject({{"NoEncryptionConfig", "NoEncryption"}})));
  description.Set("CloudWatchLoggingOptions",
                  DefaultOr(s3, "CloudWatchLoggingOptions", Disabled()));
  return description;
}

Json IcebergDescription(const flow::StreamDefinition& definition) {
  const Json* kept = definition.destination.Find("IcebergDestinationConfiguration");
  const Json given = kept == nullptr ? Json::MakeObject({}) : *kept;
  Json description = Json::MakeObject({});
  CopyIfGiven(given, "DestinationTableConfigurationList", &description);
  description.Set("SchemaEvolutionConfiguration",
                  Json::MakeObject({{"Enabled", definition.may_evolve}}));
  description.Set("TableCreationConfiguration",
                  Json::MakeObject({{"Enabled", definition.may_create_table}}));
  description.Set("BufferingHints", Hints(static_cast<int64_t>(definition.buffer_bytes / kMiB),
                                          definition.buffer_seconds));
  description.Set("CloudWatchLoggingOptions",
                  DefaultOr(given, "CloudWatchLoggingOptions", Disabled()));
  description.Set("ProcessingConfiguration",
                  DefaultOr(given, "ProcessingConfiguration", Disabled()));
  description.Set("S3BackupMode", DefaultOr(given, "S3BackupMode", "FailedDataOnly"));
  description.Set("RetryOptions",
                  DefaultOr(given, "RetryOptions", Json::MakeObject({{"DurationInSeconds", 300}})));
  CopyIfGiven(given, "RoleARN", &description);
  description.Set("AppendOnly", DefaultOr(given, "AppendOnly", false));
  CopyIfGiven(given, "CatalogConfiguration", &description);
  if (const Json* s3 = given.Find("S3Configuration")) {
    description.Set("S3DestinationDescription", S3Description(*s3));
  }
  return description;
}

/// Epoch seconds with milliseconds, as AWS sends them.
double Seconds(int64_t micros) {
  const int64_t millis = micros / 1000;
  return static_cast<double>(millis) / 1000.0;
}

}  // namespace

std::string DeliveryStreamArn(std::string_view region, std::string_view account,
                              std::string_view name) {
  return Format("arn:aws:firehose:{}:{}:deliverystream/{}", region, account, name);
}

Json DescribeDeliveryStream(const flow::StreamDefinition& definition, const std::string& arn) {
  Json description = Json::MakeObject(
      {{"DeliveryStreamName", definition.name},
       {"DeliveryStreamARN", arn},
       {"DeliveryStreamStatus", "ACTIVE"},
       {"DeliveryStreamEncryptionConfiguration", Json::MakeObject({{"Status", "DISABLED"}})},
       {"DeliveryStreamType", "DirectPut"},
       {"VersionId", "1"},
       {"CreateTimestamp", Seconds(definition.created_us)}});
  if (const Json* source = definition.destination.Find("DirectPutSourceConfiguration")) {
    description.Set("Source", Json::MakeObject({{"DirectPutSourceDescription", *source}}));
  }
  const Json iceberg = IcebergDescription(definition);
  Json destination = Json::MakeObject({{"DestinationId", kDestinationId}});
  // AWS names the bucket for failures beside the destination as well.
  if (const Json* s3 = iceberg.Find("S3DestinationDescription")) {
    destination.Set("S3DestinationDescription", *s3);
  }
  destination.Set("IcebergDestinationDescription", iceberg);
  description.Set("Destinations", Json(Json::Array{destination}));
  description.Set("HasMoreDestinations", false);
  return description;
}

Json::Array TagsOf(const flow::StreamDefinition& definition) {
  const Json* tags = definition.destination.Find("Tags");
  return tags == nullptr ? Json::Array() : tags->as_array();
}

}  // namespace tarn::serve
