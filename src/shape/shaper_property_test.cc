// What holds for all records, over random ones.
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "base/json.h"
#include "shape/shape_testing.h"

namespace tarn::shape {
namespace {

using Random = std::mt19937_64;

/// JSON values as telemetry has them: a name has mostly one kind of value, now and then another.
class InferredRecordMaker {
 public:
  /// in  names: of members, a letter each
  explicit InferredRecordMaker(uint64_t seed, std::string_view names = "abcdefghABkm")
      : random_(seed), names_(names) {}

  std::string Record() { return Object(0); }
  Random& random() { return random_; }

 private:
  std::string Space() { return random_() % 8 == 0 ? " " : ""; }

  std::string Object(int depth) {
    std::string text = "{" + Space();
    std::set<char> used;
    for (auto count = random_() % 6; count > 0; --count) {
      const char name = names_[random_() % names_.size()];
      if (!used.insert(name).second) continue;
      if (used.size() > 1) text += "," + Space();
      text += Name(name) + ":" + Space() + Member(name, depth);
    }
    return text + "}";
  }

  std::string Name(char name) {
    if (random_() % 10 != 0) return std::string("\"") + name + "\"";
    return Format("\"\\u00{:02x}\"", static_cast<int>(name));
  }

  std::string Member(char name, int depth) {
    if (random_() % 12 == 0) return Value(random_() % 8, depth);
    return Value(static_cast<uint64_t>(name) % 7, depth);
  }

  std::string Value(uint64_t kind, int depth) {
    switch (depth > 4 ? kind % 4 : kind) {
      case 0:
        return Format("{}", static_cast<int64_t>(random_() % 2000) - 1000);
      case 1:
        return Format("{}.{}e{}", random_() % 100, random_() % 100, random_() % 9);
      case 2:
        return random_() % 2 == 0 ? "\"text\"" : "\"\\u00e9\\n\\\"x\\\"\"";
      case 3:
        return random_() % 2 == 0 ? "true" : "null";
      case 4:
        return Array(0, depth);
      case 5:
        return Array(5 + random_() % 2, depth);
      case 6:
        return Object(depth + 1);
      default:
        return "18446744073709551615";
    }
  }

  std::string Array(uint64_t kind, int depth) {
    std::string text = "[";
    for (auto count = random_() % 4; count > 0; --count) {
      if (text.size() > 1) text += "," + Space();
      const bool is_odd = random_() % 20 == 0;
      text += is_odd ? Value(random_() % 8, depth + 1) : Value(kind, depth + 1);
    }
    return text + Space() + "]";
  }

  Random random_;
  std::string_view names_;
};

Json Merge(Json value, const Json& rest);

/// What `_rest` keeps of a value, put back into what the columns have of it.
Json MergeObject(Json value, const Json& rest) {
  for (const auto& [name, kept] : rest.as_object()) {
    const Json* const known = value.Find(name);
    value.Set(name, known == nullptr ? kept : Merge(*known, kept));
  }
  return value;
}

Json Merge(Json value, const Json& rest) {
  if (rest.is_null()) return value;
  if (value.is_null()) return rest;
  if (value.is_object() && rest.is_object()) return MergeObject(std::move(value), rest);
  EXPECT_TRUE(value.is_array() && rest.is_array()) << value.Dump() << " and " << rest.Dump();
  if (!value.is_array() || !rest.is_array()) return value;
  EXPECT_LE(rest.as_array().size(), value.as_array().size());
  for (size_t i = 0; i < rest.as_array().size(); ++i) {
    value.as_array()[i] = Merge(value.as_array()[i], rest.as_array()[i]);
  }
  return value;
}

bool IsSame(const Json& sent, const Json& got);

bool IsSameObject(const Json& sent, const Json& got) {
  const Json null;
  for (const auto* const object : {&sent, &got}) {
    for (const auto& [name, ignored] : object->as_object()) {
      const Json* const a = sent.Find(name);
      const Json* const b = got.Find(name);
      if (!IsSame(a == nullptr ? null : *a, b == nullptr ? null : *b)) return false;
    }
  }
  return true;
}

/// Equal, where NULL members are as missing ones, and a string column holds other values' text.
bool IsSame(const Json& sent, const Json& got) {
  if (got.is_string() && !sent.is_string()) {
    const auto inner = Json::Parse(got.as_string());
    return inner && IsSame(sent, *inner);
  }
  if (sent.is_number() && got.is_number()) return sent.as_double() == got.as_double();
  if (sent.is_object() && got.is_object()) return IsSameObject(sent, got);
  if (!sent.is_array() || !got.is_array()) return sent == got;
  return std::ranges::equal(sent.as_array(), got.as_array(), IsSame);
}

/// The record that a row came from.
Json RecordOf(const std::string& row) {
  Json value = *Json::Parse(row);
  const Json* const rest = value.Find("_rest");
  const Json kept = rest->is_null() ? Json() : *Json::Parse(rest->as_string());
  value.Set("_rest", nullptr);
  value.Set("_received_at", nullptr);
  return Merge(std::move(value), kept);
}

TEST(ShaperProperty, AnInferredRowHoldsItsWholeRecord) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    InferredRecordMaker maker(seed);
    TestStream stream(seed % 3 == 0 ? "k map<string,bigint>, m map<string,struct<a:bigint>>, b "
                                      "struct<a:bigint,b:array<struct<c:double>>>"
                                    : "",
                      true);
    for (int batch = 0; batch < 4; ++batch) {
      std::vector<std::string> records;
      for (int i = 0; i < 40; ++i) records.push_back(maker.Record());
      const std::vector<std::string> rows = stream.LandAsObjects(records);
      ASSERT_EQ(rows.size(), records.size());
      for (size_t i = 0; i < rows.size(); ++i) {
        const Json sent = *Json::Parse(records[i]);
        ASSERT_TRUE(IsSame(sent, RecordOf(rows[i]))) << records[i] << "\n" << rows[i];
      }
    }
  }
}

