#include <gtest/gtest.h>

#include "codec/compression.h"
#include "serve/ingest/event.h"
#include "serve/site_testing.h"

namespace tarn::serve {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

Reply PostRecords(TestSite& site, const std::string& body, Headers headers = {},
                  const std::string& stream = "s") {
  return site.Answer({.method = Method::kPost,
                      .target = "/v1/streams/" + stream + "/records",
                      .headers = std::move(headers),
                      .body = body});
}

Reply PostEvent(TestSite& site, const std::string& body, Headers headers = {}) {
  return site.Answer(
      {.method = Method::kPost, .target = "/ingest", .headers = std::move(headers), .body = body});
}

void MakeStream(TestSite& site, const std::string& name) {
  flow::StreamDefinition definition;
  definition.name = name;
  ASSERT_TRUE(site.streams.Create(definition));
}

std::string IdOf(uint64_t lsn) { return schema::RecordIdText(kTestNode, Lsn(lsn)); }

TEST(Records, AreAcknowledgedWithTheirIds) {
  TestSite site;
  MakeStream(site, "s");
  const Reply reply = PostRecords(site, "{\"a\":1}\nnot json\n{\"a\":2}\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, Format(R"({{"records":3,"first":"{}","last":"{}"}})", IdOf(0x100000000001),
                               IdOf(0x100000000003)));
  const auto appended = site.streams.appended();
  ASSERT_EQ(appended.size(), 1u);
  EXPECT_EQ(appended[0].records,
            (std::vector<std::string>{R"({"a":1})", "not json", R"({"a":2})"}));
  EXPECT_EQ(appended[0].source, schema::Source::kHttp);
  EXPECT_EQ(appended[0].received_at_us, kTestNowUs);
}

TEST(Records, MayComeCompressedAndAsAnArray) {
  TestSite site;
  MakeStream(site, "s");
  const std::string array = R"([{"a":1},{"a":2}])";
  for (const auto& [encoding, compression] :
       {std::pair{"gzip", codec::Compression::kGzip}, {"zstd", codec::Compression::kZstd}}) {
    const Reply reply =
        PostRecords(site, *codec::Compress(compression, array), {{"content-encoding", encoding}});
    EXPECT_EQ(reply.status, 200) << reply.body;
  }
  for (const auto& appended : site.streams.appended()) {
    EXPECT_EQ(appended.records, (std::vector<std::string>{R"({"a":1})", R"({"a":2})"}));
  }
}

TEST(Records, MakeAnUnknownStream) {
  TestSite site;
  const Reply reply = PostRecords(site, R"({"a":1})", {}, "fresh%2Ename");
  EXPECT_EQ(reply.status, 200) << reply.body;
  const auto stream = site.streams.Find("fresh.name");
  ASSERT_TRUE(stream);
  EXPECT_TRUE(stream->definition.inferred);
  EXPECT_EQ(site.streams.appended().size(), 1u);
}

TEST(Records, OfAnUnknownStreamAreRefusedWhereNoneMayBeMade) {
  TestSite site({.create_streams = false});
  const Reply reply = PostRecords(site, R"({"a":1})");
  EXPECT_EQ(reply.status, 404);
  EXPECT_TRUE(site.streams.List().empty());
}

TEST(Records, SayWhyTheirStreamCannotBeMade) {
  TestSite site;
  site.streams.refuse_create = Error(ErrorKind::kConflict, "stream S has the table s");
  const Reply reply = PostRecords(site, R"({"a":1})");
  EXPECT_EQ(reply.status, 409);
  EXPECT_EQ(reply.body, R"({"error":"stream S has the table s","kind":"conflict"})");
}

TEST(Records, AreRefusedWithTheStatusOfWhatIsWrong) {
  TestSite site;
  MakeStream(site, "s");
  const std::string bomb = *codec::Compress(codec::Compression::kZstd, std::string(33 * kMiB, 'a'));
  struct Case {
    std::string body;
    Headers headers;
    int status;
    std::string message;
  };
  const std::vector<Case> cases = {
      {"", {}, 400, "the body holds no record"},
      {"[]", {}, 400, "the body holds no record"},
      {"x", {{"content-encoding", "br"}}, 415, "content encoding 'br' is not supported"},
      {"not gzip", {{"content-encoding", "gzip"}}, 400, "inflating the gzip body"},
      {bomb, {{"content-encoding", "zstd"}}, 413, "the zstd body of "},
      {std::string(32 * kMiB + 1, ' '), {}, 413, "at most 33554432"},
      {"\"" + std::string(8 * kMiB, 'x') + "\"", {}, 413, "record 1 has 8388610 bytes"},
      {"{}", {{"idempotency-key", std::string(256, 'k')}}, 400, "Idempotency-Key"},
      {"{}", {{"authorization", "AWS4-HMAC-SHA256 x"}}, 400, "Authorization"},
  };
  for (const Case& c : cases) {
    const Reply reply = PostRecords(site, c.body, c.headers);
    EXPECT_EQ(reply.status, c.status) << reply.body;
    EXPECT_NE(reply.body.find(c.message), std::string::npos) << reply.body;
  }
  EXPECT_EQ(PostRecords(site, "{}", {}, "a%20b").status, 400);
  EXPECT_TRUE(site.streams.appended().empty());
}

