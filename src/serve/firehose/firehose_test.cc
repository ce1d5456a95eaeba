#include <gtest/gtest.h>

#include "codec/text.h"
#include "serve/site_testing.h"

namespace tarn::serve {
namespace {

constexpr const char* kIceberg =
    R"("IcebergDestinationConfiguration":{"RoleARN":"arn:aws:iam::000000000000:role/r","CatalogConfiguration":{"CatalogARN":"arn:aws:glue:eu-west-1:000000000000:catalog"},)"
    R"("S3Configuration":{"RoleARN":"arn:aws:iam::000000000000:role/r","BucketARN":"arn:aws:s3:::b"}})";

std::string CreateBody(const std::string& name, const std::string& rest = kIceberg) {
  return R"({"DeliveryStreamName":")" + name + R"(",)" + rest + "}";
}

/// An Iceberg configuration with one member more.
std::string IcebergWith(const std::string& member) {
  return std::string(kIceberg).insert(std::string(kIceberg).size() - 1, "," + member);
}

Json BodyOf(const Reply& reply) { return *Json::Parse(reply.body); }

void ExpectFault(const Reply& reply, int status, const std::string& type,
                 const std::string& message) {
  EXPECT_EQ(reply.status, status) << reply.body;
  EXPECT_EQ(HeaderOf(reply, "x-amzn-ErrorType"), type) << reply.body;
  EXPECT_EQ(BodyOf(reply).GetString("__type").value_or(""), type);
  const std::string shown = BodyOf(reply).GetString("message").value_or("(none)");
  EXPECT_NE(shown.find(message), std::string::npos) << shown;
}

/// A configuration that no stream is made of, and why.
struct Refusal {
  std::string rest;
  std::string type;
  std::string message;
};

void ExpectRefusals(TestSite& site, const std::vector<Refusal>& cases) {
  for (const Refusal& c : cases) {
    SCOPED_TRACE(c.rest);
    ExpectFault(site.Firehose("CreateDeliveryStream", CreateBody("s", c.rest)), 400, c.type,
                c.message);
  }
  EXPECT_TRUE(site.streams.List().empty());
}

TEST(Firehose, CreatesAStreamThatIsActiveAtOnce) {
  TestSite site;
  const Reply created = site.Firehose("CreateDeliveryStream", CreateBody("My-App.v1"));
  EXPECT_EQ(created.status, 200) << created.body;
  EXPECT_EQ(created.content_type, "application/x-amz-json-1.1");
  EXPECT_FALSE(HeaderOf(created, "x-amzn-RequestId").empty());
  EXPECT_EQ(
      created.body,
      R"({"DeliveryStreamARN":"arn:aws:firehose:eu-west-1:000000000000:deliverystream/My-App.v1"})");
  const flow::StreamDefinition definition = site.streams.Find("My-App.v1")->definition;
  EXPECT_TRUE(definition.inferred);
  EXPECT_TRUE(definition.may_evolve);
  EXPECT_TRUE(definition.may_create_table);
  EXPECT_EQ(definition.buffer_seconds, 60);
  EXPECT_EQ(definition.buffer_bytes, 64 * kMiB);
}

TEST(Firehose, DescribesWhatIsInForceWithAwsDefaults) {
  TestSite site;
  site.Firehose("CreateDeliveryStream", CreateBody("s"));
  const Json body =
      BodyOf(site.Firehose("DescribeDeliveryStream", R"({"DeliveryStreamName":"s"})"));
  const Json& description = *body.Find("DeliveryStreamDescription");
  EXPECT_EQ(*description.GetString("DeliveryStreamStatus"), "ACTIVE");
  EXPECT_EQ(*description.GetString("DeliveryStreamType"), "DirectPut");
  EXPECT_EQ(*description.GetString("VersionId"), "1");
  EXPECT_EQ(*description.GetBool("HasMoreDestinations"), false);
  EXPECT_EQ(description.Find("CreateTimestamp")->Dump(), "1763714921.954");
  EXPECT_EQ(
      description.Find("Destinations")->Dump(),
      R"([{"DestinationId":"destinationId-000000000001",)"
      R"("S3DestinationDescription":{"RoleARN":"arn:aws:iam::000000000000:role/r","BucketARN":"arn:aws:s3:::b",)"
      R"("BufferingHints":{"SizeInMBs":5,"IntervalInSeconds":300},)"
      R"("CompressionFormat":"UNCOMPRESSED",)"
      R"("EncryptionConfiguration":{"NoEncryptionConfig":"NoEncryption"},)"
      R"("CloudWatchLoggingOptions":{"Enabled":false}},)"
      R"("IcebergDestinationDescription":{"SchemaEvolutionConfiguration":{"Enabled":true},)"
      R"("TableCreationConfiguration":{"Enabled":true},)"
      R"("BufferingHints":{"SizeInMBs":64,"IntervalInSeconds":60},)"
      R"("CloudWatchLoggingOptions":{"Enabled":false},)"
      R"("ProcessingConfiguration":{"Enabled":false},"S3BackupMode":"FailedDataOnly",)"
      R"("RetryOptions":{"DurationInSeconds":300},"RoleARN":"arn:aws:iam::000000000000:role/r","AppendOnly":false,)"
      R"("CatalogConfiguration":{"CatalogARN":"arn:aws:glue:eu-west-1:000000000000:catalog"},)"
      R"("S3DestinationDescription":{"RoleARN":"arn:aws:iam::000000000000:role/r","BucketARN":"arn:aws:s3:::b",)"
      R"("BufferingHints":{"SizeInMBs":5,"IntervalInSeconds":300},)"
      R"("CompressionFormat":"UNCOMPRESSED",)"
      R"("EncryptionConfiguration":{"NoEncryptionConfig":"NoEncryption"},)"
      R"("CloudWatchLoggingOptions":{"Enabled":false}}}}])");
}

TEST(Firehose, DescribesStreamsThatCameByAnotherDoor) {
  TestSite site;
  flow::StreamDefinition definition;
  definition.name = "other";
  ASSERT_TRUE(site.streams.Create(definition));
  const Reply reply = site.Firehose("DescribeDeliveryStream", R"({"DeliveryStreamName":"other"})");
  EXPECT_EQ(reply.status, 200);
  EXPECT_NE(reply.body.find(R"("DeliveryStreamStatus":"ACTIVE")"), std::string::npos);
}

TEST(Firehose, HonoursTableHintsAndExplicitSwitches) {
  TestSite site;
  const Reply reply = site.Firehose(
      "CreateDeliveryStream",
      CreateBody(
          "s",
          IcebergWith(
              R"("DestinationTableConfigurationList":[{"DestinationDatabaseName":"Web","DestinationTableName":"Events",)"
              R"("PartitionSpec":{"Identity":[{"SourceName":"city"},{"SourceName":"a\"b"}]},"UniqueKeys":["id"]}],)"
              R"("AppendOnly":true,"BufferingHints":{"SizeInMBs":1,"IntervalInSeconds":0},)"
              R"("SchemaEvolutionConfiguration":{"Enabled":false},"TableCreationConfiguration":{"Enabled":false})")));
  ASSERT_EQ(reply.status, 200) << reply.body;
  const flow::StreamDefinition definition = site.streams.Find("s")->definition;
  EXPECT_EQ(definition.table.ToString(), "web.events");
  EXPECT_EQ(definition.partition_by, R"("city", "a""b")");
  EXPECT_EQ(definition.buffer_bytes, 1 * kMiB);
  EXPECT_EQ(definition.buffer_seconds, 0);
  EXPECT_FALSE(definition.may_evolve);
  EXPECT_FALSE(definition.may_create_table);
}

