#include "derive/run_report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "os/faulty_files.h"
#include "os/simulated_clock.h"

namespace tarn::derive {
namespace {

using Kind = TaskEvent::Kind;

class RunReportTest : public testing::Test {
 protected:
  RunReportTest() {
    plan_.id = "0b1e0000-0000-4000-8000-000000000001";
    plan_.dataset = "Searches";
    plan_.arguments = {"DE"};
    plan_.rows.name = {"default", "searches"};
    plan_.partitions = {{.path = "day=1"}, {.path = "day=2"}};
    plan_.tasks = {{.partition = 0, .inputs = {{"a", 10, ""}, {"b", 20, ""}}},
                   {.partition = 1, .inputs = {{"c", 5, ""}}}};
  }

  std::unique_ptr<RunReport> Begin() {
    return std::make_unique<RunReport>("/reports", plan_, Definition{.name = "Searches"}, files_,
                                       clock_);
  }
  /// The lock that a run holds while it lives.
  std::unique_ptr<os::FileLock> Live() {
    EXPECT_TRUE(files_.MakeDirectories("/runs/" + plan_.id));
    return files_.Lock("/runs/" + plan_.id + "/lock").value();
  }
  Json Read() { return ReadRunReports({"/reports", "/runs"}, files_); }
  /// A member of the newest report, as JSON.
  std::string Newest(const char* member) {
    const Json reports = Read();
    const Json* const found =
        reports.as_array().empty() ? nullptr : reports.as_array()[0].Find(member);
    return found == nullptr ? "missing" : found->Dump();
  }

