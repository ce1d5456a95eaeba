#include "shape/variant_sample.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "shape/json_reader.h"
#include "shape/type_sketch.h"

namespace tarn::shape {

using schema::Field;
using schema::Type;
using schema::TypeKind;

namespace {

/// A type for each kind of value that leaves can have.
enum Seen : uint8_t { kBooleans, kNumbers, kStrings, kObjects, kArrays, kSeenKinds };

std::optional<Seen> SeenOf(JsonKind kind) {
  switch (kind) {
    case JsonKind::kNull:
      return std::nullopt;
    case JsonKind::kFalse:
    case JsonKind::kTrue:
      return kBooleans;
    case JsonKind::kInteger:
    case JsonKind::kNumber:
      return kNumbers;
    case JsonKind::kString:
      return kStrings;
    case JsonKind::kArray:
      return kArrays;
    case JsonKind::kObject:
      return kObjects;
  }
  return std::nullopt;
}

/// A group that holds the value in binary form where it does not have the type.
Type GroupOf(Type type) {
  return Type::Struct({{.name = "value", .type = Type::Of(TypeKind::kBinary)},
                       {.name = "typed_value", .type = std::move(type)}});
}

}  // namespace

/// What was seen in one place.
struct VariantSample::Sketch {
  struct Member {
    std::string name;
    std::unique_ptr<Sketch> sketch;
  };

  size_t times = 0;  ///< nulls included
  size_t of_kind[kSeenKinds] = {};
  bool has_fractions = false;
  std::vector<Member> members;  ///< of the objects, in order of appearance
  std::unordered_map<std::string, size_t> places;
  std::unique_ptr<Sketch> element;  ///< of the arrays

  size_t kinds() const {
    return static_cast<size_t>(std::ranges::count_if(of_kind, [](size_t n) { return n != 0; }));
  }
};

class VariantSample::Observer {
 public:
  void Observe(const JsonDocument& document, uint32_t value, int depth, Sketch* sketch) {
    ++sketch->times;
    const JsonKind kind = document.kind(value);
    if (const auto seen = SeenOf(kind)) ++sketch->of_kind[*seen];
    if (kind == JsonKind::kNumber) sketch->has_fractions = true;
    if (depth > kShreddedDepthMax) return;
    if (kind == JsonKind::kObject) ObserveMembers(document, value, depth, sketch);
    if (kind == JsonKind::kArray) ObserveElements(document, value, depth, sketch);
  }

 private:
  void ObserveMembers(const JsonDocument& document, uint32_t object, int depth, Sketch* sketch) {
    const uint32_t end = document.after(object);
    for (uint32_t name = object + 1; name < end; name = document.after(name + 1)) {
      size_t* const left = depth == 0 ? &members_left_ : &inner_members_left_;
      Sketch* const member = FindOrAdd(document.text(name), left, sketch);
      if (member != nullptr) Observe(document, name + 1, depth + 1, member);
    }
  }

  void ObserveElements(const JsonDocument& document, uint32_t array, int depth, Sketch* sketch) {
    if (sketch->element == nullptr) sketch->element = std::make_unique<Sketch>();
    const uint32_t end = document.after(array);
    for (uint32_t element = array + 1; element < end; element = document.after(element)) {
      Observe(document, element, depth + 1, sketch->element.get());
    }
  }

  /// in  left: how many may still be added
  static Sketch* FindOrAdd(std::string_view name, size_t* left, Sketch* sketch) {
    const std::string key(name);
    const auto known = sketch->places.find(key);
    if (known != sketch->places.end()) return sketch->members[known->second].sketch.get();
    if (*left == 0 || !IsColumnName(name)) return nullptr;
    --*left;
    sketch->places.emplace(key, sketch->members.size());
    return sketch->members.emplace_back(key, std::make_unique<Sketch>()).sketch.get();
  }

