// Wide nested telemetry: 48 leaves in objects, objects that may be null, lists of texts, numbers
// and objects, one member of free JSON; escapes and text beyond ASCII. Events of many sessions,
// shuffled: the worst case for whatever remembers the last value.
#include <algorithm>

#include "bench/data_set.h"
#include "bench/text_random.h"

namespace tarn::bench {
namespace {

constexpr std::string_view kEvents[] = {"page_view", "click",       "api_call", "error",
                                        "search",    "form_submit", "purchase", "perf_metric"};
constexpr unsigned kEventShares[] = {35, 55, 75, 78, 83, 88, 90, 100};
constexpr std::string_view kDevices[] = {R"("iOS","os_version":"17.2","model":"iPhone15,3")",
                                         R"("iOS","os_version":"16.7","model":"iPhone13,2")",
                                         R"("Android","os_version":"14","model":"Pixel 8 Pro")",
                                         R"("Android","os_version":"13","model":"SM-S918B")",
                                         R"("Windows","os_version":"11","model":"Desktop")",
                                         R"("macOS","os_version":"14.3","model":"MacBookPro18,3")",
                                         R"("Linux","os_version":"6.6","model":"Desktop")"};
constexpr std::string_view kPlatforms[] = {"Windows NT 10.0; Win64; x64", "X11; Linux x86_64",
                                           "Macintosh; Intel Mac OS X 10_15_7",
                                           "Linux; Android 14; Pixel 8"};
struct Place {
  std::string_view text;
  int latitude;  // degrees
  int longitude;
};
constexpr Place kPlaces[] = {
    {R"("PL","city":"Kraków")", 50, 19},      {R"("US","city":"New York")", 40, -74},
    {R"("DE","city":"München")", 48, 11},     {R"("JP","city":"東京")", 35, 139},
    {R"("BR","city":"São Paulo")", -23, -46}, {R"("GB","city":"London")", 51, -1},
    {R"("IN","city":"Mumbai")", 19, 72},      {R"("FR","city":"Paris")", 48, 2}};
constexpr std::string_view kPlans[] = {"free", "free", "pro", "team", "enterprise"};
constexpr std::string_view kLocales[] = {"en-US", "pl-PL", "de-DE", "ja-JP", "pt-BR"};
constexpr std::string_view kRoutes[] = {
    "/api/v1/users/:id", "/api/v1/orders",  "/api/v1/orders/:id", "/api/v2/search",
    "/api/v1/login",     "/api/v1/metrics", "/api/v1/cart/items", "/api/v1/reports/:id/export"};
constexpr std::string_view kMethods[] = {"GET", "GET", "GET", "POST", "PUT"};
constexpr int kStatuses[] = {200, 200, 200, 200, 200, 200, 200, 201,
                             204, 304, 400, 401, 404, 404, 500, 503};
constexpr std::string_view kErrors[] = {
    R"("TypeError","message":"Cannot read properties of undefined")",
    R"("NetworkError","message":"Failed to \"fetch\"")",
    R"("RangeError","message":"Maximum call stack size exceeded")",
    R"("ChunkLoadError","message":"Loading chunk 17 failed.\nat https://cdn.example.com/17.js")"};
constexpr std::string_view kTags[] = {"beta",  "mobile",   "returning", "paid",    "organic",
                                      "email", "internal", "canary",    "ab-test", "vip"};
constexpr std::string_view kReferences[] = {"home", "mail", "ads", "search"};
constexpr int kWidths[] = {390, 412, 1440, 1920, 2560};
constexpr int kHeights[] = {844, 915, 900, 1080, 1440};
constexpr std::string_view kRatios[] = {"1", "1.5", "2", "3"};
constexpr std::string_view kSources[] = {"web", "app", "api"};

/// What the events of one session share.
struct Session {
  std::string user;  // members of "user"
  std::string id;
  std::string device;  // first members of "device"
  std::string agent;
  const Place* place = nullptr;
  std::string address;
  uint64_t start = 0;  // milliseconds
};

std::string UserMembers(TextRandom* random) {
  const uint64_t id = random->Between(1, 200'000);
  const std::string_view plan = random->Of(kPlans);
  const uint64_t days = random->Between(1, 700);
  return Format(R"("id":"u_{:07}","plan":"{}","signup_ts":"{}","locale":"{}")", id, plan,
                random->Time(kWeekBegin - days * 86'400'000), random->Of(kLocales));
}

Session MakeSession(TextRandom* random) {
  Session session;
  session.user = UserMembers(random);
  session.id = random->Uuid();
  session.device = random->Of(kDevices);
  const uint64_t major = random->Between(100, 124);
  const uint64_t build = random->Between(4000, 4012);
  session.agent = Format(
      "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.{}.10 Safari/537.36",
      random->Of(kPlatforms), major, build);
  session.place = &kPlaces[random->Below(std::size(kPlaces))];
  session.address = random->Address();
  session.start = kWeekBegin + random->Below(kWeek - 3'600'000);
  return session;
}

std::string Http(TextRandom* random, size_t event) {
  const bool calls = event == 2 || event == 4 || event == 5 || event == 6;
  if (!calls && !random->Percent(20)) return "null";
  const std::string_view method = random->Of(kMethods);
  const int status = kStatuses[random->Below(std::size(kStatuses))];
  const std::string_view route = random->Of(kRoutes);
  return Format(R"({{"method":"{}","status":{},"route":"{}","duration_ms":{}}})", method, status,
                route, random->Latency(400, 3));
}

std::string ErrorOf(TextRandom* random, size_t event) {
  if (event != 3) return "null";
  std::string text = Format(R"({{"type":{},"stack":")", random->Of(kErrors));
  for (uint64_t frames = random->Between(3, 8); frames > 0; --frames) {
    const uint64_t function = random->Between(1, 400);
    const uint64_t line = random->Between(1, 9000);
    text += Format("    at fn{} (https://cdn.example.com/app.8f3c21.js:{}:{}){}", function, line,
                   random->Between(1, 120), frames > 1 ? "\\n" : "");
  }
  return text + "\"}";
}

/// in  most: how many at the most
std::string List(TextRandom* random, uint64_t most, const auto& make) {
  std::string text = "[";
  for (uint64_t left = random->Below(most + 1); left > 0; --left) {
    text += make();
    if (left > 1) text += ',';
  }
  return text + "]";
}

std::string Degrees(TextRandom* random, int whole) {
  const std::string part = Format("{:05}", random->Below(100'000));
  const size_t end = part.find_last_not_of('0');
  return Format("{}.{}", whole, end == part.npos ? "0" : part.substr(0, end + 1));
}

std::string Device(TextRandom* random, const Session& session) {
  const int width = kWidths[random->Below(std::size(kWidths))];
  const int height = kHeights[random->Below(std::size(kHeights))];
  const std::string_view ratio = random->Of(kRatios);
  return Format(
      R"("device":{{"os":{},"screen":{{"w":{},"h":{},"dpr":{}}},"memory_gb":{},"ua":"{}"}},)",
      session.device, width, height, ratio, 4 << random->Below(4), session.agent);
}

std::string Page(TextRandom* random) {
  const uint64_t item = random->Between(1, 50'000);
  const std::string_view reference = random->Of(kReferences);
  const uint64_t version = random->Between(1, 9);
  std::string referrer = "null";
  if (random->Percent(33)) referrer = R"("https://www.google.com/")";
  if (random->Percent(33))
    referrer = Format(R"("https://news.ycombinator.com/item?id={}")", random->Between(1, 9999));
  return Format(
      R"("page":{{"url":"https://app.example.com/items/{}?ref={}&v={}","referrer":{},"title":"Item {} {}"}},)",
      item, reference, version, referrer, item,
      item % 7 == 0 ? R"(– Example \"Shop\")" : "- Example Shop");
}

std::string Performance(TextRandom* random) {
  const std::string first_byte = random->Latency(300, 2);
  const std::string content = random->Latency(1500, 2);
  const std::string load = random->Latency(4000, 2);
  return Format(R"("perf":{{"ttfb_ms":{},"dcl_ms":{},"load_ms":{},"transfer_bytes":{}}},)",
                first_byte, content, load, random->Between(1000, 3'000'000));
}

std::string Properties(TextRandom* random) {
  const uint64_t key = random->Between(1, 30);
  const uint64_t kind = random->Below(4);
  const std::string value = kind == 0   ? "\"x\""
                            : kind == 1 ? "\"y\""
                            : kind == 2 ? "true"
                                        : Format("{}", random->Between(1, 1000));
  return Format(R"("props":{{"k{}":{},"source":"{}"}})", key, value, random->Of(kSources));
}

std::string Head(TextRandom* random, const Session& session, size_t event, uint64_t number) {
  const uint64_t at = session.start + random->Below(3'600'000);
  const std::string id = random->Uuid();
  const uint64_t delay = random->Between(20, 4000);
  std::string text = Format(
      R"({{"event_id":"{}","event_name":"{}","ts":"{}","received_at":{},"seq":{},"schema_version":"3.2","tenant":"tenant-{:02}",)",
      id, kEvents[event], random->Time(at), at + delay, number, random->Between(1, 40));
  text += Format(R"("user":{{"anonymous":{},{}}},)", random->Truth(30), session.user);
  const uint64_t views = random->Between(1, 40);
  return text + Format(R"("session":{{"id":"{}","start_ms":{},"page_views":{},"is_first":{}}},)",
                       session.id, session.start, views, random->Truth(20));
}

std::string Event(TextRandom* random, const Session& session, uint64_t number) {
  const uint64_t draw = random->Below(100);
  size_t event = 0;
  while (draw >= kEventShares[event]) ++event;
  std::string text = Head(random, session, event, number);
  text += Device(random, session);
  const std::string latitude = Degrees(random, session.place->latitude);
  const std::string longitude = Degrees(random, session.place->longitude);
  text += Format(R"("geo":{{"country":{},"lat":{},"lon":{},"ip":"{}"}},)", session.place->text,
                 latitude, longitude, session.address);
  text += Page(random);
  text += Performance(random);
  text += "\"http\":" + Http(random, event);
  text += ",\"error\":" + ErrorOf(random, event);
  text += ",\"tags\":" + List(random, 4, [&] { return Format("\"{}\"", random->Of(kTags)); });
  text += ",\"experiments\":" + List(random, 3, [&] {
            const uint64_t id = random->Between(1, 30);
            return Format(R"({{"id":"exp_{}","variant":"{}"}})", id,
                          static_cast<char>('A' + random->Below(3)));
          });
  text += ",\"metrics\":" + List(random, 4, [&] { return random->Real(100, 3); });
  return text + "," + Properties(random) + "}";
}

Status Generate(uint64_t records, const Writer& write) {
  constexpr uint64_t kEventsPerSession = 25;
  constexpr uint64_t kSessionsMin = 2000;
  TextRandom random(2);
  std::vector<Session> sessions(std::max(kSessionsMin, records / kEventsPerSession));
  for (Session& session : sessions) session = MakeSession(&random);
  LineWriter lines(write);
  for (uint64_t i = 0; i < records; ++i) {
    const Session& session = sessions[random.Below(sessions.size())];
    TRY(lines.Line(Event(&random, session, i)));
  }
  return lines.Finish();
}

}  // namespace

DataSet WideTelemetry() {
  return {.name = "telemetry",
          .columns =
              "event_id string, event_name string, ts timestamp, received_at bigint, seq bigint, "
              "schema_version string, tenant string, "
              "user struct<id:string,anonymous:boolean,plan:string,signup_ts:timestamp,"
              "locale:string>, "
              "session struct<id:string,start_ms:bigint,page_views:int,is_first:boolean>, "
              "device struct<os:string,os_version:string,model:string,"
              "screen:struct<w:int,h:int,dpr:double>,memory_gb:double,ua:string>, "
              "geo struct<country:string,city:string,lat:double,lon:double,ip:string>, "
              "page struct<url:string,referrer:string,title:string>, "
              "perf struct<ttfb_ms:double,dcl_ms:double,load_ms:double,transfer_bytes:bigint>, "
              "http struct<method:string,status:int,route:string,duration_ms:double>, "
              "error struct<type:string,message:string,stack:string>, tags array<string>, "
              "experiments array<struct<id:string,variant:string>>, metrics array<double>, props "
              "string",
          .partition_by = "event_name, day(ts) as d",
          .records = 380'000,
          .generate = Generate};
}

}  // namespace tarn::bench
