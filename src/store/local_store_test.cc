#include "store/local_store.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <thread>

#include "os/faulty_files.h"
#include "os/simulated_clock.h"

namespace tarn::store {
namespace {

constexpr uint64_t kAll = 1 << 20;

template <class T>
ErrorKind KindOf(const Result<T>& result) {
  EXPECT_FALSE(result.has_value());
  return result ? ErrorKind::kInternal : result.error().kind();
}

std::unique_ptr<ObjectStore> OpenStore(os::Files& files, const std::string& directory) {
  static os::SeededEntropy entropy(5);
  auto store = LocalStore::Open(directory, files, entropy);
  EXPECT_TRUE(store.has_value()) << store.error().message();
  return store ? std::move(*store) : nullptr;
}

/// What holds on a real file system and on its twin alike.
class LocalStoreContract : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::temp_directory_path() /
                 ("store_test-" + os::RandomUuid(os::SystemEntropy()));
    store_ = OpenStore(files(), directory_);
    ASSERT_NE(store_, nullptr);
  }
  void TearDown() override {
    store_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  os::Files& files() { return GetParam() ? os::PosixFiles() : faulty_; }
  std::string Get(const std::string& key) { return store_->Get(key, kAll).value_or("(absent)"); }
  std::vector<std::string> Temporaries() {
    auto names = files().List(directory_ + "/.tarn-tmp").value_or(std::vector<std::string>());
    std::erase_if(names, [](const std::string& name) { return name.ends_with(".lock"); });
    return names;
  }

  os::FaultyFiles faulty_;
  std::string directory_;
  std::unique_ptr<ObjectStore> store_;
};

TEST_P(LocalStoreContract, PutsOnceAndReplacesOnDemand) {
  ASSERT_TRUE(store_->PutIfAbsent("t/data/a", "one").has_value());
  EXPECT_EQ(store_->PutIfAbsent("t/data/a", "two").error().message(), "object 't/data/a' exists");
  EXPECT_EQ(KindOf(store_->PutIfAbsent("t/data/a", "two")), ErrorKind::kConflict);
  EXPECT_EQ(Get("t/data/a"), "one");
  const std::string etag = store_->Head("t/data/a")->etag;
  ASSERT_TRUE(store_->Put("t/data/a", "two").has_value());
  EXPECT_EQ(Get("t/data/a"), "two");
  EXPECT_NE(store_->Head("t/data/a")->etag, etag);
  ASSERT_TRUE(store_->Put("b", "").has_value());
  EXPECT_EQ(Get("b"), "");
  EXPECT_TRUE(Temporaries().empty());
}

TEST_P(LocalStoreContract, ReadsRangesWithinTheObject) {
  ASSERT_TRUE(store_->PutIfAbsent("a", "0123456789").has_value());
  EXPECT_EQ(*store_->GetRange("a", 2, 3), "234");
  EXPECT_EQ(*store_->GetRange("a", 8, UINT64_MAX), "89");
  EXPECT_EQ(*store_->GetRange("a", 10, 1), "");
  EXPECT_EQ(*store_->GetRange("a", UINT64_MAX, 1), "");
  EXPECT_EQ(*store_->GetRange("a", 0, 0), "");
  EXPECT_EQ(KindOf(store_->Get("a", 9)), ErrorKind::kTooLarge);
  EXPECT_EQ(store_->Head("a")->size, 10u);
}

TEST_P(LocalStoreContract, SaysNotFoundOfAbsentObjectsAndDirectories) {
  ASSERT_TRUE(store_->PutIfAbsent("d/a", "x").has_value());
  for (const char* key : {"none", "d", "d/none", "none/a", "d/a/b"}) {
    EXPECT_EQ(KindOf(store_->Get(key, kAll)), ErrorKind::kNotFound) << key;
    EXPECT_EQ(KindOf(store_->GetRange(key, 0, 1)), ErrorKind::kNotFound) << key;
    EXPECT_EQ(KindOf(store_->Head(key)), ErrorKind::kNotFound) << key;
    EXPECT_TRUE(store_->Delete(key).has_value()) << key;
  }
  EXPECT_EQ(Get("d/a"), "x");
}

TEST_P(LocalStoreContract, RefusesKeysThatAreNone) {
  const std::string keys[] = {"",
                              "/a",
                              "a/",
                              "a//b",
                              ".",
                              "..",
                              "a/../b",
                              "./a",
                              "a/.",
                              "../a",
                              std::string("a\0b", 3),
                              std::string(1025, 'k'),
                              std::string(256, 's'),
                              ".tarn-tmp",
                              ".tarn-tmp/a"};
  for (const std::string& key : keys) {
    EXPECT_EQ(KindOf(store_->PutIfAbsent(key, "x")), ErrorKind::kInvalid) << key;
    EXPECT_EQ(KindOf(store_->Put(key, "x")), ErrorKind::kInvalid) << key;
    EXPECT_EQ(KindOf(store_->Get(key, 1)), ErrorKind::kInvalid) << key;
    EXPECT_EQ(KindOf(store_->Head(key)), ErrorKind::kInvalid) << key;
    EXPECT_EQ(KindOf(store_->Delete(key)), ErrorKind::kInvalid) << key;
    EXPECT_EQ(KindOf(store_->Begin(key)), ErrorKind::kInvalid) << key;
  }
  for (const std::string& key :
       {std::string(255, 's'), std::string("..."), std::string("a/.tarn-tmp"),
        std::string("name=a%3Ab/d=1/é ü.parquet")}) {
    EXPECT_TRUE(store_->PutIfAbsent(key, key).has_value()) << key;
    EXPECT_EQ(Get(key), key);
  }
}

TEST_P(LocalStoreContract, RefusesKeysBelowAndAboveObjects) {
  ASSERT_TRUE(store_->PutIfAbsent("a/b", "x").has_value());
  EXPECT_EQ(KindOf(store_->PutIfAbsent("a/b/c", "y")), ErrorKind::kInvalid);
  EXPECT_EQ(KindOf(store_->PutIfAbsent("a/b/c/d", "y")), ErrorKind::kInvalid);
  EXPECT_EQ(KindOf(store_->PutIfAbsent("a", "y")), ErrorKind::kInvalid);
  EXPECT_EQ(KindOf(store_->Put("a", "y")), ErrorKind::kInvalid);
  EXPECT_EQ(Get("a/b"), "x");
  EXPECT_TRUE(Temporaries().empty());
}

TEST_P(LocalStoreContract, DeleteRemovesEmptyDirectories) {
  ASSERT_TRUE(store_->PutIfAbsent("t/x/y/a", "1").has_value());
  ASSERT_TRUE(store_->PutIfAbsent("t/b", "2").has_value());
  ASSERT_TRUE(store_->Delete("t/x/y/a").has_value());
  EXPECT_EQ(KindOf(files().Stat(directory_ + "/t/x")), ErrorKind::kNotFound);
  EXPECT_EQ(Get("t/b"), "2");
  ASSERT_TRUE(store_->Delete("t/b").has_value());
  EXPECT_TRUE(files().Stat(directory_).has_value());
  ASSERT_TRUE(store_->PutIfAbsent("t/x/y/a", "3").has_value());
  EXPECT_EQ(Get("t/x/y/a"), "3");
}

TEST_P(LocalStoreContract, PutMakesAVanishedDirectoryAgain) {
  ASSERT_TRUE(store_->PutIfAbsent("t/x/a", "1").has_value());
  ASSERT_TRUE(files().Remove(directory_ + "/t/x/a").has_value());  // by another process
  ASSERT_TRUE(files().Remove(directory_ + "/t/x").has_value());
  ASSERT_TRUE(files().Remove(directory_ + "/t").has_value());
  EXPECT_TRUE(store_->PutIfAbsent("t/x/a", "2").has_value());
  EXPECT_EQ(Get("t/x/a"), "2");
}

TEST_P(LocalStoreContract, UploadsAppearWholeOrNotAtAll) {
  {
    const auto upload = *store_->Begin("u/a");
    ASSERT_TRUE(upload->Append("one,").has_value());
    ASSERT_TRUE(upload->Append("").has_value());
    ASSERT_TRUE(upload->Append("two").has_value());
    EXPECT_EQ(Get("u/a"), "(absent)");
    ASSERT_TRUE(upload->Finish().has_value());
    EXPECT_EQ(Get("u/a"), "one,two");
    EXPECT_EQ(KindOf(upload->Append("three")), ErrorKind::kIo);
    EXPECT_EQ(KindOf(upload->Finish()), ErrorKind::kIo);
  }
  {
    const auto dropped = *store_->Begin("u/b");
    ASSERT_TRUE(dropped->Append("gone").has_value());
    EXPECT_EQ(Temporaries().size(), 1u);
  }
  EXPECT_EQ(KindOf((*store_->Begin("u/a"))->Finish()), ErrorKind::kConflict);
  EXPECT_EQ(Get("u/b"), "(absent)");
  EXPECT_TRUE(Temporaries().empty());
}

TEST_P(LocalStoreContract, RemovesTemporariesOfTheDeadOnly) {
  const std::string dead = directory_ + "/.tarn-tmp/.tmp-" + os::RandomUuid(os::SystemEntropy());
  for (const char* suffix : {"-1", "-2", ".lock"}) {
    ASSERT_TRUE(files().Open(dead + suffix, os::OpenMode::kCreateNew).has_value());
  }
  const auto upload = *store_->Begin("a");
  ASSERT_TRUE(upload->Append("alive").has_value());
  const auto second = OpenStore(files(), directory_);
  EXPECT_EQ(Temporaries().size(), 1u);
  ASSERT_TRUE(second->PutIfAbsent("b", "").has_value());
  ASSERT_TRUE(upload->Finish().has_value());
  EXPECT_EQ(second->Get("a", kAll).value_or(""), "alive");
}

TEST_P(LocalStoreContract, UriIsTheLiteralPath) {
  EXPECT_EQ(store_->Uri("t/data/name=a%3Ab c/é.parquet"),
            "file://" + directory_ + "/t/data/name=a%3Ab c/é.parquet");
}

TEST_P(LocalStoreContract, ServesPutsAndDeletesOfOneDirectoryAtOnce) {
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([this, thread] {
      for (int n = 0; n < 40; ++n) {
        const std::string key = Format("t/x/y/{}", thread);
        EXPECT_TRUE(store_->PutIfAbsent(key, key).has_value());
        EXPECT_EQ(Get(key), key);
        EXPECT_TRUE(store_->Delete(key).has_value());
      }
    });
  }
  threads.clear();
  EXPECT_EQ(KindOf(files().Stat(directory_ + "/t")), ErrorKind::kNotFound);
}

