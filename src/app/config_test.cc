#include "app/config.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "base/time.h"
#include "os/files.h"

namespace tarn::app {
namespace {

std::string Write(const std::string& text) {
  const std::string path = testing::TempDir() + "/tarn_config_test.toml";
  EXPECT_TRUE(os::WriteFileAtomically(os::PosixFiles(), path, text).has_value());
  return path;
}

std::string ErrorOf(const std::string& text) {
  const auto loaded = LoadConfig(Write(text), {});
  return loaded ? "" : loaded.error().message();
}

TEST(Config, ReadsAFileThenFlags) {
  const std::string path = Write(
      "[server]\nlisten = \"127.0.0.1:0\"\ncors_origins = [\"https://a\", "
      "\"https://b\"]\n[limits]\nmemory = \"256 MiB\"\n");
  const auto loaded = LoadConfig(path, {{"server.listen", "127.0.0.1:9"}});
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message();
  EXPECT_EQ(loaded->config.listen, "127.0.0.1:9");
  EXPECT_EQ(loaded->config.memory_bytes, 256 * kMiB);
  EXPECT_EQ(loaded->config.cors_origins.size(), 2U);
}

TEST(Config, NamesTheLineOfAnUnknownSetting) {
  EXPECT_NE(ErrorOf("[server]\n\nlisten_at = \"x\"\n")
                .find(":3: there is no setting 'server.listen_at'; did you mean 'server.listen'?"),
            std::string::npos)
      << ErrorOf("[server]\n\nlisten_at = \"x\"\n");
}

TEST(Config, RefusesWrongValues) {
  EXPECT_NE(ErrorOf("[server]\nthreads = \"two\"\n").find("no whole number"), std::string::npos);
  EXPECT_NE(ErrorOf("[log]\nlevel = \"loud\"\n").find("is none of debug, info, warn, error"),
            std::string::npos);
  EXPECT_NE(ErrorOf("[limits]\nmemory = 5\n").find("under 64 MiB"), std::string::npos);
  EXPECT_NE(ErrorOf("[aws]\naccount = \"12\"\n").find("12 digits"), std::string::npos);
  EXPECT_NE(ErrorOf("listen = 1\n").find("stands in no section"), std::string::npos);
  EXPECT_NE(ErrorOf("[server\n").find(":1:"), std::string::npos);
}

TEST(Config, FindsWhatTheServerWouldRefuseWithItsLine) {
  struct Case {
    std::string text;
    std::string error;  ///< behind the file's name
  };
  for (const Case& c : std::vector<Case>{
           {"[server]\nlisten = \"x\"", ":2: server.listen: 'x': HOST:PORT is expected"},
           {"[server]\nlisten = 8080", ":2: server.listen: '8080': HOST:PORT is expected"},
           {"[server]\nlisten = \"host:80\"", ":2: server.listen: 'host:80': its host is neither"},
           {"[server]\nthreads = 0", ":2: server.threads: 0 is not between 1 and 256"},
           {"[server]\nthreads = 100000", ":2: server.threads: 100000 is not between"},
           {"[server]\ncors_origins = [\"https://a\", \"nonsense\"]",
            ":2: server.cors_origins: 'nonsense' is no origin"},
           {"[server]\ncors_origins = [\"https://b.example/path\"]",
            ":2: server.cors_origins: 'https://b.example/path' is no origin"},
           {"[server]\ncors_origins = [\"https://B.example\"]", ":2: server.cors_origins: "},
           {"[server]\ncors_origins = [\"https://b:x\"]", ":2: server.cors_origins: "},
           {"[server]\ncors_origins = [\"https://\"]", ":2: server.cors_origins: "},
           {"[wal]\nretain_seconds = 9223372036854775807", ":2: wal.retain_seconds: "},
           {"[query]\nseconds_max = 0", ":2: query.seconds_max: 0 is not between 1 and 3600"},
           {"[query]\nthreads = 100000", ":2: query.threads: "},
           {"[lake]\nbucket = \"A B\"", ":2: lake.bucket: bucket name 'A B'"},
           {"[ingest]\n\ncolumns = \"a strng\"", ":3: ingest.columns: at 3: "},
           {"[ingest]\ncolumns = \"a map<int,string>\"", ":2: ingest.columns: column 'a'"},
           {"[ingest]\npartition_by = \"nope\"",
            ":2: ingest.partition_by: at 1: 'nope' is no column"},
           {"[ingest]\nbuffer_seconds = 901",
            ":2: ingest.buffer_seconds: 901 is not between 0 and 900"}}) {
    EXPECT_NE(ErrorOf(c.text).find(c.error), std::string::npos) << c.text << "\n"
                                                                << ErrorOf(c.text) << "\n"
                                                                << c.error;
  }
}

TEST(Config, TakesWhatCanBeAnOrigin) {
  const std::string list =
      R"(["*", "null", "http://localhost:8080", "https://a.b-c.example", "http://[::1]:80",)"
      R"( "http://[::1]", "moz-extension://0a1b"])";
  EXPECT_EQ(ErrorOf("[server]\ncors_origins = " + list), "");
}

TEST(Config, NamesTheFileOfTheEnvironmentThatIsNotThere) {
  setenv("TARN_CONFIG", "/nonexistent.toml", 1);
  const auto missing = LoadConfig(std::nullopt, {});
  setenv("TARN_CONFIG", "", 1);
  const auto none = LoadConfig(std::nullopt, {});
  unsetenv("TARN_CONFIG");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().kind(), ErrorKind::kNotFound);
  EXPECT_NE(missing.error().message().find("TARN_CONFIG"), std::string::npos);
  EXPECT_TRUE(none.has_value()) << none.error().message();
}

TEST(Config, TakesTheEnvironmentOverTheFile) {
  setenv("TARN_LOG__LEVEL", "debug", 1);
  const auto loaded = LoadConfig(Write("[log]\nlevel = \"warn\"\n"), {});
  unsetenv("TARN_LOG__LEVEL");
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->config.log_level, "debug");
}

