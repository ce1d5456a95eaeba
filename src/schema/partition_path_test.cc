#include <algorithm>
#include <map>

#include "schema/partition.h"
#include "schema/schema_testing.h"

namespace tarn::schema {
namespace {

TableSchema Events() {
  TableSchema schema;
  schema.fields = {
      MakeField("name", Of(TypeKind::kString), 1), MakeField("t", Of(TypeKind::kTimestampTz), 2),
      MakeField("amount", Type::Decimal(9, 2), 3), MakeField("ok", Of(TypeKind::kBoolean), 4),
      MakeField("bytes", Of(TypeKind::kBinary), 5)};
  return schema;
}

std::string Path(std::string_view text, const std::vector<Value>& values) {
  const PartitionSpec spec = Need(ParsePartitionSpec(text, Events()));
  return PartitionPath(spec, Events(), values);
}

std::string NamePath(std::string value) { return Path("name", {std::move(value)}); }

TEST(PartitionPath, HasADirectoryAField) {
  EXPECT_EQ(Path("name, day(t) as d", {std::string("start"), int32_t{20778}}),
            "name=start/d=2026-11-21");
  EXPECT_EQ(Path("", {}), "");
}

TEST(PartitionPath, WritesTransformedValuesForPeople) {
  const struct {
    const char* spec;
    Value value;
    const char* path;
  } cases[] = {
      {"year(t)", int32_t{56}, "t_year=2026"},
      {"year(t)", int32_t{-1}, "t_year=1969"},
      {"month(t)", int32_t{682}, "t_month=2026-11"},
      {"month(t)", int32_t{-1}, "t_month=1969-12"},
      {"month(t)", int32_t{0}, "t_month=1970-01"},
      {"day(t)", int32_t{-1}, "t_day=1969-12-31"},
      {"hour(t)", int32_t{20778 * 24 + 8}, "t_hour=2026-11-21-08"},
      {"hour(t)", int32_t{-1}, "t_hour=1969-12-31-23"},
      {"bucket(16, name)", int32_t{7}, "name_bucket=7"},
      {"truncate(3, name)", std::string("grö"), "name_trunc=gr%C3%B6"},
      {"amount", Int128{-150}, "amount=-1.50"},
      {"ok", true, "ok=true"},
      {"bytes", std::string("\xFB\xFF", 2), "bytes=%2B%2F8%3D"},
      {"t", int64_t{1'795'250'921'954'871}, "t=2026-11-21T08%3A48%3A41.954871Z"},
  };
  for (const auto& [spec, value, path] : cases) EXPECT_EQ(Path(spec, {value}), path);
}

TEST(PartitionPath, EscapesAsHiveDoes) {
  EXPECT_EQ(NamePath("AZaz09_-."), "name=AZaz09_-.");
  EXPECT_EQ(NamePath("a b/c=d%e"), "name=a%20b%2Fc%3Dd%25e");
  EXPECT_EQ(NamePath("größe"), "name=gr%C3%B6%C3%9Fe");
  EXPECT_EQ(NamePath(std::string("\0\x7F~", 3)), "name=%00%7F%7E");
  EXPECT_EQ(Path("name as \"a/b\"", {std::string("x")}), "a%2Fb=x");
  EXPECT_EQ(NamePath(".."), "name=..");
}

TEST(PartitionPath, KeepsNullEmptyAndEveryTextApart) {
  EXPECT_EQ(Path("name", {Value()}), "name=__HIVE_DEFAULT_PARTITION__");
  EXPECT_EQ(NamePath(""), "name=");
  EXPECT_EQ(NamePath("__HIVE_DEFAULT_PARTITION__"), "name=%5F_HIVE_DEFAULT_PARTITION__");
  EXPECT_EQ(NamePath("%5F_HIVE_DEFAULT_PARTITION__"), "name=%255F_HIVE_DEFAULT_PARTITION__");
  EXPECT_EQ(Path("day(t)", {Value()}), "t_day=__HIVE_DEFAULT_PARTITION__");
}

TEST(PartitionPath, OfASourceThatIsGoneIsNull) {
  PartitionSpec spec;
  spec.fields = {{FieldId(77), 1000, "old", {TransformKind::kVoid, 0}}};
  EXPECT_EQ(PartitionPath(spec, Events(), {Value()}), "old=__HIVE_DEFAULT_PARTITION__");
}

TEST(PartitionPath, CutsAndHashesLongValues) {
  EXPECT_EQ(NamePath(std::string(195, 'a')), "name=" + std::string(195, 'a'));
  const std::string cut = NamePath(std::string(196, 'a'));
  EXPECT_EQ(cut.size(), 200u);
  EXPECT_TRUE(cut.starts_with("name=" + std::string(178, 'a') + "~")) << cut;
  EXPECT_NE(cut, NamePath(std::string(197, 'a')));
  EXPECT_EQ(cut, NamePath(std::string(196, 'a')));
}

TEST(PartitionPath, NeverCutsWithinAnEscape) {
  for (size_t lead = 0; lead < 4; ++lead) {
    const std::string path = NamePath(std::string(lead, 'a') + std::string(300, '/'));
    const std::string kept = path.substr(0, path.find('~'));
    EXPECT_LE(path.size(), 200u);
    EXPECT_GE(path.size(), 198u);
    EXPECT_EQ((kept.size() - 5 - lead) % 3, 0u) << path;
  }
}

TEST(PartitionPath, BoundsLongNamesToo) {
  const std::string long_name(255, '/');
  const std::string path = Path("name as \"" + long_name + "\"", {std::string(5000, 'v')});
  EXPECT_LE(path.size(), 200u);
  const size_t equals = path.find('=');
  EXPECT_LE(equals, 100u);
  EXPECT_EQ(path[equals - 17], '~');
  EXPECT_GE(path.size(), 195u);
}

TEST(PartitionPath, IsNeverHidden) {
  EXPECT_EQ(Path("name as \".n.\"", {std::string(".")}), "%2En.=.");
}

/// A key of an object store has 1,024 bytes in all; over 13 fields are allowed to need more.
TEST(PartitionPath, OfManyFieldsIsBoundedAsAWhole) {
  for (const size_t fields : {2, 4, 5, 8, 13, 14, 20}) {
    std::string text;
    std::vector<Value> values;
    for (size_t i = 0; i < fields; ++i) {
      if (i > 0) text += ", ";
      text += Format("truncate({}, name) as \"{}{}\"", i + 1, std::string(200, 'n'), i);
      values.emplace_back(i % 3 == 2 ? Value() : Value(std::string(100, '/') + Format("{}", i)));
    }
    const std::string path = Path(text, values);
    EXPECT_LE(path.size(), std::max(640 + fields, 46 * fields + fields)) << fields;
    EXPECT_EQ(path.contains("=__HIVE_DEFAULT_PARTITION__"), fields > 2) << path;
    const size_t last = path.rfind('/') + 1;
    values.back() = Value(std::string(100, '/') + "other");
    EXPECT_NE(Path(text, values).substr(last), path.substr(last));
  }
}

TEST(PartitionPath, DiffersWhereValuesDiffer) {
  std::map<std::string, std::string> value_of;
  const std::string pieces[] = {
      "", "a", "A", "%", "~", "/", "\xC3\xA4", "=", "__HIVE_DEFAULT_PARTITION__"};
  for (const std::string& first : pieces) {
    for (const std::string& second : pieces) {
      for (const std::string& tail : {std::string(), std::string(300, 'x')}) {
        const std::string value = first + second + tail;
        const auto [there, added] = value_of.emplace(NamePath(value), value);
        EXPECT_EQ(there->second, value);
      }
    }
  }
}

TEST(PartitionPathDeathTest, WantsOneValueAField) {
  EXPECT_DEATH(Path("name", {}), "one value a partition field");
}

}  // namespace
}  // namespace tarn::schema