TEST_P(LocalStoreContract, OnePutOfManyWins) {
  std::atomic<int> won = 0;
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      const Status put = store_->PutIfAbsent("race/a", Format("{}", thread));
      won += put.has_value();
      if (!put) {
        EXPECT_EQ(put.error().kind(), ErrorKind::kConflict);
      }
    });
  }
  threads.clear();
  EXPECT_EQ(won, 1);
}

INSTANTIATE_TEST_SUITE_P(PosixAndFaulty, LocalStoreContract, testing::Bool(),
                         [](const auto& name) { return name.param ? "Posix" : "Faulty"; });

/// What a bucket may hold after a crash, by what its calls answered.
struct Model {
  std::map<std::string, std::vector<std::string>> possible;  ///< "" stands for absent

  void Note(const std::string& key, const std::string& bytes, const Status& status) {
    std::vector<std::string>& may_be = possible[key];
    if (may_be.empty()) may_be.push_back("");
    if (!status && status.error().kind() != ErrorKind::kUnknownOutcome) return;
    if (status) may_be.clear();
    may_be.push_back(bytes);
  }
};

/// A small life of a bucket. returns  false once a call has failed
bool Work(ObjectStore& store, Model* model) {
  bool well = true;
  const auto note = [&](const std::string& key, const std::string& bytes, const Status& status) {
    model->Note(key, bytes, status);
    well &= status.has_value();
  };
  const std::string large(1500, 'l');
  note("t/d=1/a", "1", store.PutIfAbsent("t/d=1/a", "1"));
  note("t/d=1/b", large, store.PutIfAbsent("t/d=1/b", large));
  note("t/d=2/c", "3", store.PutIfAbsent("t/d=2/c", "3"));
  note("t/d=1/b", "4", store.Put("t/d=1/b", "4"));
  note("t/d=2/c", "", store.Delete("t/d=2/c"));
  Status uploaded;
  auto upload = store.Begin("t/d=2/e");
  if (upload) {
    uploaded = (*upload)->Append(large);
    if (uploaded) uploaded = (*upload)->Append("end");
    if (uploaded) uploaded = (*upload)->Finish();
  } else {
    uploaded = std::unexpected(upload.error());
  }
  note("t/d=2/e", large + "end", uploaded);
  return well;
}

