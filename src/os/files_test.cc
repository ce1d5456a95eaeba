#include "os/files.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "os/clock.h"
#include "os/faulty_files.h"

namespace tarn::os {
namespace {

/// The contract of Files, held by the real one and by its twin alike.
class FilesContract : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    directory_ =
        std::filesystem::temp_directory_path() / ("files_test-" + RandomUuid(SystemEntropy()));
    ASSERT_TRUE(files().MakeDirectories(directory_).has_value());
  }
  void TearDown() override {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  Files& files() { return GetParam() ? PosixFiles() : faulty_; }
  std::string Path(const std::string& name) const { return directory_ + "/" + name; }
  void Write(const std::string& name, std::string_view bytes) {
    const auto file = files().Open(Path(name), OpenMode::kCreateNew);
    ASSERT_TRUE(file.has_value()) << file.error().message();
    ASSERT_TRUE((*file)->WriteAt(0, bytes).has_value());
  }
  std::string Read(const std::string& name) {
    return ReadFile(files(), Path(name), 1 << 20).value_or("(unreadable)");
  }

  FaultyFiles faulty_;
  std::string directory_;
};

template <class T>
ErrorKind KindOf(const Result<T>& result) {
  EXPECT_FALSE(result.has_value());
  return result ? ErrorKind::kInternal : result.error().kind();
}

TEST_P(FilesContract, ReadsWhatWasWrittenAndHolesAsZeros) {
  const auto file = *files().Open(Path("a"), OpenMode::kCreateNew);
  ASSERT_TRUE(file->WriteAt(4, "world").has_value());
  ASSERT_TRUE(file->WriteAt(0, "hi").has_value());
  ASSERT_TRUE(file->SyncData().has_value());
  ASSERT_TRUE(file->Sync().has_value());
  EXPECT_EQ(*file->ReadAt(0, 100), std::string("hi\0\0world", 9));
  EXPECT_EQ(*file->ReadAt(5, 2), "or");
  EXPECT_EQ(*file->ReadAt(9, 10), "");
  EXPECT_EQ(*file->ReadAt(1000, 10), "");
  EXPECT_EQ(*file->Size(), 9u);
}

TEST_P(FilesContract, OpensByMode) {
  EXPECT_EQ(KindOf(files().Open(Path("a"), OpenMode::kRead)), ErrorKind::kNotFound);
  EXPECT_EQ(KindOf(files().Open(Path("a"), OpenMode::kReadWrite)), ErrorKind::kNotFound);
  EXPECT_EQ(KindOf(files().Open(Path("no/a"), OpenMode::kCreateNew)), ErrorKind::kNotFound);
  Write("a", "x");
  EXPECT_EQ(KindOf(files().Open(Path("a"), OpenMode::kCreateNew)), ErrorKind::kConflict);
  EXPECT_EQ(KindOf(files().Open(directory_, OpenMode::kRead)), ErrorKind::kIo);
  EXPECT_EQ(KindOf(files().Open(Path("a/b"), OpenMode::kRead)), ErrorKind::kNotFound);
  EXPECT_EQ(KindOf((*files().Open(Path("a"), OpenMode::kRead))->WriteAt(0, "y")), ErrorKind::kIo);
  EXPECT_TRUE((*files().Open(Path("a"), OpenMode::kReadWrite))->WriteAt(1, "y").has_value());
  EXPECT_EQ(Read("a"), "xy");
}

TEST_P(FilesContract, TellsAboutFilesAndDirectories) {
  Write("a", "12345");
  const auto info = files().Stat(Path("a"));
  EXPECT_EQ(info->size, 5u);
  EXPECT_FALSE(info->is_directory);
  EXPECT_NE(info->inode, 0u);
  EXPECT_TRUE(files().Stat(directory_)->is_directory);
  EXPECT_EQ(KindOf(files().Stat(Path("b"))), ErrorKind::kNotFound);
  EXPECT_EQ(KindOf(files().Stat(Path("a/b"))), ErrorKind::kNotFound);
}

TEST_P(FilesContract, MakesParentsAndTakesExistingOnes) {
  EXPECT_TRUE(files().MakeDirectories(Path("x/y/z")).has_value());
  EXPECT_TRUE(files().MakeDirectories(Path("x/y/z")).has_value());
  EXPECT_TRUE(files().SyncDirectory(Path("x/y")).has_value());
  Write("x/file", "");
  EXPECT_EQ(KindOf(files().MakeDirectories(Path("x/file"))), ErrorKind::kConflict);
  EXPECT_EQ(KindOf(files().MakeDirectories(Path("x/file/z"))), ErrorKind::kConflict);
  EXPECT_EQ(KindOf(files().SyncDirectory(Path("none"))), ErrorKind::kNotFound);
}

TEST_P(FilesContract, ListsNamesInOrder) {
  for (const char* name : {"b", "a", "c.1", "B"}) Write(name, "");
  EXPECT_EQ(*files().List(directory_), (std::vector<std::string>{"B", "a", "b", "c.1"}));
  EXPECT_EQ(KindOf(files().List(Path("none"))), ErrorKind::kNotFound);
  EXPECT_EQ(KindOf(files().List(Path("a"))), ErrorKind::kNotFound);
}

TEST_P(FilesContract, RenamesWithAndWithoutReplacing) {
  Write("a", "first");
  Write("b", "second");
  EXPECT_EQ(KindOf(files().RenameNoReplace(Path("a"), Path("b"))), ErrorKind::kConflict);
  EXPECT_EQ(Read("b"), "second");
  EXPECT_TRUE(files().Rename(Path("a"), Path("b")).has_value());
  EXPECT_EQ(Read("b"), "first");
  EXPECT_TRUE(files().RenameNoReplace(Path("b"), Path("c")).has_value());
  EXPECT_EQ(Read("c"), "first");
  EXPECT_EQ(*files().List(directory_), std::vector<std::string>{"c"});
  EXPECT_EQ(KindOf(files().Rename(Path("a"), Path("b"))), ErrorKind::kNotFound);
  EXPECT_EQ(KindOf(files().RenameNoReplace(Path("c"), Path("none/c"))), ErrorKind::kNotFound);
}

TEST_P(FilesContract, RemovesFilesAndEmptyDirectoriesOnly) {
  ASSERT_TRUE(files().MakeDirectories(Path("x")).has_value());
  Write("x/a", "");
  EXPECT_EQ(KindOf(files().Remove(Path("x"))), ErrorKind::kIo);
  EXPECT_TRUE(files().Remove(Path("x/a")).has_value());
  EXPECT_TRUE(files().Remove(Path("x")).has_value());
  EXPECT_EQ(KindOf(files().Remove(Path("x"))), ErrorKind::kNotFound);
}

TEST_P(FilesContract, LocksOnceUntilReleased) {
  EXPECT_EQ(KindOf(files().IsLocked(Path("LOCK"))), ErrorKind::kNotFound);
  EXPECT_TRUE(files().List(directory_)->empty());
  auto lock = files().Lock(Path("LOCK"));
  ASSERT_TRUE(lock.has_value());
  EXPECT_EQ(KindOf(files().Lock(Path("LOCK"))), ErrorKind::kConflict);
  EXPECT_TRUE(*files().IsLocked(Path("LOCK")));
  lock->reset();
  EXPECT_FALSE(*files().IsLocked(Path("LOCK")));
  EXPECT_TRUE(files().Lock(Path("LOCK")).has_value());
}

TEST_P(FilesContract, WritesWholeFilesAtomically) {
  ASSERT_TRUE(WriteFileAtomically(files(), Path("a"), "one").has_value());
  Write("a.new", "left by a crash");
  ASSERT_TRUE(WriteFileAtomically(files(), Path("a"), "two").has_value());
  EXPECT_EQ(Read("a"), "two");
  EXPECT_EQ(files().List(directory_)->size(), 1u);
  EXPECT_EQ(KindOf(WriteFileAtomically(files(), Path("none/a"), "x")), ErrorKind::kNotFound);
  EXPECT_EQ(KindOf(ReadFile(files(), Path("a"), 2)), ErrorKind::kTooLarge);
  EXPECT_TRUE(ReadFile(files(), Path("a"), 3).has_value());
}

TEST_P(FilesContract, KnowsFreeBytes) { EXPECT_GT(*files().FreeBytes(directory_), 0u); }

INSTANTIATE_TEST_SUITE_P(PosixAndFaulty, FilesContract, testing::Bool(),
                         [](const auto& name) { return name.param ? "Posix" : "Faulty"; });

TEST(Files, GivesAFileToItsOwnerOnly) {
  const std::string path =
      std::filesystem::temp_directory_path() / ("files_test-" + RandomUuid(SystemEntropy()));
  ASSERT_TRUE(PosixFiles().Open(path, OpenMode::kCreateNew).has_value());
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_TRUE(PosixFiles().Remove(path).has_value());
}

TEST(Files, GivesALockBackWhenItsProcessDies) {
  const std::string path =
      std::filesystem::temp_directory_path() / ("files_test-" + RandomUuid(SystemEntropy()));
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto lock = PosixFiles().Lock(path);
    if (write(ready[1], lock ? "y" : "n", 1) == 1) pause();
    _exit(1);
  }
  char answer = 0;
  ASSERT_EQ(read(ready[0], &answer, 1), 1);
  EXPECT_EQ(answer, 'y');
  EXPECT_EQ(KindOf(PosixFiles().Lock(path)), ErrorKind::kConflict);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(PosixFiles().Lock(path).has_value());
  EXPECT_TRUE(PosixFiles().Remove(path).has_value());
  close(ready[0]);
  close(ready[1]);
}

TEST(Files, KnowsTheParentOfAPath) {
  const std::pair<const char*, const char*> cases[] = {
      {"a", "."}, {"/a", "/"},   {"/a/b", "/a"}, {"a/b", "a"}, {"/a/b/", "/a"},
      {"/", "/"}, {"a//b", "a"}, {"//a", "/"},   {"", "/"}};
  for (const auto& [path, parent] : cases) EXPECT_EQ(ParentDirectory(path), parent) << path;
}

}  // namespace
}  // namespace tarn::os
