#include "derive/planning.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <stdexcept>

#include "derive/commit.h"
#include "derive/dataset_names.h"
#include "derive/days.h"
#include "derive/task.h"
#include "os/files.h"
#include "store/local_buckets.h"

namespace tarn::derive {
namespace {

std::string ErrorOf(const auto& result) { return result ? "" : result.error().message(); }

// Days and names.

TEST(Days, AreRefusedWhereTheyAreNone) {
  for (const char* wrong :
       {"", "2015102", "201510288", "2015-10-28", "20151032", "20150229", "2015102x"}) {
    EXPECT_NE(ErrorOf(DaysBetween(wrong, "20151028")).find("is no day: YYYYMMDD is expected"),
              std::string::npos)
        << wrong;
    EXPECT_FALSE(DaysBetween("20151028", wrong)) << wrong;
  }
  EXPECT_EQ(ErrorOf(DaysBetween("20151028", "20151027")),
            "the days end at 20151027, before 20151028");
  EXPECT_FALSE(DaysBetween("00010101", "99991231"));
}

TEST(Days, IncludeBothEndsAndLeapDays) {
  EXPECT_EQ(*DaysBetween("20151028", "20151028"), std::vector<std::string>{"20151028"});
  EXPECT_EQ(*DaysBetween("20160228", "20160301"),
            (std::vector<std::string>{"20160228", "20160229", "20160301"}));
}

TEST(DatasetNames, AreMadeAsTheFrameworkMadeThem) {
  EXPECT_EQ(DirectoryOf("ExecutiveStream"), "executive-stream");
  EXPECT_EQ(TableOf("ExecutiveStream"), "executive_stream");
  EXPECT_EQ(DirectoryOf("E10sExperiment"), "e10s-experiment");
  EXPECT_EQ(DirectoryOf("MyETLStream"), "my-stream");
  EXPECT_EQ(DirectoryOf("churn"), "churn");
  EXPECT_EQ(DirectoryOf("myStream"), "my-stream");
  EXPECT_EQ(DirectoryOf("ETL"), "etl");
  EXPECT_EQ(PartitionColumnOf("submissionDate"), "submissionDateS3");
}

TEST(PartitionValues, PairDimensionsWithWhatFollowsThePrefix) {
  Source source{.prefix = "telemetry-2", .dimensions = {"submissionDate", "sourceName"}};
  using Texts = std::vector<std::string>;
  EXPECT_EQ(PartitionValues("telemetry-2/20151027", source), Texts{"20151027"});
  EXPECT_EQ(PartitionValues("telemetry-2/20151027/telemetry/4", source),
            (Texts{"20151027", "telemetry"}));
  EXPECT_EQ(PartitionValues("telemetry-2/20151027/", source), (Texts{"20151027", ""}));
  EXPECT_EQ(PartitionValues("another/20151027", source), Texts{"20151027"});
  EXPECT_EQ(PartitionValues("telemetry-2", source), Texts{});
  EXPECT_EQ(PartitionValues("", source), Texts{});
  source.prefix = "raw/telemetry";
  EXPECT_EQ(PartitionValues("raw/telemetry/20151027", source), Texts{"20151027"});
}

// Chunks.

std::vector<std::vector<uint64_t>> Cut(const std::vector<uint64_t>& sizes,
                                       const ChunkLimits& limits) {
  std::vector<InputObject> objects;
  for (const uint64_t size : sizes) objects.push_back({.key = "k", .size = size, .etag = ""});
  std::vector<std::vector<uint64_t>> cut;
  for (const auto& chunk : CutIntoChunks(objects, limits)) {
    cut.emplace_back();
    for (const InputObject& object : chunk) cut.back().push_back(object.size);
  }
  return cut;
}

TEST(Chunks, StayBelowTheirBytesCountedFromTheLastObject) {
  using Cuts = std::vector<std::vector<uint64_t>>;
  EXPECT_EQ(Cut({}, {}), Cuts{});
  EXPECT_EQ(Cut({1, 2, 3, 4}, {.bytes = 8}), (Cuts{{1, 2}, {3, 4}}));
  EXPECT_EQ(Cut({1, 2, 3, 4}, {.bytes = 7}), (Cuts{{1, 2, 3}, {4}}));
  EXPECT_EQ(Cut({1, 100, 3}, {.bytes = 8}), (Cuts{{1}, {100}, {3}}));
  EXPECT_EQ(Cut({uint64_t{1} << 31, 1}, {}), (Cuts{{uint64_t{1} << 31}, {1}}));
  EXPECT_EQ(Cut({(uint64_t{1} << 31) - 2, 1}, {}), (Cuts{{(uint64_t{1} << 31) - 2, 1}}));
}

TEST(Chunks, HaveNoMoreThanSoManyObjects) {
  const auto cut = Cut(std::vector<uint64_t>(2500, 1), {});
  ASSERT_EQ(cut.size(), 3U);
  EXPECT_EQ(cut[0].size(), 500U);
  EXPECT_EQ(cut[1].size(), 1000U);
  EXPECT_EQ(cut[2].size(), 1000U);
}

// Plans, with a row maker of this test's own: a row `n` a line, of its length.

class LengthRows final : public RowMaker {
 public:
  LengthRows(columns::Batch* batch, std::vector<std::string> values)
      : batch_(*batch), slots_(batch->layout()), values_(std::move(values)) {}

