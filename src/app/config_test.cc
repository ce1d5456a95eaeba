#include "app/config.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

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
  EXPECT_NE(ErrorOf("[log]\nlevel = \"loud\"\n").find("debug, info, warn and error"),
            std::string::npos);
  EXPECT_NE(ErrorOf("[limits]\nmemory = 5\n").find("under 64 MiB"), std::string::npos);
  EXPECT_NE(ErrorOf("[aws]\naccount = \"12\"\n").find("12 digits"), std::string::npos);
  EXPECT_NE(ErrorOf("listen = 1\n").find("stands in no section"), std::string::npos);
  EXPECT_NE(ErrorOf("[server\n").find(":1:"), std::string::npos);
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

TEST(Config, ShowsWhatItReadsBack) {
  const auto loaded =
      LoadConfig(Write(ShowConfig(Config{.data = "/x", .cors_origins = {"https://a"}})), {});
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message();
  EXPECT_EQ(loaded->config.data, "/x");
  EXPECT_EQ(loaded->config.cors_origins, std::vector<std::string>{"https://a"});
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
