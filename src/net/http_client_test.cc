#include "net/http_client.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "net/scripted_server_testing.h"

namespace tarn::net {
namespace {

using Answer = ScriptedServer::Answer;
using Request = ScriptedServer::Request;

ErrorKind KindOf(const Result<HttpReply>& reply) {
  EXPECT_FALSE(reply.has_value());
  return reply ? ErrorKind::kInternal : reply.error().kind();
}

ScriptedServer Always(const Answer& answer) {
  return ScriptedServer([answer](const Request&) { return answer; });
}

TEST(HttpClient, SendsMethodHeadersAndBodyAsGiven) {
  const ScriptedServer server([](const Request&) { return Answer{ReplyText(200, "")}; });
  HttpClient client;
  ASSERT_TRUE(client.Send({.method = "POST",
                           .url = server.Url("/a?b=%20c"),
                           .headers = {{"X-Amz-Target", "Firehose.Put"}, {"X-Empty", ""}},
                           .body = std::string("b\0dy", 4)}));
  ASSERT_TRUE(client.Send({.method = "PUT", .url = server.Url("/empty")}));
  ASSERT_TRUE(client.Send({.method = "DELETE", .url = server.Url("/gone")}));
  const auto requests = server.Requests();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_TRUE(requests[0].head.starts_with("POST /a?b=%20c HTTP/1.1\r\n")) << requests[0].head;
  EXPECT_NE(requests[0].head.find("X-Amz-Target: Firehose.Put\r\n"), std::string::npos);
  EXPECT_NE(requests[0].head.find("X-Empty:"), std::string::npos);
  EXPECT_EQ(requests[0].head.find("Content-Type"), std::string::npos);
  EXPECT_EQ(requests[0].head.find("Expect"), std::string::npos);
  EXPECT_EQ(requests[0].body, std::string("b\0dy", 4));
  EXPECT_NE(requests[1].head.find("Content-Length: 0\r\n"), std::string::npos);
  EXPECT_TRUE(requests[2].head.starts_with("DELETE /gone "));
}

TEST(HttpClient, TakesAnyStatusAsAReply) {
  for (const int status : {200, 204, 302, 404, 503}) {
    const std::string body = status == 204 ? "" : "text";
    const auto server =
        Always({ReplyText(status, body, "X-Mixed-Case:  padded value \r\nLocation: /else\r\n")});
    const auto reply = HttpClient().Send({.url = server.Url("/")});
    ASSERT_TRUE(reply.has_value()) << reply.error().message();
    EXPECT_EQ(reply->status, status);
    EXPECT_EQ(reply->body, body);
    EXPECT_EQ(reply->headers[0],
              (std::pair<std::string, std::string>("x-mixed-case", "padded value")));
    EXPECT_EQ(server.Requests().size(), 1u);  // no redirect is followed
  }
}

TEST(HttpClient, KeepsItsConnection) {
  const auto server = Always({ReplyText(200, "x")});
  HttpClient client;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(client.Send({.url = server.Url("/")}).has_value());
  HttpClient moved = std::move(client);
  ASSERT_TRUE(moved.Send({.url = server.Url("/")}).has_value());
  EXPECT_EQ(server.Requests().back().connection, 1);
}

TEST(HttpClient, ConnectsAnewWhereTheServerClosed) {
  const auto server = Always({.bytes = ReplyText(200, "x"), .close = true});
  HttpClient client;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(client.Send({.url = server.Url("/")}).has_value());
  EXPECT_EQ(server.Requests().size(), 3u);
}

TEST(HttpClient, SkipsInformationalReplies) {
  const auto server = Always({"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ReplyText(200, "y")});
  const auto reply = HttpClient().Send({.url = server.Url("/")});
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->headers.size(), 1u);
}

TEST(HttpClient, JoinsChunksAndTakesTrailers) {
  const auto server =
      Always({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
              "3\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: t\r\n\r\n"});
  HttpClient client;
  for (int i = 0; i < 2; ++i) {
    const auto reply = client.Send({.url = server.Url("/")});
    ASSERT_TRUE(reply.has_value()) << reply.error().message();
    EXPECT_EQ(reply->body, "abcde");
  }
}

TEST(HttpClient, TakesTheHeadersOfAHeadReply) {
  const auto server = Always({"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"});
  const auto reply = HttpClient().Send({.method = "HEAD", .url = server.Url("/")}, 10);
  ASSERT_TRUE(reply.has_value()) << reply.error().message();
  EXPECT_EQ(reply->body, "");
}

TEST(HttpClient, StopsAtTheBodyLimit) {
  const auto server = Always({ReplyText(200, std::string(1000, 'x'))});
  EXPECT_TRUE(HttpClient().Send({.url = server.Url("/")}, 1000).has_value());
  EXPECT_EQ(KindOf(HttpClient().Send({.url = server.Url("/")}, 999)), ErrorKind::kTooLarge);
  EXPECT_EQ(KindOf(HttpClient().Send({.url = server.Url("/")}, 0)), ErrorKind::kTooLarge);
}

TEST(HttpClient, SaysUnavailableWhereNothingWasSent) {
  std::string url;
  {
    const auto gone = Always({});
    url = gone.Url("/");
  }
  EXPECT_EQ(KindOf(HttpClient().Send({.url = url})), ErrorKind::kUnavailable);
  EXPECT_EQ(KindOf(HttpClient().Send({.url = "http://no-such-host.invalid/"})),
            ErrorKind::kUnavailable);
}

TEST(HttpClient, SaysUnknownOutcomeWhereNoWholeReplyCame) {
  const Answer answers[] = {
      {.bytes = "", .close = true},
      {.bytes = "HTTP/1.1 200 OK\r\nContent-Le", .close = true},
      {.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", .close = true},
      {.bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", .close = true},
      {.bytes = "this is not HTTP\r\n\r\n", .close = true}};
  for (const Answer& answer : answers) {
    const auto server = Always(answer);
    const auto reply = HttpClient().Send({.method = "POST", .url = server.Url("/"), .body = "x"});
    EXPECT_EQ(KindOf(reply), ErrorKind::kUnknownOutcome) << answer.bytes;
  }
}

TEST(HttpClient, GivesUpAtTheTimeout) {
  const auto server = Always({.bytes = "HTTP/1.1 200 OK\r\n", .wait = true});
  const auto reply =
      HttpClient().Send({.url = server.Url("/"), .timeout = std::chrono::milliseconds(50)});
  EXPECT_EQ(KindOf(reply), ErrorKind::kUnknownOutcome);
}

TEST(HttpClient, RefusesWhatCannotBeSent) {
  HttpClient client;
  for (const std::string& url :
       {std::string(), std::string("127.0.0.1/x"), std::string("ftp://127.0.0.1/"),
        std::string("file:///etc/passwd"), std::string("http://"), std::string("http://a b/"),
        std::string("http://127.0.0.1/\0", 18), std::string("http://127.0.0.1:99999/")}) {
    EXPECT_EQ(KindOf(client.Send({.url = url})), ErrorKind::kInvalid) << url;
  }
  const std::string url = "http://127.0.0.1:1/";
  EXPECT_EQ(KindOf(client.Send({.method = "GET /\r\n", .url = url})), ErrorKind::kInvalid);
  EXPECT_EQ(KindOf(client.Send({.method = "", .url = url})), ErrorKind::kInvalid);
  EXPECT_EQ(KindOf(client.Send({.url = url, .headers = {{"a", "b\r\nc: d"}}})),
            ErrorKind::kInvalid);
  EXPECT_EQ(KindOf(client.Send({.url = url, .headers = {{"a b", "c"}}})), ErrorKind::kInvalid);
}

TEST(HttpClient, IgnoresTheEnvironmentsProxyOnLoopback) {
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  const auto server = Always({ReplyText(200, "direct")});
  EXPECT_TRUE(HttpClient().Send({.url = server.Url("/")}).has_value());
  EXPECT_EQ(KindOf(HttpClient().Send({.url = "http://example.invalid/"})), ErrorKind::kUnavailable);
  ::unsetenv("http_proxy");
}

}  // namespace
}  // namespace tarn::net