  Status Add(const ObjectRecord& record, const RecordOrigin& origin,
             RecordOutcomes* outcomes) override {
    if (record.bytes == "throw") return Fail(ErrorKind::kInvalid, "thrown");
    if (record.bytes == "skip") {
      outcomes->AddSkipped();
      return {};
    }
    if (record.bytes == "bad") {
      return outcomes->AddReject(
          origin, record.bytes,
          {.reason = schema::RejectReason::kNotJson, .path = "", .message = "it is bad"});
    }
    if (slots_.full()) TRY(Flush(outcomes));
    slots_.BeginRow();
    slots_.Set(0, 1).integer = static_cast<int64_t>(record.bytes.size());
    for (size_t i = 0; i < values_.size(); ++i) {
      columns::Slot& slot = slots_.Set(static_cast<int>(i) + 1, 1);
      slot.bytes = values_[i].data();
      slot.length = static_cast<uint32_t>(values_[i].size());
    }
    slots_.EndRow();
    outcomes->AddRow();
    return {};
  }
  Status Flush(RecordOutcomes* /*outcomes*/) override {
    if (slots_.rows() > 0) batch_.Append(slots_);
    slots_.Clear();
    return {};
  }

 private:
  columns::Batch& batch_;
  columns::RowSlots slots_;
  const std::vector<std::string> values_;
};

Result<std::unique_ptr<RowMaker>> MakeLengths(const PlannedPartition& partition,
                                              columns::Batch* batch) {
  return std::make_unique<LengthRows>(batch, partition.values);
}

class Planned : public testing::Test {
 protected:
  Planned() : root_(testing::TempDir() + "/tarn_planning_" + os::RandomUuid(os::SystemEntropy())) {
    std::filesystem::create_directories(root_);
    buckets_ =
        *store::LocalBuckets::Open(root_ + "/buckets", os::PosixFiles(), os::SystemEntropy());
    catalog_ = *catalog::Catalog::Open({.path = root_ + "/catalog.db"}, *buckets_,
                                       os::SystemClock(), os::SystemEntropy());
    dataset_ = {
        .name = "LineLengths",
        .arguments = {},
        .plugin = "",
        .recipe = "",
        .code_version = "v1",
        .columns = {{.id = {}, .name = "n", .type = schema::Type::Of(schema::TypeKind::kLong)}},
        .filter_prefix = "",
        .prefix_group = [](std::string_view key) {
          return std::string(key.substr(0, key.rfind('/')));
        }};
    source_ = {.stream = "s",
               .bucket = "raw",
               .prefix = "p",
               .metadata_prefix = "p",
               .dimensions = {"day", "kind"}};
    options_ = {
        .from_date = "20151027", .to_date = "20151028", .output_bucket = "out", .chunks = {}};
  }
  ~Planned() override { std::filesystem::remove_all(root_); }

