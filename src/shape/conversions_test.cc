// Conversions against other implementations of the same, over random values; the cases that people
// meet are on docs/formats/shaping.md.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>

#include "base/format.h"
#include "base/time.h"
#include "shape/convert_bytes.h"
#include "shape/convert_number.h"
#include "shape/convert_time.h"
#include "shape/json_number.h"

namespace tarn::shape {
namespace {

using schema::Int128;

TEST(ToInt64, ReadsEveryInteger) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 20'000; ++round) {
    const auto wanted = static_cast<int64_t>(random()) >> (random() % 64);
    int64_t value = 0;
    ASSERT_EQ(ToInt64(Format("{}", wanted), &value), Fit::kFits);
    ASSERT_EQ(value, wanted);
    ASSERT_EQ(ToInt64(Format("{}.000", wanted), &value), Fit::kFits);
    ASSERT_EQ(value, wanted);
    ASSERT_EQ(ToInt64(Format("{}00e-2", wanted), &value), Fit::kFits);
    ASSERT_EQ(value, wanted);
    ASSERT_EQ(ToInt64(Format("{}.5", wanted), &value), Fit::kWrongType);
  }
}

TEST(ToInt64, LeavesTheValueAloneWhereItDoesNotFit) {
  int64_t value = 17;
  EXPECT_EQ(ToInt64("9223372036854775808", &value), Fit::kOutOfRange);
  EXPECT_EQ(ToInt64("1e19", &value), Fit::kOutOfRange);
  EXPECT_EQ(ToInt64("-1e19", &value), Fit::kOutOfRange);
  EXPECT_EQ(ToInt64("1e99999999999999999999999999", &value), Fit::kOutOfRange);
  EXPECT_EQ(ToInt64("1e-99999999999999999999999999", &value), Fit::kWrongType);
  EXPECT_EQ(ToInt64("0.00000000000000000000000000001", &value), Fit::kWrongType);
  EXPECT_EQ(ToInt32("2147483648", &value), Fit::kOutOfRange);
  EXPECT_EQ(value, 17);
  EXPECT_EQ(ToInt64("0.0000000000000000000000005e25", &value), Fit::kFits);
  EXPECT_EQ(value, 5);
  EXPECT_EQ(ToInt64(std::string(5000, '9'), &value), Fit::kOutOfRange);
  EXPECT_EQ(ToInt64("1" + std::string(5000, '0') + "e-5000", &value), Fit::kFits);
  EXPECT_EQ(value, 1);
}

TEST(ToDouble, AgreesWithTheCLibrary) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 20'000; ++round) {
    const std::string text = Format("{}{}.{}e{}", random() % 2 ? "-" : "", random() % 1000,
                                    random(), static_cast<int>(random() % 700) - 350);
    const double wanted = std::strtod(text.c_str(), nullptr);
    double value = 0;
    const Fit fit = ToDouble(text, &value);
    if (std::abs(wanted) > std::numeric_limits<double>::max()) {
      ASSERT_EQ(fit, Fit::kOutOfRange) << text;
    } else {
      ASSERT_EQ(fit, Fit::kFits) << text;
      ASSERT_EQ(value, wanted) << text;
      ASSERT_EQ(std::signbit(value), std::signbit(wanted)) << text;
    }
    const float narrow = std::strtof(text.c_str(), nullptr);
    if (std::abs(narrow) <= std::numeric_limits<float>::max()) {
      ASSERT_EQ(ToFloat(text, &value), Fit::kFits) << text;
      ASSERT_EQ(static_cast<float>(value), narrow) << text;
    }
  }
}

TEST(ToDecimal, IsExactOrRefused) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 20'000; ++round) {
    const int scale = static_cast<int>(random() % 10);
    const int64_t unscaled = static_cast<int64_t>(random()) >> (random() % 64);
    Int128 value = 0;
    ASSERT_EQ(ToDecimal(Format("{}e-{}", unscaled, scale), 38, scale, &value), Fit::kFits);
    ASSERT_TRUE(value == unscaled);
    if (unscaled == 0) continue;
    ASSERT_EQ(ToDecimal(Format("{}1e-{}", unscaled, scale + 1), 38, scale, &value),
              Fit::kOutOfRange);
    const int digits = static_cast<int>(Format("{}", std::abs(unscaled / 2)).size());
    if (scale > digits) continue;
    const std::string halved = Format("{}e-{}", unscaled / 2, scale);
    ASSERT_EQ(ToDecimal(halved, digits, scale, &value), Fit::kFits);
    if (digits > 1 && digits > scale && unscaled / 2 % 10 != 0) {
      ASSERT_EQ(ToDecimal(halved, digits - 1, scale, &value), Fit::kOutOfRange) << halved;
    }
  }
}

