// Log-like records in the form of Zeek's DNS log: 26 members, flat but for two lists, many of them
// repeated from line to line, some missing.
#include "bench/data_set.h"
#include "bench/text_random.h"

namespace tarn::bench {
namespace {

struct Question {
  std::string_view name;
  int number;
};
constexpr Question kQuestions[] = {{"A", 1},    {"A", 1},    {"A", 1},     {"AAAA", 28},
                                   {"PTR", 12}, {"TXT", 16}, {"HTTPS", 65}};
struct Outcome {
  std::string_view name;
  int number;
};
constexpr Outcome kOutcomes[] = {
    {"NOERROR", 0}, {"NOERROR", 0}, {"NOERROR", 0}, {"NXDOMAIN", 3}, {"SERVFAIL", 2}};
constexpr std::string_view kDomains[] = {"example.com", "internal.example.net", "cdn.example.org",
                                         "in-addr.arpa", "mail.example.com"};

std::string Answers(TextRandom* random) {
  const uint64_t count = random->Below(4);
  if (count == 0) return "";  // Zeek leaves both members out then
  std::string answers;
  std::string lives;
  for (uint64_t i = 0; i < count; ++i) {
    const char* const comma = i == 0 ? "" : ",";
    const uint64_t network = random->Below(90);
    answers += Format("{}\"10.{}.{}.1\"", comma, network, random->Below(255));
    lives += Format("{}{}.0", comma, random->Below(3600));
  }
  return Format(R"("answers":[{}],"TTLs":[{}],)", answers, lives);
}

std::string Record(TextRandom* random, uint64_t at) {
  const std::string uid = random->Hex(16);
  const uint64_t network = random->Below(20);
  const uint64_t host = random->Below(250);
  const uint64_t port = random->Between(1024, 65'535);
  const uint64_t server = random->Between(1, 6);
  std::string text = Format(
      R"({{"_path":"dns","_write_ts":"{}","ts":"{}","uid":"C{}","id.orig_h":"10.47.{}.{}","id.orig_p":{},"id.resp_h":"10.0.0.{}","id.resp_p":53,"proto":"udp","trans_id":{},)",
      random->Time(at + 12), random->Time(at), uid, network, host, port, server,
      random->Below(65'536));
  if (random->Percent(80)) text += Format(R"("rtt":{},)", random->Real(2, 6));
  const uint64_t name = random->Below(3000);
  const std::string_view domain = random->Of(kDomains);
  const Question& question = kQuestions[random->Below(std::size(kQuestions))];
  const Outcome& outcome = kOutcomes[random->Below(std::size(kOutcomes))];
  text += Format(
      R"("query":"host{}.{}","qclass":1,"qclass_name":"C_INTERNET","qtype":{},"qtype_name":"{}","rcode":{},"rcode_name":"{}",)",
      name, domain, question.number, question.name, outcome.number, outcome.name);
  const char* const authoritative = random->Truth(20);
  text +=
      Format(R"("AA":{},"TC":false,"RD":true,"RA":{},"Z":0,)", authoritative, random->Truth(60));
  text += Answers(random);
  return text + Format(R"("rejected":{}}})", random->Truth(2));
}

Status Generate(uint64_t records, const Writer& write) {
  TextRandom random(3);
  LineWriter lines(write);
  for (uint64_t i = 0; i < records; ++i) {
    TRY(lines.Line(Record(&random, kWeekBegin + i * (kWeek / records))));
  }
  return lines.Finish();
}

}  // namespace

DataSet LogLines() {
  return {
      .name = "log",
      .columns =
          "`_path` string, `_write_ts` timestamp, ts timestamp, uid string, `id.orig_h` string, "
          "`id.orig_p` int, `id.resp_h` string, `id.resp_p` int, proto string, trans_id int, "
          "rtt double, query string, qclass int, qclass_name string, qtype int, qtype_name "
          "string, rcode int, rcode_name string, `AA` boolean, `TC` boolean, `RD` boolean, "
          "`RA` boolean, `Z` int, answers array<string>, `TTLs` array<double>, rejected boolean",
      .partition_by = "qtype_name, day(ts) as d",
      .records = 430'000,
      .generate = Generate};
}

}  // namespace tarn::bench