  void Put(const std::string& key, const std::string& text) {
    ASSERT_TRUE((*buckets_->Open("raw"))->Put(key, text));
  }
  Result<Plan> Make() {
    return MakePlan(dataset_, source_, options_,
                    {*catalog_, *buckets_, os::SystemEntropy(), root_});
  }
  CommitPlace Place() { return {*catalog_, *buckets_, os::PosixFiles()}; }
  Result<TaskOutcome> Run(const Plan& plan, size_t task) {
    return RunTask(plan, MakeLengths, {.plan_path = root_ + "/" + plan.id, .task = task},
                   {*buckets_, os::PosixFiles(), os::SystemEntropy()});
  }
  Result<CommitSummary> Commit(const Plan& plan) {
    return CommitPlan(plan, root_ + "/" + plan.id, Place());
  }
  void RunAll(const Plan& plan) {
    for (size_t task = 0; task < plan.tasks.size(); ++task) {
      const auto outcome = Run(plan, task);
      ASSERT_TRUE(outcome) << outcome.error().message();
    }
    const auto committed = Commit(plan);
    ASSERT_TRUE(committed) << committed.error().message();
  }

  const std::string root_;
  std::unique_ptr<store::Buckets> buckets_;
  std::unique_ptr<catalog::Catalog> catalog_;
  DatasetToPlan dataset_;
  Source source_;
  PlanOptions options_;
};

TEST_F(Planned, MakesNoTableWhereThereIsNothing) {
  const auto plan = Make();
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_TRUE(plan->tasks.empty());
  EXPECT_FALSE(catalog_->LoadTable({"default", "line_lengths"}));
}

TEST_F(Planned, RefusesGroupsOfSeveralDepths) {
  Put("p/20151027/a", "1");
  Put("p/20151027/kind/a", "1");
  EXPECT_EQ(ErrorOf(Make()),
            "the groups 'p/20151027' and 'p/20151027/kind' name partitions of 1 and 2 levels");
}

TEST_F(Planned, RefusesGroupsOfSeveralDepthsInAnyOrder) {
  source_.dimensions = {"day", "kind", "more"};
  Put("p/20151027/a-b/f", "1");  // as a key before the other, as a partition behind it
  Put("p/20151027/a/x/f", "1");
  EXPECT_NE(ErrorOf(Make()).find("name partitions of 2 and 3 levels"), std::string::npos);
}

TEST_F(Planned, TellsWhatAClassThrows) {
  Put("p/20151027/k/a", "1");
  dataset_.prefix_group = [](std::string_view) -> std::string {
    throw std::runtime_error("no such key");
  };
  EXPECT_EQ(ErrorOf(Make()),
            "listing raw/p/20151027/: LineLengths's prefix_group of p/20151027/k/a: no such key");
}

TEST_F(Planned, ListsOnlyTheDaysAndWhatTheFilterLets) {
  Put("p/20151026/k/a", "1");
  Put("p/20151027/k/a", "1");
  Put("p/20151027/other/a", "1");
  Put("p/20151028/k/a", "12");
  Put("p/20151029/k/a", "1");
  Put("p2/20151028/k/a", "1");
  dataset_.filter_prefix = "k/";
  const auto plan = Make();
  ASSERT_TRUE(plan) << plan.error().message();
  ASSERT_EQ(plan->partitions.size(), 2U);
  EXPECT_EQ(plan->partitions[0].path, "dayS3=20151027/kindS3=k");
  EXPECT_EQ(plan->partitions[1].path, "dayS3=20151028/kindS3=k");
  EXPECT_EQ(plan->tasks[1].inputs[0].key, "p/20151028/k/a");
  EXPECT_EQ(plan->tasks[1].inputs[0].size, 2U);
  EXPECT_TRUE(plan->rows.location.ends_with("/buckets/out/line-lengths/p")) << plan->rows.location;
  EXPECT_EQ(plan->dimensions, (std::vector<std::string>{"dayS3", "kindS3"}));
}

TEST_F(Planned, AStarInTheFilterStandsForAnyOneComponent) {
  for (const char* key : {"a/4/main/1", "a/4/mainly/1", "a/5/main/1", "b/4/main/1", "b/4/crash/1",
                          "c/x/4/main/1", "*/4/main/1"}) {
    Put(Format("p/20151027/{}", key), "1");
  }
  dataset_.prefix_group = [](std::string_view) { return "p/20151027"; };
  const auto keys_of = [&](const std::string& filter) {
    dataset_.filter_prefix = filter;
    options_.overwrite = true;
    std::string keys;
    const auto plan = Make();
    EXPECT_TRUE(plan) << plan.error().message();
    if (!plan) return keys;
    for (const Task& task : plan->tasks) {
      for (const InputObject& input : task.inputs) keys += input.key.substr(11) + " ";
    }
    return keys;
  };
  EXPECT_EQ(keys_of("*/4/main/"), "*/4/main/1 a/4/main/1 b/4/main/1 ");
  EXPECT_EQ(keys_of("*/4/main"), "*/4/main/1 a/4/main/1 a/4/mainly/1 b/4/main/1 ");
  EXPECT_EQ(keys_of("a/*/main/"), "a/4/main/1 a/5/main/1 ");
  EXPECT_EQ(keys_of("*/*/crash/*"), "b/4/crash/1 ");
  EXPECT_EQ(keys_of("no/*/"), "");
  EXPECT_EQ(keys_of("a*/4/"), "") << "it stands for whole components alone";
}

TEST_F(Planned, PagesThroughLongListings) {
  for (int i = 0; i < 1001; ++i) Put(Format("p/20151027/k/{:05}", i), "1");
  const auto plan = Make();
  ASSERT_TRUE(plan) << plan.error().message();
  ASSERT_EQ(plan->tasks.size(), 2U);
  EXPECT_EQ(plan->tasks[0].inputs.size(), 1U);
  EXPECT_EQ(plan->tasks[1].inputs.back().key, "p/20151027/k/01000");
}

TEST_F(Planned, IsTheSameAfterItsFile) {
  Put("p/20151027/k/a", "1");
  const auto plan = Make();
  ASSERT_TRUE(plan) << plan.error().message();
  const auto read = Plan::FromJson(*Json::Parse(plan->ToJson().Dump()));
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(*read, *plan);
  Json newer = plan->ToJson();
  newer.Set("format", 2);
  EXPECT_EQ(ErrorOf(Plan::FromJson(newer)), "this is no plan: it has format 2, this is Tarn for 1");
  EXPECT_FALSE(Plan::FromJson(Json()));
}

TEST_F(Planned, LeavesOutWhatIsAsItWas) {
  Put("p/20151027/k/a", "one\nthree\nskip\nbad\n");
  Put("p/20151028/k/a", "1");
  RunAll(*Make());
  auto again = Make();
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(again->unchanged.size(), 2U);
  EXPECT_TRUE(again->tasks.empty());

  Put("p/20151028/k/b", "22");  // another input
  again = Make();
  ASSERT_EQ(again->partitions.size(), 1U);
  EXPECT_EQ(again->partitions[0].path, "dayS3=20151028/kindS3=k");
  EXPECT_EQ(again->partitions[0].replaced.size(), 1U);

  dataset_.code_version = "v2";  // other code
  again = Make();
  ASSERT_EQ(again->partitions.size(), 2U);
  EXPECT_EQ(again->partitions[0].replaced_rejects.size(), 1U);
  RunAll(*again);
  EXPECT_EQ(Make()->unchanged.size(), 2U);

  options_.overwrite = true;
  EXPECT_EQ(Make()->partitions.size(), 2U);
}

TEST_F(Planned, AFailedTaskNamesObjectAndOffset) {
  Put("p/20151027/k/a", "one\nthrow\n");
  const auto plan = Make();
  ASSERT_TRUE(plan);
  EXPECT_EQ(ErrorOf(Run(*plan, 0)), "object raw/p/20151027/k/a: offset 4: thrown");
  EXPECT_EQ(ErrorOf(Run(*plan, 1)), "the plan has no task 1: it has 1, from 0");
  EXPECT_NE(ErrorOf(Commit(*plan)).find("task 0 of 1 is not done"), std::string::npos);
}

TEST_F(Planned, OfTwoAttemptsTheFirstCounts) {
  Put("p/20151027/k/a", "one\nthree\nbad");
  const auto plan = Make();
  const auto first = Run(*plan, 0);
  ASSERT_TRUE(first) << first.error().message();
  EXPECT_TRUE(first->is_first);
  const auto second = Run(*plan, 0);
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->is_first);
  const auto committed = Commit(*plan);
  ASSERT_TRUE(committed) << committed.error().message();
  EXPECT_EQ(committed->counts.rows, 2U);
  EXPECT_EQ(committed->counts.rejects, 1U);
  const auto table = catalog_->LoadTable({"default", "line_lengths"});
  const auto snapshot = catalog_->LoadSnapshot(*table, std::nullopt);
  ASSERT_TRUE(snapshot);
  ASSERT_EQ(snapshot->files.size(), 1U);
  EXPECT_EQ(snapshot->files[0]->at(0).uri, first->manifest.rows.at(0).uri);
  EXPECT_TRUE(Commit(*plan)->was_committed);
}

TEST_F(Planned, ACommittedPlanStaysSoWhereAnotherHasReplacedAPartitionSince) {
  Put("p/20151027/k/a", "one");
  Put("p/20151028/k/a", "two");
  const Plan first = *Make();
  RunAll(first);
  Put("p/20151028/k/b", "more");
  RunAll(*Make());
  EXPECT_TRUE(*IsCommitted(first, *catalog_)) << "or its files that are current would be removed";
  const auto again = Commit(first);
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_TRUE(again->was_committed);
}

TEST_F(Planned, APlanThatSomebodyOvertookIsAConflict) {
  Put("p/20151027/k/a", "one");
  const Plan slow = *Make();
  RunAll(*Make());
  ASSERT_TRUE(Run(slow, 0));
  const auto late = Commit(slow);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind(), ErrorKind::kConflict);
  EXPECT_NE(ErrorOf(late).find("plan anew"), std::string::npos) << ErrorOf(late);
}

