#include "crypto/digest.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace tarn::crypto {
namespace {

TEST(Digest, Md5MatchesRfc1321) {
  EXPECT_EQ(Hex(Md5("")), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(Hex(Md5("message digest")), "f96b697d7cb7938d525a2f31aaf161d0");
}

TEST(Digest, Sha256MatchesFips180) {
  EXPECT_EQ(Hex(Sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Hex(Sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digest, AStreamTellsAtAnyPlaceWhatOneCallWould) {
  const std::string text = "the bytes come in pieces of any size";
  Sha256Stream stream;
  for (size_t i = 0; i <= text.size(); ++i) {
    EXPECT_EQ(stream.Digest(), Sha256(std::string_view(text).substr(0, i)));
    if (i < text.size()) stream.Update(std::string_view(text).substr(i, 1));
  }
}

TEST(Digest, HmacMatchesRfc4231) {
  EXPECT_EQ(Hex(HmacSha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(Hex(HmacSha256(std::string(131, '\xaa'),
                           "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Digest, HmacMatchesRfc2202) {
  EXPECT_EQ(Hex(HmacMd5("Jefe", "what do ya want for nothing?")),
            "750c783e6ab0b503eaa86e310a5db738");
  EXPECT_EQ(Hex(HmacSha1("Jefe", "what do ya want for nothing?")),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
}

TEST(Digest, HmacTakesAnEmptyKey) {
  EXPECT_EQ(Hex(HmacSha256({}, {})),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(Digest, IsTheSameOnManyThreads) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int n = 0; n < 500; ++n) {
        EXPECT_EQ(Hex(Md5("a")), "0cc175b9c0f1b6a831c399e269772661");
        EXPECT_EQ(Hex(Sha256("abc")).substr(0, 8), "ba7816bf");
      }
    });
  }
}

TEST(Digest, ComparesWholeStrings) {
  EXPECT_TRUE(EqualsConstantTime("", ""));
  EXPECT_TRUE(EqualsConstantTime("abc", "abc"));
  EXPECT_FALSE(EqualsConstantTime("abc", "abd"));
  EXPECT_FALSE(EqualsConstantTime("abc", "ab"));
}

}  // namespace
}  // namespace tarn::crypto