TEST(Firehose, ChecksExistingNamesBeforeAnythingElse) {
  TestSite site;
  site.Firehose("CreateDeliveryStream", CreateBody("s"));
  ExpectFault(site.Firehose("CreateDeliveryStream", R"({"DeliveryStreamName":"s"})"), 400,
              "ResourceInUseException", "Firehose s under accountId 000000000000 already exists");
}

TEST(Firehose, NamesWhatIsMissing) {
  TestSite site;
  for (const char* operation :
       {"DescribeDeliveryStream", "DeleteDeliveryStream", "ListTagsForDeliveryStream"}) {
    ExpectFault(site.Firehose(operation, R"({"DeliveryStreamName":"none"})"), 400,
                "ResourceNotFoundException", "Firehose none under account 000000000000 not found.");
    ExpectFault(site.Firehose(operation, ""), 400, "ValidationException",
                "1 validation error detected: Value null at 'deliveryStreamName'");
  }
  ExpectFault(site.Firehose("PutRecord", R"({"DeliveryStreamName":"none","Record":{"Data":""}})"),
              400, "ResourceNotFoundException",
              "Firehose none under account 000000000000 not found.");
}

TEST(Firehose, RefusesByNameWhatItDoesNotDo) {
  const std::string invalid = "InvalidArgumentException";
  const std::vector<Refusal> cases = {
      {R"("X":1)", invalid, "Exactly one destination configuration is supported for a Firehose."},
      {std::string(kIceberg) + R"(,"S3DestinationConfiguration":{})", invalid,
       "Exactly one destination configuration"},
      {R"("ExtendedS3DestinationConfiguration":{})", invalid,
       "The ExtendedS3 destination is not supported yet."},
      {R"("SplunkDestinationConfiguration":{})", invalid,
       "The Splunk destination is not supported yet."},
      {std::string(kIceberg) + R"(,"DeliveryStreamType":"KinesisStreamAsSource")", invalid,
       "The source KinesisStreamAsSource is not supported yet."},
      {std::string(kIceberg) + R"(,"DeliveryStreamType":"Mystery")", "ValidationException",
       "satisfy enum value set: [DirectPut, KinesisStreamAsSource, MSKAsSource, DatabaseAsSource]"},
      {std::string(kIceberg) +
           R"(,"DeliveryStreamEncryptionConfigurationInput":{"KeyType":"AWS_OWNED_CMK"})",
       invalid, "DeliveryStreamEncryptionConfigurationInput is not supported yet."},
      {IcebergWith(R"("S3BackupMode":"AllData")"), invalid, "S3BackupMode AllData"},
      {IcebergWith(
           R"("ProcessingConfiguration":{"Enabled":true,"Processors":[{"Type":"Lambda"}]})"),
       invalid, "ProcessingConfiguration with processors is not supported yet."},
      {IcebergWith(R"("DestinationTableConfigurationList":[{},{}])"), invalid,
       "Routing to several destination tables is not supported yet."},
      {IcebergWith(
           R"("DestinationTableConfigurationList":[{"DestinationDatabaseName":"d","DestinationTableName":"t","UniqueKeys":["id"]}])"),
       invalid, "UniqueKeys ask for updates and deletes"},
      {IcebergWith(R"("BufferingHints":{"SizeInMBs":5})"), invalid,
       "BufferingHints must have both"},
      {IcebergWith(R"("BufferingHints":{"SizeInMBs":129,"IntervalInSeconds":901})"),
       "ValidationException",
       "2 validation errors detected: Value '129' at "
       "'icebergDestinationConfiguration.bufferingHints.sizeInMBs'"},
      {IcebergWith(R"("DestinationTableConfigurationList":[{"DestinationTableName":"t"}])"),
       "ValidationException",
       "Value null at "
       "'icebergDestinationConfiguration.destinationTableConfigurationList.1.member."
       "destinationDatabaseName'"},
      {R"("IcebergDestinationConfiguration":{})", "ValidationException",
       "Value null at 'icebergDestinationConfiguration.roleARN' failed to satisfy constraint: "
       "Member must not be null"},
      {R"("IcebergDestinationConfiguration":[])", "SerializationException",
       "'icebergDestinationConfiguration' must be a structure"},
      {std::string(kIceberg) + R"(,"Tags":[])", "ValidationException", "at 'tags'"},
      {std::string(kIceberg) + R"(,"Tags":[{"Value":"v"}])", "ValidationException",
       "Value null at 'tags.1.member.key'"},
      {std::string(kIceberg) + R"(,"Tags":[7])", "SerializationException", ""},
  };
  TestSite site;
  ExpectRefusals(site, cases);
}

