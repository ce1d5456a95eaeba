#include <array>
#include <optional>
#include <set>
#include <utility>

#include "base/format.h"
#include "collect/header_text.h"
#include "query/engine.h"
#include "serve/firehose/delivery_stream.h"
#include "serve/firehose/members.h"

namespace tarn::serve {
namespace {

using collect::AwsError;
using collect::AwsResult;
using collect::Violations;

constexpr Members::Length kArn{1, 512};
constexpr Members::Length kBucketArn{1, 2048};
constexpr Members::Length kPrefix{0, 1024};
constexpr Members::Length kLogName{0, 512};
constexpr Members::Length kTableName{1, 255};
constexpr Members::Range kRetrySeconds{0, 7200};
constexpr size_t kTagsMax = 50;

struct Destination {
  std::string_view member;
  std::string_view name;
};
constexpr std::string_view kIceberg = "IcebergDestinationConfiguration";
constexpr std::array<Destination, 10> kDestinations = {{
    {kIceberg, "Iceberg"},
    {"S3DestinationConfiguration", "S3"},
    {"ExtendedS3DestinationConfiguration", "ExtendedS3"},
    {"RedshiftDestinationConfiguration", "Redshift"},
    {"ElasticsearchDestinationConfiguration", "Elasticsearch"},
    {"AmazonopensearchserviceDestinationConfiguration", "Amazonopensearchservice"},
    {"AmazonOpenSearchServerlessDestinationConfiguration", "AmazonOpenSearchServerless"},
    {"SplunkDestinationConfiguration", "Splunk"},
    {"HttpEndpointDestinationConfiguration", "HttpEndpoint"},
    {"SnowflakeDestinationConfiguration", "Snowflake"},
}};
constexpr std::array<std::string_view, 4> kUnsupportedSources = {
    "KinesisStreamSourceConfiguration", "MSKSourceConfiguration", "DatabaseSourceConfiguration",
    "DeliveryStreamEncryptionConfigurationInput"};

std::unexpected<AwsError> Refuse(std::string message) {
  return std::unexpected(AwsError{"InvalidArgumentException", std::move(message)});
}

/// Sources, encryption and destinations: one of Tarn's, or refused by name.
AwsResult<void> CheckEnds(const Members& input) {
  const auto type = TRY(input.OneOf("DeliveryStreamType", {"DirectPut", "KinesisStreamAsSource",
                                                           "MSKAsSource", "DatabaseAsSource"}));
  if (type && *type != "DirectPut") {
    return Refuse(Format("The source {} is not supported yet.", *type));
  }
  for (const std::string_view member : kUnsupportedSources) {
    if (input.Has(member)) return Refuse(Format("{} is not supported yet.", member));
  }
  const Destination* chosen = nullptr;
  for (const Destination& destination : kDestinations) {
    if (!input.Has(destination.member)) continue;
    if (chosen != nullptr) {
      return Refuse("Exactly one destination configuration is supported for a Firehose.");
    }
    chosen = &destination;
  }
  if (chosen == nullptr) {
    return Refuse("Exactly one destination configuration is supported for a Firehose.");
  }
  if (chosen->member != kIceberg) {
    return Refuse(Format("The {} destination is not supported yet.", chosen->name));
  }
  return {};
}

AwsResult<void> CheckTags(const Members& input, Violations* violations) {
  const Json* tags = TRY(input.Structures("Tags", {1, kTagsMax}));
  if (tags == nullptr) return {};
  std::set<std::string> keys;
  for (size_t i = 0; i < tags->as_array().size(); ++i) {
    const Members tag(tags->as_array()[i], Format("tags.{}.member", i + 1), violations);
    tag.Require("Key");
    const auto key = TRY(tag.String("Key", {1, 128}, kTagKeyPattern));
    TRY(tag.String("Value", {0, 256}, kTagValuePattern));
    if (key && !keys.insert(*key).second) {
      return Refuse(Format("The tag key '{}' is there twice.", key->substr(0, 128)));
    }
  }
  return {};
}

struct Buffering {
  int64_t megabytes = 0;
  int64_t seconds = 0;
};

/// AWS takes both hints or none.
AwsResult<std::optional<Buffering>> BufferingOf(const Members& configuration,
                                                Violations* violations) {
  const Json* object = TRY(configuration.Structure("BufferingHints"));
  if (object == nullptr) return std::nullopt;
  const Members hints(*object, configuration.PathOf("BufferingHints"), violations);
  const auto megabytes = TRY(hints.Integer("SizeInMBs", {1, 128}));
  const auto seconds = TRY(hints.Integer("IntervalInSeconds", {0, 900}));
  if (!megabytes && !seconds) return std::nullopt;
  if (!megabytes || !seconds) {
    return Refuse("BufferingHints must have both SizeInMBs and IntervalInSeconds, or neither.");
  }
  return Buffering{*megabytes, *seconds};
}

/// Shown again by Describe; Tarn logs by itself.
AwsResult<void> CheckLogging(const Members& configuration, Violations* violations) {
  const Json* object = TRY(configuration.Structure("CloudWatchLoggingOptions"));
  if (object == nullptr) return {};
  const Members logging(*object, configuration.PathOf("CloudWatchLoggingOptions"), violations);
  TRY(logging.Boolean("Enabled"));
  TRY(logging.String("LogGroupName", kLogName, kLogGroupPattern));
  TRY(logging.String("LogStreamName", kLogName, kLogStreamPattern));
  return {};
}

/// The bucket for what fails. Rejects land in a table of their own here; it is checked and kept.
AwsResult<void> CheckS3Configuration(const Members& iceberg, Violations* violations) {
  iceberg.Require("S3Configuration");
  const Json* object = TRY(iceberg.Structure("S3Configuration"));
  if (object == nullptr) return {};
  const Members s3(*object, iceberg.PathOf("S3Configuration"), violations);
  s3.Require("RoleARN");
  s3.Require("BucketARN");
  TRY(s3.String("RoleARN", kArn, kRoleArnPattern));
  TRY(s3.String("BucketARN", kBucketArn, kBucketArnPattern));
  TRY(s3.String("Prefix", kPrefix));
  TRY(s3.String("ErrorOutputPrefix", kPrefix));
  TRY(BufferingOf(s3, violations));
  TRY(s3.OneOf("CompressionFormat", {"UNCOMPRESSED", "GZIP", "ZIP", "Snappy", "HADOOP_SNAPPY"}));
  TRY(CheckLogging(s3, violations));
  const Json* encryption = TRY(s3.Structure("EncryptionConfiguration"));
  if (encryption != nullptr && encryption->Find("KMSEncryptionConfig") != nullptr) {
    return Refuse("EncryptionConfiguration.KMSEncryptionConfig is not supported yet.");
  }
  return {};
}

/// What would change records or copies of them, and is not done: refused, never ignored.
AwsResult<void> RefuseUnsupported(const Members& iceberg, Violations* violations) {
  const Json* processing = TRY(iceberg.Structure("ProcessingConfiguration"));
  if (processing != nullptr) {
    const Members members(*processing, iceberg.PathOf("ProcessingConfiguration"), violations);
    if (TRY(members.Boolean("Enabled")).value_or(true) && members.Has("Processors")) {
      return Refuse("ProcessingConfiguration with processors is not supported yet.");
    }
  }
  const auto backup = TRY(iceberg.OneOf("S3BackupMode", {"FailedDataOnly", "AllData"}));
  if (backup == "AllData") return Refuse("S3BackupMode AllData is not supported yet.");
  return {};
}

/// `Identity: [{SourceName: city}]` → `"city"`.
AwsResult<std::optional<std::string>> PartitionsOf(const Members& table, Violations* violations) {
  const Json* spec = TRY(table.Structure("PartitionSpec"));
  if (spec == nullptr) return std::nullopt;
  const Members members(*spec, table.PathOf("PartitionSpec"), violations);
  const Json* identity = TRY(members.Structures("Identity", {0, 100}));
  std::string partitions;
  for (size_t i = 0; identity != nullptr && i < identity->as_array().size(); ++i) {
    const Members field(identity->as_array()[i],
                        Format("{}.{}.member", members.PathOf("Identity"), i + 1), violations);
    field.Require("SourceName");
    const auto name = TRY(field.String("SourceName", {1, 1024}, kNoSpacePattern));
    if (!name) continue;
    if (!partitions.empty()) partitions += ", ";
    partitions += query::QuoteIdentifier(*name);
  }
  if (partitions.empty()) return std::nullopt;
  return partitions;
}

/// One table at most: where there is none, the stream's name makes one.
AwsResult<void> ReadTable(const Members& iceberg, Violations* violations,
                          flow::StreamDefinition* definition) {
  const Json* list = TRY(iceberg.Structures("DestinationTableConfigurationList", {0, 1000}));
  if (list == nullptr || list->as_array().empty()) return {};
  if (list->as_array().size() > 1) {
    return Refuse("Routing to several destination tables is not supported yet.");
  }
  const Json& object = list->as_array()[0];
  const Members table(object, iceberg.PathOf("DestinationTableConfigurationList") + ".1.member",
                      violations);
  table.Require("DestinationDatabaseName");
  table.Require("DestinationTableName");
  const auto database = TRY(table.String("DestinationDatabaseName", kTableName, kTableNamePattern));
  const auto name = TRY(table.String("DestinationTableName", kTableName, kTableNamePattern));
  TRY(table.String("S3ErrorOutputPrefix", kPrefix));
  const Json* keys = TRY(table.List("UniqueKeys", {0, 1000}));
  const bool append_only = TRY(iceberg.Boolean("AppendOnly")).value_or(false);
  if (keys != nullptr && !keys->as_array().empty() && !append_only) {
    return Refuse(
        "UniqueKeys ask for updates and deletes, which are not supported yet: set AppendOnly.");
  }
  definition->table = {collect::LowerAsciiText(database.value_or("")),
                       collect::LowerAsciiText(name.value_or(""))};
  definition->partition_by = TRY(PartitionsOf(table, violations));
  return {};
}

/// A documented deviation: where the switch is absent, Tarn creates and evolves.
AwsResult<bool> IsEnabled(const Members& iceberg, std::string_view name, Violations* violations) {
  const Json* object = TRY(iceberg.Structure(name));
  if (object == nullptr) return true;
  const Members members(*object, iceberg.PathOf(name), violations);
  members.Require("Enabled");
  return TRY(members.Boolean("Enabled")).value_or(true);
}

AwsResult<void> ReadIceberg(const Members& iceberg, Violations* violations,
                            flow::StreamDefinition* definition) {
  iceberg.Require("RoleARN");
  iceberg.Require("CatalogConfiguration");
  TRY(iceberg.String("RoleARN", kArn, kRoleArnPattern));
  if (const Json* object = TRY(iceberg.Structure("CatalogConfiguration"))) {
    const Members catalog(*object, iceberg.PathOf("CatalogConfiguration"), violations);
    TRY(catalog.String("CatalogARN", kArn, kCatalogArnPattern));
    TRY(catalog.String("WarehouseLocation", kBucketArn, kWarehousePattern));
  }
  if (const Json* object = TRY(iceberg.Structure("RetryOptions"))) {
    const Members retry(*object, iceberg.PathOf("RetryOptions"), violations);
    TRY(retry.Integer("DurationInSeconds", kRetrySeconds));
  }
  TRY(CheckLogging(iceberg, violations));
  TRY(CheckS3Configuration(iceberg, violations));
  TRY(RefuseUnsupported(iceberg, violations));
  TRY(ReadTable(iceberg, violations, definition));
  definition->may_evolve = TRY(IsEnabled(iceberg, "SchemaEvolutionConfiguration", violations));
  definition->may_create_table = TRY(IsEnabled(iceberg, "TableCreationConfiguration", violations));
  if (const auto buffering = TRY(BufferingOf(iceberg, violations))) {
    definition->buffer_bytes = static_cast<uint64_t>(buffering->megabytes) * kMiB;
    definition->buffer_seconds = static_cast<int>(buffering->seconds);
  }
  return {};
}

/// The parts of the request that Describe and ListTags show again.
Json KeptConfiguration(const Json& input) {
  Json kept = Json::MakeObject({});
  for (const std::string_view member :
       {std::string_view("DirectPutSourceConfiguration"), kIceberg, std::string_view("Tags")}) {
    const Json* value = input.Find(member);
    if (value != nullptr && !value->is_null()) kept.Set(member, *value);
  }
  return kept;
}

}  // namespace

AwsResult<flow::StreamDefinition> DefinitionOfDeliveryStream(const Json& input) {
  Violations violations;
  const Members members(input, "", &violations);
  TRY(CheckEnds(members));
  TRY(CheckTags(members, &violations));
  if (const Json* source = TRY(members.Structure("DirectPutSourceConfiguration"))) {
    const Members hint(*source, "directPutSourceConfiguration", &violations);
    hint.Require("ThroughputHintInMBs");
    TRY(hint.Integer("ThroughputHintInMBs", {1, 100}));
  }
  flow::StreamDefinition definition;
  definition.name = TRY(members.String("DeliveryStreamName", {1, 64})).value_or("");
  const Json* iceberg = TRY(members.Structure(kIceberg));
  if (iceberg == nullptr) return Refuse("IcebergDestinationConfiguration is missing.");
  TRY(ReadIceberg(Members(*iceberg, "icebergDestinationConfiguration", &violations), &violations,
                  &definition));
  if (!violations.empty()) return std::unexpected(violations.ToError());
  definition.destination = KeptConfiguration(input);
  return definition;
}

}  // namespace tarn::serve
