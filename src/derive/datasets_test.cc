#include "derive/datasets.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "base/format.h"

namespace tarn::derive {
namespace {

std::string PathOf(std::string_view plugin) {
  return Format("{}/{}.so", TARN_TEST_PLUGINS, plugin);
}

std::string Failure(const Status& status) {
  return status ? "no failure"
                : Format("{}: {}", KindName(status.error().kind()), status.error().message());
}

std::string MakeFailure(const Datasets& datasets, const std::string& name,
                        std::vector<std::string> arguments = {}) {
  const auto made = datasets.Make(name, std::move(arguments));
  return made ? "no failure" : Failure(std::unexpected(made.error()));
}

TEST(Datasets, RefusesAPluginOfAnotherAbi) {
  Datasets datasets("build");
  EXPECT_EQ(
      Failure(datasets.AddPlugin(PathOf("plugin_other_abi"))),
      Format("unsupported: loading the plug-in {}: it is built for 'tarn-derived-0 4.2', this "
             "Tarn takes 'tarn-derived-1 {}': build it again with this Tarn's header and that "
             "compiler",
             PathOf("plugin_other_abi"), __VERSION__));
  EXPECT_EQ(datasets.List().size(), 2u);
}

TEST(Datasets, RefusesWhatIsNoPlugin) {
  Datasets datasets("build");
  EXPECT_EQ(Failure(datasets.AddPlugin(PathOf("plugin_no_plugin"))),
            Format("invalid: loading the plug-in {}: it is no plug-in: one of its sources needs "
                   "TARN_DERIVED_PLUGIN()",
                   PathOf("plugin_no_plugin")));
  EXPECT_EQ(
      Failure(datasets.AddPlugin(PathOf("plugin_no_class"))),
      Format("invalid: loading the plug-in {}: it has no class: TARN_DERIVED_STREAM makes one "
             "known",
             PathOf("plugin_no_class")));
  EXPECT_TRUE(Failure(datasets.AddPlugin("none.so")).starts_with("not found: "))
      << Failure(datasets.AddPlugin("none.so"));
  const std::string text = (std::filesystem::path(::testing::TempDir()) / "text.so").string();
  std::ofstream(text) << "not a shared object";
  EXPECT_TRUE(Failure(datasets.AddPlugin(text)).starts_with("invalid: loading the plug-in " + text))
      << Failure(datasets.AddPlugin(text));
  std::remove(text.c_str());
}

TEST(Datasets, SaysWhichClassFailsAndWhy) {
  Datasets datasets("build");
  EXPECT_EQ(MakeFailure(datasets, "None"),
            "not found: there is no dataset 'None'; there are: E10sExperiment, ExecutiveStream");
  EXPECT_EQ(MakeFailure(datasets, "ExecutiveStream", {"x"}),
            "invalid: ExecutiveStream: takes no arguments");
  EXPECT_EQ(MakeFailure(datasets, "E10sExperiment"),
            "invalid: E10sExperiment: takes two arguments: the experiment's id, and the prefix to "
            "read");
  ASSERT_TRUE(datasets.AddPlugin(PathOf("plugin_odd_classes")));
  EXPECT_EQ(MakeFailure(datasets, "ThrowsInConstructor"),
            "invalid: ThrowsInConstructor: no disk today");
  EXPECT_TRUE(MakeFailure(datasets, "ThrowsAnInteger").starts_with("invalid: ThrowsAnInteger: "));
  EXPECT_EQ(MakeFailure(datasets, "HasNoSchema"),
            "invalid: HasNoSchema: its schema: field 'a': 'integer' is no Avro type, and none of "
            "this name is defined before it");
}

TEST(Datasets, KnowsWhatIsLinkedIn) {
  const Datasets datasets("abcdef");
  const std::vector<KnownDataset> known = {{"E10sExperiment", ""}, {"ExecutiveStream", ""}};
  EXPECT_EQ(datasets.List(), known);
  const auto executive = datasets.Make("ExecutiveStream", {});
  ASSERT_TRUE(executive) << executive.error().message();
  EXPECT_EQ(executive->code_version, "abcdef");
  EXPECT_EQ(executive->plugin, "");
  EXPECT_EQ(executive->stream->stream_name(), "telemetry-executive-summary");
  EXPECT_EQ(executive->columns.fields.size(), 22u);
}

TEST(Datasets, CountsArgumentsToTheCodeVersion) {
  const Datasets datasets("abcdef");
  const auto version = [&](std::vector<std::string> arguments) {
    const auto made = datasets.Make("E10sExperiment", std::move(arguments));
    return made ? made->code_version : made.error().message();
  };
  EXPECT_TRUE(version({"a", "bc"}).starts_with("abcdef+"));
  EXPECT_EQ(version({"a", "bc"}), version({"a", "bc"}));
  EXPECT_NE(version({"a", "bc"}), version({"ab", "c"}));
}

TEST(Datasets, TakesClassesOfPlugins) {
  Datasets datasets("abcdef");
  const std::string path = PathOf("plugin_examples");
  const Status added = datasets.AddPlugin(path);
  ASSERT_TRUE(added) << added.error().message();
  const std::vector<KnownDataset> known = {
      {"Churn", path}, {"CrashSummary", path}, {"E10sExperiment", ""}, {"ExecutiveStream", ""}};
  EXPECT_EQ(datasets.List(), known);
  const auto churn = datasets.Make("Churn", {});
  ASSERT_TRUE(churn) << churn.error().message();
  EXPECT_EQ(churn->plugin, path);
  EXPECT_EQ(churn->code_version.size(), 64u) << "the hash of the file";
  EXPECT_EQ(churn->stream->stream_name(), "telemetry");
  EXPECT_EQ(churn->stream->prefix_group("telemetry-2/20151028/telemetry/4/main/file"),
            "telemetry-2/20151028");
}

TEST(Datasets, PrefersThePluginThatWasNamed) {
  Datasets datasets("abcdef");
  ASSERT_TRUE(datasets.AddPlugin(PathOf("plugin_odd_classes")));
  EXPECT_EQ(datasets.Make("ExecutiveStream", {})->stream->stream_name(), "another");
  EXPECT_EQ(datasets.List().size(), 5u);
}

}  // namespace
}  // namespace tarn::derive
