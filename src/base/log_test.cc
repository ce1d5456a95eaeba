#include "base/log.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/json.h"

namespace tarn {
namespace {

Json ParsedLine(std::initializer_list<LogField> fields) {
  const auto json = Json::Parse(LogLine({.json = true}, LogLevel::kInfo, "room", "said", fields));
  EXPECT_TRUE(json.has_value()) << json.error().message();
  return json ? *json : Json();
}

TEST(Log, NumbersAndTruthValuesAreBareInJson) {
  const Json line = ParsedLine({{"count", 7U}, {"seconds", 0.5}, {"clean", false}, {"below", -1L}});
  EXPECT_EQ(*line.Find("count"), Json(7));
  EXPECT_EQ(*line.Find("seconds"), Json(0.5));
  EXPECT_EQ(*line.Find("clean"), Json(false));
  EXPECT_EQ(*line.Find("below"), Json(-1));
}

TEST(Log, TextIsQuotedInJson) {
  const Json line = ParsedLine({{"digits", "7"}, {"path", std::string("a\"b\n")}, {"letter", 'x'}});
  EXPECT_EQ(*line.Find("digits"), Json("7"));
  EXPECT_EQ(*line.Find("path"), Json("a\"b\n"));
  EXPECT_EQ(*line.Find("letter"), Json("x"));
}

TEST(Log, WhatJsonHasNoNumberForIsText) {
  const Json line = ParsedLine({{"nan", std::nan("")}, {"endless", INFINITY}});
  EXPECT_EQ(*line.Find("nan"), Json("nan"));
  EXPECT_EQ(*line.Find("endless"), Json("inf"));
}

TEST(Log, ReadableLinesShowTheSame) {
  const std::string line =
      LogLine({.json = false}, LogLevel::kWarn, "room", "said", {{"count", 7}, {"path", "a b"}});
  EXPECT_EQ(line.substr(13), "warn  said count=7 path=\"a b\"");
}

}  // namespace
}  // namespace tarn
