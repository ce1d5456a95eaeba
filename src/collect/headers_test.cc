#include <gtest/gtest.h>

#include "collect/credentials.h"
#include "collect/header_text.h"
#include "collect/host_check.h"
#include "collect/request_key.h"

namespace tarn::collect {
namespace {

TEST(Credentials, ReadsTheScope) {
  const auto scope = ParseCredentialScope(
      "AWS4-HMAC-SHA256 Credential=AKID/x/20261120/eu-west-1/firehose/aws4_request, "
      "SignedHeaders=content-type;host;x-amz-date, Signature=abc");
  ASSERT_TRUE(scope && *scope);
  EXPECT_EQ((*scope)->access_key, "AKID/x");
  EXPECT_EQ((*scope)->date, "20261120");
  EXPECT_EQ((*scope)->region, "eu-west-1");
  EXPECT_EQ((*scope)->service, "firehose");
}

TEST(Credentials, OtherSchemesHaveNone) {
  for (const char* header : {"", "Bearer abc", "Basic abc"}) {
    const auto scope = ParseCredentialScope(header);
    ASSERT_TRUE(scope) << header;
    EXPECT_FALSE(*scope) << header;
  }
}

TEST(Credentials, RefusesAScopeItCannotRead) {
  for (const std::string& header :
       {std::string("AWS4-HMAC-SHA256"), std::string("AWS4-HMAC-SHA256 Signature=abc"),
        std::string("AWS4-HMAC-SHA256 Credential="),
        std::string("AWS4-HMAC-SHA256 Credential=AKID/20261120/us-east-1/firehose"),
        std::string("AWS4-HMAC-SHA256 Credential=/20261120/us-east-1/firehose/aws4_request"),
        std::string("AWS4-HMAC-SHA256 Credential=A/20261120/us east/firehose/aws4_request"),
        std::string("AWS4-HMAC-SHA256 Credential=A/1/r/s/aws4_request,") +
            std::string(5000, 'x')}) {
    EXPECT_FALSE(ParseCredentialScope(header)) << header.substr(0, 80);
  }
}

TEST(HostPolicy, AnswersLoopbackAddressesAndConfiguredNames) {
  const HostPolicy policy({"Lake.Example.org"});
  for (const char* host :
       {"localhost", "LOCALHOST:8080", "app.localhost:1", "127.0.0.1:8080", "10.1.2.3", "[::1]:80",
        "[fe80::1]", "lake.example.org", "lake.example.ORG:443"}) {
    EXPECT_TRUE(policy.Allows(host)) << host;
  }
  for (const char* host :
       {"", ":80", "evil.example.com", "127.0.0.1.evil.com", "localhost.evil.com", "1.2.3",
        "1.2.3.4.5", "[::1", "[]", "[zz]", "lake.example.org:80x", "notlocalhost",
        "lake.example.org.evil.com", "1..2.3"}) {
    EXPECT_FALSE(policy.Allows(host)) << host;
  }
  EXPECT_TRUE(HostPolicy({"*"}).Allows("evil.example.com"));
}

TEST(OriginPolicy, AllowsWhatIsConfigured) {
  const OriginPolicy none({});
  EXPECT_FALSE(none.Allows("https://a.example"));
  const OriginPolicy one({"https://a.example"});
  EXPECT_TRUE(one.Allows("https://a.example"));
  for (const char* origin : {"", "null", "http://a.example", "https://a.example.evil.com"}) {
    EXPECT_FALSE(one.Allows(origin)) << origin;
  }
  EXPECT_TRUE(OriginPolicy({"*"}).Allows("https://b.example"));
}

TEST(OriginPolicy, KnowsItsOwnPages) {
  EXPECT_TRUE(OriginPolicy::IsSameOrigin("http://localhost:8080", "localhost:8080"));
  EXPECT_FALSE(OriginPolicy::IsSameOrigin("http://localhost:9090", "localhost:8080"));
  EXPECT_FALSE(OriginPolicy::IsSameOrigin("null", "localhost:8080"));
}

TEST(RequestKey, NamesTheSameRequestTheSame) {
  const RequestIdentity sdk{.stream = "s", .access_key = "A", .invocation_id = "i", .body = "b"};
  EXPECT_EQ(*RequestKeyOf(sdk), *RequestKeyOf(sdk));
  EXPECT_NE(*RequestKeyOf(sdk), RequestKey{});
}

TEST(RequestKey, EveryPartCounts) {
  const RequestIdentity base{.stream = "s", .access_key = "A", .invocation_id = "i", .body = "b"};
  for (const RequestIdentity& other :
       {RequestIdentity{.stream = "t", .access_key = "A", .invocation_id = "i", .body = "b"},
        RequestIdentity{.stream = "s", .access_key = "B", .invocation_id = "i", .body = "b"},
        RequestIdentity{.stream = "s", .access_key = "A", .invocation_id = "j", .body = "b"},
        RequestIdentity{.stream = "s", .access_key = "A", .invocation_id = "i", .body = "c"},
        RequestIdentity{.stream = "s", .access_key = "A", .idempotency_key = "i", .body = "b"}}) {
    EXPECT_NE(*RequestKeyOf(base), *RequestKeyOf(other));
  }
}

TEST(RequestKey, AnIdempotencyKeyWinsOverBodyAndInvocation) {
  EXPECT_EQ(
      *RequestKeyOf({.stream = "s", .idempotency_key = "k", .invocation_id = "i", .body = "b"}),
      *RequestKeyOf({.stream = "s", .idempotency_key = "k", .invocation_id = "j", .body = "c"}));
}

TEST(RequestKey, IsZeroWithoutAHeaderAndRefusesALongOne) {
  EXPECT_EQ(*RequestKeyOf({.stream = "s", .access_key = "A", .body = "b"}), RequestKey{});
  const std::string long_key(256, 'k');
  EXPECT_FALSE(RequestKeyOf({.stream = "s", .idempotency_key = long_key}));
}

TEST(HeaderText, TakesAMediaTypeFromItsParameters) {
  EXPECT_EQ(MediaType(" application/json ; charset=utf-8"), "application/json");
  EXPECT_EQ(MediaType(""), "");
  EXPECT_TRUE(EqualsIgnoringCase("AbC", "aBc"));
  EXPECT_FALSE(EqualsIgnoringCase("AbC", "aB"));
}

}  // namespace
}  // namespace tarn::collect
