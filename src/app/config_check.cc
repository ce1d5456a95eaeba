#include "app/config_check.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>

#include "app/continuous_sources.h"
#include "app/dataset_schedules.h"
#include "app/ingest_stream.h"
#include "app/listen_address.h"
#include "store/local_buckets.h"

namespace tarn::app {
namespace {

constexpr int64_t kHttpThreadsMax = 256;
constexpr int64_t kQueryThreadsMax = 1024;
constexpr int64_t kQuerySecondsMax = 3600;
constexpr int64_t kRetainSecondsMax = 366LL * 24 * 3600;

Status CheckOneOf(const std::string& value, std::initializer_list<std::string_view> known) {
  if (std::ranges::contains(known, value)) return {};
  std::string names;
  for (const std::string_view name : known)
    names += Format("{}{}", names.empty() ? "" : ", ", name);
  return Fail(ErrorKind::kInvalid, "'{}' is none of {}", value, names);
}

Status CheckRange(int64_t value, int64_t min, int64_t max) {
  if (value >= min && value <= max) return {};
  return Fail(ErrorKind::kInvalid, "{} is not between {} and {}", value, min, max);
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// `https://app.example.org:8443`, as browsers send it; `null` (a page of no site), `*` (any page).
bool IsOrigin(std::string_view origin) {
  if (origin == "*" || origin == "null") return true;
  const size_t colon = std::min(origin.find("://"), origin.size());
  const std::string_view scheme = origin.substr(0, colon);
  std::string_view host = origin.substr(std::min(colon + 3, origin.size()));
  const auto lower_or_digit = [](char c) { return (c >= 'a' && c <= 'z') || IsDigit(c); };
  if (scheme.empty() || !std::ranges::all_of(scheme, [&](char c) {
        return lower_or_digit(c) || c == '+' || c == '-' || c == '.';
      })) {
    return false;
  }
  if (const size_t port = host.rfind(':'); port != std::string_view::npos && !host.ends_with(']')) {
    const std::string_view digits = host.substr(port + 1);
    if (digits.empty() || !std::ranges::all_of(digits, IsDigit)) return false;
    host = host.substr(0, port);
  }
  return !host.empty() && std::ranges::all_of(host, [&](char c) {
    return lower_or_digit(c) || std::string_view("-._[]:").contains(c);
  });
}

Status CheckOrigins(const std::vector<std::string>& origins) {
  for (const std::string& origin : origins) {
    if (IsOrigin(origin)) continue;
    return Fail(ErrorKind::kInvalid,
                "'{}' is no origin: write scheme://host or scheme://host:port in lower case, as in "
                "https://www.example.org, without a path; or * for pages of every origin",
                origin);
  }
  return {};
}

struct Rule {
  std::string_view name;
  Status (*check)(const Config& config);
};

constexpr std::array kRules = {
    Rule{"server.listen",
         [](const Config& c) { return ParseListen(c.listen).transform([](const auto&) {}); }},
    Rule{"server.cors_origins", [](const Config& c) { return CheckOrigins(c.cors_origins); }},
    Rule{"server.threads",
         [](const Config& c) { return CheckRange(c.http_threads, 1, kHttpThreadsMax); }},
    Rule{"log.level",
         [](const Config& c) {
           return CheckOneOf(c.log_level, {"debug", "info", "warn", "error"});
         }},
    Rule{"log.format",
         [](const Config& c) { return CheckOneOf(c.log_format, {"auto", "json", "text"}); }},
    Rule{"limits.memory",
         [](const Config& c) -> Status {
           if (c.memory_bytes >= 64 * kMiB) return {};
           return Fail(ErrorKind::kInvalid, "{} bytes are under 64 MiB", c.memory_bytes);
         }},
    Rule{"wal.segment",
         [](const Config& c) -> Status {
           if (c.wal_segment_bytes >= kMiB && c.wal_segment_bytes <= kGiB) return {};
           return Fail(ErrorKind::kInvalid, "{} bytes are not between 1 MiB and 1 GiB",
                       c.wal_segment_bytes);
         }},
    Rule{"wal.retain_seconds",
         [](const Config& c) { return CheckRange(c.wal_retain_seconds, 0, kRetainSecondsMax); }},
    Rule{"query.threads",
         [](const Config& c) { return CheckRange(c.query_threads, 0, kQueryThreadsMax); }},
    Rule{"query.seconds_max",
         [](const Config& c) { return CheckRange(c.query_seconds_max, 1, kQuerySecondsMax); }},
    Rule{"lake.bucket", [](const Config& c) { return store::CheckBucketName(c.bucket); }},
    Rule{"aws.account",
         [](const Config& c) -> Status {
           if (c.account.size() == 12 && std::ranges::all_of(c.account, IsDigit)) return {};
           return Fail(ErrorKind::kInvalid, "'{}': 12 digits are expected", c.account);
         }},
    Rule{"ingest.columns", CheckIngestColumns},
    Rule{"ingest.partition_by", CheckIngestPartitions},
    Rule{"ingest.buffer_seconds", CheckIngestBuffer},
    Rule{"derive.metadata_bucket",
         [](const Config& c) { return store::CheckBucketName(c.derive_metadata_bucket); }},
    Rule{"derive.bucket", [](const Config& c) { return store::CheckBucketName(c.derive_bucket); }},
};

}  // namespace

std::optional<WrongSetting> FindWrongSetting(const Config& config) {
  for (const Rule& rule : kRules) {
    Status checked = rule.check(config);
    if (!checked) return WrongSetting{std::string(rule.name), std::move(checked).error()};
  }
  for (const SourceConfig& source : config.sources) {
    if (auto wrong = FindWrongSetting(config, source)) return wrong;
  }
  for (const ScheduleConfig& schedule : config.schedules) {
    if (auto wrong = FindWrongSetting(config, schedule)) return wrong;
  }
  return std::nullopt;
}

Status CheckReach(const Config& config) {
  const ListenAddress address = TRY(ParseListen(config.listen));
  if (address.is_loopback() || config.insecure_network) return {};
  return Fail(ErrorKind::kInvalid,
              "{}: beyond loopback everybody on the network could read and write. Tarn checks no "
              "keys and speaks no TLS yet: put a proxy that does in front of it, or type "
              "--insecure-network",
              config.listen);
}

}  // namespace tarn::app
