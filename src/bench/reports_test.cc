// What tables say of given figures.
#include <gtest/gtest.h>

#include <string>

#include "bench/engine_comparison.h"
#include "bench/shape_comparison.h"

namespace tarn::bench {
namespace {

ConversionFigures Figures(std::string engine, std::string set, std::vector<double> cpu_s) {
  return {.engine = std::move(engine),
          .set = std::move(set),
          .records = 10,
          .input_bytes = 1'000'000'000,
          .wall_s = cpu_s,
          .cpu_s = cpu_s,
          .output_bytes = 100,
          .files = 1,
          .rows = "equal"};
}

TEST(Reports, AFailureOrAnotherRowOfTarnIsNotRight) {
  ConversionFigures tarn = Figures("tarn", "log", {1});
  ConversionFigures peer = Figures("duckdb", "log", {1});
  peer.rows = "differ in a";
  EXPECT_TRUE(IsTarnRight({tarn, peer}));
  tarn.rows = "differ in a";
  EXPECT_FALSE(IsTarnRight({tarn, peer}));
  tarn.rows = "equal without a";
  EXPECT_FALSE(IsTarnRight({tarn, peer}));
  tarn.rows = "not compared";
  EXPECT_TRUE(IsTarnRight({tarn}));
  tarn.failure = "exit status 1";
  EXPECT_FALSE(IsTarnRight({tarn}));
}

TEST(Reports, PeersAreMeasuredByTarnOfTheSameRound) {
  EngineReport report{
      .layout = "hive",
      .threads = 2,
      .engines = {Figures("tarn", "log", {1, 2, 1}), Figures("duckdb", "log", {3, 6, 3})}};
  const Json ratio =
      *ReportJson(report).GetArray("engines").value()->as_array()[1].Find("cpu_of_tarn");
  EXPECT_EQ(ratio.Dump(), R"({"low":3,"median":3,"high":3})");
  const std::string text = ReportText(report);
  EXPECT_TRUE(text.starts_with("log, hive, 2 threads: 10 records, 1000.0 MB\n")) << text;
  report.engines[1].failure = "exit status 1: no memory";
  EXPECT_NE(ReportText(report).find("duckdb            failed: exit status 1: no memory\n"),
            std::string::npos);
}

TEST(Reports, AShapeIsMeasuredByTheFirstOfItsPair) {
  const ShapeReport report{
      .figures = {Figures("tarn", "sorted", {1, 2}), Figures("tarn", "shuffled", {2, 4}),
                  Figures("duckdb", "sorted", {4, 4}), Figures("duckdb", "shuffled", {4, 4})}};
  std::vector<std::string> ratios;
  for (const Json& one : ReportJson(report).as_array())
    ratios.push_back(one.Find("cost_of_first")->Find("median")->Dump());
  EXPECT_EQ(ratios, (std::vector<std::string>{"1", "2", "1", "1"}));
}

}  // namespace
}  // namespace tarn::bench
