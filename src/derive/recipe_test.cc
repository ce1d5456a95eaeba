#include "derive/recipe.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>

#include "columns/layout.h"
#include "columns/row_text_testing.h"
#include "decode/heka_draft.h"
#include "decode/heka_message.h"

namespace tarn::derive {
namespace {

using columns::testing::ArrowRowText;

RecipeText Json(const std::string& schema, const std::string& select) {
  RecipeText text;
  text.file = "r.toml";
  text.lines = {{"select", 9}};
  text.name = "Rows";
  text.bucket = "raw";
  text.prefix = "events";
  text.dimensions = {"day", "channel", "host"};
  text.format = "json";
  text.schema = schema;
  text.select = select;
  return text;
}

RecipeText Heka(const std::string& schema, const std::string& select) {
  RecipeText text = Json(schema, select);
  text.format = "heka";
  return text;
}

std::string ErrorOf(RecipeText text) {
  const auto recipe = CheckRecipe(std::move(text));
  return recipe ? "" : recipe.error().message();
}

void ExpectContains(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << text;
}

// Recipes that are wrong.

TEST(Recipe, NamesTheKeyThatIsMissingOrWrong) {
  const RecipeText good = Json("n bigint", "SELECT 1 AS n FROM records");
  EXPECT_EQ(ErrorOf(good), "");
  const auto changed = [&](auto change) {
    RecipeText text = good;
    change(&text);
    return ErrorOf(std::move(text));
  };
  EXPECT_EQ(changed([](auto* r) { r->name = ""; }), "r.toml: name is missing");
  ExpectContains(changed([](auto* r) { r->name = "a/b"; }), "r.toml: name: 'a/b' is no name");
  ExpectContains(changed([](auto* r) { r->name = "1st"; }), "is no name of a dataset");
  EXPECT_EQ(changed([](auto* r) { r->select = ""; }), "r.toml:9: select is missing");
  EXPECT_EQ(changed([](auto* r) { r->schema = ""; }), "r.toml: schema is missing");
  EXPECT_EQ(changed([](auto* r) { r->format = ""; }), "r.toml: source.format is missing");
  EXPECT_EQ(changed([](auto* r) { r->format = "csv"; }),
            "r.toml: source.format: 'csv' is neither heka nor json");
  EXPECT_EQ(changed([](auto* r) { r->stream = "telemetry"; }),
            "r.toml: source: give a stream, or bucket, prefix and dimensions");
  EXPECT_EQ(changed([](auto* r) { r->bucket = ""; }), "r.toml: source.bucket is missing");
  EXPECT_EQ(changed([](auto* r) { r->dimensions = {}; }), "r.toml: source.dimensions is missing");
  EXPECT_EQ(changed([](auto* r) { r->bucket = r->prefix = "", r->dimensions = {}; }),
            "r.toml: source.stream is missing");
  ExpectContains(changed([](auto* r) { r->prefix = "events/"; }), "ends with a slash");
  ExpectContains(changed([](auto* r) { r->format = "heka", r->record = "a string"; }),
                 "is for format = \"json\"");
  ExpectContains(changed([](auto* r) { r->record = "a strung"; }), "r.toml: source.record: ");
  ExpectContains(changed([](auto* r) { r->record = "json string"; }), "r.toml: source.record: ");
  ExpectContains(changed([](auto* r) { r->record = "a timestamptz from _received_at"; }),
                 "raw records have no _received_at");
  ExpectContains(changed([](auto* r) { r->schema = "n bigint from m"; }),
                 "its values come from the SELECT");
  ExpectContains(changed([](auto* r) { r->schema = "n map<int,string>"; }),
                 "the keys of a map are strings");
  ExpectContains(changed([](auto* r) { r->schema = R"({"type":"record"})"; }), "r.toml: schema: ");
  EXPECT_EQ(changed([](auto* r) { r->required = {"m"}; }),
            "r.toml: required: the schema has no column 'm'");
}

TEST(Recipe, ToldOfItsSelectBeforeAnythingIsRead) {
  const auto select = [](const std::string& sql) {
    return ErrorOf(Json("n bigint, t string", sql));
  };
  ExpectContains(select("SELECT nn AS n FORM records"), "r.toml:9: select: ");
  ExpectContains(select("SELECT 1 AS n,\n nothing AS t FROM records"), "LINE 2");
  ExpectContains(select("SELECT 1 AS n FROM records"), "it lacks the column 't' of the schema");
  ExpectContains(select("SELECT 1 AS n, 'x' AS t, 2 AS m FROM records"),
                 "it has the column 'm' that the schema lacks");
  ExpectContains(select("SELECT 1 AS n, 'x' AS t, 2 AS N FROM records"), "column 'N' twice");
  ExpectContains(select("SELECT 'x' AS n, 'x' AS t FROM records"),
                 "column 'n' is string, the schema says bigint: CAST it, or change the schema");
  ExpectContains(select("SELECT 1.5 AS n, 'x' AS t FROM records"), "column 'n' is decimal(2,1)");
  ExpectContains(select("SELECT 1e0 AS n, 'x' AS t FROM records"), "column 'n' is double");
  ExpectContains(select("SELECT 1 AS n, 2 AS t FROM records"), "column 't' is int");
  ExpectContains(select("SELECT count(*) AS n, 'x' AS t FROM records"), "an aggregate");
}

TEST(Recipe, RoundsNothingUnlessItsSelectSaysSo) {
  const auto as = [](const std::string& type, const std::string& value) {
    return ErrorOf(Json("x " + type, Format("SELECT {} AS x FROM records", value)));
  };
  const std::vector<std::array<const char*, 3>> cases = {
      {"time", "TIME_NS '12:00:00.123456789'", "column 'x' is time64[ns], the schema says time"},
      {"time", "TIMETZ '12:00:00+02'", "column 'x' is TIME WITH TIME ZONE"},
      {"timestamp", "TIMESTAMP_NS '2020-01-01 00:00:00'", "column 'x' is timestamp[ns], the"},
      {"array<timestamp>", "[TIMESTAMP_NS '2020-01-01 00:00:00']", "column 'x' is "},
      {"array<time>", "[TIMETZ '12:00:00+02']", "column 'x' is TIME WITH TIME ZONE[]"},
      // Their values would come as other ones.
      {"decimal(38,0)", "340282366920938463463374607431768211455::UHUGEINT", "x' is UHUGEINT"},
      {"binary", "'101'::BIT", "column 'x' is BIT"},
      {"binary", "'123'::BIGNUM", "column 'x' is BIGNUM"},
  };
  for (const auto& [type, value, told] : cases) {
    ExpectContains(as(type, value), told);
    ExpectContains(as(type, value), ": CAST it");
  }
  EXPECT_EQ(as("time", "TIMETZ '12:00:00+02'::TIME"), "");
  EXPECT_EQ(as("time", "TIME_NS '12:00:00.123456789'::TIME"), "");
  EXPECT_EQ(as("timestamp", "TIMESTAMP_NS '2020-01-01 00:00:00'::TIMESTAMP"), "");
  EXPECT_EQ(as("timestamp", "TIMESTAMP_MS '2020-01-01 00:00:00'"), "");
}

// What a recipe is known by.

TEST(Recipe, IsAnotherCodeWhereItMeansSomethingElse) {
  const auto version = [](const RecipeText& text) { return CheckRecipe(text)->code_version; };
  const RecipeText one = Json("n bigint", "SELECT 1 AS n FROM records");
  const std::string same = version(one);
  EXPECT_TRUE(same.starts_with("recipe-")) << same;
  RecipeText other = one;
  other.select = "-- the only column\nselect  1 AS n\nFROM records /* all */;";
  other.schema = "n  BIGINT";
  other.file = "/elsewhere/r.toml";
  EXPECT_EQ(version(other), same);
  other.select = "SELECT 2 AS n FROM records";
  EXPECT_NE(version(other), same);
  other = one;
  other.schema = "n int";
  EXPECT_NE(version(other), same);
  other = one;
  other.required = {"n"};
  EXPECT_NE(version(other), same);
  other = one;
  other.partition_by = {"day"};
  EXPECT_NE(version(other), same);
  other = one;
  other.record = "a string";
  EXPECT_NE(version(other), same);
  other = one;
  other.prefix = "events-2";
  EXPECT_NE(version(other), same);
}

TEST(Recipe, PutsObjectsIntoThePartitionsOfItsDimensions) {
  RecipeText text = Json("n bigint", "SELECT 1 AS n FROM records");
  const auto group = [&](std::vector<std::string> by, std::string_view key) -> std::string {
    text.partition_by = std::move(by);
    const Recipe recipe = *CheckRecipe(text);
    Source source = OwnSource(recipe);
    const auto dataset = ToPlan(recipe, &source);
    if (!dataset) return dataset.error().message();
    std::string all = dataset->prefix_group(key) + " →";
    for (const std::string& value : PartitionValues(dataset->prefix_group(key), source))
      all += " " + value;
    return all;
  };
  const char* const key = "events/20151028/release/h1/file";
  EXPECT_EQ(group({}, key), "events/20151028/release/h1 → 20151028 release h1");
  EXPECT_EQ(group({}, "events/20151028/file"), "events/20151028 → 20151028");
  EXPECT_EQ(group({"day"}, key), "events/20151028 → 20151028");
  EXPECT_EQ(group({"day", "host"}, key), "events/20151028/h1 → 20151028 h1");
  EXPECT_EQ(group({"day", "host"}, "events/20151028/release/file"), "events/20151028 → 20151028");
  ExpectContains(group({"channel"}, key), "r.toml: partition_by: the first one is day, the day");
  ExpectContains(group({"day", "host", "channel"}, key),
                 "in the order in which the keys have them");
  ExpectContains(group({"day", "day"}, key), "in the order");
  ExpectContains(group({"day", "chanel"}, key),
                 "the source has no dimension 'chanel': it has day, channel, host");
}

// Rows.

/// Runs a recipe over records; what became of each is a line: the row, `skipped`, or
/// `reason path: message`.
class Made : public RecordOutcomes {
 public:
  explicit Made(RecipeText text, const SelectLimits& limits = {})
      : recipe_(Check(std::move(text))) {
    schema::TableSchema columns{.fields = recipe_.columns.fields};
    columns.fields.push_back(
        {.name = "dayS3", .type = schema::Type::Of(schema::TypeKind::kString)});
    schema::AssignFieldIds(FieldId(0), &columns.fields);
    batch_ = std::make_unique<columns::Batch>(columns::Layout::Make(columns));
    PlannedPartition partition;
    partition.values = {"20151028"};
    auto maker = MakesRows(recipe_, limits)(partition, batch_.get());
    EXPECT_TRUE(maker) << maker.error().message();
    maker_ = *std::move(maker);
  }

