// The front door, operations and the local channel, as a client meets them.
#include "serve/site.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>

#include "serve/ops/api_docs.h"
#include "serve/router.h"
#include "serve/site_testing.h"
#include "serve/worker_pool.h"

namespace tarn::serve {
namespace {

TEST(FrontDoor, KnowsItsPathsAndMethods) {
  TestSite site;
  const Reply nothing = site.Answer({.target = "/nothing"});
  EXPECT_EQ(nothing.status, 404);
  EXPECT_EQ(nothing.body, R"({"error":"there is nothing at this path","kind":"not found"})");
  const Reply method = site.Answer({.method = Method::kPut, .target = "/v1/streams/s"});
  EXPECT_EQ(method.status, 405);
  EXPECT_EQ(HeaderOf(method, "Allow"), "GET, DELETE");
  EXPECT_EQ(site.Answer({.target = "/v1/streams/"}).status, 404);
  EXPECT_EQ(site.Answer({.target = "/v1/streams/%zz"}).status, 404);
  EXPECT_EQ(site.Answer({.target = "//livez"}).status, 404);
}

TEST(FrontDoor, GivesEveryReplyItsSecurityHeaders) {
  TestSite site;
  for (const char* target : {"/livez", "/nothing", "/metrics", "/v1/streams", "/query"}) {
    const Reply reply = site.Answer({.target = target});
    EXPECT_EQ(HeaderOf(reply, "X-Content-Type-Options"), "nosniff") << target;
    EXPECT_EQ(HeaderOf(reply, "Content-Security-Policy"),
              "default-src 'none'; frame-ancestors 'none'")
        << target;
    EXPECT_EQ(HeaderOf(reply, "x-amzn-RequestId").size(), 36u) << target;
  }
}

TEST(FrontDoor, RefusesForeignHosts) {
  TestSite site({.front = {.allowed_hosts = {"lake.example"}}});
  const auto status = [&](const std::string& host, bool may_lack_host = false) {
    return site
        .Answer({.target = "/livez", .headers = {{"host", host}}, .may_lack_host = may_lack_host})
        .status;
  };
  EXPECT_EQ(status("localhost:8080"), 200);
  EXPECT_EQ(status("lake.example"), 200);
  EXPECT_EQ(status("rebound.example"), 421);
  EXPECT_EQ(status(""), 421);
  EXPECT_EQ(status("", true), 200) << "HTTP/1.0 has no Host";
  EXPECT_EQ(status("rebound.example", true), 421);
}

TEST(FrontDoor, LetsConfiguredOriginsCallAcross) {
  TestSite site({.front = {.cors_origins = {"https://app.example"}}});
  const auto ask = [&](Method method, const std::string& origin) {
    return site.Answer(
        {.method = method,
         .target = "/ingest",
         .headers = {{"origin", origin}, {"access-control-request-method", "POST"}}});
  };
  const Reply preflight = ask(Method::kOptions, "https://app.example");
  EXPECT_EQ(preflight.status, 204);
  EXPECT_EQ(HeaderOf(preflight, "Access-Control-Allow-Origin"), "https://app.example");
  EXPECT_EQ(HeaderOf(preflight, "Access-Control-Allow-Methods"), "POST");
  EXPECT_NE(HeaderOf(preflight, "Access-Control-Allow-Headers").find("Content-Type"),
            std::string::npos);
  EXPECT_EQ(HeaderOf(preflight, "Vary"), "Origin");
  const Reply post = ask(Method::kPost, "https://app.example");
  EXPECT_EQ(post.status, 500) << "the stream is not there, but the request was let in";
  EXPECT_EQ(HeaderOf(post, "Access-Control-Allow-Origin"), "https://app.example");

  for (const Method method : {Method::kOptions, Method::kPost}) {
    const Reply refused = ask(method, "https://evil.example");
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(HeaderOf(refused, "Access-Control-Allow-Origin"), "");
  }
  const Reply own = ask(Method::kPost, "http://localhost:8080");
  EXPECT_EQ(own.status, 500);
  EXPECT_EQ(HeaderOf(own, "Access-Control-Allow-Origin"), "");
}

TEST(FrontDoor, TellsAPathsMethods) {
  TestSite site;
  const Reply options = site.Answer({.method = Method::kOptions, .target = "/v1/streams"});
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(HeaderOf(options, "Allow"), "GET, POST, OPTIONS");
  EXPECT_EQ(site.Answer({.method = Method::kOptions, .target = "/nothing"}).status, 404);
}

TEST(FrontDoor, TurnsWhatAHandlerThrowsIntoAnAnswer) {
  FakeClock clock;
  FakeEntropy entropy;
  Router router;
  router.Add({Method::kGet, "/throws", "test", "throws",
              [](const Request&, const Responder&) { throw std::runtime_error("secret"); }});
  router.Add({Method::kGet, "/silent", "test", "silent", [](const Request&, const Responder&) {}});
  router.Add(
      {Method::kGet, "/twice", "test", "twice", [](const Request&, const Responder& responder) {
         responder.Send(Reply::OfText(200, "first"));
         responder.Send(Reply::OfText(200, "second"));
       }});
  const FrontDoor door({}, std::move(router), clock, entropy);
  const auto ask = [&](std::string_view path) {
    Request request;
    request.path = path;
    request.headers = {{"host", "localhost"}};
    std::vector<Reply> replies;
    door.Handle(std::move(request), [&](Reply reply) { replies.push_back(std::move(reply)); });
    return replies;
  };
  const auto thrown = ask("/throws");
  ASSERT_EQ(thrown.size(), 1u);
  EXPECT_EQ(thrown[0].status, 500);
  EXPECT_EQ(thrown[0].body.find("secret"), std::string::npos);
  const auto silent = ask("/silent");
  ASSERT_EQ(silent.size(), 1u);
  EXPECT_EQ(silent[0].status, 500);
  const auto twice = ask("/twice");
  ASSERT_EQ(twice.size(), 1u);
  EXPECT_EQ(twice[0].body, "first");
}

TEST(Operations, SayWhetherTheServerIsReady) {
  TestSite site({.checks = {{"log", [] { return Status(); }}}});
  EXPECT_EQ(site.Answer({.target = "/livez"}).body, R"({"alive":true})");
  EXPECT_EQ(site.Answer({.target = "/readyz"}).body,
            R"({"ready":true,"reasons":[],"problems":[]})");
  site.streams.ready = Fail(ErrorKind::kUnavailable, "default.t lags by 3 rows");
  for (const char* path : {"/readyz", "/healthz"}) {
    const Reply reply = site.Answer({.target = path});
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(
        reply.body,
        R"({"ready":false,"reasons":[{"check":"streams","reason":"default.t lags by 3 rows"}],"problems":[]})");
  }
  EXPECT_EQ(site.Answer({.target = "/livez"}).status, 200);
}

TEST(Operations, TellVersionAndMetrics) {
  TestSite site({.commit = "abc"});
  EXPECT_EQ(site.Answer({.target = "/version"}).body,
            Format(R"({{"version":"{}","commit":"abc","node_id":"{}"}})", TARN_VERSION, kTestNode));
  site.Firehose("Explode", "{}");
  site.Answer({.target = "/nothing"});
  const Reply metrics = site.Answer({.target = "/metrics"});
  EXPECT_EQ(metrics.content_type, "text/plain; version=0.0.4; charset=utf-8");
  for (const char* part : {"tarn_http_request_duration_seconds_bucket{",
                           "api=\"aws\",operation=\"unknown\",code=\"400\"",
                           "api=\"none\",operation=\"none\",code=\"404\""}) {
    EXPECT_NE(metrics.body.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(metrics.body.find("Explode"), std::string::npos);
}

TEST(LocalChannel, AnswersTheOwnerOfTheToken) {
  TestSite site({.local_token = "token"});
  const auto ask = [&](const std::string& path, const std::string& authorization,
                       bool from_loopback = true) {
    return site.Answer({.method = Method::kPost,
                        .target = path,
                        .headers = {{"authorization", authorization}},
                        .body = R"({"table":"t"})",
                        .from_loopback = from_loopback});
  };
  const Reply rows = ask("/internal/v1/table", "Bearer token");
  EXPECT_EQ(rows.status, 200);
  EXPECT_EQ(rows.content_type, "application/octet-stream");
  EXPECT_EQ(rows.body, R"(rows of {"table":"t"})");
  EXPECT_EQ(ask("/internal/v1/tables", "Bearer token").body, R"(tables of {"table":"t"})");
  for (const char* wrong :
       {"", "token", "Bearer ", "Bearer toke", "Bearer token2", "Basic token"}) {
    EXPECT_EQ(ask("/internal/v1/table", wrong).status, 401) << wrong;
  }
  EXPECT_EQ(ask("/internal/v1/table", "Bearer token", false).status, 401);
}

TEST(LocalChannel, IsNotThereWithoutAToken) {
  TestSite site;
  EXPECT_EQ(site.Answer({.method = Method::kPost,
                         .target = "/internal/v1/table",
                         .headers = {{"authorization", "Bearer "}}})
                .status,
            404);
}

// What a `#/a/b` names in the document; nullptr where there is none.
const Json* Resolve(const Json& document, std::string_view reference) {
  const Json* at = &document;
  std::string_view path = reference.substr(2);
  while (at != nullptr && !path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    std::string name(path.substr(0, end));
    if (const size_t slash = name.find("~1"); slash != std::string::npos)
      name.replace(slash, 2, "/");
    at = at->Find(name);
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return at;
}

TEST(OpenApi, DescribesExactlyWhatIsServed) {
  TestSite site;
  const auto document = Json::Parse(OpenApiText());
  ASSERT_TRUE(document) << document.error().message();
  std::set<std::string> described;
  const Json& paths = *document->Find("paths");
  for (const auto& [path, own_methods] : paths.as_object()) {
    const Json* other = own_methods.Find("$ref");
    const Json& methods = other == nullptr ? own_methods : *Resolve(*document, other->as_string());
    for (const auto& [method, operation] : methods.as_object()) {
      std::string upper = method;
      for (char& c : upper) c = static_cast<char>(c - 'a' + 'A');
      described.insert(upper + " " + path);
      EXPECT_TRUE(operation.GetString("summary")) << path;
      EXPECT_TRUE(operation.GetObject("responses")) << path;
    }
  }
  std::set<std::string> served;
  for (const Route& route : site.site.routes()) {
    served.insert(std::string(MethodName(route.method)) + " " + route.pattern);
  }
  EXPECT_EQ(described, served);
}

void CheckReferences(const Json& document, const Json& value) {
  if (value.is_array()) {
    for (const Json& element : value.as_array()) CheckReferences(document, element);
  }
  if (!value.is_object()) return;
  for (const auto& [name, member] : value.as_object()) {
    CheckReferences(document, member);
    if (name != "$ref") continue;
    EXPECT_NE(Resolve(document, member.as_string()), nullptr) << member.as_string();
  }
}

TEST(OpenApi, RefersToWhatItHolds) {
  const Json document = *Json::Parse(OpenApiText());
  CheckReferences(document, document);
}

TEST(Docs, LeadToTheRules) {
  TestSite site;
  EXPECT_NE(site.Answer({.target = "/docs"}).body.find("href=\"/docs/rules\""), std::string::npos);
  const Reply rules = site.Answer({.target = "/docs/rules"});
  EXPECT_EQ(rules.content_type, "text/plain; charset=utf-8");
  EXPECT_TRUE(rules.body.starts_with("# The HTTP API"));
}

TEST(Docs, LoadNothingFromElsewhereAndRunNoInlineScript) {
  TestSite site;
  const Reply page = site.Answer({.target = "/docs"});
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(HeaderOf(page, "Content-Security-Policy").find("script-src 'self'"), std::string::npos);
  EXPECT_EQ(page.body.find("http"), std::string::npos);
  EXPECT_EQ(page.body.find("<script>"), std::string::npos);
  EXPECT_EQ(page.body.find("<style"), std::string::npos);
  EXPECT_EQ(site.Answer({.target = "/docs/app.js"}).content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(site.Answer({.target = "/docs/style.css"}).content_type, "text/css; charset=utf-8");
  EXPECT_EQ(site.Answer({.target = "/openapi.json"}).body, OpenApiText());
  const Reply start = site.Answer({.target = "/"});
  EXPECT_EQ(start.status, 302);
  EXPECT_EQ(HeaderOf(start, "Location"), "/ui/");
}

TEST(HttpMessage, GivesEachErrorKindItsStatus) {
  for (const auto& [kind, status] : {std::pair{ErrorKind::kInvalid, 400},
                                     {ErrorKind::kUnauthorized, 401},
                                     {ErrorKind::kNotFound, 404},
                                     {ErrorKind::kConflict, 409},
                                     {ErrorKind::kTooLarge, 413},
                                     {ErrorKind::kOverloaded, 429},
                                     {ErrorKind::kUnavailable, 503},
                                     {ErrorKind::kUnknownOutcome, 500},
                                     {ErrorKind::kCorrupt, 500},
                                     {ErrorKind::kIo, 500},
                                     {ErrorKind::kCancelled, 503},
                                     {ErrorKind::kUnsupported, 501},
                                     {ErrorKind::kInternal, 500}}) {
    EXPECT_EQ(StatusOf(kind), status) << KindName(kind);
  }
}

TEST(HttpMessage, ReadsAQuery) {
  using Parameters = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(*ParseQuery(""), Parameters{});
  EXPECT_EQ(
      *ParseQuery("a=1&&b=x%20y+z%2B&c&d=&=e&f=g=h"),
      (Parameters{{"a", "1"}, {"b", "x y z+"}, {"c", ""}, {"d", ""}, {"", "e"}, {"f", "g=h"}}));
  EXPECT_FALSE(ParseQuery("a=%2"));
  std::string many;
  for (int i = 0; i < 101; ++i) many += "a=1&";
  EXPECT_FALSE(ParseQuery(many));
}

TEST(WorkerPool, RefusesWhatDoesNotFitAndFinishesWhatItTook) {
  std::atomic<int> done = 0;
  int taken = 0;
  std::promise<void> go;
  const std::shared_future<void> may_go = go.get_future().share();
  std::promise<void> running;
  {
    WorkerPool pool(1, 2);
    ASSERT_TRUE(pool.TryRun([&] {
      running.set_value();
      may_go.wait();
      ++done;
    }));
    running.get_future().wait();
    for (int i = 0; i < 5; ++i) taken += pool.TryRun([&] { ++done; }) ? 1 : 0;
    EXPECT_EQ(taken, 2);
    EXPECT_FALSE(pool.TryRun([] { throw std::runtime_error("never run"); }));
    go.set_value();
  }
  EXPECT_EQ(done, 3);
}

}  // namespace
}  // namespace tarn::serve
