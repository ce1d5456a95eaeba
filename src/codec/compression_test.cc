#include "codec/compression.h"

#include <gtest/gtest.h>

#include <random>

namespace tarn::codec {
namespace {

constexpr Compression kAll[] = {Compression::kGzip, Compression::kZstd, Compression::kSnappy,
                                Compression::kLz4};

/// Text-like bytes: they compress, but not to nothing.
std::string SampleBytes(size_t size) {
  std::mt19937 random(7);
  std::string bytes;
  while (bytes.size() < size) bytes += Format("{{\"event\":{},\"user\":1}}\n", random() % 1000);
  bytes.resize(size);
  return bytes;
}

std::string Deflated(Compression compression, std::string_view bytes, int level = 0) {
  auto out = Compress(compression, bytes, level);
  EXPECT_TRUE(out.has_value()) << out.error().message();
  return out.value_or("");
}

ErrorKind KindOf(const Result<std::string>& result) {
  EXPECT_FALSE(result.has_value());
  return result ? ErrorKind::kInternal : result.error().kind();
}

TEST(Compression, RoundTripsEverySizeAndLevel) {
  for (const Compression compression : kAll) {
    for (const size_t size : {size_t{0}, size_t{1}, size_t{1000}, size_t{3'000'000}}) {
      for (const int level : {0, 1, 9}) {
        const std::string bytes = SampleBytes(size);
        const auto back = Decompress(compression, Deflated(compression, bytes, level), {});
        ASSERT_TRUE(back.has_value()) << back.error().message();
        EXPECT_EQ(*back, bytes) << CompressionName(compression) << " " << size;
      }
    }
  }
}

TEST(Compression, NoneIsTheBytesThemselvesWithinTheLimit) {
  EXPECT_EQ(Deflated(Compression::kNone, "abc"), "abc");
  EXPECT_EQ(*Decompress(Compression::kNone, "abc", {.bytes_max = 3}), "abc");
  EXPECT_EQ(KindOf(Decompress(Compression::kNone, "abcd", {.bytes_max = 3})), ErrorKind::kTooLarge);
}

TEST(Compression, InflatesMembersAndFramesInARow) {
  for (const Compression compression :
       {Compression::kGzip, Compression::kZstd, Compression::kLz4}) {
    const std::string row = Deflated(compression, "one ") + Deflated(compression, "") +
                            Deflated(compression, SampleBytes(100'000)) +
                            Deflated(compression, " two");
    const auto back = Decompress(compression, row, {});
    ASSERT_TRUE(back.has_value()) << back.error().message();
    EXPECT_EQ(*back, "one " + SampleBytes(100'000) + " two");
  }
}

TEST(Compression, RefusesEveryPrefix) {
  for (const Compression compression : kAll) {
    const std::string whole = Deflated(compression, SampleBytes(3000));
    for (size_t size = 0; size < whole.size(); ++size) {
      EXPECT_EQ(KindOf(Decompress(compression, whole.substr(0, size), {})), ErrorKind::kInvalid)
          << CompressionName(compression) << " cut to " << size;
    }
  }
}

TEST(Compression, RefusesBytesAfterTheEnd) {
  for (const Compression compression : kAll) {
    const auto back = Decompress(compression, Deflated(compression, "abc") + "tail", {});
    EXPECT_EQ(KindOf(back), ErrorKind::kInvalid) << CompressionName(compression);
  }
}

TEST(Compression, SurvivesEveryFlippedByte) {
  for (const Compression compression : kAll) {
    const std::string whole = Deflated(compression, SampleBytes(2000));
    for (size_t i = 0; i < whole.size(); ++i) {
      std::string flipped = whole;
      flipped[i] = static_cast<char>(flipped[i] ^ 0x55);
      const auto back = Decompress(compression, flipped, {.bytes_max = 100'000});
      if (!back) {
        EXPECT_TRUE(back.error().kind() == ErrorKind::kInvalid ||
                    back.error().kind() == ErrorKind::kTooLarge);
      }
    }
  }
}

TEST(Compression, AllowsExactlyTheLimit) {
  for (const Compression compression : kAll) {
    const std::string deflated = Deflated(compression, SampleBytes(5000));
    EXPECT_TRUE(Decompress(compression, deflated, {.bytes_max = 5000}).has_value());
    EXPECT_EQ(KindOf(Decompress(compression, deflated, {.bytes_max = 4999})), ErrorKind::kTooLarge);
    EXPECT_EQ(KindOf(Decompress(compression, deflated, {.bytes_max = 0})), ErrorKind::kTooLarge);
  }
}

TEST(Compression, TakesLimitsWithoutBounds) {
  const InflateLimits none{.bytes_max = SIZE_MAX, .ratio_max = SIZE_MAX};
  for (const Compression compression : kAll) {
    EXPECT_EQ(*Decompress(compression, Deflated(compression, "abc"), none), "abc");
  }
}

TEST(Compression, StopsBombsByTheirRatio) {
  const std::string zeros(size_t{64} << 20, '\0');
  for (const Compression compression :
       {Compression::kGzip, Compression::kZstd, Compression::kLz4}) {
    const std::string bomb = Deflated(compression, zeros);
    EXPECT_EQ(KindOf(Decompress(compression, bomb, {.bytes_max = size_t{1} << 40})),
              ErrorKind::kTooLarge)
        << CompressionName(compression) << " of " << bomb.size();
  }
}

TEST(Compression, AllowsAnyRatioWithinTheFirstMebibyte) {
  const std::string zeros(size_t{1} << 20, '\0');
  for (const Compression compression : kAll) {
    EXPECT_TRUE(Decompress(compression, Deflated(compression, zeros), {}).has_value());
  }
}

TEST(Compression, HoldsTheSnappyLengthToTheLimitBeforeTakingMemory) {
  const std::string claims_4_gib = "\xff\xff\xff\xff\x0f";
  EXPECT_EQ(KindOf(Decompress(Compression::kSnappy, claims_4_gib, {})), ErrorKind::kTooLarge);
}

TEST(Compression, RefusesAZstdWindowBeyond8MiB) {
  // A frame header alone: magic, no content size, window descriptor 2^27.
  const std::string header("\x28\xb5\x2f\xfd\x00\x88\x01\x00\x00", 9);
  EXPECT_EQ(KindOf(Decompress(Compression::kZstd, header, {})), ErrorKind::kInvalid);
}

TEST(Compression, HasANameForEach) {
  for (const Compression compression : kAll) {
    EXPECT_EQ(*ParseCompression(CompressionName(compression)), compression);
  }
  EXPECT_EQ(ParseCompression("brotli").error().message(),
            "compression 'brotli' is not one of none, gzip, zstd, snappy, lz4");
}

TEST(TryInflateSnappy, TellsSnappyFromOtherBytes) {
  const std::string text(100'000, 'x');
  const std::string snappy = *Compress(Compression::kSnappy, text);
  std::string out = "before";
  EXPECT_FALSE(TryInflateSnappy("", 100, &out));
  EXPECT_FALSE(TryInflateSnappy("\x0a\x10 a message", 100, &out));
  EXPECT_FALSE(TryInflateSnappy("\xff\xff\xff\xff\x0f claims 4 GiB", size_t{1} << 40, &out));
  EXPECT_LT(out.capacity(), size_t{1} << 20) << "memory was taken for what is only claimed";
  EXPECT_FALSE(TryInflateSnappy(snappy, text.size() - 1, &out));
  EXPECT_FALSE(TryInflateSnappy(snappy.substr(0, snappy.size() - 1), text.size(), &out));
  EXPECT_EQ(out, "");
  ASSERT_TRUE(TryInflateSnappy(snappy, text.size(), &out));
  EXPECT_EQ(out, text);
  ASSERT_TRUE(TryInflateSnappy(std::string_view("\0", 1), 0, &out));
  EXPECT_EQ(out, "");
}

}  // namespace
}  // namespace tarn::codec
