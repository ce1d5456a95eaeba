#include "collect/firehose_records.h"

#include <gtest/gtest.h>

#include "base/format.h"
#include "codec/text.h"
#include "collect/limits.h"

namespace tarn::collect {
namespace {

std::string Batch(const std::vector<std::string>& records, std::string_view stream = "s") {
  std::string body = Format(R"({{"DeliveryStreamName":"{}","Records":[)", stream);
  for (size_t i = 0; i < records.size(); ++i) {
    body += Format(R"({}{{"Data":"{}"}})", i > 0 ? "," : "", codec::EncodeBase64(records[i]));
  }
  return body + "]}";
}

std::vector<std::string> RecordsOf(const schema::RecordBlock& block) {
  std::vector<std::string> records;
  for (size_t i = 0; i < block.records.size(); ++i) records.emplace_back(block.record(i));
  return records;
}

TEST(FirehoseRecords, DecodesABatchInOrder) {
  const std::vector<std::string> records = {R"({"a":1})", "", std::string("\0\xff", 2), "x"};
  const auto put = ParsePutRecordBatch(Batch(records, "My-App.v1"));
  ASSERT_TRUE(put) << put.error().message;
  EXPECT_EQ(put->stream, "My-App.v1");
  EXPECT_EQ(RecordsOf(*put->block), records);
}

TEST(FirehoseRecords, DecodesOneRecord) {
  const auto put =
      ParsePutRecord(R"( {"Record": {"Data": "eyJhIjoxfQ=="}, "DeliveryStreamName": "s"} )");
  ASSERT_TRUE(put) << put.error().message;
  EXPECT_EQ(put->stream, "s");
  EXPECT_EQ(RecordsOf(*put->block), std::vector<std::string>{R"({"a":1})"});
}

TEST(FirehoseRecords, TakesEscapedSlashesAndUnknownMembers) {
  const auto put = ParsePutRecordBatch(
      R"({"X":{"y":[1,2.5e3,null]},"Records":[{"Data":"\/\/8=","Z":"\u00e9"}],"DeliveryStreamName":"\u0073"})");
  ASSERT_TRUE(put) << put.error().message;
  EXPECT_EQ(put->stream, "s");
  EXPECT_EQ(RecordsOf(*put->block), std::vector<std::string>{"\xff\xff"});
}

TEST(FirehoseRecords, CountTheLastOfMembersWithOneName) {
  const auto put = ParsePutRecordBatch(
      R"({"DeliveryStreamName":"a","Records":[{"Data":"YQ=="}],"DeliveryStreamName":"b","Records":[{"Data":"YQ==","Data":"Yg=="}]})");
  ASSERT_TRUE(put) << put.error().message;
  EXPECT_EQ(put->stream, "b");
  EXPECT_EQ(RecordsOf(*put->block), std::vector<std::string>{"b"});
}

TEST(FirehoseRecords, EveryTruncationIsAnError) {
  const std::string whole = Batch({R"({"a":1})", "second", ""});
  ASSERT_TRUE(ParsePutRecordBatch(whole));
  for (size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(ParsePutRecordBatch(whole.substr(0, length))) << length;
  }
}

TEST(FirehoseRecords, EveryFlippedByteIsAnErrorOrABatch) {
  const std::string whole = Batch({R"({"a":1})", "second"});
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const int flip : {1, 2, 0x20, 0x80}) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ flip);
      const auto put = ParsePutRecordBatch(changed);
      if (put) {
        EXPECT_EQ(put->block->records.size(), 2u);
      }
    }
  }
}

struct Refusal {
  std::string body;
  std::string type;
  std::string message;  ///< a part of it
};