TEST(LocalStore, KeepsWhatItAcknowledgedThroughAnyFaultAndCrash) {
  for (uint64_t seed = 0; seed < 12; ++seed) {
    for (uint64_t call = 1;; ++call) {
      os::FaultyFiles files(seed);
      Model model;
      bool well = false;
      {
        const auto store = OpenStore(files, "/data/bucket");
        files.Fail({.call = call, .from_then_on = seed % 2 == 0, .no_space = seed % 3 == 0});
        well = Work(*store, &model);
        files.Crash(seed * 1000 + call);
      }
      const auto store = OpenStore(files, "/data/bucket");
      for (const auto& [key, possible] : model.possible) {
        const auto got = store->Get(key, kAll);
        EXPECT_TRUE(got || got.error().kind() == ErrorKind::kNotFound);
        const std::string now = got.value_or("");
        EXPECT_NE(std::ranges::find(possible, now), possible.end())
            << key << " has " << now.size() << " bytes after call " << call << " of seed " << seed;
      }
      EXPECT_EQ(files.List("/data/bucket/.tarn-tmp")->size(), 1u);  // the lock of this session
      if (well) break;
    }
  }
}

TEST(LocalStore, OutcomeIsUnknownOnlyWhenTheNameIsNotSynced) {
  os::FaultyFiles files;
  const auto store = OpenStore(files, "/b");
  ASSERT_TRUE(store->PutIfAbsent("a", "").has_value());
  for (const auto call :
       {os::FileCall::kOpen, os::FileCall::kWrite, os::FileCall::kSync, os::FileCall::kRename}) {
    files.Fail({.of = call});
    EXPECT_EQ(KindOf(store->PutIfAbsent("x", "x")), ErrorKind::kIo);
    EXPECT_EQ(KindOf(store->Get("x", kAll)), ErrorKind::kNotFound);
  }
  files.Fail({.of = os::FileCall::kSyncDirectory});
  EXPECT_EQ(KindOf(store->PutIfAbsent("x", "x")), ErrorKind::kUnknownOutcome);
  EXPECT_EQ(store->Get("x", kAll).value_or(""), "x");
}

