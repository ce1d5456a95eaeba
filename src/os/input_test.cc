#include "os/input.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace tarn::os {
namespace {

class InputTest : public ::testing::Test {
 protected:
  InputTest() {
    char name[] = "/tmp/tarn-input-XXXXXX";
    directory_ = ::mkdtemp(name);
  }
  ~InputTest() override { static_cast<void>(std::system(("rm -r " + directory_).c_str())); }

  std::string Write(const std::string& name, const std::string& bytes) {
    const std::string path = directory_ + "/" + name;
    std::ofstream(path) << bytes;
    return path;
  }

  std::string directory_;
};

TEST_F(InputTest, WhatCannotBeReadIsRefused) {
  EXPECT_EQ(OpenInput(directory_ + "/none", {}).error().kind(), ErrorKind::kNotFound);
  const auto directory = OpenInput(directory_, {});
  ASSERT_FALSE(directory);
  EXPECT_EQ(directory.error().message(),
            "'" + directory_ + "' is a directory: name files, or a pattern such as '" + directory_ +
                "/*'");
  EXPECT_EQ(MatchPaths(directory_ + "/*.json").error().kind(), ErrorKind::kNotFound);
}

TEST_F(InputTest, RegularFilesAreReadInRanges) {
  const auto input = OpenInput(Write("a", "0123456789"), {});
  ASSERT_TRUE(input);
  EXPECT_TRUE((*input)->is_regular());
  EXPECT_EQ((*input)->size_bytes(), 10u);
  char bytes[8];
  EXPECT_EQ(*(*input)->ReadAt(7, bytes, 8), 3u);
  EXPECT_EQ(std::string_view(bytes, 3), "789");
  EXPECT_EQ(*(*input)->ReadAt(10, bytes, 8), 0u);
  EXPECT_EQ(*(*input)->Read(bytes, 4), 4u);
  EXPECT_EQ(std::string_view(bytes, 4), "0123");
}

TEST_F(InputTest, AStopEndsAReadThatWaitsForAPipe) {
  const std::string path = directory_ + "/pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  std::fstream writer(path, std::ios::in | std::ios::out);  // opens without a reader
  std::stop_source stop;
  const auto input = OpenInput(path, stop.get_token());
  ASSERT_TRUE(input);
  EXPECT_FALSE((*input)->is_regular());
  writer << "ab" << std::flush;
  char bytes[8];
  EXPECT_EQ(*(*input)->Read(bytes, 8), 2u);
  stop.request_stop();
  EXPECT_EQ((*input)->Read(bytes, 8).error().kind(), ErrorKind::kCancelled);
}

TEST_F(InputTest, PatternsMatchInOrder) {
  const std::string b = Write("b.json", "");
  const std::string a = Write("a.json", "");
  Write("c.txt", "");
  EXPECT_EQ(*MatchPaths(directory_ + "/*.json"), (std::vector<std::string>{a, b}));
}

}  // namespace
}  // namespace tarn::os
