// For tests: records as telemetry has them, and as it should not have them.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "schema/type.h"
#include "shape/shaper.h"

namespace tarn::shape {

/// Makes records for a stream: mostly such as fit its table, now and then others.
class RecordMaker {
 public:
  /// in  shaping, table: lent
  RecordMaker(const Shaping& shaping, const schema::TableSchema& table, uint64_t seed)
      : shaping_(shaping), table_(table), random_(seed) {}

  /// in  oddity: of 1,000 values and names, how many are unusual
  std::string Record(uint32_t oddity);

  /// A record with so many changes to its bytes.
  std::string Damage(std::string record, uint32_t changes);

 private:
  uint64_t Pick(uint64_t count) { return random_() % count; }
  bool IsOdd() { return Pick(1000) < oddity_; }
  std::string Space();
  std::string Name(std::string_view name);
  std::string Value(const schema::Type& type, int depth);
  std::string Scalar(const schema::Type& type);
  std::string Struct(const schema::Type& type, int depth);
  std::string List(const schema::Type& element, int depth);
  std::string Map(const schema::Type& value, int depth);
  std::string Any(int depth);
  std::string AnyNumber();
  std::string AnyText();
  std::string AnyTime();
  std::string InText(const std::string& value);
  void AddMember(std::string_view name, const std::string& value, std::string* members);
  void AddUnknownMembers(std::string_view usual, int depth, std::string* members);

  const Shaping& shaping_;
  const schema::TableSchema& table_;
  std::mt19937_64 random_;
  std::vector<std::string> in_texts_;  // members that hold an object in a text
  uint32_t oddity_ = 0;
};

}  // namespace tarn::shape