TEST(FirehoseRecords, RefusesBatchesInAwsWords) {
  const std::string constraint = "failed to satisfy constraint: Member must ";
  const std::vector<Refusal> refusals = {
      {"", "ValidationException",
       "2 validation errors detected: Value null at 'deliveryStreamName' " + constraint +
           "not be null; Value null at 'records' " + constraint + "not be null"},
      {"{}", "ValidationException", "Value null at 'records' " + constraint + "not be null"},
      {R"({"X":)" + std::string(5000, '[') + std::string(5000, ']') + "}", "SerializationException",
       "not valid JSON"},
      {"[]", "SerializationException", "Unexpected field type: expected a JSON object."},
      {"nope", "SerializationException", ""},
      {R"({"DeliveryStreamName":"s","Records":[]})", "ValidationException",
       "1 validation error detected: Value '[]' at 'records' " + constraint +
           "have length greater than or equal to 1"},
      {R"({"DeliveryStreamName":"s","Records":null})", "ValidationException",
       "Value null at 'records' " + constraint + "not be null"},
      {R"({"DeliveryStreamName":"s","Records":"x"})", "SerializationException",
       "Unexpected field type: expected a list."},
      {R"({"DeliveryStreamName":"s","Records":[1]})", "SerializationException",
       "Unexpected field type: expected a structure."},
      {R"({"DeliveryStreamName":"s","Records":[{"Data":1}]})", "SerializationException",
       "Unexpected field type: expected a blob."},
      {R"({"DeliveryStreamName":7,"Records":[{"Data":""}]})", "SerializationException",
       "Unexpected field type: expected a string."},
      {R"({"DeliveryStreamName":"s","Records":[{"Data":"YQ=="},{}]})", "ValidationException",
       "1 validation error detected: Value null at 'records.2.member.data' " + constraint +
           "not be null"},
      {R"({"DeliveryStreamName":"s","Records":[{"Data":"YQ=="},{"Data":null}]})",
       "ValidationException", "'records.2.member.data'"},
      {R"({"DeliveryStreamName":"s","Records":[{"Data":"YQ=="},{"Data":"Y"}]})",
       "SerializationException", "Data of record 2 is not valid Base64."},
      {R"({"DeliveryStreamName":"s","Records":[{"Data":"Y Q=="}]})", "SerializationException",
       "Data of record 1 is not valid Base64."},
      {R"({"DeliveryStreamName":"s","Records":[{"Data":"YQ=="}]} x)", "SerializationException", ""},
      {R"({"DeliveryStreamName":"s","Unknown":tru,"Records":[{"Data":"YQ=="}]})",
       "SerializationException", "not valid JSON"},
      {R"({"DeliveryStreamName":"a b","Records":[{"Data":"YQ=="}]})", "ValidationException",
       "1 validation error detected: Value 'a b' at 'deliveryStreamName' " + constraint +
           "satisfy regular expression pattern: [a-zA-Z0-9_.-]+"},
      {Batch(std::vector<std::string>(501, "x")), "ValidationException",
       "1 validation error detected: Value '[501 records]' at 'records' " + constraint +
           "have length less than or equal to 500"},
      {Batch({"x", std::string(kFirehoseRecordBytesMax + 1, 'x')}), "ValidationException",
       "1 validation error detected: Value 'blob of 1024001 bytes' at 'records.2.member.data' " +
           constraint + "have length less than or equal to 1024000"},
      {Batch({std::string(1'000'000, 'a'), std::string(1'000'000, 'b'), std::string(1'000'000, 'c'),
              std::string(1'000'000, 'd'), std::string(194'305, 'e')}),
       "InvalidArgumentException", "Records size exceeds 4 MB limit"},
  };
  for (const Refusal& refusal : refusals) {
    const auto put = ParsePutRecordBatch(refusal.body);
    const std::string shown = refusal.body.substr(0, 100);
    ASSERT_FALSE(put) << shown;
    EXPECT_EQ(put.error().type, refusal.type) << shown;
    EXPECT_NE(put.error().message.find(refusal.message), std::string::npos) << shown << "\n"
                                                                            << put.error().message;
  }
}

TEST(FirehoseRecords, TakesWhatIsJustWithinTheLimits) {
  EXPECT_TRUE(ParsePutRecordBatch(Batch(std::vector<std::string>(500, "x"))));
  EXPECT_TRUE(ParsePutRecordBatch(Batch({std::string(kFirehoseRecordBytesMax, 'x')})));
  const auto put = ParsePutRecordBatch(
      Batch({std::string(1'000'000, 'a'), std::string(1'000'000, 'b'), std::string(1'000'000, 'c'),
             std::string(1'000'000, 'd'), std::string(194'304, 'e')}));
  ASSERT_TRUE(put) << put.error().message;
  EXPECT_EQ(put->block->buffer.size(), kFirehoseBatchBytesMax);
}

TEST(FirehoseRecords, RefusesSingleRecordsInAwsWords) {
  for (const Refusal& refusal : std::vector<Refusal>{
           {R"({"DeliveryStreamName":"s"})", "ValidationException",
            "Value null at 'record' failed to satisfy constraint: Member must not be null"},
           {R"({"DeliveryStreamName":"s","Record":{}})", "ValidationException",
            "Value null at 'record.data' failed"},
           {R"({"DeliveryStreamName":"s","Record":[]})", "SerializationException",
            "expected a structure"},
           {Format(R"({{"DeliveryStreamName":"s","Record":{{"Data":"{}"}}}})",
                   codec::EncodeBase64(std::string(kFirehoseRecordBytesMax + 1, 'x'))),
            "ValidationException",
            "at 'record.data' failed to satisfy constraint: Member must "
            "have length less than or equal to 1024000"}}) {
    const auto put = ParsePutRecord(refusal.body);
    ASSERT_FALSE(put);
    EXPECT_EQ(put.error().type, refusal.type);
    EXPECT_NE(put.error().message.find(refusal.message), std::string::npos) << put.error().message;
  }
}

}  // namespace
}  // namespace tarn::collect