TEST(Firehose, HoldsMembersToTheirPatterns) {
  const auto iceberg = [](const std::string& was, const std::string& is) {
    std::string text = kIceberg;
    const size_t at = text.find(was);
    return at == std::string::npos ? "" : text.replace(at, was.size(), is);
  };
  const std::string role = "arn:aws:iam::000000000000:role/r";
  const std::string tags = std::string(kIceberg) + R"(,"Tags":)";
  const std::vector<Refusal> cases = {
      {iceberg(role, "foo"), "ValidationException",
       R"(Value 'foo' at 'icebergDestinationConfiguration.roleARN' failed to satisfy constraint: )"
       R"(Member must satisfy regular expression pattern: arn:.*:iam::\d{12}:role/)"},
      {iceberg(role, "arn:aws:iam::1:role/r"), "ValidationException", "roleARN"},
      {iceberg(role, "arn:aws:iam::000000000000:role/"), "ValidationException", "roleARN"},
      {iceberg(role, "arn:aws:iam::000000000000:role/a b"), "ValidationException", "roleARN"},
      {iceberg("arn:aws:glue:eu-west-1:000000000000:catalog", "foo"), "ValidationException",
       "catalogARN"},
      {iceberg(":catalog", ":catalog/a/b/c"), "ValidationException", "catalogARN"},
      {iceberg(":catalog", ":catalog/A"), "ValidationException", "catalogARN"},
      {iceberg("eu-west-1:000000000000:catalog", "0:catalog"), "ValidationException", "catalogARN"},
      {iceberg("arn:aws:s3:::b", "nope"), "ValidationException", "s3Configuration.bucketARN"},
      {iceberg("arn:aws:s3:::b", "arn:aws:s3:::"), "ValidationException", "bucketARN"},
      {iceberg(R"({"CatalogARN")", R"({"WarehouseLocation":"/tmp","CatalogARN")"),
       "ValidationException", "warehouseLocation"},
      {IcebergWith(R"("CloudWatchLoggingOptions":{"Enabled":"yes"})"), "SerializationException",
       "'icebergDestinationConfiguration.cloudWatchLoggingOptions.enabled' must be a boolean"},
      {IcebergWith(R"("CloudWatchLoggingOptions":{"LogStreamName":"a:b"})"), "ValidationException",
       "logStreamName"},
      {IcebergWith(
           R"("DestinationTableConfigurationList":[{"DestinationDatabaseName":"d","DestinationTableName":"t-1"}])"),
       "ValidationException", "destinationTableName"},
      {tags + R"([{"Key":"aws:x"}])", "ValidationException",
       "Value 'aws:x' at 'tags.1.member.key'"},
      {tags + R"([{"Key":"a#"}])", "ValidationException", "tags.1.member.key"},
      {tags + R"([{"Key":"a","Value":"b;"}])", "ValidationException", "tags.1.member.value"},
      {tags + R"([{"Key":"a"},{"Key":"a"}])", "InvalidArgumentException",
       "The tag key 'a' is there twice."},
  };
  TestSite site;
  ExpectRefusals(site, cases);
  for (const std::string& rest :
       {iceberg(":catalog", ":catalog/s3tablescatalog/my-bucket"),
        iceberg(role, "arn:aws-cn:iam::123456789012:role/service-role/A_b+=,.@-/c"),
        tags + R"([{"Key":"Größe/of:x","Value":""}])"}) {
    EXPECT_EQ(site.Firehose("CreateDeliveryStream",
                            CreateBody(Format("s{}", site.streams.List().size()), rest))
                  .status,
              200)
        << rest;
  }
  for (const char* limit : {"0", "10001"}) {
    ExpectFault(site.Firehose("DescribeDeliveryStream",
                              Format(R"({{"DeliveryStreamName":"s0","Limit":{}}})", limit)),
                400, "ValidationException", "at 'limit'");
  }
}

TEST(Firehose, PassesOnWhyAStreamCannotBeMade) {
  TestSite site;
  site.streams.refuse_create = Error(ErrorKind::kInvalid, "table default.t is missing");
  ExpectFault(site.Firehose("CreateDeliveryStream", CreateBody("s")), 400,
              "InvalidArgumentException", "table default.t is missing");
  site.streams.refuse_create = Error(ErrorKind::kNotFound, "no database x");
  ExpectFault(site.Firehose("CreateDeliveryStream", CreateBody("s")), 400,
              "InvalidArgumentException", "no database x");
  site.streams.refuse_create = Error(ErrorKind::kUnavailable, "the catalog is busy");
  ExpectFault(site.Firehose("CreateDeliveryStream", CreateBody("s")), 503,
              "ServiceUnavailableException", "");
}

TEST(Firehose, ListsByNameInPages) {
  TestSite site;
  for (char c = 'a'; c < 'a' + 12; ++c) {
    site.Firehose("CreateDeliveryStream", CreateBody(std::string(1, c)));
  }
  EXPECT_EQ(
      site.Firehose("ListDeliveryStreams", "").body,
      R"({"DeliveryStreamNames":["a","b","c","d","e","f","g","h","i","j"],"HasMoreDeliveryStreams":true})");
  EXPECT_EQ(
      site.Firehose("ListDeliveryStreams", R"({"Limit":2,"ExclusiveStartDeliveryStreamName":"j"})")
          .body,
      R"({"DeliveryStreamNames":["k","l"],"HasMoreDeliveryStreams":false})");
  EXPECT_EQ(
      site.Firehose("ListDeliveryStreams", R"({"DeliveryStreamType":"KinesisStreamAsSource"})")
          .body,
      R"({"DeliveryStreamNames":[],"HasMoreDeliveryStreams":false})");
  ExpectFault(
      site.Firehose("ListDeliveryStreams", R"({"ExclusiveStartDeliveryStreamName":"a b"})"), 400,
      "ValidationException",
      "Value 'a b' at 'exclusiveStartDeliveryStreamName' failed to satisfy constraint: Member must "
      "satisfy regular expression pattern: [a-zA-Z0-9_.-]+");
  ExpectFault(site.Firehose("ListDeliveryStreams", R"({"Limit":0})"), 400, "ValidationException",
              "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater "
              "than or equal to 1");
}

TEST(Firehose, DeletesAStream) {
  TestSite site;
  site.Firehose("CreateDeliveryStream", CreateBody("s"));
  site.streams.refuse_delete = Error(ErrorKind::kUnavailable, "it is held back");
  for (const char* rest : {"", R"(,"AllowForceDelete":false)"}) {
    ExpectFault(
        site.Firehose("DeleteDeliveryStream", Format(R"({{"DeliveryStreamName":"s"{}}})", rest)),
        503, "ServiceUnavailableException", "");
  }
  const Reply reply = site.Firehose("DeleteDeliveryStream",
                                    R"({"DeliveryStreamName":"s","AllowForceDelete":true})");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "{}");
  EXPECT_TRUE(site.streams.List().empty());
}