TEST_F(Planned, AManifestOfAnotherPlanOrADamagedOneIsRefused) {
  Put("p/20151027/k/a", "one");
  const Plan plan = *Make();
  ASSERT_TRUE(Run(plan, 0));
  const std::string path = ManifestPath(root_ + "/" + plan.id, plan.id, 0);
  std::string text = *os::ReadFile(os::PosixFiles(), path, 1 << 20);
  const auto manifest = ReadManifest(root_ + "/" + plan.id, plan.id, 0, os::PosixFiles());
  ASSERT_TRUE(manifest);
  EXPECT_EQ(manifest->ToJson().Dump(), text);
  for (size_t i = 0; i < text.size(); i += 7) {
    std::string damaged = text;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    ASSERT_TRUE(os::WriteFileAtomically(os::PosixFiles(), path, damaged));
    EXPECT_FALSE(ReadManifest(root_ + "/" + plan.id, plan.id, 0, os::PosixFiles())) << i;
  }
  ASSERT_TRUE(os::WriteFileAtomically(os::PosixFiles(), path, text));
  Plan other = plan;
  other.id = "another";
  ASSERT_TRUE(os::PosixFiles().MakeDirectories(root_ + "/another.tasks"));
  ASSERT_TRUE(os::WriteFileAtomically(os::PosixFiles(),
                                      ManifestPath(root_ + "/another", "another", 0), text));
  EXPECT_NE(ErrorOf(Commit(other)).find("is of another plan"), std::string::npos);
}