TEST(Config, RefusesAnUnknownEnvironmentSetting) {
  setenv("TARN_LOG__LOUDNESS", "11", 1);
  const auto loaded = LoadConfig(Write(""), {});
  unsetenv("TARN_LOG__LOUDNESS");
  ASSERT_FALSE(loaded.has_value());
  EXPECT_NE(loaded.error().message().find("TARN_LOG__LOUDNESS"), std::string::npos);
}

TEST(Config, RefusesVariablesThatCanOnlyBeMeantAsSettings) {
  for (const char* name : {"TARN_SERVER", "TARN_SERVER_LISTEN", "TARN_LIMITS_MEMORY"}) {
    setenv(name, "1", 1);
    const auto loaded = LoadConfig(Write(""), {});
    unsetenv(name);
    ASSERT_FALSE(loaded.has_value()) << name;
    EXPECT_NE(loaded.error().message().find(Format("environment variable {} is no setting", name)),
              std::string::npos)
        << loaded.error().message();
  }
  setenv("TARN_INGEST_SERVICE_HOST", "10.0.0.1", 1);  // Kubernetes', of a service tarn-ingest
  EXPECT_TRUE(LoadConfig(Write(""), {}).has_value());
  unsetenv("TARN_INGEST_SERVICE_HOST");
}

TEST(Config, ShowsWhatItReadsBack) {
  const auto loaded = LoadConfig(Write(ShowConfig(Config{.data = "/x",
                                                         .cors_origins = {"https://a"},
                                                         .ingest_columns = R"("a b" string)",
                                                         .ingest_partition_by = R"("a b")"})),
                                 {});
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message();
  EXPECT_EQ(loaded->config.data, "/x");
  EXPECT_EQ(loaded->config.cors_origins, std::vector<std::string>{"https://a"});
  EXPECT_EQ(loaded->config.ingest_columns, R"("a b" string)");
}

TEST(Config, ReadsSectionsThatHaveNamesAndShowsThem) {
  const std::string text =
      "[derive]\nbucket = \"out\"\n"
      "[derive.nightly]\ndataset = \"Exec\"\nschedule = \"15 2 * * *\"\narguments = [\"a\"]\n"
      "[stream.pings]\nsource = \"s3://raw/%Y/\"\ncolumns = \"\"\ncommit_size = \"2 MiB\"\n"
      "[stream.\"My.App\"]\nsource = \"s3://app/\"\n";
  auto loaded = LoadConfig(Write(text), {});
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message();
  for (int round = 0; round < 2; ++round) {
    const Config& config = loaded->config;
    EXPECT_EQ(config.derive_bucket, "out");
    ASSERT_EQ(config.schedules.size(), 1U);
    EXPECT_EQ(config.schedules[0].name, "nightly");
    EXPECT_EQ(config.schedules[0].arguments, std::vector<std::string>{"a"});
    ASSERT_EQ(config.sources.size(), 2U);
    EXPECT_EQ(config.sources[0].stream, "My.App");
    EXPECT_EQ(config.sources[0].columns, std::nullopt);
    EXPECT_EQ(config.sources[1].columns, "");
    EXPECT_EQ(config.sources[1].commit_bytes, 2 * kMiB);
    loaded = LoadConfig(Write(ShowConfig(Config(config))), {});
    ASSERT_TRUE(loaded.has_value()) << loaded.error().message();
  }
}

