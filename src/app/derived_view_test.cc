#include "app/derived_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include "os/clock.h"
#include "os/files.h"
#include "tarn/derived_stream.h"

namespace tarn::app {
namespace {

using testing::HasSubstr;

class Linked : public DerivedStream {
 public:
  std::string stream_name() const override { return "s"; }
  std::string build_schema() const override {
    return R"({"type":"record","name":"r","fields":[{"name":"n","type":"long"}]})";
  }
};
TARN_DERIVED_STREAM(Linked);

class Broken final : public Linked {
 public:
  std::string build_schema() const override { throw std::runtime_error("no <columns>"); }
};
TARN_DERIVED_STREAM(Broken);

class DerivedViewTest : public testing::Test {
 protected:
  DerivedViewTest()
      : directory_(testing::TempDir() + "tarn_view_" + os::RandomUuid(os::SystemEntropy())) {
    std::filesystem::create_directories(directory_);
  }
  ~DerivedViewTest() override { std::filesystem::remove_all(directory_); }

  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(directory_ + "/" + name) << text;
    return directory_ + "/" + name;
  }
  /// The definition of this name; null: there is none
  Json Definition(const std::string& name) {
    const Json described =
        DerivedView(config_, {directory_, directory_}, os::PosixFiles()).Describe();
    for (const Json& one : described.Find("definitions")->as_array()) {
      if (one.GetString("name").value() == name) return one;
    }
    return {};
  }
  /// Put the report of a run of a plug-in's class.
  void WriteReport(const std::string& name) {
    Write("00000000000000000001-a.json",
          R"({"format":1,"state":"committed","definition":{"name":")" + name +
              R"(","kind":"class","file":"/m.so","problem":null}})");
  }

  const std::string directory_;
  Config config_;
};

TEST_F(DerivedViewTest, KnowsWhatIsLinkedIn) {
  EXPECT_EQ(Definition("Linked").Find("columns")->Dump(),
            R"([{"name":"n","type":"bigint","required":true}])");
  EXPECT_TRUE(Definition("Linked").Find("problem")->is_null());
  EXPECT_THAT(Definition("Broken").GetString("problem").value(), HasSubstr("no <columns>"));
}

TEST_F(DerivedViewTest, ReadsRecipesOfSchedulesButRunsNone) {
  // Its SELECT would never end.
  const std::string recipe =
      Write("r.toml",
            "name = \"Endless\"\nschema = \"n bigint\"\n"
            "select = \"SELECT count(*) AS n FROM range(1e18::BIGINT), records\"\n"
            "[source]\nstream = \"s\"\nformat = \"json\"\n");
  config_.schedules = {{.name = "a", .dataset = recipe},
                       {.name = "b", .dataset = directory_ + "/none.toml"}};
  EXPECT_EQ(Definition("Endless").GetString("source").value(), "stream s");
  const Json missing = Definition(directory_ + "/none.toml");
  EXPECT_THAT(missing.GetString("problem").value(), HasSubstr("reading the recipe"));
}

TEST_F(DerivedViewTest, LearnsOfPluginsByTheirRuns) {
  config_.schedules = {{.name = "Mine", .plugin = "/m.so"}, {.name = "None"}};
  EXPECT_EQ(Definition("Mine").GetString("problem").value(),
            "a plug-in has it, whose columns show once it ran");
  EXPECT_EQ(Definition("None").GetString("problem").value(), "this program has no such class");
  EXPECT_TRUE(Definition("Other").is_null());
  WriteReport("Mine");
  EXPECT_TRUE(Definition("Mine").Find("problem")->is_null());
  WriteReport("Other");
  EXPECT_EQ(Definition("Other").GetString("file").value(), "/m.so");
}

TEST_F(DerivedViewTest, APluginComesBeforeWhatIsLinkedIn) {
  WriteReport("Linked");
  EXPECT_EQ(Definition("Linked").GetString("file").value(), "/m.so");
  std::filesystem::remove(directory_ + "/00000000000000000001-a.json");
  EXPECT_TRUE(Definition("Linked").Find("file")->is_null());
  config_.schedules = {{.name = "Linked", .plugin = "/m.so"}};
  EXPECT_EQ(Definition("Linked").GetString("file").value(), "/m.so");
}

TEST_F(DerivedViewTest, RunsGoWithoutTheirDefinitions) {
  WriteReport("Mine");
  const Json described =
      DerivedView(config_, {directory_, directory_}, os::PosixFiles()).Describe();
  const Json& run = described.Find("runs")->as_array().at(0);
  EXPECT_EQ(run.GetString("state").value(), "committed");
  EXPECT_EQ(run.Find("definition"), nullptr);
  EXPECT_EQ(run.Find("format"), nullptr);
}

}  // namespace
}  // namespace tarn::app
