// Which members a sample says hold free JSON, and how they are shredded.
#include "shape/variant_sample.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/format.h"
#include "schema/declaration.h"
#include "shape/shape_testing.h"

namespace tarn::shape {
namespace {

using schema::Type;

/// The type that a typed_value has, by the values it stands for: `struct<a:bigint>`.
std::string ShapeOf(const Type& typed);

std::string InGroup(const Type& group) {
  return group.fields.size() < 2 ? "?" : ShapeOf(group.fields.back().type);
}

std::string ShapeOf(const Type& typed) {
  if (typed.kind == schema::TypeKind::kList) return "[" + InGroup(typed.fields[0].type) + "]";
  if (typed.kind != schema::TypeKind::kStruct) return schema::HiveTypeText(typed);
  std::string text = "{";
  for (const schema::Field& member : typed.fields) {
    EXPECT_TRUE(member.required) << member.name;
    text += (text.size() > 1 ? "," : "") + member.name + ":" + InGroup(member.type);
  }
  return text + "}";
}

/// How `v` is shredded after these records.
std::string Shredded(const std::vector<std::string>& records,
                     size_t fields_left = kShreddedFieldsMax) {
  const Type type = VariantSample(ViewsOf(records)).TypeFor("v", &fields_left);
  EXPECT_TRUE(type.is_variant);
  return type.fields.size() < 3 ? "not" : ShapeOf(type.fields[2].type);
}

TEST(VariantSample, NothingSeenIsNotShredded) {
  EXPECT_EQ(Shredded({}), "not");
  EXPECT_EQ(Shredded({R"({"v":null})", R"({"w":1})"}), "not");
  EXPECT_EQ(Shredded({R"({"v":{}})", R"({"v":{"a":null}})"}), "not");
  EXPECT_EQ(Shredded({R"({"v":[]})"}), "not");
  EXPECT_EQ(Shredded({"no json", "[1]", R"({"v":1)"}), "not");
}

TEST(VariantSample, TheMostFrequentTypeIsShredded) {
  EXPECT_EQ(Shredded({R"({"v":1})", R"({"v":"x"})", R"({"v":2})", R"({"v":null})"}), "bigint");
  EXPECT_EQ(Shredded({R"({"v":1})", R"({"v":2.5})"}), "double");
  EXPECT_EQ(Shredded({R"({"v":true})"}), "boolean");
  EXPECT_EQ(Shredded({R"({"v":{"a":"x"}})", R"({"v":{"b":[1]}})", R"({"v":1})"}),
            "{a:string,b:[bigint]}");
  EXPECT_EQ(Shredded({R"({"v":[[1],[{"a":1}],[2]]})"}), "[[bigint]]");
}

TEST(VariantSample, RareMembersAreNotShredded) {
  std::vector<std::string> records;
  for (int i = 0; i < 200; ++i) {
    records.push_back(R"({"v":{"all":1,"user)" + std::to_string(i) + R"(":1}})");
  }
  EXPECT_EQ(Shredded(records), "{all:bigint}");
  records[0] = R"({"v":{"all":1,"some":true}})";
  records[1] = records[0];
  EXPECT_EQ(Shredded(records), "{all:bigint,some:boolean}") << "1 % is enough";
}

TEST(VariantSample, ShreddingHasLimits) {
  std::string wide = R"({"v":{)";
  for (int i = 0; i < 150; ++i) {
    wide += (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + "\":1";
  }
  wide += "}}";
  const std::string shredded = Shredded({wide});
  EXPECT_EQ(std::ranges::count(shredded, ':'), kShreddedLeavesMax);
  EXPECT_EQ(Shredded({wide}, 100), "not") << "no room for so many fields";
  const auto nested = [](int depth) {
    std::string text = "1";
    for (int i = 0; i < depth; ++i) text = "[" + text + "]";
    return R"({"v":)" + text + "}";
  };
  EXPECT_EQ(Shredded({nested(kShreddedDepthMax - 1)}).size(), 2 * (kShreddedDepthMax - 1) + 6);
  EXPECT_EQ(Shredded({nested(kShreddedDepthMax + 1)}), "not");
}

/// `{"k0":VALUE,…}`
std::string ObjectOf(size_t members, std::string_view value) {
  std::string text;
  for (size_t i = 0; i < members; ++i) {
    text += Format("{}\"k{}\":{}", text.empty() ? "{" : ",", i, value);
  }
  return text + "}";
}

TEST(VariantSample, OfRecordsOnlySoManyMembersAreKnown) {
  const std::vector<std::string> records = {ObjectOf(kSampledMembersMax, "[1]"),
                                            R"({"v":{"a":1},"k7":{}})"};
  const VariantSample sample(ViewsOf(records));
  EXPECT_TRUE(sample.is_full());
  EXPECT_EQ(sample.Names().size(), kSampledMembersMax);
  EXPECT_FALSE(sample.IsFree("v"));
  EXPECT_TRUE(sample.IsFree(Format("k{}", kSampledMembersMax - 1)));
  EXPECT_FALSE(VariantSample(ViewsOf({ObjectOf(kSampledMembersMax - 1, "1")})).is_full());
}

TEST(VariantSample, AMapOfManyKeysDoesNotHideLaterColumns) {
  const std::vector<std::string> records = {
      Format(R"({{"map":{},"v":{{"a":1}}}})", ObjectOf(kSampledInnerMembersMax + 1, "1")),
      R"({"w":[2]})"};
  const VariantSample sample(ViewsOf(records));
  EXPECT_EQ(sample.Names(), (std::vector<std::string>{"map", "v", "w"}));
  EXPECT_TRUE(sample.IsFree("v"));
  EXPECT_TRUE(sample.IsNested("w"));
  EXPECT_EQ(Shredded(records), "not") << "what is in them is no longer looked at";
  EXPECT_EQ(Shredded({R"({"v":{"b":2}})", records[0]}), "{b:bigint}");
}

TEST(VariantSample, NamesThatNoColumnCanHaveStayBinary) {
  EXPECT_EQ(Shredded({R"({"v":{"":1,"a\n":2,"b":3,"B":4,")" + std::string(256, 'n') + R"(":5}})"}),
            "{b:bigint}");
}

TEST(VariantSample, FreeAreMembersThatNoOneTypeFits) {
  const std::vector<std::string> records = {
      R"({"id":1,"o":{},"a":null,"c":1,"n":1,"_rest":{},"ID":{}})",
      R"({"id":2,"o":null,"a":[],"c":"x","n":1.5,"z":null})"};
  const VariantSample sample(ViewsOf(records));
  EXPECT_EQ(sample.Names(), (std::vector<std::string>{"id", "o", "a", "c", "n", "z"}));
  std::string free;
  for (const std::string& name : sample.Names()) free += sample.IsFree(name) ? name : "";
  EXPECT_EQ(free, "oac");
  EXPECT_TRUE(sample.IsNested("a"));
  EXPECT_FALSE(sample.IsNested("c"));
  EXPECT_FALSE(sample.IsFree("other"));
}

}  // namespace
}  // namespace tarn::shape