  void Add(std::string_view bytes) {
    ++offset_;
    Told(maker_->Add({.offset = offset_, .heka = nullptr, .bytes = bytes}, Origin(), this));
  }
  void Add(const decode::HekaDraft& draft) {
    std::string body;
    AppendHekaBody(draft, {}, &body);
    decode::HekaRecord record;
    EXPECT_EQ(record.message.Read(body), nullptr);
    record.plain = body;
    ++offset_;
    Told(maker_->Add({.offset = offset_, .heka = &record, .bytes = "frame"}, Origin(), this));
  }

  std::string All() {
    Told(maker_->Flush(this));
    const auto rows = *columns::ToArrow(*batch_);
    std::string all;
    int64_t row = 0;
    for (const std::string& outcome : outcomes_)
      all += (outcome == "row" ? ArrowRowText(*rows, row++) : outcome) + "\n";
    EXPECT_EQ(row, rows->num_rows());
    return all;
  }
  const std::vector<std::string>& outcomes() const { return outcomes_; }
  std::string failed;

  void AddRow() override { outcomes_.emplace_back("row"); }
  void AddSkipped() override { outcomes_.emplace_back("skipped"); }
  Status AddReject(const RecordOrigin& origin, std::string_view raw,
                   schema::Reject reject) override {
    EXPECT_EQ(origin.offset, outcomes_.size() + 1) << "in the records' order";
    outcomes_.push_back(Format("{} {}: {} [{}]", ReasonName(reject.reason), reject.path,
                               reject.message, raw.substr(0, 40)));
    return {};
  }