TEST(Records, TellClientsWhenToComeBack) {
  TestSite site;
  MakeStream(site, "s");
  site.streams.refuse = Error(ErrorKind::kOverloaded, "the log has too much to sync");
  const Reply busy = PostRecords(site, "{}");
  EXPECT_EQ(busy.status, 429);
  EXPECT_EQ(HeaderOf(busy, "Retry-After"), "1");
  site.streams.refuse.reset();
  site.streams.fail = Error(ErrorKind::kUnavailable, "stopping");
  const Reply gone = PostRecords(site, "{}");
  EXPECT_EQ(gone.status, 503);
  EXPECT_EQ(HeaderOf(gone, "Retry-After"), "1");
}

TEST(Records, WithOneIdempotencyKeyHaveOneName) {
  TestSite site;
  MakeStream(site, "s");
  PostRecords(site, "{}", {{"idempotency-key", "k"}});
  PostRecords(site, "{}", {{"idempotency-key", "k"}});
  PostRecords(site, "{}", {{"idempotency-key", "other"}});
  const auto appended = site.streams.appended();
  ASSERT_EQ(appended.size(), 3u);
  EXPECT_EQ(appended[0].request, appended[1].request);
  EXPECT_NE(appended[0].request, appended[2].request);
}

TEST(Event, IsAcceptedByItsKey) {
  TestSite site;
  MakeStream(site, "ingest");
  const Reply reply =
      PostEvent(site, " {\"event_type\":\"api_error\"}\n", {{"content-type", "text/plain"}});
  EXPECT_EQ(reply.status, 202);
  EXPECT_EQ(
      reply.body,
      Format(R"({{"status":"accepted","key":"2025/11/21/08/2025-11-21T08:48:41.954871Z_{}.json"}})",
             IdOf(0x100000000001)));
  const auto appended = site.streams.appended();
  ASSERT_EQ(appended.size(), 1u);
  EXPECT_EQ(appended[0].stream, "ingest");
  EXPECT_EQ(appended[0].source, schema::Source::kIngest);
  EXPECT_EQ(appended[0].records, std::vector<std::string>{R"({"event_type":"api_error"})"});
}

TEST(Event, OfAnEmptyBodyIsAnEmptyObject) {
  TestSite site;
  MakeStream(site, "ingest");
  EXPECT_EQ(PostEvent(site, "").status, 202);
  EXPECT_EQ(PostEvent(site, "\n").status, 202);
  for (const auto& appended : site.streams.appended()) {
    EXPECT_EQ(appended.records, std::vector<std::string>{"{}"});
  }
}

TEST(Event, ThatIsNoObjectIsNotKept) {
  TestSite site;
  MakeStream(site, "ingest");
  for (const char* body :
       {"{", "[]", "1", "null", "{} {}", "{\"a\":tru}", "{\"a\":1}\n{\"a\":2}"}) {
    const Reply reply = PostEvent(site, body);
    EXPECT_EQ(reply.status, 400) << body;
    EXPECT_EQ(reply.body, R"({"error":"Invalid JSON payload"})") << body;
  }
  EXPECT_EQ(PostEvent(site, "{}", {{"content-encoding", "gzip"}}).status, 400);
  const Reply encoded = PostEvent(site, "{}", {{"content-encoding", "br"}});
  EXPECT_EQ(encoded.status, 415);
  EXPECT_NE(encoded.body.find("content encoding 'br' is not supported"), std::string::npos)
      << encoded.body;
  EXPECT_EQ(PostEvent(site, std::string(8 * kMiB + 1, ' ')).status, 413);
  EXPECT_TRUE(site.streams.appended().empty());
}

TEST(Event, ThatCannotBeKeptIsAFailure) {
  TestSite site;
  const Reply no_stream = PostEvent(site, "{}");
  EXPECT_EQ(no_stream.status, 500);
  EXPECT_EQ(no_stream.body, R"({"error":"Internal server error during ingestion"})");
  MakeStream(site, "ingest");
  site.streams.fail = Error(ErrorKind::kUnavailable, "stopping");
  const Reply failed = PostEvent(site, "{}");
  EXPECT_EQ(failed.status, 500);
  EXPECT_EQ(failed.body, R"({"error":"Internal server error during ingestion"})");
  EXPECT_EQ(HeaderOf(failed, "Retry-After"), "1");
}

TEST(Event, KeysAreNamedByHour) {
  EXPECT_EQ(EventKey(0, "id"), "1970/01/01/00/1970-01-01T00:00:00.000000Z_id.json");
  EXPECT_EQ(EventKey(-1, "id"), "1969/12/31/23/1969-12-31T23:59:59.999999Z_id.json");
}

}  // namespace
}  // namespace tarn::serve