TEST(Firehose, DoesNotDeleteTheStreamOfAnotherDoor) {
  TestSite site;
  site.Firehose("CreateDeliveryStream", CreateBody("ingest"));
  ExpectFault(site.Firehose("DeleteDeliveryStream", R"({"DeliveryStreamName":"ingest"})"), 400,
              "ResourceInUseException", "POST /ingest feeds the stream 'ingest'");
  EXPECT_EQ(site.streams.List().size(), 1U);
}

TEST(Firehose, ListsTheTagsOfCreation) {
  TestSite site;
  site.Firehose(
      "CreateDeliveryStream",
      CreateBody("s", std::string(kIceberg) +
                          R"(,"Tags":[{"Key":"a","Value":"1"},{"Key":"b"},{"Key":"c"}])"));
  EXPECT_EQ(
      site.Firehose("ListTagsForDeliveryStream", R"({"DeliveryStreamName":"s","Limit":1})").body,
      R"({"Tags":[{"Key":"a","Value":"1"}],"HasMoreTags":true})");
  EXPECT_EQ(site.Firehose("ListTagsForDeliveryStream",
                          R"({"DeliveryStreamName":"s","ExclusiveStartTagKey":"a"})")
                .body,
            R"({"Tags":[{"Key":"b"},{"Key":"c"}],"HasMoreTags":false})");
}

