#include "collect/body.h"

#include <gtest/gtest.h>

namespace tarn::collect {
namespace {

constexpr BodyLimits kLimits{1000, {2000, 100}};

TEST(Body, LendsAPlainBody) {
  for (const char* encoding : {"", "identity", " Identity "}) {
    const auto body = Body::Open(encoding, "abc", kLimits);
    ASSERT_TRUE(body) << encoding;
    EXPECT_EQ(body->bytes(), "abc");
  }
}

TEST(Body, InflatesGzipAndZstd) {
  for (const auto& [encoding, compression] : {std::pair{"gzip", codec::Compression::kGzip},
                                              {"X-GZIP", codec::Compression::kGzip},
                                              {"zstd", codec::Compression::kZstd}}) {
    const std::string packed = *codec::Compress(compression, R"({"a":1})");
    auto body = Body::Open(encoding, packed, kLimits);
    ASSERT_TRUE(body) << encoding;
    EXPECT_EQ(body->bytes(), R"({"a":1})");
    EXPECT_EQ(std::move(*body).Take(), R"({"a":1})");
  }
}

TEST(Body, AnEmptyBodyIsEmptyInEveryEncoding) {
  const auto body = Body::Open("gzip", "", kLimits);
  ASSERT_TRUE(body);
  EXPECT_EQ(body->bytes(), "");
}

TEST(Body, RefusesWhatItCannotTakeOff) {
  struct Case {
    std::string encoding;
    std::string raw;
    ErrorKind kind;
  };
  const std::string bomb = *codec::Compress(codec::Compression::kZstd, std::string(2001, 'a'));
  const std::string cut = codec::Compress(codec::Compression::kGzip, "some text")->substr(0, 12);
  for (const Case& c :
       {Case{"br", "abc", ErrorKind::kUnsupported},
        Case{"gzip, gzip", "abc", ErrorKind::kUnsupported},
        Case{"", std::string(1001, 'x'), ErrorKind::kTooLarge},
        Case{"zstd", bomb, ErrorKind::kTooLarge}, Case{"gzip", cut, ErrorKind::kInvalid},
        Case{"zstd", "not zstd", ErrorKind::kInvalid}}) {
    const auto body = Body::Open(c.encoding, c.raw, kLimits);
    ASSERT_FALSE(body) << c.encoding;
    EXPECT_EQ(body.error().kind(), c.kind) << c.encoding << ": " << body.error().message();
  }
}

}  // namespace
}  // namespace tarn::collect
