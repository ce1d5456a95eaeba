#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "catalog/store/pointer_store.h"

namespace tarn::catalog {
namespace {

using schema::TableName;

class SqliteStore : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "tarn catalog XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    path_ = directory_ + "/catalog.db";
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<PointerStore> Open(StoreAccess access = StoreAccess::kReadWrite) {
    auto store = OpenSqliteStore(path_, access);
    EXPECT_TRUE(store) << store.error().message();
    return store ? *std::move(store) : nullptr;
  }

  static SwapOutcome SwapOne(PointerStore& store, const TableName& name,
                             std::optional<std::string> from, const std::string& to) {
    auto outcome = store.Swap({{name, std::move(from), to}}, {});
    EXPECT_TRUE(outcome) << outcome.error().message();
    return outcome.value_or(SwapOutcome::kConflict);
  }

  std::string directory_;
  std::string path_;
  const TableName table_{"default", "t"};
};

TEST_F(SqliteStore, ANewTableIsInsertedOnceAndItsDatabaseIsMade) {
  auto store = Open();
  EXPECT_EQ(SwapOne(*store, table_, std::nullopt, "m0"), SwapOutcome::kApplied);
  EXPECT_EQ(SwapOne(*store, table_, std::nullopt, "m0b"), SwapOutcome::kConflict);
  EXPECT_EQ(**store->Read(table_), "m0");
  EXPECT_EQ(*store->ListDatabases(), std::vector<std::string>{"default"});
  EXPECT_EQ(*store->ListTables("default"), std::vector<TableName>{table_});
  EXPECT_FALSE(store->Read({"default", "other"})->has_value());
}

TEST_F(SqliteStore, OpensBesideAnotherProcessThatIsMakingTheDatabase) {
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &other), SQLITE_OK);
  const auto run = [&](const char* sql) {
    EXPECT_EQ(sqlite3_exec(other, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sql;
  };
  run("CREATE TABLE t (n)");
  run("BEGIN IMMEDIATE");
  std::thread ending([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    run("COMMIT");
  });
  EXPECT_NE(Open(), nullptr);
  ending.join();
  sqlite3_close(other);
}

TEST_F(SqliteStore, APointerMovesOnlyFromWhereItIs) {
  auto store = Open();
  SwapOne(*store, table_, std::nullopt, "m0");
  EXPECT_EQ(SwapOne(*store, table_, "m0", "m1"), SwapOutcome::kApplied);
  EXPECT_EQ(SwapOne(*store, table_, "m0", "m2"), SwapOutcome::kConflict);
  EXPECT_EQ(**store->Read(table_), "m1");
}

TEST_F(SqliteStore, OneStalePointerKeepsAllOthersWhereTheyAre) {
  auto store = Open();
  const TableName other{"default", "other"};
  SwapOne(*store, table_, std::nullopt, "m0");
  SwapOne(*store, other, std::nullopt, "o0");
  EXPECT_EQ(store->Swap({{table_, "m0", "m1"}, {other, "stale", "o1"}}, {}),
            SwapOutcome::kConflict);
  EXPECT_EQ(**store->Read(table_), "m0");
  EXPECT_EQ(**store->Read(other), "o0");
}

TEST_F(SqliteStore, TwoThreadsNeverBothMoveOnePointer) {
  auto store = Open();
  SwapOne(*store, table_, std::nullopt, "0");
  const auto count = [&](int times) {
    for (int done = 0; done < times;) {
      const std::string at = **store->Read(table_);
      done +=
          SwapOne(*store, table_, at, std::to_string(std::stoi(at) + 1)) == SwapOutcome::kApplied;
    }
  };
  std::thread other([&] { count(50); });
  count(50);
  other.join();
  EXPECT_EQ(**store->Read(table_), "100");
}

TEST_F(SqliteStore, AWriterWaitsForAnotherConnectionsTransaction) {
  auto store = Open();
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_FALSE(store->Read(table_)->has_value());  // readers do not wait
  std::thread unlock([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    sqlite3_exec(other, "COMMIT", nullptr, nullptr, nullptr);
  });
  EXPECT_EQ(SwapOne(*store, table_, std::nullopt, "m0"), SwapOutcome::kApplied);
  unlock.join();
  sqlite3_close(other);
}

TEST_F(SqliteStore, ATableOfAnOlderEngineWithoutTypesIsTakenOver) {
  sqlite3* older = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &older), SQLITE_OK);
  sqlite3_exec(older,
               "CREATE TABLE iceberg_tables (catalog_name VARCHAR(255) NOT NULL, table_namespace "
               "VARCHAR(255) NOT NULL, table_name VARCHAR(255) NOT NULL, metadata_location "
               "VARCHAR(1000), previous_metadata_location VARCHAR(1000), PRIMARY KEY "
               "(catalog_name, table_namespace, table_name));"
               "INSERT INTO iceberg_tables VALUES ('tarn', 'default', 't', 'm0', NULL);"
               "INSERT INTO iceberg_tables VALUES ('other', 'default', 'u', 'x0', NULL)",
               nullptr, nullptr, nullptr);
  sqlite3_close(older);
  auto store = Open();
  EXPECT_EQ(*store->ListTables("default"), std::vector<TableName>{table_});
  EXPECT_EQ(SwapOne(*store, table_, "m0", "m1"), SwapOutcome::kApplied);
}

