#include "app/data_directory.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/json.h"

namespace tarn::app {
namespace {

class DataDirectoryTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string test = testing::UnitTest::GetInstance()->current_test_info()->name();
    root_ = std::filesystem::weakly_canonical(testing::TempDir() + "/tarn_data_" + test).string();
    std::filesystem::remove_all(root_);
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  Result<DataDirectory> Open(const std::string& path) { return DataDirectory::Open(path, files_); }

  // Makes a data directory and moves it. returns  where it is now
  std::string Moved() {
    EXPECT_TRUE(Open(root_).has_value());
    const std::string moved = root_ + "_moved";
    std::filesystem::remove_all(moved);
    std::filesystem::rename(root_, moved);
    return moved;
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

TEST_F(DataDirectoryTest, HasAnAbsolutePathHoweverItIsNamed) {
  const auto before = std::filesystem::current_path();
  const std::filesystem::path root(root_);
  std::filesystem::current_path(root.parent_path());
  const auto opened = Open(root.filename());
  std::filesystem::current_path(before);
  ASSERT_TRUE(opened.has_value()) << opened.error().message();
  EXPECT_EQ(opened->paths().root, std::filesystem::canonical(root).string());
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

TEST_F(DataDirectoryTest, RefusesAMovedDirectoryAndSaysWhatWorks) {
  const std::string moved = Moved();
  const auto opened = Open(moved);
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().message(),
            Format("{1} was made as {0}, and its tables name their files so. Move it back to {0}; "
                   "or let that path lead to it ('ln -s {1} {0}', or 'mount --bind {1} {0}') and "
                   "say --data {0}",
                   root_, moved));
  std::filesystem::rename(moved, root_);
  EXPECT_TRUE(Open(root_).has_value());
}

TEST_F(DataDirectoryTest, OpensAMovedDirectoryThatItsOldPathLeadsTo) {
  const std::string moved = Moved();
  std::filesystem::create_directory_symlink(moved, root_);
  for (const std::string& path : {root_, moved}) {
    const auto opened = Open(path);
    ASSERT_TRUE(opened.has_value()) << opened.error().message();
    EXPECT_EQ(opened->paths().root, root_) << "the tables name their files by that";
    EXPECT_EQ(FindDataDirectory(path, files_)->root, root_);
  }
  std::filesystem::remove_all(moved);
}

TEST_F(DataDirectoryTest, IsAdoptedOnlyWhereNothingNeedsTheOldPath) {
  const std::string moved = Moved();
  std::string made_as;
  const auto refuse = [&](const DataPaths& paths, const std::string& old_path) -> Status {
    EXPECT_EQ(paths.root, moved);
    made_as = old_path;
    return Fail(ErrorKind::kUnsupported, "tables do");
  };
  EXPECT_EQ(AdoptDirectory(moved, files_, refuse).error().message(), "tables do");
  EXPECT_EQ(made_as, root_);
  EXPECT_FALSE(Open(moved).has_value());
  const auto agree = [](const DataPaths&, const std::string&) -> Status { return {}; };
  ASSERT_TRUE(AdoptDirectory(moved, files_, agree).has_value());
  EXPECT_TRUE(Open(moved).has_value());
  EXPECT_TRUE(AdoptDirectory(moved, files_, refuse).has_value()) << "it is here already";
  std::filesystem::remove_all(moved);
}

TEST_F(DataDirectoryTest, KeepsWhoseLogItHolds) {
  for (const std::string id : {"first", "second", "second"}) {
    const auto directory = Open(root_);
    ASSERT_TRUE(directory.has_value());
    ASSERT_TRUE(directory->RecordNode(id, files_).has_value());
    const auto text = os::ReadFile(files_, root_ + "/VERSION", 1000);
    EXPECT_EQ(Json::Parse(*text)->GetString("id").value(), id);
  }
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