TEST(LocalStore, TakesNoWritesAfterAFailedSyncUntilOpenedAgain) {
  os::FaultyFiles files;
  auto store = OpenStore(files, "/b");
  ASSERT_TRUE(store->PutIfAbsent("old", "x").has_value());
  files.Fail({.of = os::FileCall::kSyncDirectory});
  EXPECT_EQ(KindOf(store->PutIfAbsent("t/a", "x")), ErrorKind::kIo);
  EXPECT_EQ(KindOf(store->PutIfAbsent("b", "x")), ErrorKind::kIo);
  EXPECT_EQ(KindOf(store->Put("old", "y")), ErrorKind::kIo);
  EXPECT_EQ(store->Get("old", kAll).value_or(""), "x");
  store = OpenStore(files, "/b");
  EXPECT_TRUE(store->PutIfAbsent("b", "x").has_value());
}

TEST(LocalStore, MakesAnObjectDurableBeforeItCallsItExisting) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    os::FaultyFiles files(seed);
    auto store = OpenStore(files, "/b");
    ASSERT_TRUE(os::WriteFileAtomically(files, "/x", "named by a process that died").has_value());
    ASSERT_TRUE(files.Rename("/x", "/b/a").has_value());
    EXPECT_EQ(KindOf(store->PutIfAbsent("a", "")), ErrorKind::kConflict);
    files.Crash(seed);
    EXPECT_TRUE(OpenStore(files, "/b")->Head("a").has_value());
  }
}

TEST(LocalStore, FailsWithoutSpaceAndLeavesNothing) {
  os::FaultyFiles files;
  const auto store = OpenStore(files, "/b");
  files.LimitSpace(100);
  EXPECT_EQ(KindOf(store->PutIfAbsent("x", std::string(101, 'x'))), ErrorKind::kIo);
  EXPECT_EQ(*files.FreeBytes("/"), 100u);
  EXPECT_TRUE(store->PutIfAbsent("x", std::string(100, 'x')).has_value());
}

TEST(LocalStore, SyncsADirectoryChainOnce) {
  os::FaultyFiles files;
  const auto store = OpenStore(files, "/b");
  ASSERT_TRUE(store->PutIfAbsent("t/x/y/1", "").has_value());
  const uint64_t before = files.calls(os::FileCall::kSyncDirectory);
  ASSERT_TRUE(store->PutIfAbsent("t/x/y/2", "").has_value());
  EXPECT_EQ(files.calls(os::FileCall::kSyncDirectory) - before, 1u);
}

}  // namespace
}  // namespace tarn::store
