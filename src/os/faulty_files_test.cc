#include "os/faulty_files.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

namespace tarn::os {
namespace {

constexpr uint64_t kSeeds = 200;

std::unique_ptr<File> Create(FaultyFiles& files, const std::string& path) {
  auto file = files.Open(path, OpenMode::kCreateNew);
  EXPECT_TRUE(file.has_value()) << file.error().message();
  return file ? std::move(*file) : nullptr;
}

std::string ReadOr(FaultyFiles& files, const std::string& path, const std::string& otherwise) {
  return ReadFile(files, path, 1 << 20).value_or(otherwise);
}

/// What a crash makes of `work`, over many seeds.
template <class Work>
std::set<std::string> Outcomes(Work&& work, const std::string& path) {
  std::set<std::string> outcomes;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    FaultyFiles files(seed);
    work(files);
    files.Crash(seed);
    outcomes.insert(ReadOr(files, path, "(absent)"));
  }
  return outcomes;
}

TEST(FaultyFiles, KeepsWhatWasSyncedWithItsName) {
  const auto work = [](FaultyFiles& files) {
    EXPECT_TRUE(files.MakeDirectories("/d").has_value());
    EXPECT_TRUE(files.SyncDirectory("/").has_value());
    const auto file = Create(files, "/d/a");
    EXPECT_TRUE(file->WriteAt(0, "kept").has_value());
    EXPECT_TRUE(file->SyncData().has_value());
    EXPECT_TRUE(files.SyncDirectory("/d").has_value());
  };
  EXPECT_EQ(Outcomes(work, "/d/a"), std::set<std::string>{"kept"});
}

TEST(FaultyFiles, MayLoseANameThatWasNotSynced) {
  const auto work = [](FaultyFiles& files) {
    const auto file = Create(files, "/a");
    EXPECT_TRUE(file->WriteAt(0, "x").has_value());
    EXPECT_TRUE(file->Sync().has_value());
  };
  EXPECT_EQ(Outcomes(work, "/a"), (std::set<std::string>{"(absent)", "x"}));
}

TEST(FaultyFiles, MayLoseTheDirectoryOfASyncedName) {
  const auto work = [](FaultyFiles& files) {
    EXPECT_TRUE(files.MakeDirectories("/d").has_value());
    const auto file = Create(files, "/d/a");
    EXPECT_TRUE(file->Sync().has_value());
    EXPECT_TRUE(files.SyncDirectory("/d").has_value());
  };
  EXPECT_EQ(Outcomes(work, "/d/a"), (std::set<std::string>{"(absent)", ""}));
}

TEST(FaultyFiles, KeepsLosesOrLengthensAnUnsyncedWrite) {
  const auto work = [](FaultyFiles& files) {
    const auto file = Create(files, "/a");
    EXPECT_TRUE(files.SyncDirectory("/").has_value());
    EXPECT_TRUE(file->WriteAt(0, "abc").has_value());
  };
  EXPECT_EQ(Outcomes(work, "/a"), (std::set<std::string>{"", "abc", std::string(3, '\0')}));
}

TEST(FaultyFiles, TearsAnUnsyncedWriteAtItsSectors) {
  const std::string written(3 * 512, 'n');
  const auto work = [&](FaultyFiles& files) {
    const auto file = Create(files, "/a");
    EXPECT_TRUE(file->WriteAt(0, std::string(3 * 512, 'o')).has_value());
    EXPECT_TRUE(file->Sync().has_value());
    EXPECT_TRUE(files.SyncDirectory("/").has_value());
    EXPECT_TRUE(file->WriteAt(0, written).has_value());
  };
  const auto outcomes = Outcomes(work, "/a");
  EXPECT_EQ(outcomes.size(), 8u);  // every subset of three sectors
  for (const std::string& outcome : outcomes) {
    for (size_t sector = 0; sector < 3; ++sector) {
      const std::string part = outcome.substr(sector * 512, 512);
      EXPECT_TRUE(part == std::string(512, 'n') || part == std::string(512, 'o'));
    }
  }
}

TEST(FaultyFiles, KeepsARenameAsOneOrNotAtAll) {
  const auto work = [](FaultyFiles& files) {
    EXPECT_TRUE(WriteFileAtomically(files, "/a", "old").has_value());
    const auto file = Create(files, "/b");
    EXPECT_TRUE(file->WriteAt(0, "new").has_value());
    EXPECT_TRUE(file->Sync().has_value());
    EXPECT_TRUE(files.SyncDirectory("/").has_value());
    EXPECT_TRUE(files.Rename("/b", "/a").has_value());
  };
  EXPECT_EQ(Outcomes(work, "/a"), (std::set<std::string>{"old", "new"}));
  EXPECT_EQ(Outcomes(work, "/b"), (std::set<std::string>{"new", "(absent)"}));
}

TEST(FaultyFiles, ShowsTheEmptyFileOfARenameBeforeSync) {
  const auto work = [](FaultyFiles& files) {
    EXPECT_TRUE(WriteFileAtomically(files, "/a", "old").has_value());
    const auto file = Create(files, "/b");
    EXPECT_TRUE(file->WriteAt(0, "new").has_value());
    EXPECT_TRUE(files.Rename("/b", "/a").has_value());
    EXPECT_TRUE(files.SyncDirectory("/").has_value());
  };
  EXPECT_TRUE(Outcomes(work, "/a").contains(""));
  EXPECT_FALSE(Outcomes(work, "/a").contains("old"));
}

TEST(FaultyFiles, MayBringBackARemovedName) {
  const auto work = [](FaultyFiles& files) {
    EXPECT_TRUE(WriteFileAtomically(files, "/a", "x").has_value());
    EXPECT_TRUE(files.Remove("/a").has_value());
  };
  EXPECT_EQ(Outcomes(work, "/a"), (std::set<std::string>{"x", "(absent)"}));
}

TEST(FaultyFiles, AtomicWritesAreOldOrNewAtEveryFailedCallAndCrash) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    for (uint64_t call = 1;; ++call) {
      FaultyFiles files(seed);
      ASSERT_TRUE(WriteFileAtomically(files, "/a", "old").has_value());
      const uint64_t before = files.calls();
      files.Fail({.call = call, .from_then_on = seed % 2 == 0, .no_space = seed % 3 == 0});
      const Status written = WriteFileAtomically(files, "/a", "new");
      const bool failed = files.calls() - before >= call;
      EXPECT_TRUE(failed || written.has_value());
      files.Crash(seed * 1000 + call);
      const std::string now = ReadOr(files, "/a", "(absent)");
      EXPECT_TRUE(now == "new" || (!written && now == "old")) << now << " at call " << call;
      if (!failed) break;
    }
  }
}

