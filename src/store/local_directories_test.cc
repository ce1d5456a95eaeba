#include <gtest/gtest.h>

#include "os/faulty_files.h"
#include "store/local_directories_internal.h"

namespace tarn::store {
namespace {

TEST(LocalDirectories, LeavesHeldOnesAndTheirParents) {
  os::FaultyFiles files;
  LocalDirectories directories("/b", files);
  {
    const LocalDirectories::Hold hold(directories, "/b/x/y");
    ASSERT_TRUE(directories.Ensure("/b/x/y").has_value());
    EXPECT_EQ(directories.RemoveEmpty("/b/x/y"), "/b/x/y");
    EXPECT_EQ(directories.RemoveEmpty("/b/x"), "/b/x");
    const LocalDirectories::Hold second(directories, "/b/x/y");
  }
  EXPECT_EQ(directories.RemoveEmpty("/b/x/y"), "/b");
  EXPECT_FALSE(files.Stat("/b/x").has_value());
}

TEST(LocalDirectories, AHoldKeepsNoSibling) {
  os::FaultyFiles files;
  LocalDirectories directories("/b", files);
  ASSERT_TRUE(directories.Ensure("/b/x").has_value());
  ASSERT_TRUE(directories.Ensure("/b/x-1").has_value());
  const LocalDirectories::Hold hold(directories, "/b/x-1");
  EXPECT_EQ(directories.RemoveEmpty("/b/x"), "/b");
  EXPECT_FALSE(files.Stat("/b/x").has_value());
}

TEST(LocalDirectories, SyncsWhatAnotherProcessMadeAndDidNotSync) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    os::FaultyFiles files(seed);
    ASSERT_TRUE(files.MakeDirectories("/b/x/y").has_value());
    ASSERT_TRUE(MakeDirectoriesDurably(files, "/b").has_value());
    LocalDirectories directories("/b", files);
    ASSERT_TRUE(directories.Ensure("/b/x/y").has_value());
    files.Crash(seed);
    EXPECT_TRUE(files.Stat("/b/x/y").has_value());
  }
}

}  // namespace
}  // namespace tarn::store
