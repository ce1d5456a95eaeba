#include "app/listen_address.h"

#include <gtest/gtest.h>

namespace tarn::app {
namespace {

TEST(ListenAddress, RefusesWhatIsNoHostAndPort) {
  for (const char* text : {"", "1", ":1", "host", "host:", "host:x", "host:65536", "host:-1",
                           "host:1x", "[]:1", "8080:", "host:80", "1.2.3:80", "[fe80:80"}) {
    EXPECT_FALSE(ParseListen(text).has_value()) << text;
  }
}

TEST(ListenAddress, ReadsHostAndPort) {
  const auto v4 = ParseListen("127.0.0.1:8080");
  EXPECT_EQ(v4->host, "127.0.0.1");
  EXPECT_EQ(v4->port, 8080);
  EXPECT_TRUE(v4->is_loopback());
  for (const char* text : {"[::1]:0", "::1:0"}) {
    EXPECT_EQ(ParseListen(text)->host, "::1") << text;
    EXPECT_TRUE(ParseListen(text)->is_loopback()) << text;
  }
  EXPECT_FALSE(ParseListen("0.0.0.0:1")->is_loopback());
}

TEST(ListenAddress, SaysWhereAClientFindsIt) {
  EXPECT_EQ(ParseListen("127.0.0.1:80")->Url(), "http://127.0.0.1:80");
  EXPECT_EQ(ParseListen("0.0.0.0:80")->Url(), "http://127.0.0.1:80");
  EXPECT_EQ(ParseListen("[::1]:80")->Url(), "http://[::1]:80");
  EXPECT_EQ(ParseListen("[::]:80")->Url(), "http://[::1]:80");
}

}  // namespace
}  // namespace tarn::app
