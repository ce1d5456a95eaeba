#include "app/config.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iterator>
#include <string_view>
#include <toml++/toml.hpp>
#include <variant>

#include "app/config_check.h"
#include "app/config_settings_internal.h"
#include "app/nearest_name.h"
#include "base/json.h"
#include "base/time.h"
#include "base/whole_number.h"
#include "os/files.h"

extern char** environ;

namespace tarn::app {
namespace {

constexpr size_t kFileBytesMax = 1 * kMiB;

// Every setting whose section is always there; the file, the environment, the flags and `tarn
// config show` all read this table.
std::vector<Setting> FixedSettings(Config* c) {
  return {
      {"server.data", &c->data, "the data directory"},
      {"server.listen", &c->listen, "host:port; port 0 is any free one"},
      {"server.insecure_network", &c->insecure_network,
       "listen beyond loopback without keys and TLS"},
      {"server.allowed_hosts", &c->allowed_hosts,
       "further names that clients may use in the Host header"},
      {"server.cors_origins", &c->cors_origins,
       "origins whose pages may call here, as in https://www.example.org; * is every page"},
      {"server.threads", &c->http_threads, "HTTP event loops"},
      {"server.access_log", &c->access_log, "a log line for each request"},
      {"log.level", &c->log_level, "debug, info, warn, error"},
      {"log.format", &c->log_format, "auto (text on a terminal), json, text"},
      {"limits.memory", Bytes{&c->memory_bytes}, "for records and rows that are not in files yet"},
      {"wal.segment", Bytes{&c->wal_segment_bytes}, "size of a log file"},
      {"wal.retain", Bytes{&c->wal_retain_bytes},
       "committed log that is kept for a catalog that goes back"},
      {"wal.retain_seconds", &c->wal_retain_seconds, "how long at the most"},
      {"query.memory", Bytes{&c->query_memory_bytes}, "of all GET /query together"},
      {"query.threads", &c->query_threads, "0 is one a core"},
      {"query.seconds_max", &c->query_seconds_max, "of one GET /query"},
      {"lake.bucket", &c->bucket, "the bucket that new tables lie in"},
      {"aws.account", &c->account, "12 digits, in ARNs"},
      {"aws.region", &c->region, "where a request names none"},
      {"ingest.columns", &c->ingest_columns,
       "columns of the stream that POST /ingest feeds, also later ones; empty: the documented "
       "ones"},
      {"ingest.partition_by", &c->ingest_partition_by,
       "its partitions, when its table is made; empty: event_type, day(event_timestamp) as date"},
      {"ingest.buffer_seconds", &c->ingest_buffer_seconds, "its rows land after this long"},
      {"derive.metadata_bucket", &c->derive_metadata_bucket,
       "the bucket of sources.json: where streams of raw objects lie"},
      {"derive.bucket", &c->derive_bucket, "the bucket that derived datasets lie in"},
      {"derive.hmac_keys", &c->derive_hmac_keys,
       "a file of lines SIGNER_VERSION=KEY: Heka messages signed wrongly are left out"},
  };
}

// And those of sections that have names, which only the file has.
std::vector<Setting> Settings(Config* c) {
  std::vector<Setting> all = FixedSettings(c);
  std::ranges::move(NamedSettings(c), std::back_inserter(all));
  return all;
}

Status Set(const Setting& setting, std::string_view text) {
  if (auto* const* target = std::get_if<std::string*>(&setting.target)) {
    **target = text;
  } else if (auto* const* flag = std::get_if<bool*>(&setting.target)) {
    if (text != "true" && text != "false")
      return Fail(ErrorKind::kInvalid, "'{}' is neither true nor false", text);
    **flag = text == "true";
  } else if (auto* const* number = std::get_if<int64_t*>(&setting.target)) {
    const auto whole = ParseWhole<int64_t>(text);
    if (!whole || *whole < 0)
      return Fail(ErrorKind::kInvalid, "'{}' is no whole number from 0 up", text);
    **number = *whole;
  } else if (const auto* bytes = std::get_if<Bytes>(&setting.target)) {
    *bytes->value = TRY(ParseBytes(text));
  } else if (const auto* maybe = std::get_if<MaybeText>(&setting.target)) {
    *maybe->value = text;
  } else {
    auto& list = *std::get<std::vector<std::string>*>(setting.target);
    list.clear();
    while (!text.empty()) {
      const size_t comma = std::min(text.find(','), text.size());
      list.emplace_back(text.substr(0, comma));
      text.remove_prefix(std::min(comma + 1, text.size()));
    }
  }
  return {};
}

Result<const Setting*> FindSetting(const std::vector<Setting>& settings, std::string_view name) {
  for (const Setting& setting : settings) {
    if (setting.name == name) return &setting;
  }
  std::vector<std::string> known;
  for (const Setting& setting : settings) known.emplace_back(setting.name);
  return Fail(ErrorKind::kInvalid, "there is no setting '{}'; did you mean '{}'?", name,
              NearestName(name, known, SIZE_MAX).value_or(""));
}

// A TOML value as the text that Set reads.
Result<std::string> TomlText(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* flag = node.as_boolean()) return std::string(flag->get() ? "true" : "false");
  if (const auto* number = node.as_integer()) return Format("{}", number->get());
  if (const auto* list = node.as_array()) {
    std::string joined;
    for (const toml::node& item : *list) {
      const auto* text = item.as_string();
      if (text == nullptr) return Fail(ErrorKind::kInvalid, "a list of texts is expected");
      joined += (joined.empty() ? "" : ",") + text->get();
    }
    return joined;
  }
  return Fail(ErrorKind::kInvalid,
              "a text, a number, true or false, or a list of texts is expected");
}

using Places = std::map<std::string, std::string>;

// Set what somebody says. in  place: names the setting, and where it is said
Status SetFrom(const std::string& place, const Setting& setting, std::string_view text,
               Places* places) {
  TRY(While(Set(setting, text), "{}", place));
  places->insert_or_assign(std::string(setting.name), place);
  return {};
}

Result<toml::table> ParseToml(const std::string& path) {
  const std::string text = TRY(os::ReadFile(os::PosixFiles(), path, kFileBytesMax));
  try {
    return toml::table(toml::parse(text, path));
  } catch (const toml::parse_error& error) {
    return Fail(ErrorKind::kInvalid, "{}:{}: {}", path, error.source().begin.line,
                error.description());
  }
}

// Have a section for each `[stream.NAME]` and `[derive.NAME]`, so that there are settings of them.
void AddNamedSections(const toml::table& root, Config* config) {
  const auto names_in = [&](std::string_view section) {
    std::vector<std::string> names;
    if (const auto* members = root[section].as_table()) {
      for (const auto& [name, value] : *members) {
        if (value.is_table()) names.emplace_back(name.str());
      }
    }
    return names;
  };
  for (std::string& name : names_in("stream"))
    config->sources.push_back({.stream = std::move(name)});
  for (std::string& name : names_in("derive"))
    config->schedules.push_back({.name = std::move(name)});
}

// in  prefix: of the settings' names: `server`, `stream.pings`
Status ReadSection(const std::string& path, const std::string& prefix, const toml::table& section,
                   const std::vector<Setting>& settings, Places* places) {
  for (const auto& [key, value] : section) {
    const std::string name = Format("{}.{}", prefix, key.str());
    const auto* members = value.as_table();
    if (members != nullptr && (prefix == "stream" || prefix == "derive")) {
      TRY(ReadSection(path, name, *members, settings, places));
      continue;
    }
    const uint32_t line = value.source().begin.line;
    const Setting* setting = TRY(While(FindSetting(settings, name), "{}:{}", path, line));
    const std::string place = Format("{}:{}: {}", path, line, name);
    TRY(SetFrom(place, *setting, TRY(While(TomlText(value), "{}", place)), places));
  }
  return {};
}

// in  settings: all that the file may set
Status ReadToml(const std::string& path, const toml::table& root,
                const std::vector<Setting>& settings, Places* places) {
  for (const auto& [section, members] : root) {
    const auto* table = members.as_table();
    if (table == nullptr) {
      return Fail(ErrorKind::kInvalid, "{}:{}: '{}' stands in no section", path,
                  members.source().begin.line, section.str());
    }
    TRY(ReadSection(path, std::string(section.str()), *table, settings, places));
  }
  return {};
}

std::string EnvironmentName(std::string_view setting) {
  const size_t dot = setting.find('.');
  std::string name = Format("TARN_{}__{}", setting.substr(0, dot), setting.substr(dot + 1));
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

// Other programs have variables of this prefix too (Kubernetes makes TARN_PORT for a service
// `tarn`): refused is what can only be meant for us. in  name: without `__`
Status CheckOtherVariable(std::string_view name, const std::vector<Setting>& settings) {
  for (const Setting& setting : settings) {
    const std::string meant = EnvironmentName(setting.name);
    const size_t split = meant.find("__");
    const std::string with_one = meant.substr(0, split) + meant.substr(split + 1);
    if (name != with_one && name != std::string_view(meant).substr(0, split)) continue;
    return Fail(ErrorKind::kInvalid,
                "environment variable {} is no setting: write TARN_SECTION__KEY, as in {}", name,
                meant);
  }
  return {};
}

Status ReadEnvironment(const std::vector<Setting>& settings, Places* places) {
  constexpr std::string_view kPrefix = "TARN_";
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const size_t equals = text.find('=');
    const size_t split = text.find("__");
    if (!text.starts_with(kPrefix) || equals == std::string_view::npos) continue;
    if (split == std::string_view::npos || split > equals) {
      TRY(CheckOtherVariable(text.substr(0, equals), settings));
      continue;
    }
    std::string name = Format("{}.{}", text.substr(kPrefix.size(), split - kPrefix.size()),
                              text.substr(split + 2, equals - split - 2));
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const Setting* setting =
        TRY(While(FindSetting(settings, name), "environment variable {}", text.substr(0, equals)));
    TRY(SetFrom(Format("environment variable {}", text.substr(0, equals)), *setting,
                text.substr(equals + 1), places));
  }
  return {};
}

// Where nobody names a file; empty: none is there.
std::string FindFile() {
  std::vector<std::string> places = {"tarn.toml"};
  if (const char* home = std::getenv("XDG_CONFIG_HOME")) {
    places.push_back(std::string(home) + "/tarn/tarn.toml");
  } else if (const char* user = std::getenv("HOME")) {
    places.push_back(std::string(user) + "/.config/tarn/tarn.toml");
  }
  places.emplace_back("/etc/tarn/tarn.toml");
  for (const std::string& place : places) {
    if (os::PosixFiles().Stat(place)) return place;
  }
  return "";
}

}  // namespace

