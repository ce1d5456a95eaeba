#include "load/target.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "load/load_testing.h"

namespace tarn::load {
namespace {

using Names = std::vector<std::string>;
using Kind = Target::Kind;

Result<std::unique_ptr<Target>> Make(const std::string& path, Kind kind, bool overwrite) {
  return Target::Make(path, kind, overwrite, os::UserFiles(false), os::SystemEntropy());
}

void WriteFile(const std::string& path, const std::string& bytes) { std::ofstream(path) << bytes; }

TEST(Target, WhatExistsIsRefusedUnlessItMayBeOverwritten) {
  const TestDirectory directory;
  const std::string file = directory.Write("file.parquet", "old");
  const std::string table = directory.Path("table");
  directory.Write("table/a=1/part.parquet", "old");
  const std::string other = directory.Path("other");
  directory.Write("other/a=1/notes", "old");
  const struct {
    std::string path;
    Kind kind;
    bool overwrite;
    std::string message;
  } cases[] = {
      {file, Kind::kFile, false, "exists; --overwrite replaces it"},
      {table, Kind::kDirectory, false, "exists; --overwrite replaces it"},
      {file, Kind::kDirectory, true, "is a file, and a directory is to be written"},
      {table, Kind::kFile, true, "is a directory, and a file is to be written"},
      {other, Kind::kDirectory, true, "other/a=1/notes', which is no part of a converted table"},
  };
  for (const auto& c : cases) {
    const auto target = Make(c.path, c.kind, c.overwrite);
    ASSERT_FALSE(target) << c.message;
    EXPECT_EQ(target.error().kind(), ErrorKind::kConflict);
    EXPECT_NE(target.error().message().find(c.message), std::string::npos)
        << target.error().message();
  }
  EXPECT_EQ(Make(directory.Path("no/file"), Kind::kFile, false).error().kind(),
            ErrorKind::kNotFound);
}

TEST(Target, WithoutCommitNothingRemains) {
  const TestDirectory directory;
  {
    const auto target = *Make(directory.Path("table/"), Kind::kDirectory, false);
    std::filesystem::create_directories(target->temporary() + "/a=1");
    WriteFile(target->temporary() + "/a=1/part.parquet", "new");
    std::filesystem::create_symlink("/", target->temporary() + "/link");
  }
  EXPECT_EQ(directory.Names(), Names{});
  EXPECT_TRUE(std::filesystem::exists("/tmp"));
}

TEST(Target, ANameThatIsTakenMeanwhileIsNotReplaced) {
  const TestDirectory directory;
  {
    const auto target = *Make(directory.Path("file"), Kind::kFile, false);
    WriteFile(target->temporary(), "new");
    directory.Write("file", "another's");
    EXPECT_EQ(target->Commit().error().kind(), ErrorKind::kConflict);
  }
  EXPECT_EQ(directory.Names(), Names{"file"});
  EXPECT_EQ(*os::ReadFile(os::PosixFiles(), directory.Path("file"), 100), "another's");
}

TEST(Target, CommitReplacesFilesAndTables) {
  const TestDirectory directory;
  directory.Write("file", "old");
  directory.Write("table/a=1/b=2/part.parquet", "old");
  const auto file = *Make(directory.Path("file"), Kind::kFile, true);
  WriteFile(file->temporary(), "new");
  ASSERT_TRUE(file->Commit());
  const auto table = *Make(directory.Path("table"), Kind::kDirectory, true);
  std::filesystem::create_directories(table->temporary());
  WriteFile(table->temporary() + "/part.parquet", "new");
  ASSERT_TRUE(table->Commit());
  EXPECT_EQ(directory.Names(), (Names{"file", "table", "table/part.parquet"}));
  EXPECT_EQ(*os::ReadFile(os::PosixFiles(), directory.Path("file"), 100), "new");
}

}  // namespace
}  // namespace tarn::load
