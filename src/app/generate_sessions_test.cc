#include "app/generate_sessions.h"

#include <gtest/gtest.h>

#include <map>

#include "base/json.h"
#include "crypto/digest.h"

namespace tarn::app {
namespace {

std::string Sessions(uint64_t sessions, uint64_t seed) {
  std::string text;
  const auto made = GenerateSessions(sessions, seed, [&](std::string_view piece) -> Status {
    text += piece;
    return {};
  });
  EXPECT_TRUE(made.has_value());
  return text;
}

TEST(GenerateSessions, MakesTheSameBytesOnAnyMachine) {
  EXPECT_EQ(crypto::Hex(crypto::Sha256(Sessions(500, 1))),
            "91157e0f0e31809f68fc7224423213bf1ad9f9952ff361f76c9b9f2d2b3eeedd");
}

TEST(GenerateSessions, MakesOtherBytesFromAnotherSeed) {
  EXPECT_NE(Sessions(10, 1), Sessions(10, 2));
}

TEST(GenerateSessions, WritesEventsAsTheyAreDescribed) {
  std::string text = Sessions(2000, 7);
  std::map<std::string, int> names;
  std::map<std::string, int> lines;
  size_t total = 0;
  for (size_t at = 0; at < text.size(); ++total) {
    const size_t end = text.find('\n', at);
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    ++lines[line];
    const auto event = Json::Parse(line);
    ASSERT_TRUE(event.has_value()) << line;
    ++names[*event->GetString("name")];
    const std::string payload = *event->GetString("payload");
    EXPECT_EQ(crypto::Hex(crypto::Md5(payload)), *event->GetString("payload_md5"));
    const auto inner = Json::Parse(payload);
    ASSERT_TRUE(inner.has_value()) << payload;
    EXPECT_EQ(inner->GetString("session_id")->size(), 20U);
    EXPECT_EQ(event->GetString("tstamp")->size(), 26U);
    EXPECT_TRUE(event->GetString("tstamp")->starts_with("202"));
  }
  // The chain's expected visits a session: 5/3, 2/3, 14/3, and 2 % more.
  EXPECT_NEAR(names["anonymous_visited"] / 2000.0, 1.70, 0.1);
  EXPECT_NEAR(names["account_created"] / 2000.0, 0.68, 0.06);
  EXPECT_NEAR(names["measurement_recorded"] / 2000.0, 4.76, 0.4);
  EXPECT_NEAR(static_cast<double>(total - lines.size()) / static_cast<double>(total), 0.02, 0.006);
}

TEST(GenerateSessions, RefusesNoneAndTooMany) {
  const auto write = [](std::string_view) -> Status { return {}; };
  EXPECT_FALSE(GenerateSessions(0, 1, write).has_value());
  EXPECT_FALSE(GenerateSessions(kSessionsMax + 1, 1, write).has_value());
}

TEST(GenerateSensors, WritesTenTimes25000Samples) {
  size_t lines = 0;
  std::string first;
  const auto made = GenerateSensors(1, [&](std::string_view piece) -> Status {
    if (first.empty()) first = piece.substr(0, piece.find('\n'));
    for (const char c : piece) lines += c == '\n';
    return {};
  });
  EXPECT_EQ(made.value(), 250'000U);
  EXPECT_EQ(lines, 250'000U);
  const auto sample = Json::Parse(first);
  ASSERT_TRUE(sample.has_value()) << first;
  EXPECT_EQ(sample->GetInt("sensor_id").value(), 1);
  EXPECT_TRUE(sample->Find("measure")->is_number());
}

}  // namespace
}  // namespace tarn::app