TEST(Firehose, AcknowledgesRecordsInOrder) {
  TestSite site;
  site.Firehose("CreateDeliveryStream", CreateBody("s"));
  const Reply one =
      site.Firehose("PutRecord", R"({"DeliveryStreamName":"s","Record":{"Data":"eyJhIjoxfQ=="}})");
  EXPECT_EQ(one.status, 200);
  EXPECT_EQ(one.body, Format(R"({{"RecordId":"{}","Encrypted":false}})",
                             schema::RecordIdText(kTestNode, Lsn(0x100000000001))));
  const Reply two =
      site.Firehose("PutRecordBatch",
                    R"({"DeliveryStreamName":"s","Records":[{"Data":"YQ=="},{"Data":"Yg=="}]})");
  EXPECT_EQ(
      two.body,
      Format(
          R"({{"FailedPutCount":0,"Encrypted":false,"RequestResponses":[{{"RecordId":"{}"}},{{"RecordId":"{}"}}]}})",
          schema::RecordIdText(kTestNode, Lsn(0x100000000002)),
          schema::RecordIdText(kTestNode, Lsn(0x100000000003))));
  const auto appended = site.streams.appended();
  ASSERT_EQ(appended.size(), 2u);
  EXPECT_EQ(appended[0].records, std::vector<std::string>{R"({"a":1})"});
  EXPECT_EQ(appended[1].records, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(appended[1].source, schema::Source::kFirehose);
  EXPECT_EQ(appended[1].received_at_us, kTestNowUs);
  EXPECT_EQ(appended[1].request, wal::RequestKey{});
}

TEST(Firehose, NamesARetryLikeItsFirstAttempt) {
  TestSite site;
  site.Firehose("CreateDeliveryStream", CreateBody("s"));
  for (const char* attempt : {"attempt=1", "attempt=2"}) {
    site.Answer({.method = Method::kPost,
                 .headers = {{"x-amz-target", "Firehose_20150804.PutRecord"},
                             {"amz-sdk-invocation-id", "0a1b"},
                             {"amz-sdk-request", attempt}},
                 .body = R"({"DeliveryStreamName":"s","Record":{"Data":"YQ=="}})"});
  }
  const auto appended = site.streams.appended();
  ASSERT_EQ(appended.size(), 2u);
  EXPECT_NE(appended[0].request, wal::RequestKey{});
  EXPECT_EQ(appended[0].request, appended[1].request);
}

TEST(Firehose, SaysWhyRecordsAreNotKept) {
  TestSite site;
  site.Firehose("CreateDeliveryStream", CreateBody("s"));
  const auto put = [&] {
    return site.Firehose("PutRecord", R"({"DeliveryStreamName":"s","Record":{"Data":"YQ=="}})");
  };
  for (const ErrorKind kind : {ErrorKind::kOverloaded, ErrorKind::kUnavailable}) {
    site.streams.refuse = Error(kind, "the log is full");
    ExpectFault(put(), 503, "ServiceUnavailableException", "Back off and retry");
  }
  site.streams.refuse = Error(ErrorKind::kTooLarge, "over the frame's limit");
  ExpectFault(put(), 400, "InvalidArgumentException", "over the frame's limit");
  site.streams.refuse.reset();
  site.streams.fail = Error(ErrorKind::kIo, "the disk failed");
  ExpectFault(put(), 503, "ServiceUnavailableException", "Back off and retry");
  site.streams.fail = Error(ErrorKind::kUnknownOutcome, "it may be there");
  ExpectFault(put(), 500, "InternalFailure", "internal error");
  ExpectFault(
      site.Firehose("PutRecordBatch", R"({"DeliveryStreamName":"s","Records":[{"Data":"Y"}]})"),
      400, "SerializationException", "Base64");
  EXPECT_TRUE(site.streams.appended().empty());
}

TEST(Firehose, RefusesABodyThatIsTooLargeToRead) {
  TestSite site;
  ExpectFault(site.Firehose("PutRecordBatch", std::string(8 * kMiB + 1, ' ')), 413,
              "RequestEntityTooLargeException", "at most 8388608");
  ExpectFault(site.Firehose("DescribeDeliveryStream", "{\"DeliveryStreamName\":"), 400,
              "SerializationException", "not valid JSON");
  ExpectFault(site.Firehose("ListDeliveryStreams", "[]"), 400, "SerializationException",
              "must be a structure");
}

TEST(Firehose, KnowsNoOtherOperation) {
  TestSite site;
  ExpectFault(site.Firehose("UpdateDestination", "{}"), 400, "UnknownOperationException",
              "UpdateDestination is not supported yet.");
  ExpectFault(site.Firehose("Explode", "{}"), 400, "UnknownOperationException",
              "Firehose has no operation 'Explode'.");
}

TEST(AwsTargets, RefuseWhatIsNotServed) {
  TestSite site;
  const auto ask = [&](const std::string& target) {
    return site.Answer({.method = Method::kPost, .headers = {{"x-amz-target", target}}});
  };
  ExpectFault(ask(""), 400, "UnknownOperationException", "The X-Amz-Target header is missing.");
  ExpectFault(ask("AWSGlue.GetTables"), 400, "UnknownOperationException",
              "AWS Glue is not served yet.");
  ExpectFault(ask("AmazonAthena.StartQueryExecution"), 400, "UnknownOperationException",
              "Amazon Athena is not served yet.");
  ExpectFault(ask("Kinesis_20131202.PutRecord"), 400, "UnknownOperationException",
              "No service of the target 'Kinesis_20131202' is served.");
  ExpectFault(ask("nonsense"), 400, "UnknownOperationException", "No service of the target");
  ExpectFault(site.Answer({.method = Method::kPost,
                           .headers = {{"x-amz-target", "Firehose_20150804.ListDeliveryStreams"},
                                       {"authorization", "AWS4-HMAC-SHA256 Credential=x"}}}),
              403, "IncompleteSignatureException", "Credential=");
}

TEST(AwsTargets, EchoTheContentType) {
  TestSite site;
  const auto type_of = [&](const std::string& sent) {
    return site
        .Answer({.method = Method::kPost,
                 .headers = {{"x-amz-target", "Firehose_20150804.ListDeliveryStreams"},
                             {"content-type", sent}}})
        .content_type;
  };
  EXPECT_EQ(type_of("application/x-amz-json-1.1; charset=utf-8"), "application/x-amz-json-1.1");
  EXPECT_EQ(type_of("application/x-amz-json-1.0"), "application/x-amz-json-1.0");
  EXPECT_EQ(type_of("text/plain"), "application/x-amz-json-1.1");
}

}  // namespace
}  // namespace tarn::serve
