#include "shape/bench_records_testing.h"

#include <iterator>
#include <random>

#include "base/format.h"
#include "base/time.h"

namespace tarn::shape {

namespace {

/// Numbers that are the same on every machine.
class Source {
 public:
  explicit Source(uint64_t seed) : random_(seed) {}

  uint64_t Below(uint64_t count) { return random_() % count; }
  bool OneIn(uint64_t count) { return Below(count) == 0; }
  std::string_view Of(const auto& texts) { return texts[Below(std::size(texts))]; }
  std::string Hex(int digits) {
    return Format("{:016x}{:016x}", random_(), random_()).substr(0, static_cast<size_t>(digits));
  }
  std::string Id() { return Format("{}-{}-{}-{}-{}", Hex(8), Hex(4), Hex(4), Hex(4), Hex(12)); }
  std::string Time() {
    constexpr int64_t kMarch = 1'772'323'200'000'000;
    const auto at = static_cast<int64_t>(Below(7 * 86'400'000)) * 1000;
    return FormatTimestamp(kMarch + at, TimeStyle::kIsoUtc);
  }
  /// With so many decimals.
  std::string Real(uint64_t below, int decimals) {
    return Format("{:.{}f}", static_cast<double>(Below(below * 1'000'000)) / 1e6, decimals);
  }
  const char* Truth(uint64_t one_in) { return OneIn(one_in) ? "true" : "false"; }

 private:
  std::mt19937_64 random_;
};

constexpr std::string_view kEvents[] = {"page_view",   "click",       "api_call", "error",
                                        "perf_metric", "form_submit", "search",   "purchase"};
constexpr std::string_view kPlans[] = {"free", "pro", "team", "enterprise"};
constexpr std::string_view kCities[] = {R"("PL","city":"Kraków")", R"("US","city":"New York")",
                                        R"("JP","city":"東京")", R"("BR","city":"São Paulo")",
                                        R"("GB","city":"London")"};
constexpr std::string_view kRoutes[] = {"/api/v1/users/:id", "/api/v1/orders", "/api/v2/search",
                                        "/api/v1/login", "/api/v1/reports/:id/export"};
constexpr std::string_view kTags[] = {"beta",    "mobile", "returning", "paid",
                                      "organic", "email",  "internal",  "canary"};
constexpr std::string_view kMetrics[] = {"pulse", "weight",      "glucose",
                                         "spo2",  "temperature", "steps"};

std::string Http(Source* random) {
  if (random->OneIn(2)) return "null";
  return Format(R"({{"method":"{}","status":{},"route":"{}","duration_ms":{}}})",
                random->OneIn(4) ? "POST" : "GET", random->OneIn(9) ? 404 : 200,
                random->Of(kRoutes), random->Real(300, 3));
}

std::string Error(Source* random) {
  if (!random->OneIn(30)) return "null";
  std::string stack;
  for (uint64_t i = random->Below(6) + 3; i > 0; --i) {
    stack += Format(R"(    at fn{} (https://cdn.example.com/app.8f3c21.js:{}:{})",
                    random->Below(400), random->Below(9000), random->Below(120)) +
             ")\\n";
  }
  return Format(
      R"j({{"type":"TypeError","message":"Cannot read properties of undefined (reading \"map\")","stack":"{}"}})j",
      stack);
}

/// Up to so many of what `make` makes.
std::string List(Source* random, uint64_t most, const auto& make) {
  std::string text = "[";
  for (uint64_t i = random->Below(most + 1); i > 0; --i) text += make() + (i > 1 ? "," : "");
  return text + "]";
}