TEST_F(Planned, APlanWrittenOverAnOlderOneTakesNoneOfItsManifests) {
  const std::string path = root_ + "/plan.json";
  for (const char* text : {"one", "three"}) {
    Put(Format("p/20151027/k/{}", text), text);
    const Plan plan = *Make();
    const auto early = CommitPlan(plan, path, Place());
    ASSERT_FALSE(early);
    EXPECT_EQ(early.error().kind(), ErrorKind::kNotFound);
    const auto outcome = RunTask(plan, MakeLengths, {.plan_path = path, .task = 0},
                                 {*buckets_, os::PosixFiles(), os::SystemEntropy()});
    ASSERT_TRUE(outcome) << outcome.error().message();
    EXPECT_TRUE(outcome->is_first);
    EXPECT_TRUE(CommitPlan(plan, path, Place()));
  }
}

TEST_F(Planned, ATableOfOtherColumnsIsRefused) {
  Put("p/20151027/k/a", "one");
  RunAll(*Make());
  dataset_.columns[0].name = "length";
  dataset_.code_version = "v2";
  EXPECT_EQ(ErrorOf(Make()),
            "table default.line_lengths exists with other columns than the dataset has: column 1 "
            "is 'n bigint', the dataset's is 'length "
            "bigint'. Drop the table, or give the dataset another name");
  dataset_.columns[0].name = "n";
  options_.output_bucket = "elsewhere";
  EXPECT_NE(ErrorOf(Make()).find("exists and lies at"), std::string::npos);
}

}  // namespace
}  // namespace tarn::derive