TEST(Config, NamesOfSectionsThatAreNoBareKeysAreShownInQuotes) {
  const char* const names[] = {"Daily run", "a\"b", "täglich", "a\\b",
                               "a#b",       "a.b",  "a=b",     "a-b_1"};
  for (const std::string name : names) {
    Config config;
    config.schedules = {{.name = name, .schedule = "@daily", .dataset = "d"}};
    const auto loaded = LoadConfig(Write(ShowConfig(config)), {});
    ASSERT_TRUE(loaded.has_value()) << loaded.error().message();
    ASSERT_EQ(loaded->config.schedules.size(), 1U);
    EXPECT_EQ(loaded->config.schedules[0].name, name);
  }
}

TEST(Config, TheEnvironmentSetsNothingOfSectionsThatHaveNames) {
  const std::string file = Write("[stream.pings]\nsource = \"s3://raw/\"\n");
  setenv("TARN_STREAM", "tcp://10.0.0.1", 1);  // Kubernetes' perhaps, and none of these sections'
  EXPECT_TRUE(LoadConfig(file, {}));
  unsetenv("TARN_STREAM");
  setenv("TARN_STREAM__PINGS.SOURCE", "s3://other/", 1);
  const auto loaded = LoadConfig(file, {});
  ASSERT_FALSE(loaded);
  EXPECT_NE(loaded.error().message().find("there is no setting 'stream.pings.source'"),
            std::string::npos);
  unsetenv("TARN_STREAM__PINGS.SOURCE");
}

TEST(Config, NamesTheLinesOfSectionsThatHaveNames) {
  const std::pair<const char*, const char*> cases[] = {
      {"[stream.pings]\nsorce = \"x\"",
       ":2: there is no setting 'stream.pings.sorce'; did you mean 'stream.pings.source'?"},
      {"[stream.pings]\nsource = \"x\"", ":2: stream.pings.source: 'x' is no place of objects"},
      {"[stream.pings]\npoll = \"1s\"", "stream.pings.source: it is missing"},
      {"[stream]\nsource = \"x\"", ":2: there is no setting 'stream.source'"},
      {"[derive.a]\nschedule = \"x\"", ":2: derive.a.schedule: 'x' is no cron line"},
      {"[derive.a]\ndataset = \"D\"", "derive.a.schedule: it is missing"},
      {"[derive.a]\nschedule = \"@daily\"\ndays = \"x\"", ":3: derive.a.days: 'x' are no days"},
      {"[derive.a]\nschedule = \"@daily\"\ndataset = \"-x\"", ":3: derive.a.dataset: '-x'"},
      {"[derive.a]\nschedule = \"@daily\"\nthreads = 0", ":3: derive.a.threads: 0 is not"},
      {"[derive.a]\nschedule = \"@daily\"\nmemory = \"x\"", ":3: derive.a.memory: 'x' is no size"},
      {"[derive.a]\nschedule = \"@daily\"\narguments = [\"-x\"]", ":3: derive.a.arguments: '-x'"},
      {"[derive.a]\nschedule = \"@daily\"\n[derive.b]\nschedule = \"@daily\"\ndataset = \"a\"",
       ":5: derive.b.dataset: [derive.a] runs 'a' too"},
  };
  for (const auto& [text, message] : cases) {
    EXPECT_NE(ErrorOf(text).find(message), std::string::npos) << ErrorOf(text) << "\n" << message;
  }
}

TEST(ParseDuration, KnowsUnits) {
  EXPECT_EQ(ParseDuration("0s").value(), 0);
  EXPECT_EQ(ParseDuration("90m").value(), 5400 * kMicrosPerSecond);
  EXPECT_EQ(ParseDuration("2h").value(), 2 * kMicrosPerHour);
  EXPECT_EQ(ParseDuration("1d").value(), kMicrosPerDay);
  for (const char* text : {"", "2", "h", "-1s", "1.5h", "1 h", "1w", "99999999999d"})
    EXPECT_FALSE(ParseDuration(text).has_value()) << text;
}

TEST(ParseBytes, KnowsUnits) {
  EXPECT_EQ(ParseBytes("4096").value(), 4096U);
  EXPECT_EQ(ParseBytes("64 MiB").value(), 64 * kMiB);
  EXPECT_EQ(ParseBytes("1.5GB").value(), 1'500'000'000U);
  for (const char* text : {"", "MB", "1 parsec", "-1", "1 MiB x"})
    EXPECT_FALSE(ParseBytes(text).has_value()) << text;
}

}  // namespace
}  // namespace tarn::app