TEST(ToTimestamp, ReadsWhatIsWrittenInEveryForm) {
  std::mt19937_64 random(4);
  const int64_t first = DaysFromCivil({1, 1, 3}) * kMicrosPerDay;
  const int64_t last = DaysFromCivil({9999, 12, 30}) * kMicrosPerDay;
  for (int round = 0; round < 20'000; ++round) {
    const int64_t wanted =
        first + static_cast<int64_t>(random() % static_cast<uint64_t>(last - first));
    int64_t value = 0;
    ASSERT_EQ(ToTimestamp(FormatTimestamp(wanted, TimeStyle::kIsoUtc), &value), Fit::kFits);
    ASSERT_EQ(value, wanted);
    const int64_t minutes = static_cast<int64_t>(random() % 2879) - 1439;
    const int64_t away = std::abs(minutes);
    const std::string local =
        FormatTimestamp(wanted + minutes * 60 * kMicrosPerSecond, TimeStyle::kIsoPlain);
    const char sign = minutes < 0 ? '-' : '+';
    for (const std::string& offset : {Format("{}{:02}:{:02}", sign, away / 60, away % 60),
                                      Format("{}{:02}{:02}", sign, away / 60, away % 60),
                                      Format(" {}{:02}{:02}", sign, away / 60, away % 60)}) {
      ASSERT_EQ(ToTimestamp(local + offset, &value), Fit::kFits) << local + offset;
      ASSERT_EQ(value, wanted) << local + offset;
    }
    const int64_t days = FloorDivide(wanted, kMicrosPerDay);
    ASSERT_EQ(ToDate(FormatDate(days), &value), Fit::kFits);
    ASSERT_EQ(value, days);
    ASSERT_EQ(ToTimeOfDay(FormatTimeOfDay(wanted - days * kMicrosPerDay), &value), Fit::kFits);
    ASSERT_EQ(value, wanted - days * kMicrosPerDay);
  }
}

TEST(ToTimestamp, RefusesEveryPrefixThatIsNoTimestamp) {
  const std::string text = "2026-11-21T08:48:41.954871+01:30";
  const std::vector<size_t> whole = {10, 16, 19, 21, 22, 23, 24, 25, 26, 29, 32};
  for (size_t length = 0; length <= text.size(); ++length) {
    int64_t value = 0;
    const Fit fit = ToTimestamp(text.substr(0, length), &value);
    EXPECT_EQ(fit == Fit::kFits, std::ranges::contains(whole, length)) << text.substr(0, length);
  }
}

TEST(EpochToTimestamp, IsExactInSecondsAndMilliseconds) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 20'000; ++round) {
    const auto wanted =
        static_cast<int64_t>(random() % (2 * 62'135'596'800'000'000ULL)) - 62'135'596'800'000'000;
    const char* const sign = wanted < 0 ? "-" : "";
    const int64_t size = std::abs(wanted);
    int64_t value = 0;
    const std::string seconds = Format("{}{}.{:06}", sign, size / 1'000'000, size % 1'000'000);
    ASSERT_EQ(EpochToTimestamp(seconds, &value), Fit::kFits) << seconds;
    ASSERT_EQ(value, wanted) << seconds;
    if (size < 1'000'000'000'000'000) continue;  // as milliseconds it would read as seconds
    const std::string millis = Format("{}{}.{:03}", sign, size / 1000, size % 1000);
    ASSERT_EQ(EpochToTimestamp(millis, &value), Fit::kFits) << millis;
    ASSERT_EQ(value, wanted) << millis;
    ASSERT_EQ(EpochToTimestamp(Format("{}e-3", wanted), &value), Fit::kFits);
    ASSERT_EQ(value, wanted);
  }
}

TEST(ToBigEndian, WritesTwosComplementOfTheLength) {
  std::string bytes;
  ToBigEndian(-2, 9, &bytes);
  EXPECT_EQ(bytes, std::string("\xff\xff\xff\xff\xff\xff\xff\xff\xfe", 9));
  ToBigEndian(Int128{0x0102} << 64, 10, &bytes);
  EXPECT_EQ(bytes, std::string("\x01\x02\0\0\0\0\0\0\0\0", 10));
}

TEST(FormOfNumber, KnowsTheGrammar) {
  for (const char* const text : {"0", "-0", "10", "-19"}) {
    EXPECT_EQ(FormOfNumber(text), NumberForm::kInteger) << text;
  }
  for (const char* const text : {"0.0", "-1.5", "1e5", "1E+5", "1.25e-07", "0e0"}) {
    EXPECT_EQ(FormOfNumber(text), NumberForm::kOther) << text;
  }
  for (const char* const text : {"", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "1.e1", "0x1",
                                 "1 ", " 1", "1_0", "Infinity", "--1", "1e1.5", "1.5.5"}) {
    EXPECT_EQ(FormOfNumber(text), NumberForm::kNone) << text;
  }
}

}  // namespace
}  // namespace tarn::shape