TEST(FaultyFiles, FailedSyncIsNotMendedByALaterOne) {
  std::set<std::string> outcomes;
  std::set<std::string> reads;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    FaultyFiles files(seed);
    const auto file = Create(files, "/a");
    EXPECT_TRUE(files.SyncDirectory("/").has_value());
    EXPECT_TRUE(file->WriteAt(0, "x").has_value());
    files.Fail({.of = FileCall::kSync});
    EXPECT_FALSE(file->SyncData().has_value());
    EXPECT_TRUE(file->SyncData().has_value());
    reads.insert(*file->ReadAt(0, 10));
    files.Crash(seed);
    outcomes.insert(ReadOr(files, "/a", "(absent)"));
  }
  EXPECT_EQ(outcomes, (std::set<std::string>{"", "x"}));
  EXPECT_EQ(reads, (std::set<std::string>{std::string(1, '\0'), "x"}));
}

TEST(FaultyFiles, FailedWriteLeavesAnyPrefix) {
  std::set<std::string> outcomes;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    FaultyFiles files(seed);
    const auto file = Create(files, "/a");
    files.Fail({});
    EXPECT_EQ(file->WriteAt(0, "abc").error().kind(), ErrorKind::kIo);
    outcomes.insert(ReadOr(files, "/a", "(absent)"));
  }
  EXPECT_EQ(outcomes, (std::set<std::string>{"", "a", "ab", "abc"}));
}

TEST(FaultyFiles, FailsOnceOrFromThenOn) {
  FaultyFiles files;
  files.Fail({.call = 2});
  EXPECT_TRUE(files.MakeDirectories("/a").has_value());
  EXPECT_FALSE(files.MakeDirectories("/b").has_value());
  EXPECT_TRUE(files.MakeDirectories("/b").has_value());
  files.Fail({.call = 1, .from_then_on = true, .no_space = true, .of = FileCall::kStat});
  EXPECT_TRUE(files.List("/").has_value());
  EXPECT_FALSE(files.Stat("/a").has_value());
  EXPECT_NE(files.Stat("/a").error().message().find("No space left"), std::string::npos);
  files.ClearFault();
  EXPECT_TRUE(files.Stat("/a").has_value());
  EXPECT_EQ(files.calls(), 7u);
  EXPECT_EQ(files.calls(FileCall::kMakeDirectories), 3u);
}

TEST(FaultyFiles, LimitsSpace) {
  FaultyFiles files;
  files.LimitSpace(10);
  const auto file = Create(files, "/a");
  ASSERT_TRUE(file->WriteAt(0, "12345678").has_value());
  EXPECT_EQ(*files.FreeBytes("/"), 2u);
  EXPECT_NE(file->WriteAt(8, "901").error().message().find("No space left"), std::string::npos);
  EXPECT_LE(*file->Size(), 10u);
  EXPECT_TRUE(file->WriteAt(0, "overwrite").has_value());
  ASSERT_TRUE(files.Remove("/a").has_value());
  EXPECT_EQ(*files.FreeBytes("/"), 10u);
}

TEST(FaultyFiles, OpenFilesAndLocksDieInACrash) {
  FaultyFiles files;
  ASSERT_TRUE(WriteFileAtomically(files, "/a", "x").has_value());
  const auto file = *files.Open("/a", OpenMode::kReadWrite);
  const auto lock = files.Lock("/LOCK");
  files.Crash(1);
  EXPECT_FALSE(file->ReadAt(0, 1).has_value());
  EXPECT_FALSE(file->WriteAt(0, "y").has_value());
  EXPECT_FALSE(file->Sync().has_value());
  EXPECT_TRUE(files.Lock("/LOCK").has_value());
  EXPECT_EQ(ReadOr(files, "/a", ""), "x");
}

TEST(FaultyFiles, SameSeedIsTheSameRun) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    std::string first;
    for (int run = 0; run < 2; ++run) {
      FaultyFiles files(seed);
      for (const char* path : {"/a", "/b", "/c"}) {
        EXPECT_TRUE(Create(files, path)->WriteAt(0, std::string(2000, 'x')).has_value());
      }
      files.Crash(seed);
      std::string all;
      for (const char* path : {"/a", "/b", "/c"}) all += ReadOr(files, path, "-");
      if (run == 0) first = all;
      EXPECT_EQ(all, first);
    }
  }
}

TEST(FaultyFiles, ServesManyThreads) {
  FaultyFiles files;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&files, i] {
      for (int n = 0; n < 50; ++n) {
        EXPECT_TRUE(WriteFileAtomically(files, Format("/{}", i), Format("{}", n)).has_value());
      }
    });
  }
  threads.clear();
  EXPECT_EQ(files.List("/")->size(), 4u);
}

}  // namespace
}  // namespace tarn::os