 private:
  static Recipe Check(RecipeText text) {
    auto recipe = CheckRecipe(std::move(text));
    EXPECT_TRUE(recipe) << recipe.error().message();
    return *std::move(recipe);
  }
  RecordOrigin Origin() const { return {.object = &object_, .modified_us = 7, .offset = offset_}; }
  void Told(const Status& status) {
    if (!status && failed.empty()) failed = status.error().message();
  }

  const Recipe recipe_;
  const std::string object_ = "raw/object";
  uint64_t offset_ = 0;
  std::unique_ptr<columns::Batch> batch_;
  std::unique_ptr<RowMaker> maker_;
  std::vector<std::string> outcomes_;
};

TEST(RecipeRows, AFailingRecordIsARejectAndNoOther) {
  Made made(
      Json("n int", "SELECT (json->>'n')::INT AS n FROM records WHERE json->>'skip' IS NULL"));
  for (const char* record : {R"({"n":1})", R"({"n":"x"})", R"({"skip":1})", "not json",
                             R"({"n":2})", R"({"n":99999999999})", "[1]", R"({})", R"({"n":3})"}) {
    made.Add(record);
  }
  const std::string all = made.All();
  EXPECT_EQ(made.failed, "");
  std::vector<std::string> kinds;
  for (const std::string& outcome : made.outcomes())
    kinds.push_back(outcome.substr(0, outcome.find(' ')));
  EXPECT_EQ(kinds, (std::vector<std::string>{"row", "select_failed", "skipped", "not_json", "row",
                                             "select_failed", "not_one_object", "row", "row"}))
      << all;
  ExpectContains(all, "Could not convert string 'x' to INT32 [{\"n\":\"x\"}]\n");
}

TEST(RecipeRows, AreHeldToTheSchema) {
  RecipeText text = Json("n int, t string, d date, l array<int>",
                         "SELECT (json->>'n')::BIGINT AS n, json->>'t' AS t, "
                         "(json->>'d')::DATE AS d, (json->'l')::BIGINT[] AS l FROM records");
  text.required = {"t"};
  Made made(text);
  made.Add(R"({"n":1,"t":"a","d":"2015-10-28","l":[1,null,3]})");
  made.Add(R"({"n":3000000000,"t":"a"})");
  made.Add(R"({"n":1})");
  made.Add(R"({"t":"a","d":"infinity"})");
  made.Add(R"({"t":"a","l":[1,3000000000]})");
  const std::string all = made.All();
  ExpectContains(all, "out_of_range n: the number 3000000000 is beyond what int can hold");
  ExpectContains(all, "missing_required t: a value is required");
  ExpectContains(all, "wrong_type d: expected date, found the text \"infinity\"");
  ExpectContains(all, "out_of_range l[1]: the number 3000000000");
  EXPECT_EQ(made.outcomes().size(), 5U);
  EXPECT_EQ(made.outcomes()[0], "row");
}

TEST(RecipeRows, KeepTheirOrderAcrossBatches) {
  Made made(Json("n bigint", "SELECT (json->>'n')::BIGINT AS n FROM records"));
  std::string expected;
  for (int i = 0; i < 5000; ++i) {
    made.Add(Format(R"({{"n":{}}})", i % 1000 == 7 ? "\"x\"" : Format("{}", i)));
  }
  const std::string all = made.All();
  int row = 0;
  for (size_t at = 0; at < all.size(); ++row) {
    const size_t end = all.find('\n', at);
    const std::string line = all.substr(at, end - at);
    if (row % 1000 == 7) {
      EXPECT_TRUE(line.starts_with("select_failed")) << line;
    } else {
      ExpectContains(line, Format("{}", row));
    }
    at = end + 1;
  }
  EXPECT_EQ(row, 5000);
}

TEST(RecipeRows, DeclaredMembersAreColumns) {
  RecipeText text =
      Json("id string, at timestamptz, n bigint, j string",
           "SELECT id, \"at\", tags[1] * n AS n, json->>'u' AS j FROM records WHERE n > 0");
  text.record = "id string, at timestamptz from moment, n bigint default 5, tags array<int>";
  Made made(text);
  made.Add(R"({"id":"a","moment":"2015-10-28T00:00:00Z","tags":[2,3],"u":"é"})");
  made.Add(R"({"id":"a","n":0})");
  made.Add(R"({"id":"a","n":"x"})");
  made.Add(R"({"id":"a","moment":"soon"})");
  made.Add(R"({"id":"b","n":2})");
  const std::string all = made.All();
  EXPECT_EQ(made.outcomes().size(), 5U);
  EXPECT_EQ(made.outcomes()[0], "row") << all;
  EXPECT_EQ(made.outcomes()[1], "skipped");
  ExpectContains(made.outcomes()[2], "wrong_type n: ");
  ExpectContains(made.outcomes()[3], "wrong_type moment: ");
  EXPECT_EQ(made.outcomes()[4], "row");
}

TEST(RecipeRows, RecordsOfTheOtherFormatAreRejects) {
  Made json(Json("n bigint", "SELECT 1 AS n FROM records"));
  json.Add(decode::HekaDraft{.uuid = "0123456789abcdef"});
  ExpectContains(json.All(), "not_json : expected JSON, found a Heka message");
  Made heka(Heka("n bigint", "SELECT 1 AS n FROM records"));
  heka.Add("{}");
  ExpectContains(heka.All(), "wrong_type : expected a Heka message, found text");
}

decode::HekaDraft Draft() {
  using decode::HekaValueType;
  return {
      .uuid = "0123456789abcde\xff",
      .timestamp_ns = 1446000000123456789,
      .type = "telemetry",
      .logger = std::nullopt,
      .severity = std::nullopt,
      .payload = "hello",
      .env_version = "1",
      .pid = 42,
      .hostname = "host",
      .fields = {{.name = "s", .value_type = HekaValueType::kString, .values = {"text", "more"}},
                 {.name = "i", .value_type = HekaValueType::kInteger, .values = {int64_t{-7}}},
                 {.name = "d", .value_type = HekaValueType::kDouble, .values = {1.5}},
                 {.name = "b", .value_type = HekaValueType::kBool, .values = {true}},
                 {.name = "y", .value_type = HekaValueType::kBytes, .values = {"\xff\x01"}},
                 {.name = "twice", .value_type = HekaValueType::kString, .values = {"first"}},
                 {.name = "twice", .value_type = HekaValueType::kInteger, .values = {int64_t{2}}},
                 {.name = "none", .value_type = HekaValueType::kInteger, .values = {}}}};
}

/// One text made of one message.
std::string Said(const std::string& expression, const decode::HekaDraft& draft) {
  Made made(Heka("t string", Format("SELECT ({})::VARCHAR AS t FROM records", expression)));
  made.Add(draft);
  const auto all = made.All();
  EXPECT_EQ(made.failed, "");
  return all;
}

TEST(RecipeRows, SeeHekaMessagesAsColumns) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"uuid", "30313233-3435-3637-3839-6162636465ff"},
      {"timestamp", "2015-10-28 02:40:00.123456+00"},
      {"timestamp_ns", "1446000000123456789"},
      {"type", "telemetry"},
      {"logger IS NULL", "true"},
      {"severity", "7"},
      {"payload", "hello"},
      {"payload_bytes", "hello"},
      {"env_version || pid || hostname", "142host"},
      {"fields['s']", "text"},
      {"fields['i']", "-7"},
      {"fields['d']", "1.5"},
      {"fields['b']", "true"},
      {"fields['y'] IS NULL AND strings['y'] IS NULL", "true"},
      {"hex(bytes['y'])", "FF01"},
      {"strings['s']", "text"},
      {"integers['i'] + 1", "-6"},
      {"doubles['d'] * 2", "3.0"},
      {"NOT booleans['b']", "false"},
      {"strings['i'] IS NULL AND integers['d'] IS NULL AND doubles['i'] IS NULL", "true"},
      {"strings['twice'] IS NULL AND integers['twice'] = 2", "true"},
      {"fields['none'] IS NULL AND fields['absent'] IS NULL", "true"},
      {"len(map_keys(fields))", "5"},
  };
  std::string schema;
  std::string seen;
  std::string expected;
  for (size_t i = 0; i < cases.size(); ++i) {
    const char* const comma = i == 0 ? "" : ", ";
    schema += Format("{}c{} string", comma, i);
    seen += Format("{}({})::VARCHAR AS c{}", comma, cases[i].first, i);
    expected += Format("{}'{}' AS c{}", comma, cases[i].second, i);
  }
  const auto row = [&](const std::string& columns) {
    Made made(Heka(schema, Format("SELECT {} FROM records", columns)));
    made.Add(Draft());
    return made.All();
  };
  EXPECT_EQ(row(seen), row(expected));
}

