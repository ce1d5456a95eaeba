#include "derive/definition.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace tarn::derive {
namespace {

class Throwing final : public DerivedStream {
 public:
  std::string stream_name() const override { throw std::runtime_error("no <stream>"); }
  std::string build_schema() const override { return ""; }
};

RecipeText Text() {
  RecipeText text;
  text.file = "/r.toml";
  text.name = "DailySearches";
  text.bucket = "raw";
  text.prefix = "events";
  text.dimensions = {"day", "channel"};
  text.format = "json";
  text.schema = "n bigint, tags array<string>";
  text.required = {"n"};
  text.select = "SELECT no_such_function() AS n";
  return text;
}

TEST(Definition, OfARecipeIsWhatItSays) {
  EXPECT_EQ(DefinitionOf(Text()).ToJson().Dump(),
            R"({"name":"DailySearches","kind":"recipe","table":"daily_searches","arguments":[],)"
            R"("file":"/r.toml","source":"s3://raw/events","filter_prefix":"",)"
            R"("partition_by":["day","channel"],"columns":[)"
            R"({"name":"n","type":"bigint","required":true},)"
            R"({"name":"tags","type":"array<string>","required":false}],)"
            R"("select":"SELECT no_such_function() AS n","problem":null})");
}

TEST(Definition, OfAWrongRecipeSaysWhatIsWrong) {
  RecipeText text = Text();
  text.schema = "n bigint,, x";
  const Definition definition = DefinitionOf(text);
  EXPECT_TRUE(definition.columns.empty());
  EXPECT_NE(definition.problem.find("/r.toml: schema"), std::string::npos);
}

TEST(Definition, OfARecipeWithoutASourceSaysSo) {
  RecipeText text = Text();
  text.bucket = text.prefix = "";
  text.dimensions.clear();
  const Definition definition = DefinitionOf(text);
  EXPECT_EQ(definition.source, "");
  EXPECT_NE(definition.problem.find("source.stream is missing"), std::string::npos);
}

TEST(Definition, CutsALongSelectBetweenCharacters) {
  RecipeText text = Text();
  text.select += "x";  // so that the limit is inside of a character
  for (size_t i = 0; i < 40'000; ++i) text.select += "ü";
  const std::string shown = DefinitionOf(text).ToJson().Find("select")->as_string();
  EXPECT_LT(shown.size(), 66'000U);
  EXPECT_TRUE(shown.ends_with("ü …"));
  EXPECT_TRUE(Json::Parse(Json(shown).Dump()));
}

TEST(Definition, OfAClassThatThrowsSaysSo) {
  Dataset dataset{.name = "Bad", .stream = std::make_unique<Throwing>()};
  const Definition definition = DefinitionOf(dataset);
  EXPECT_EQ(definition.table, "bad");
  EXPECT_NE(definition.problem.find("no <stream>"), std::string::npos);
}

}  // namespace
}  // namespace tarn::derive