TEST(ShaperProperty, EvolvingTwiceAddsNothing) {
  for (uint64_t seed = 100; seed < 120; ++seed) {
    // Where names differ only by case, members of the one may wait for the next batch.
    InferredRecordMaker maker(seed, "abcdefghkm");
    TestStream stream("", true);
    std::vector<std::string> records;
    for (int i = 0; i < 200; ++i) records.push_back(maker.Record());
    stream.Evolve(records);
    EXPECT_EQ(stream.Evolve(records), "") << seed;
  }
}

TEST(ShaperProperty, EachRecordBecomesOneThingHoweverDamaged) {
  InferredRecordMaker maker(7);
  Random& random = maker.random();
  for (const bool inferred : {false, true}) {
    TestStream stream(
        "a bigint, b struct<a:bigint,b:array<struct<c:double>>>, c array<bigint>, d "
        "map<string,array<string>>, e decimal(9,2), f timestamptz, g string, h array<array<date>>",
        inferred);
    for (int batch = 0; batch < 15; ++batch) {
      std::vector<std::string> records;
      for (int i = 0; i < 300; ++i) {
        std::string record = maker.Record();
        for (auto edits = random() % 3; edits > 0; --edits) {
          const size_t at = random() % record.size();
          record[at] = random() % 2 == 0 ? static_cast<char>(random()) : "{}[]:,\"0e"[random() % 9];
        }
        records.push_back(record);
      }
      // TestStream holds rows and rejects to the records.
      const Shaped shaped = stream.Shape(records);
      ASSERT_EQ(shaped.outcomes.size(), records.size());
      for (const schema::Reject& reject : shaped.rejects) {
        EXPECT_TRUE(!inferred || reject.path.empty()) << reject.message;
        EXPECT_NE(reject.message, "not readable as JSON") << reject.raw;
      }
    }
  }
}

TEST(ShaperProperty, ARecordIsShapedTheSameWhateverStandsBesideIt) {
  InferredRecordMaker maker(8);
  TestStream together("a bigint, c array<struct<a:string>>", true);
  TestStream alone("a bigint, c array<struct<a:string>>", true);
  std::vector<std::string> records;
  for (int i = 0; i < 700; ++i) records.push_back(i % 5 == 0 ? "{" : maker.Record());
  together.Evolve(records);
  alone.Evolve(records);
  const Shaped all = together.Shape(records);
  for (size_t i = 0; i < records.size(); i += 7) {
    EXPECT_EQ(alone.Shape({records[i]}).outcomes[0], all.outcomes[i]);
  }
}

}  // namespace
}  // namespace tarn::shape