TEST(RecipeRows, TextThatIsNoneIsWrongOnlyWhereItIsRead) {
  decode::HekaDraft draft = Draft();
  draft.payload = "\xff\xfe";
  ExpectContains(Said("payload", draft), "not_utf8 payload: ");
  ExpectContains(Said("hex(payload_bytes)", draft), Said("'FFFE'", draft));
  draft = Draft();
  draft.fields[0].values = {"\xff"};
  ExpectContains(Said("fields['i']", draft), "not_utf8 fields.s: ");
  EXPECT_EQ(Said("integers['i']", draft), Said("-7", draft));
  draft.fields[0].name = "\xff";
  ExpectContains(Said("bytes['y']", draft), "not_utf8 bytes: a key is not UTF-8");
}

TEST(RecipeRows, AHalfOfMapsFailsAlone) {
  Made made(Heka("i bigint", "SELECT integers['i'] + strings['s']::BIGINT AS i FROM records"));
  for (int i = 0; i < 9; ++i) {
    decode::HekaDraft draft = Draft();
    draft.fields[0].values = {i == 4 ? std::string("x") : Format("{}", i)};
    made.Add(draft);
  }
  made.All();
  EXPECT_EQ(std::ranges::count(made.outcomes(), "row"), 8);
  ExpectContains(made.outcomes()[4], "select_failed : Conversion Error");
}

