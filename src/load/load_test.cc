#include "load/load.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "load/load_mark.h"
#include "load/load_testing.h"

namespace tarn::load {
namespace {

using store::StoreFault;
using Counts = LoadRig::Counts;

TEST(Load, OptionsThatAreWrongAreRefusedBeforeAnythingIsMade) {
  LoadRig rig;
  rig.directory.Write("a", "{\"n\":1}\n");
  const auto with = [&](auto&& change) {
    LoadOptions options = rig.Options("a");
    change(&options);
    return options;
  };
  const struct {
    LoadOptions options;
    std::string message;
  } cases[] = {
      {with([](auto* o) { o->inputs = {}; }), "no input is named"},
      {with([](auto* o) { o->threads = 0; }), "threads must be 1 to 256"},
      {with([](auto* o) { o->memory_bytes_max = 1; }), "memory must be at least 64 MiB"},
      {with([](auto* o) { o->commit_bytes = 1; }), "a commit takes at least 64 KiB"},
      {with([](auto* o) { o->columns = ""; }), "expected a column's name"},
      {with([](auto* o) { o->table.table = "t_rejects"; }), "the suffix _rejects is reserved"},
      {with([](auto* o) { o->table.table = "A b"; }), "the name 'A b'"},
      {with([](auto* o) { o->partition_by = "day(n)"; }), "day"},
      {with([](auto* o) { o->format = RecordFormat::kText, o->columns = "n bigint"; }),
       "text lines have the one column 'message'"},
  };
  for (const auto& c : cases) {
    const auto done = rig.Load(c.options);
    ASSERT_FALSE(done) << c.message;
    EXPECT_NE(done.error().message().find(c.message), std::string::npos) << done.error().message();
    EXPECT_FALSE(rig.Catalog()->LoadTable(c.options.table)) << c.message;
  }
}

TEST(Load, ThreadsAndPortionsChangeFilesNotRows) {
  std::mt19937 random(1);
  for (const size_t threads : {1, 2, 5}) {
    LoadRig rig;
    std::vector<std::string> inputs;
    uint64_t end = 0;
    for (int i = 0; i < 12; ++i) {
      const uint64_t begin = end;
      end += 1 + random() % 1500;
      inputs.push_back(rig.directory.Write(Format("{}", i), NumberedLines(begin, end, 100)));
    }
    LoadOptions options = rig.Options("");
    options.inputs = inputs;
    options.threads = threads;
    const auto loaded = rig.Load(options);
    ASSERT_TRUE(loaded) << loaded.error().message();
    EXPECT_GT(loaded->commits, threads == 1 ? 5U : 1U);
    EXPECT_EQ(rig.Committed(), (Counts{end - end / 100, end / 100}));
    EXPECT_EQ(loaded->rows, end - end / 100);
    EXPECT_EQ(loaded->columns, "n bigint, part string, text string");
    EXPECT_EQ(rig.Load(options)->sources_unchanged, inputs.size());
    EXPECT_EQ(rig.DataFiles(), rig.ListedFiles());
  }
}

TEST(Load, WhicheverStoreCallFailsTheSameLoadGoesOnToEachRecordOnce) {
  constexpr uint64_t kRecords = 1500;
  for (const auto what : {StoreFault::What::kUnavailable, StoreFault::What::kIo,
                          StoreFault::What::kLostReply, StoreFault::What::kLostRequest}) {
    int failures = 0;
    for (uint64_t call = 1; call < 60; call += 1 + call / 12) {
      LoadRig rig;
      rig.directory.Write("a", NumberedLines(0, kRecords, 300));
      rig.faults.Fail({.what = what, .call = call});
      failures += !rig.Load(rig.Options("a"));
      rig.faults.Clear();
      const auto loaded = rig.Load(rig.Options("a"));
      ASSERT_TRUE(loaded) << loaded.error().message();
      EXPECT_EQ(rig.Committed(), (Counts{kRecords - 5, 5})) << "call " << call;
      EXPECT_EQ(rig.DataFiles(), rig.ListedFiles()) << "call " << call;
      EXPECT_EQ(os::PosixFiles().List(rig.marks())->size(), 0U) << "call " << call;
    }
    EXPECT_GT(failures, 5);
  }
}

TEST(Load, AFailedLoadLeavesNoFileWhereItsStoreStillAnswers) {
  LoadRig rig;
  rig.directory.Write("a", NumberedLines(0, 3000));
  rig.directory.Write("z", NumberedLines(3000, 6000) + std::string(33 * kMiB, 'x'));
  LoadOptions options = rig.Options("a");
  options.inputs.push_back(rig.directory.Path("z"));
  const auto failed = rig.Load(options);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind(), ErrorKind::kTooLarge);
  EXPECT_GE(rig.Committed().rows, 3000U);
  EXPECT_EQ(rig.DataFiles(), rig.ListedFiles());
  EXPECT_EQ(os::PosixFiles().List(rig.marks())->size(), 0U);
}

TEST(Load, FilesOfADeadLoadAreRemovedAndThoseOfALivingOneStay) {
  LoadRig rig;
  rig.directory.Write("a", NumberedLines(0, 10));
  ASSERT_TRUE(rig.Load(rig.Options("a")));
  const std::string uuid = rig.Catalog()->LoadTable({"default", "events"})->uuid;
  const std::string data = "buckets/lake/default/events/data/_day=2026-11-21/";
  const std::string rejects = "buckets/lake/default/events_rejects/data/";
  for (const char* id : {"dead", "alive"}) {
    rig.directory.Write(data + FileStem(id) + "0-0.parquet", "x");
    rig.directory.Write(rejects + FileStem(id) + "0-0.parquet", "x");
  }
  rig.directory.Write(data + "node-0-1-2-0.parquet", "a server's");
  rig.directory.Write(Format("run/load-{}-dead.lock", uuid), "");
  rig.directory.Write("run/load-another-dead.lock", "");
  const auto alive = LoadMark::Make(rig.marks(), uuid, "alive", os::PosixFiles());
  ASSERT_TRUE(alive);
  rig.directory.Write("a", NumberedLines(0, 20));
  ASSERT_TRUE(rig.Load(rig.Options("a")));
  EXPECT_EQ(rig.DataFiles(), rig.ListedFiles() + 3);
  std::vector<std::string> expected = {Format("load-{}-alive.lock", uuid),
                                       "load-another-dead.lock"};
  std::ranges::sort(expected);
  EXPECT_EQ(*os::PosixFiles().List(rig.marks()), expected);
}

TEST(Load, ARecordsTimeIsWhenItsSourceWasFirstSeen) {
  LoadRig rig;
  rig.directory.Write("a", NumberedLines(0, 5));
  ASSERT_TRUE(rig.Load(rig.Options("a")));
  rig.clock.Advance(3LL * 24 * 3600 * 1'000'000);
  rig.directory.Write("a", NumberedLines(0, 10));
  ASSERT_TRUE(rig.Load(rig.Options("a")));
  const auto days = [&] {
    size_t count = 0;
    for (const std::string& name : rig.directory.Names())
      count +=
          name.starts_with("buckets/lake/default/events/data/_day=") && !name.ends_with(".parquet");
    return count;
  };
  EXPECT_EQ(days(), 1U);
  rig.directory.Write("b", NumberedLines(10, 15));
  ASSERT_TRUE(rig.Load(rig.Options("b")));
  EXPECT_EQ(days(), 2U);
}

TEST(Load, ColumnsThatComeLateAreAddedByWhicheverWorkerMeetsThem) {
  LoadRig rig;
  std::string lines = NumberedLines(0, 4000);
  for (int i = 0; i < 4000; ++i)
    lines += Format("{{\"n\":{},\"late{}\":{{\"x\":{}}}}}\n", 4000 + i, i % 7, i);
  rig.directory.Write("a", lines);
  LoadOptions options = rig.Options("a");
  options.threads = 4;
  const auto loaded = rig.Load(options);
  ASSERT_TRUE(loaded) << loaded.error().message();
  EXPECT_EQ(rig.Committed(), (Counts{8000, 0}));
  EXPECT_TRUE(loaded->without_column.empty());
  const auto table = rig.Catalog()->LoadTable({"default", "events"});
  for (int i = 0; i < 7; ++i) EXPECT_NE(table->schema.Find(Format("late{}", i)), nullptr);
}

TEST(Load, LinesOfTextGoIntoNoColumnOfAnotherType) {
  const struct {
    std::string record;
    std::string message;
  } cases[] = {
      {R"({"message":1})", "column 'message' is bigint, and lines of text fill it with string"},
      {R"({"message":{"x":1}})", "column 'message' is struct<x:bigint>, and lines of text"},
      {R"({"message":["x"]})", "column 'message' is array<string>, and lines of text"},
      {R"({"other":1})", "has no column 'message', and it may not be added"},
      {R"({"message":"x"})", ""},
  };
  for (const auto& c : cases) {
    LoadRig rig;
    rig.directory.Write("a", c.record + "\n");
    ASSERT_TRUE(rig.Load(rig.Options("a")));
    rig.directory.Write("b", "a line\n");
    LoadOptions options = rig.Options("b");
    options.format = RecordFormat::kText;
    options.may_add_columns = false;
    const auto loaded = rig.Load(options);
    EXPECT_EQ(rig.Committed(), (Counts{c.message.empty() ? 2U : 1U, 0}));
    if (c.message.empty()) continue;
    ASSERT_FALSE(loaded) << c.record;
    EXPECT_EQ(loaded.error().kind(), ErrorKind::kInvalid);
    EXPECT_NE(loaded.error().message().find(c.message), std::string::npos)
        << loaded.error().message();
  }
}

TEST(Load, LinesOfTextWithoutALetterAreRowsOfANewTable) {
  LoadRig rig;
  rig.directory.Write("a", "\n\n");
  LoadOptions options = rig.Options("a");
  options.format = RecordFormat::kText;
  const auto loaded = rig.Load(options);
  ASSERT_TRUE(loaded) << loaded.error().message();
  EXPECT_EQ(rig.Committed(), (Counts{2, 0}));
}

TEST(Load, ALineEndThatComesLaterIsLoadedToo) {
  LoadRig rig;
  const std::string path = rig.directory.Write("a", "{\"n\":1}");
  const auto position = [&] {
    const auto catalog = rig.Catalog();
    const auto table = catalog->LoadTable({"default", "events"});
    return catalog->FindSources(table->uuid, {"file://" + path})->front()->position;
  };
  ASSERT_TRUE(rig.Load(rig.Options("a")));
  EXPECT_EQ(position(), 7U);
  rig.directory.Write("a", "{\"n\":1}\n");
  ASSERT_TRUE(rig.Load(rig.Options("a")));
  EXPECT_EQ(position(), 8U);
  EXPECT_EQ(rig.Committed(), (Counts{1, 0}));
}

TEST(Load, AMarkThatAnotherLoadHoldsIsAConflict) {
  LoadRig rig;
  rig.directory.Write("run/load-table-id.lock", "");
  const auto held = os::PosixFiles().Lock(rig.marks() + "/load-table-id.lock");
  ASSERT_TRUE(held);
  const auto mark = LoadMark::Make(rig.marks(), "table", "id", os::PosixFiles());
  ASSERT_FALSE(mark);
  EXPECT_EQ(mark.error().kind(), ErrorKind::kConflict);
  EXPECT_TRUE(mark.error().message().ends_with("say the same command again"))
      << mark.error().message();
}

TEST(Load, AStopKeepsWhatWasCommitted) {
  LoadRig rig;
  rig.directory.Write("a", NumberedLines(0, 100));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(rig.Load(rig.Options("a"), stop.get_token()).error().kind(), ErrorKind::kCancelled);
  EXPECT_EQ(rig.Committed(), Counts());
  ASSERT_TRUE(rig.Load(rig.Options("a")));
  EXPECT_EQ(rig.Committed(), (Counts{100, 0}));
}

}  // namespace
}  // namespace tarn::load