  size_t members_left_ = kSampledMembersMax;
  size_t inner_members_left_ = kSampledInnerMembersMax;
};

/// Makes the type of one column.
class VariantSample::Shredder {
 public:
  /// returns  none where nothing was seen, or there is no room left
  std::optional<Type> TypeOf(const Sketch& sketch) {
    const auto most = std::ranges::max_element(sketch.of_kind);
    if (*most == 0) return std::nullopt;
    switch (most - std::ranges::begin(sketch.of_kind)) {
      case kBooleans:
        return Leaf(TypeKind::kBoolean);
      case kNumbers:
        return Leaf(sketch.has_fractions ? TypeKind::kDouble : TypeKind::kLong);
      case kStrings:
        return Leaf(TypeKind::kString);
      case kObjects:
        return ObjectOf(sketch);
      default:
        return ArrayOf(sketch);
    }
  }

 private:
  std::optional<Type> Leaf(TypeKind kind) {
    if (leaves_left_ == 0) return std::nullopt;
    --leaves_left_;
    return Type::Of(kind);
  }

  std::optional<Type> ObjectOf(const Sketch& sketch) {
    std::vector<Field> members;
    std::unordered_set<std::string> folded;
    for (const Sketch::Member& member : sketch.members) {
      const bool is_rare = member.sketch->times * kShreddedMemberShare < sketch.of_kind[kObjects];
      if (is_rare || folded.contains(schema::FoldCase(member.name))) continue;
      std::optional<Type> type = TypeOf(*member.sketch);
      if (!type) continue;
      folded.insert(schema::FoldCase(member.name));
      members.push_back({.name = member.name, .required = true, .type = GroupOf(*std::move(type))});
    }
    if (members.empty()) return std::nullopt;
    return Type::Struct(std::move(members));
  }

  std::optional<Type> ArrayOf(const Sketch& sketch) {
    if (sketch.element == nullptr) return std::nullopt;
    std::optional<Type> type = TypeOf(*sketch.element);
    if (!type) return std::nullopt;
    return Type::List({.name = {}, .required = true, .type = GroupOf(*std::move(type))});
  }

  size_t leaves_left_ = kShreddedLeavesMax;
};

VariantSample::VariantSample(std::span<const schema::RecordView> records)
    : record_(std::make_unique<Sketch>()) {
  JsonReader reader;
  Observer observer;
  for (const schema::RecordView& record : records) {
    const JsonDocument* const document = reader.Read(record.bytes);
    if (document != nullptr) observer.Observe(*document, 0, 0, record_.get());
  }
}

VariantSample::~VariantSample() = default;

std::vector<std::string> VariantSample::Names() const {
  std::vector<std::string> names;
  std::unordered_set<std::string> folded;
  for (const Sketch::Member& member : record_->members) {
    if (schema::IsReservedColumn(member.name)) continue;
    if (folded.insert(schema::FoldCase(member.name)).second) names.push_back(member.name);
  }
  return names;
}

bool VariantSample::is_full() const { return record_->members.size() == kSampledMembersMax; }

const VariantSample::Sketch* VariantSample::Find(std::string_view name) const {
  const auto found = record_->places.find(std::string(name));
  return found == record_->places.end() ? nullptr : record_->members[found->second].sketch.get();
}

bool VariantSample::IsFree(std::string_view name) const {
  const Sketch* const sketch = Find(name);
  return sketch != nullptr && (sketch->kinds() > 1 || IsNested(name));
}

bool VariantSample::IsNested(std::string_view name) const {
  const Sketch* const sketch = Find(name);
  return sketch != nullptr && (sketch->of_kind[kObjects] > 0 || sketch->of_kind[kArrays] > 0);
}

Type VariantSample::TypeFor(std::string_view name, size_t* fields_left) const {
  const Sketch* const sketch = Find(name);
  std::optional<Type> typed = sketch == nullptr ? std::nullopt : Shredder().TypeOf(*sketch);
  if (!typed) return Type::Variant(std::nullopt);
  const size_t fields = 1 + schema::FieldCount(typed->fields);
  if (fields > *fields_left) return Type::Variant(std::nullopt);
  *fields_left -= fields;
  return Type::Variant(std::move(typed));
}

}  // namespace tarn::shape