std::string TelemetryRecord(Source* random, int number) {
  std::string text = Format(
      R"({{"event_id":"{}","event_name":"{}","ts":"{}","received_at":{},"seq":{},"schema_version":"3.2","tenant":"tenant-{:02}",)",
      random->Id(), random->Of(kEvents), random->Time(),
      1'772'323'200'000 + random->Below(604'800'000), number, random->Below(40));
  text += Format(
      R"("user":{{"id":"u_{:07}","anonymous":{},"plan":"{}","signup_ts":"{}","locale":"en-US"}},)",
      random->Below(200'000), random->Truth(3), random->Of(kPlans), random->Time());
  text += Format(R"("session":{{"id":"{}","start_ms":{},"page_views":{},"is_first":{}}},)",
                 random->Id(), 1'772'323'200'000 + random->Below(604'800'000), random->Below(40),
                 random->Truth(5));
  text += Format(
      R"("device":{{"os":"Android","os_version":"14","model":"Pixel 8 Pro","screen":{{"w":{},"h":{},"dpr":{}}},"memory_gb":{},"ua":"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.{}.10 Safari/537.36"}},)",
      random->OneIn(2) ? 390 : 1440, random->OneIn(2) ? 844 : 900, random->OneIn(2) ? "1.5" : "2",
      4 << random->Below(4), 100 + random->Below(24), 4000 + random->Below(200));
  text += Format(R"("geo":{{"country":{},"lat":{},"lon":-{},"ip":"{}.{}.{}.{}"}},)",
                 random->Of(kCities), random->Real(80, 5), random->Real(170, 5), random->Below(223),
                 random->Below(255), random->Below(255), random->Below(254));
  const uint64_t page = random->Below(50'000);
  text += Format(
      R"("page":{{"url":"https://app.example.com/items/{}?ref=mail&v={}","referrer":{},"title":"Item {} {} Example Shop"}},)",
      page, random->Below(9), random->OneIn(2) ? "null" : R"("https://www.google.com/")", page,
      random->OneIn(7) ? "–" : "-");
  text += Format(
      R"("perf":{{"ttfb_ms":{},"dcl_ms":{},"load_ms":{},"transfer_bytes":{}}},"http":{},"error":{},)",
      random->Real(200, 2), random->Real(900, 2), random->Real(2000, 2), random->Below(3'000'000),
      Http(random), Error(random));
  text += "\"tags\":" + List(random, 4, [&] { return Format("\"{}\"", random->Of(kTags)); });
  text += ",\"experiments\":" + List(random, 3, [&] {
            return Format(R"({{"id":"exp_{}","variant":"{}"}})", random->Below(30),
                          random->OneIn(2) ? "A" : "B");
          });
  text += ",\"metrics\":" + List(random, 4, [&] { return random->Real(100, 3); });
  return text + Format(R"(,"props":{{"k{}":{},"source":"web"}}}})", random->Below(30),
                       random->Below(1000));
}

std::string LogRecord(Source* random) {
  std::string text = Format(
      R"({{"_path":"dns","_write_ts":"{}","ts":"{}","uid":"C{}","id.orig_h":"10.47.{}.{}","id.orig_p":{},"id.resp_h":"10.0.0.{}","id.resp_p":53,"proto":"udp","trans_id":{},)",
      random->Time(), random->Time(), random->Hex(17), random->Below(20), random->Below(255),
      1024 + random->Below(60'000), random->Below(200), random->Below(65'536));
  text += Format(
      R"("rtt":{},"query":"host{}.example.com","qclass":1,"qclass_name":"C_INTERNET","qtype":1,"qtype_name":"A","rcode":0,"rcode_name":"NOERROR","AA":{},"TC":false,"RD":true,"RA":{},"Z":0,)",
      random->Real(1, 6), random->Below(3000), random->Truth(5), random->Truth(2));
  text += "\"answers\":" + List(random, 3, [&] {
            return Format("\"10.{}.{}.1\"", random->Below(90), random->Below(255));
          });
  text += ",\"TTLs\":" + List(random, 3, [&] { return random->Real(3600, 1); });
  return text + R"(,"rejected":false})";
}

}  // namespace

BenchRecords ReferenceEvents(int count) {
  BenchRecords made{
      "events", "name string, tstamp timestamp, payload string, payload_md5 string", {}};
  Source random(1);
  for (int i = 0; i < count; ++i) {
    std::string time = random.Time().substr(0, 19) + ".000000";
    time[10] = ' ';
    made.records.push_back(Format(
        R"({{"name": "measurement_recorded", "tstamp": "{}", "payload": "{{\"dvce_os\": \"Android 3.0.4\", \"session_id\": \"{}\", \"metric\": \"{}\", \"value\": {}}}", "payload_md5": "{}"}})",
        time, random.Hex(20), random.Of(kMetrics), random.Real(200, 2), random.Hex(32)));
  }
  return made;
}

BenchRecords WideTelemetry(int count) {
  BenchRecords made{
      "telemetry",
      "event_id string, event_name string, ts timestamp, received_at bigint, seq bigint, "
      "schema_version string, tenant string, "
      "user struct<id:string,anonymous:boolean,plan:string,signup_ts:timestamp,locale:string>, "
      "session struct<id:string,start_ms:bigint,page_views:int,is_first:boolean>, "
      "device "
      "struct<os:string,os_version:string,model:string,screen:struct<w:int,h:int,dpr:double>,"
      "memory_gb:double,ua:string>, "
      "geo struct<country:string,city:string,lat:double,lon:double,ip:string>, page "
      "struct<url:string,referrer:string,title:string>, "
      "perf struct<ttfb_ms:double,dcl_ms:double,load_ms:double,transfer_bytes:bigint>, "
      "http struct<method:string,status:int,route:string,duration_ms:double>, error "
      "struct<type:string,message:string,stack:string>, "
      "tags array<string>, experiments array<struct<id:string,variant:string>>, metrics "
      "array<double>, props string",
      {}};
  Source random(2);
  for (int i = 0; i < count; ++i) made.records.push_back(TelemetryRecord(&random, i));
  return made;
}

BenchRecords LogLines(int count) {
  BenchRecords made{"log",
                    "`_path` string, `_write_ts` timestamp, ts timestamp, uid string, `id.orig_h` "
                    "string, `id.orig_p` int, `id.resp_h` string, "
                    "`id.resp_p` int, proto string, trans_id int, rtt double, query string, qclass "
                    "int, qclass_name string, qtype int, "
                    "qtype_name string, rcode int, rcode_name string, `AA` boolean, `TC` boolean, "
                    "`RD` boolean, `RA` boolean, `Z` int, "
                    "answers array<string>, `TTLs` array<double>, rejected boolean",
                    {}};
  Source random(3);
  for (int i = 0; i < count; ++i) made.records.push_back(LogRecord(&random));
  return made;
}

}  // namespace tarn::shape
