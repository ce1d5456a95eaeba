#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "os/faulty_files.h"
#include "os/simulated_clock.h"
#include "store/local_store.h"

namespace tarn::store {
namespace {

class LocalListing : public testing::Test {
 protected:
  void Put(const std::vector<std::string>& keys) {
    for (const std::string& key : keys) {
      ASSERT_TRUE(store_->PutIfAbsent(key, key).has_value()) << key;
    }
  }
  /// All pages of a listing; prefixes have a `>` in front.
  std::vector<std::string> Items(const std::string& prefix, std::string_view delimiter,
                                 size_t keys_max, const std::string& after = "") {
    std::vector<std::string> items;
    std::string next = after;
    do {
      const auto page = store_->List(prefix, next, delimiter, keys_max);
      EXPECT_TRUE(page.has_value()) << page.error().message();
      if (!page) return items;
      EXPECT_LE(page->objects.size() + page->prefixes.size(), keys_max);
      for (const auto& object : page->objects) items.push_back(object.key);
      for (const auto& cut : page->prefixes) items.push_back(">" + cut);
      next = page->next;
    } while (!next.empty());
    std::ranges::sort(items, {}, [](const std::string& item) {
      return item.starts_with('>') ? item.substr(1) : item;
    });
    return items;
  }

  os::FaultyFiles files_;
  os::SeededEntropy entropy_{1};
  std::unique_ptr<ObjectStore> store_ = *LocalStore::Open("/bucket", files_, entropy_);
};

using Strings = std::vector<std::string>;

TEST_F(LocalListing, IsInKeyOrderNotInDirectoryOrder) {
  Put({"a/x", "a.b", "a-b/y", "a-b.c", "a0", "B", "a/x.1/z", "a/x-"});
  const auto page = store_->List("", "", "", 100);
  Strings keys;
  for (const auto& object : page->objects) keys.push_back(object.key);
  EXPECT_TRUE(std::ranges::is_sorted(keys));
  EXPECT_EQ(keys.size(), 8u);
  EXPECT_EQ(page->next, "");
  EXPECT_EQ(page->objects[0].size, 1u);
  EXPECT_EQ(page->objects[0].etag, store_->Head("B")->etag);
}

TEST_F(LocalListing, CutsAtTheDelimiterAfterThePrefix) {
  Put({"t/a", "t/x/1", "t/x/2", "t/y/z/1", "u"});
  EXPECT_EQ(Items("", "/", 10), (Strings{">t/", "u"}));
  EXPECT_EQ(Items("t/", "/", 10), (Strings{"t/a", ">t/x/", ">t/y/"}));
  EXPECT_EQ(Items("t", "/", 10), (Strings{">t/"}));
  EXPECT_EQ(Items("t/x/", "/", 10), (Strings{"t/x/1", "t/x/2"}));
  EXPECT_EQ(Items("t/x", "", 10), (Strings{"t/x/1", "t/x/2"}));
  EXPECT_EQ(Items("t/", "/", 10, "t/x/1"), (Strings{">t/x/", ">t/y/"}));
  EXPECT_EQ(Items("t/", "/", 10, "t/x/"), (Strings{">t/y/"}));
  EXPECT_EQ(Items("none/", "/", 10), Strings());
  EXPECT_EQ(Items("../", "/", 10), Strings());
  EXPECT_EQ(Items("t//", "", 10), Strings());
}

TEST_F(LocalListing, ShowsNeitherEmptyDirectoriesNorTemporaries) {
  Put({"a"});
  ASSERT_TRUE(files_.MakeDirectories("/bucket/empty/inner").has_value());
  const auto upload = store_->Begin("b");
  EXPECT_EQ(Items("", "/", 10), Strings{"a"});
  EXPECT_EQ(Items("", "", 10), Strings{"a"});
}

TEST_F(LocalListing, ReportsADiskErrorInsteadOfAShorterList) {
  Put({"a/1", "b/2"});
  for (const auto call : {os::FileCall::kList, os::FileCall::kStat}) {
    files_.Fail({.call = 2, .of = call});
    EXPECT_EQ(store_->List("", "", "", 10).error().kind(), ErrorKind::kIo);
  }
}

/// What a listing must be, from all keys.
Strings Expected(const std::set<std::string>& keys, const std::string& prefix,
                 const std::string& delimiter, const std::string& after) {
  Strings items;
  for (const std::string& key : keys) {
    if (!key.starts_with(prefix) || key <= after) continue;
    const size_t at = delimiter.empty() ? std::string::npos : key.find(delimiter, prefix.size());
    const std::string cut =
        at == std::string::npos ? key : ">" + key.substr(0, at + delimiter.size());
    if (cut == ">" + after) continue;
    if (items.empty() || items.back() != cut) items.push_back(cut);
  }
  return items;
}

TEST_F(LocalListing, AgreesWithAModelOnRandomTrees) {
  std::mt19937 random(3);
  const Strings names = {"a", "b", "a.b", "a-", "a0", "ab", "x=1", "x=1%2F"};
  std::set<std::string> keys;
  while (keys.size() < 60) {
    std::string key = names[random() % names.size()];
    for (auto depth = random() % 4; depth > 0; --depth) key += "/" + names[random() % names.size()];
    const Status put = store_->PutIfAbsent(key, "");
    if (put) keys.insert(key);
  }
  const Strings prefixes = {"", "a", "a/", "a/b", "a/b/", "a.", "x=1/", "zz", "a-/a"};
  for (const std::string& prefix : prefixes) {
    for (const char* delimiter : {"", "/", "b", "a/"}) {
      for (const std::string& after : {std::string(), *keys.begin(), *std::next(keys.begin(), 30),
                                       std::string("a/"), std::string("a/b/"), std::string("b")}) {
        for (const size_t keys_max : {size_t{1}, size_t{3}, size_t{1000}}) {
          EXPECT_EQ(Items(prefix, delimiter, keys_max, after),
                    Expected(keys, prefix, delimiter, after))
              << "prefix " << prefix << " delimiter " << delimiter << " after " << after;
        }
      }
    }
  }
}

}  // namespace
}  // namespace tarn::store
