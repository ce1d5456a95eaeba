#include "app/data_directory.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace tarn::app {
namespace {

class DataDirectoryTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = testing::TempDir() + "/tarn_data_" +
            testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(root_);
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  Result<DataDirectory> Open(const std::string& path) {
    return DataDirectory::Open(path, files_, os::SystemEntropy());
  }

  os::Files& files_ = os::PosixFiles();
  std::string root_;
};

TEST_F(DataDirectoryTest, RefusesASecondServerAndSaysWhereTheFirstIs) {
  const auto first = Open(root_);
  ASSERT_TRUE(first.has_value()) << first.error().message();
  ASSERT_TRUE(WriteRunningServer(first->paths(), {"http://127.0.0.1:41234", "secret", 1}, files_)
                  .has_value());
  const auto second = Open(root_);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().kind(), ErrorKind::kConflict);
  EXPECT_NE(second.error().message().find("at http://127.0.0.1:41234"), std::string::npos)
      << second.error().message();
}

TEST_F(DataDirectoryTest, FindsTheRunningServerOnlyWhileItRuns) {
  DataPaths paths;
  {
    const auto directory = Open(root_);
    ASSERT_TRUE(directory.has_value());
    paths = directory->paths();
    ASSERT_TRUE(WriteRunningServer(paths, {"http://h:1", "t", 2}, files_).has_value());
    const auto server = FindRunningServer(paths, files_);
    ASSERT_TRUE(server.has_value() && server->has_value());
    EXPECT_EQ((*server)->token, "t");
  }
  const auto server = FindRunningServer(paths, files_);
  ASSERT_TRUE(server.has_value());
  EXPECT_FALSE(server->has_value());
}

TEST_F(DataDirectoryTest, RefusesAMovedDirectoryUntilItIsAdopted) {
  ASSERT_TRUE(Open(root_).has_value());
  const std::string moved = root_ + "_moved";
  std::filesystem::remove_all(moved);
  std::filesystem::rename(root_, moved);
  const auto opened = Open(moved);
  ASSERT_FALSE(opened.has_value());
  EXPECT_NE(opened.error().message().find("tarn doctor --adopt"), std::string::npos)
      << opened.error().message();
  ASSERT_TRUE(AdoptDirectory(moved, files_, os::SystemEntropy()).has_value());
  EXPECT_TRUE(Open(moved).has_value());
  std::filesystem::remove_all(moved);
}

TEST_F(DataDirectoryTest, RefusesANewerFormat) {
  ASSERT_TRUE(Open(root_).has_value());
  ASSERT_TRUE(
      os::WriteFileAtomically(files_, root_ + "/VERSION", "{\"format\":2,\"directory\":\"x\"}")
          .has_value());
  EXPECT_EQ(Open(root_).error().kind(), ErrorKind::kUnsupported);
}

TEST_F(DataDirectoryTest, SaysThatAnotherDirectoryIsNone) {
  EXPECT_EQ(FindDataDirectory(testing::TempDir(), files_).error().kind(), ErrorKind::kNotFound);
}

}  // namespace
}  // namespace tarn::app