TEST(RecipeRows, ACallThatCannotBeInterruptedIsTold) {
  std::atomic<int> told = 0;
  Made made(Json("n bigint",
                 "SELECT list_sum(list_transform(range(len(json) * 10), lambda a: "
                 "levenshtein(repeat('ab', 20000 + a), repeat('ba', 20000))))::BIGINT AS n "
                 "FROM records"),
            {.time_max = std::chrono::milliseconds(10),
             .on_stuck =
                 [&](const std::string& what) {
                   ++told;
                   EXPECT_EQ(what,
                             "the SELECT over 1 records runs longer than 0.01 s and cannot be "
                             "interrupted");
                 },
             .stuck_after = std::chrono::milliseconds(10)});
  made.Add("{}");
  made.All();
  EXPECT_GT(told, 0);
  ExpectContains(made.failed, "the SELECT over 1 records runs longer than 0.01 s");
}

TEST(RecipeRows, ASelectWithoutEndFailsTheTask) {
  Made made(Json("n bigint",
                 "SELECT list_sum(list_transform(range(len(json) * 10000000), lambda x: x * x % "
                 "7))::BIGINT AS n "
                 "FROM records"),
            {.memory_bytes_max = size_t{8} << 30, .time_max = std::chrono::milliseconds(300)});
  made.Add("{}");
  made.All();
  ExpectContains(made.failed, "the SELECT over 1 records runs longer than 0.3 s");
}

}  // namespace
}  // namespace tarn::derive