std::string LoadedConfig::PlaceOf(std::string_view setting) const {
  const auto place = places.find(std::string(setting));
  return place == places.end() ? std::string(setting) : place->second;
}

Result<LoadedConfig> LoadConfig(const std::optional<std::string>& file, const FlagValues& flags) {
  LoadedConfig loaded;
  const char* named = std::getenv("TARN_CONFIG");
  const bool by_variable = !file && named != nullptr && *named != '\0';
  loaded.file = file ? *file : by_variable ? named : FindFile();
  loaded.config.file = loaded.file;
  toml::table root;
  if (!loaded.file.empty()) {
    auto parsed = ParseToml(loaded.file);
    root = TRY(by_variable ? While(std::move(parsed), "TARN_CONFIG") : std::move(parsed));
  }
  AddNamedSections(root, &loaded.config);
  const std::vector<Setting> settings = Settings(&loaded.config);
  const Status read = ReadToml(loaded.file, root, settings, &loaded.places);
  TRY(by_variable ? While(read, "TARN_CONFIG") : read);
  TRY(ReadEnvironment(FixedSettings(&loaded.config), &loaded.places));
  for (const auto& [name, value] : flags)
    TRY(SetFrom(name, *TRY(FindSetting(settings, name)), value, &loaded.places));
  if (auto wrong = FindWrongSetting(loaded.config))
    return std::unexpected(std::move(wrong->why).While("{}", loaded.PlaceOf(wrong->name)));
  return loaded;
}