TEST_F(SqliteStore, StreamIdsAreNeverGivenAgain) {
  auto store = Open();
  const StreamId first = *store->AddStream("a", "{}");
  EXPECT_EQ(store->AddStream("a", "{}").error().kind(), ErrorKind::kConflict);
  ASSERT_TRUE(store->UpdateStream(first, "{\"v\":2}"));
  EXPECT_EQ(store->ListStreams()->at(0).definition, "{\"v\":2}");
  ASSERT_TRUE(store->RemoveStream(first));
  EXPECT_EQ(store->RemoveStream(first).error().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(store->UpdateStream(first, "{}").error().kind(), ErrorKind::kNotFound);
  EXPECT_GT(*store->AddStream("a", "{}"), first);
}

TEST_F(SqliteStore, TheFileIsPrivate) {
  auto store = Open();
  struct stat info{};
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
}

TEST_F(SqliteStore, ReadersSeeCommitsOfARunningWriterAndWriteNothing) {
  auto writer = Open();
  auto reader = Open(StoreAccess::kReadOnly);
  SwapOne(*writer, table_, std::nullopt, "m0");
  EXPECT_EQ(**reader->Read(table_), "m0");
  SwapOne(*writer, table_, "m0", "m1");
  EXPECT_EQ(**reader->Read(table_), "m1");
  EXPECT_EQ(reader->Swap({{table_, "m1", "m2"}}, {}).error().kind(), ErrorKind::kInvalid);
}

TEST_F(SqliteStore, ReadersDoNotNeedAWriterAndDoNotMakeAFile) {
  EXPECT_EQ(OpenSqliteStore(path_, StoreAccess::kReadOnly).error().kind(), ErrorKind::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(path_));
  SwapOne(*Open(), table_, std::nullopt, "m0");
  EXPECT_EQ(**Open(StoreAccess::kReadOnly)->Read(table_), "m0");
}

TEST_F(SqliteStore, ReadersWorkInADirectoryTheyCannotWrite) {
  SwapOne(*Open(), table_, std::nullopt, "m0");
  if (geteuid() == 0) {
    // Modes do not bind root: another user reads instead, in a process of its own.
    chmod(directory_.c_str(), 0755);
    chmod(path_.c_str(), 0644);
    const pid_t child = fork();
    if (child == 0) {
      if (setgid(65534) != 0 || setuid(65534) != 0) _exit(3);
      auto store = OpenSqliteStore(path_, StoreAccess::kReadOnly);
      if (!store) _exit(2);
      auto pointer = (*store)->Read(table_);
      _exit(pointer && *pointer == "m0" ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(WEXITSTATUS(status), 0);
  } else {
    chmod(directory_.c_str(), 0500);
    EXPECT_EQ(**Open(StoreAccess::kReadOnly)->Read(table_), "m0");
    chmod(directory_.c_str(), 0700);
  }
}

TEST_F(SqliteStore, ANewerLayoutIsRefused) {
  Open();
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &database), SQLITE_OK);
  sqlite3_exec(database, "UPDATE tarn_meta SET value = '2'", nullptr, nullptr, nullptr);
  sqlite3_close(database);
  const auto store = OpenSqliteStore(path_, StoreAccess::kReadWrite);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind(), ErrorKind::kUnsupported);
  EXPECT_EQ(store.error().message(),
            "the catalog database has layout version 2; this Tarn knows 1. Use a newer Tarn");
}

TEST_F(SqliteStore, AFileThatIsNoDatabaseIsCorrupt) {
  FILE* file = fopen(path_.c_str(), "w");
  for (int i = 0; i < 1000; ++i) fputs("not a database ", file);
  fclose(file);
  EXPECT_EQ(OpenSqliteStore(path_, StoreAccess::kReadWrite).error().kind(), ErrorKind::kCorrupt);
}

}  // namespace
}  // namespace tarn::catalog