  os::FaultyFiles files_;
  os::FakeClock clock_;
  Plan plan_;
};

TEST_F(RunReportTest, OneWithoutAProcessWasKilled) {
  auto lock = Live();
  const auto report = Begin();
  report->Note({Kind::kBegun, 0, 1, ""});
  EXPECT_EQ(Newest("state"), R"("running")");
  lock.reset();
  EXPECT_EQ(Newest("state"), R"("killed")");
  EXPECT_EQ(Newest("problem"),
            R"("its process ended without a word; the next run finds out what became of it")");
  report->End(CommitSummary{});
  EXPECT_EQ(Newest("state"), R"("committed")");
  EXPECT_EQ(Newest("problem"), "null");
}

TEST_F(RunReportTest, ALookChangesNothing) {
  Begin();
  ASSERT_TRUE(files_.MakeDirectories("/runs/" + plan_.id));
  EXPECT_EQ(Newest("state"), R"("killed")");
  EXPECT_TRUE(files_.List("/runs/" + plan_.id)->empty());
}

TEST_F(RunReportTest, OneThatWasCommittedBeforeItsProcessDiedIsAmended) {
  const auto report = Begin();
  report->Note({Kind::kBegun, 0, 1, ""});
  CommitSummary summary;
  summary.counts.rows = 7;
  AmendReport("/reports", "another", summary, files_);
  EXPECT_EQ(Newest("state"), R"("killed")");
  AmendReport("/reports", plan_.id, summary, files_);
  const Json amended = Read().as_array()[0];
  EXPECT_EQ(amended.GetString("state").value(), "committed");
  EXPECT_TRUE(amended.Find("problem")->is_null());
  EXPECT_EQ(*amended.Find("counts")->GetInt("rows"), 7);
  EXPECT_TRUE(amended.Find("running")->as_array().empty());
}

TEST_F(RunReportTest, TellsTasksAsTheyGo) {
  const auto lock = Live();
  const auto report = Begin();
  EXPECT_EQ(Newest("arguments"), R"(["DE"])");
  EXPECT_EQ(Newest("tasks"), "2");
  EXPECT_EQ(Newest("bytes"), "35");
  clock_.SetNow(1'000'000);
  report->Note({Kind::kBegun, 0, 1, ""});
  EXPECT_EQ(Newest("running"),
            R"([{"task":0,"attempt":1,"partition":"day=1","objects":2,"bytes":30,)"
            R"("begun_at":"1970-01-01T00:00:01.000000Z"}])");
  report->Note({Kind::kFailed, 0, 1, "object raw/b: offset 7: no <frame> \xff"});
  EXPECT_EQ(Newest("running"), "[]");
  EXPECT_EQ(Newest("failures"),
            R"([{"task":0,"attempt":1,"partition":"day=1","objects":2,"bytes":30,)"
            R"("problem":"object raw/b: offset 7: no <frame> �"}])");
  report->Note({Kind::kBegun, 0, 2, ""});
  report->Note({Kind::kDone, 0, 2, ""});
  EXPECT_EQ(Newest("tasks_done") + " " + Newest("bytes_done") + " " + Newest("failure_count"),
            "1 30 1");
}

TEST_F(RunReportTest, TellsHowItEnded) {
  const auto lock = Live();
  CommitSummary summary;
  summary.counts.rows = 12;
  summary.counts.rejects = 3;
  summary.damage.assign(kFailuresTold + 1, "raw/c: 1 damaged, 4 bytes skipped");
  Begin()->End(summary);
  const Json done = Read().as_array()[0];
  EXPECT_EQ(*done.Find("counts")->GetInt("rows"), 12);
  EXPECT_EQ(*done.Find("counts")->GetInt("rejects"), 3);
  EXPECT_EQ(done.Find("damage")->as_array().size(), kFailuresTold);
  clock_.Advance(1);
  const auto failing = Begin();
  failing->Note({Kind::kBegun, 1, 1, ""});
  for (size_t i = 0; i <= kFailuresTold; ++i)
    failing->Note({Kind::kFailed, 1, i + 1, "it is gone"});
  failing->End(Fail(ErrorKind::kInvalid, "task 1: it is gone"));
  EXPECT_EQ(Newest("state") + Newest("problem"), R"("failed""task 1: it is gone")");
  EXPECT_EQ(Newest("running"), "[]");
  EXPECT_EQ(Newest("failure_count"), Format("{}", kFailuresTold + 1));
  EXPECT_EQ(Read().as_array()[0].Find("failures")->as_array().size(), kFailuresTold);
}

TEST_F(RunReportTest, TheNewestAreKept) {
  for (size_t i = 0; i < kReportsKept + 5; ++i) {
    plan_.from_date = Format("{}", i);
    clock_.Advance(1);
    Begin()->End(CommitSummary{});
  }
  const Json reports = Read();
  ASSERT_EQ(reports.as_array().size(), kReportsKept);
  EXPECT_EQ(reports.as_array()[0].GetString("from_date").value(), Format("{}", kReportsKept + 4));
  EXPECT_EQ(reports.as_array().back().GetString("from_date").value(), "5");
  EXPECT_EQ(files_.List("/reports")->size(), kReportsKept);
}

TEST_F(RunReportTest, WhatIsNoReportIsLeftOut) {
  EXPECT_EQ(Read().Dump(), "[]");
  Begin()->End(CommitSummary{});
  const std::string time(20, '9');
  for (const auto& [name, text] :
       std::vector<std::pair<std::string, std::string>>{{time + "-a.json", "{\"format\":1,"},
                                                        {time + "-b.json", "{\"format\":2}"},
                                                        {time + "-c.json.new", "{\"format\":1}"},
                                                        {"x.json", "{\"format\":1}"}})
    ASSERT_TRUE(os::WriteFileAtomically(files_, "/reports/" + name, text));
  EXPECT_EQ(Read().as_array().size(), 1U);
}

TEST_F(RunReportTest, ADiskThatIsFullEndsNoRun) {
  files_.LimitSpace(0);
  const auto report = Begin();
  report->Note({Kind::kBegun, 0, 1, ""});
  report->End(CommitSummary{});
  EXPECT_EQ(Read().Dump(), "[]");
}

}  // namespace
}  // namespace tarn::derive