std::string ShowConfig(const Config& config) {
  Config copy = config;
  std::string out;
  std::string section;
  for (const Setting& setting : Settings(&copy)) {
    const std::string in = SectionOf(setting.name);
    if (in != section) out += Format("{}[{}]\n", section.empty() ? "" : "\n", in);
    section = in;
    std::string value;
    if (auto* const* text = std::get_if<std::string*>(&setting.target)) {
      value = QuoteJson(**text);  // which TOML reads too
    } else if (auto* const* flag = std::get_if<bool*>(&setting.target)) {
      value = **flag ? "true" : "false";
    } else if (auto* const* number = std::get_if<int64_t*>(&setting.target)) {
      value = Format("{}", **number);
    } else if (const auto* bytes = std::get_if<Bytes>(&setting.target)) {
      value = Format("{}", *bytes->value);
    } else if (const auto* maybe = std::get_if<MaybeText>(&setting.target)) {
      if (!*maybe->value) continue;
      value = QuoteJson(**maybe->value);
    } else {
      for (const std::string& item : *std::get<std::vector<std::string>*>(setting.target)) {
        value += (value.empty() ? "" : ", ") + QuoteJson(item);
      }
      value = Format("[{}]", value);
    }
    out += Format("{} = {}  # {}\n", setting.name.substr(setting.name.rfind('.') + 1), value,
                  setting.about);
  }
  return out;
}

Result<uint64_t> ParseBytes(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string_view unit(end, static_cast<size_t>(text.data() + text.size() - end));
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  constexpr std::pair<std::string_view, double> kUnits[] = {
      {"", 1},     {"B", 1},      {"KB", 1e3},      {"MB", 1e6},
      {"GB", 1e9}, {"KiB", 1024}, {"MiB", 1048576}, {"GiB", 1073741824}};
  for (const auto& [name, factor] : kUnits) {
    if (error == std::errc() && unit == name && number >= 0 && number * factor < 1e18)
      return static_cast<uint64_t>(number * factor);
  }
  return Fail(ErrorKind::kInvalid, "'{}' is no size: write 4096, 64 MiB or 1.5 GB", text);
}

Result<int64_t> ParseDuration(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, static_cast<size_t>(text.data() + text.size() - end));
  constexpr int64_t kNumberMax = 100'000'000;
  constexpr std::pair<std::string_view, int64_t> kUnits[] = {
      {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 24 * 3600}};
  for (const auto& [name, seconds] : kUnits) {
    if (error == std::errc() && unit == name && number >= 0 && number <= kNumberMax)
      return number * seconds * kMicrosPerSecond;
  }
  return Fail(ErrorKind::kInvalid, "'{}' is no duration: write 45s, 90m, 2h or 1d", text);
}

}  // namespace tarn::app
