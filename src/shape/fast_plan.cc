#include "shape/fast_plan.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "columns/value_hash.h"

namespace tarn::shape {

namespace {

using schema::TypeKind;

FastKind KindOf(TypeKind kind) {
  switch (kind) {
    case TypeKind::kString:
      return FastKind::kText;
    case TypeKind::kInt:
      return FastKind::kInt32;
    case TypeKind::kLong:
      return FastKind::kInt64;
    case TypeKind::kDouble:
      return FastKind::kDouble;
    case TypeKind::kBoolean:
      return FastKind::kBoolean;
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
      return FastKind::kTimestamp;
    case TypeKind::kStruct:
      return FastKind::kStruct;
    case TypeKind::kList:
      return FastKind::kList;
    case TypeKind::kMap:
      return FastKind::kMap;
    default:
      return FastKind::kOther;
  }
}

bool IsWrittenPlainly(std::string_view name) {
  return std::ranges::none_of(name, [](char byte) {
    return byte == '"' || byte == '\\' || static_cast<unsigned char>(byte) < 0x20;
  });
}

void SetName(std::string_view name, FastNode* node) {
  node->name = name;
  const std::string literal = '"' + std::string(name) + "\":";
  if (literal.size() > FastNode::kLiteralMax || !IsWrittenPlainly(name)) return;
  std::ranges::copy(literal, node->literal.begin());
  node->literal_size = static_cast<uint32_t>(literal.size());
  node->literal_mask = ~uint64_t{0} >> (FastNode::kLiteralMax - literal.size());
}

class Builder {
 public:
  explicit Builder(const columns::Layout& layout) : layout_(layout) {}

  /// in  path: of the value, as RestCounts has it
  FastNode MakeNode(const Place& place, const std::string& path) const {
    FastNode node;
    node.kind = place.is_variant ? FastKind::kVariant : KindOf(place.kind);
    node.place = &place;
    node.required = place.required;
    node.repeated = place.repeated;
    node.definition = place.node->definition;
    node.repetition = place.node->repetition;
    node.first_leaf = place.node->first_leaf;
    node.leaf_count = place.node->leaf_count;
    if (node.kind == FastKind::kStruct) node.object = MakeObject(place, path);
    if (node.kind == FastKind::kList) node.inner.push_back(MakeNode(place.inner[0], path + "[]"));
    if (node.kind == FastKind::kMap) {
      node.inner.push_back(MakeNode(place.inner[0], path));
      node.inner.push_back(MakeNode(place.inner[1], path + ".*"));
    }
    return node;
  }

 private:
  std::unique_ptr<FastObject> MakeObject(const Place& place, const std::string& path) const {
    auto object = std::make_unique<FastObject>();
    object->path = path;
    object->names = &place.names;
    for (const Place& inner : place.inner) {
      const std::string& name = inner.node->name;
      const std::string inner_path = path.empty() ? name : Format("{}.{}", path, name);
      FastNode& member = object->members.emplace_back(MakeNode(inner, inner_path));
      SetName(name, &member);
      member.order = static_cast<int>(object->members.size() - 1);
      object->has_required = object->has_required || inner.required;
    }
    for (int leaf = place.node->first_leaf; leaf < place.node->first_leaf + place.node->leaf_count;
         ++leaf) {
      const bool is_repeated = layout_.leaves()[static_cast<size_t>(leaf)].repetition_max != 0;
      if (is_repeated) object->repeated_leaves.push_back(leaf);
    }
    object->Reset();
    return object;
  }

  const columns::Layout& layout_;
};

/// Chain the columns that one member fills.
void ChainColumns(FastObject* record) {
  for (auto node = record->members.begin(); node != record->members.end(); ++node) {
    const auto later = std::find_if(node + 1, record->members.end(), [&](const FastNode& other) {
      return other.name == node->name;
    });
    if (later != record->members.end()) node->also = &*later;
  }
}

}  // namespace

void FastObject::Reset() {
  unknown.clear();
  is_full = false;
  first = nullptr;
  table_.assign(std::bit_ceil(2 * members.size() + 16), nullptr);
  FastNode** expected = &first;
  for (FastNode& node : members) {
    node.follower = nullptr;
    if (Find(node.name) != nullptr) continue;  // chained to the first of its name
    Insert(&node);
    *expected = &node;
    expected = &node.follower;
  }
}

FastNode* FastObject::Find(std::string_view name) const {
  const auto size = static_cast<uint32_t>(name.size());
  const char* const letters = name.data();
  size_t at = columns::HashBytes(letters, size, columns::ProcessHashKeys());
  for (;; ++at) {
    FastNode* const node = table_[at & (table_.size() - 1)];
    if (node == nullptr || node->name == name) return node;
  }
}

void FastObject::Insert(FastNode* node) {
  const auto size = static_cast<uint32_t>(node->name.size());
  size_t at = columns::HashBytes(node->name.data(), size, columns::ProcessHashKeys());
  while (table_[at & (table_.size() - 1)] != nullptr) ++at;
  table_[at & (table_.size() - 1)] = node;
}

FastNode* FastObject::AddUnknown(std::string_view name, std::string_view why) {
  INVARIANT(unknown.size() < kUnknownMax, "unknown members are bounded");
  FastNode& node = unknown.emplace_back();
  SetName(name, &node);
  node.why = why;
  if (2 * (members.size() + unknown.size()) <= table_.size()) {
    Insert(&node);
    return &node;
  }
  const std::vector<FastNode*> old = std::exchange(table_, {});
  table_.resize(2 * old.size());
  for (FastNode* const known : old) {
    if (known != nullptr) Insert(known);
  }
  Insert(&node);
  return &node;
}

std::unique_ptr<FastPlan> FastPlan::Make(const RowPlan& plan) {
  auto made = std::make_unique<FastPlan>();
  FastObject& record = made->record;
  record.is_record = true;
  record.names = &plan.names;
  const Builder builder(*plan.layout);
  for (size_t i = 0; i < plan.columns.size(); ++i) {
    const Column& column = plan.columns[i];
    if (column.feed == ColumnFeed::kReceivedAt) made->received_at.push_back(&column);
    if (column.feed == ColumnFeed::kRecordId) made->record_id.push_back(&column);
    if (column.feed != ColumnFeed::kMember) continue;
    const std::string& name = plan.names.name(column.member);
    FastNode& node = record.members.emplace_back(builder.MakeNode(column.place, name));
    SetName(name, &node);
    node.order = static_cast<int>(i);
    node.is_json_text = column.is_json_text;
  }
  ChainColumns(&record);
  record.Reset();
  for (const FastNode& node : record.members) {
    const Column& column = plan.columns[static_cast<size_t>(node.order)];
    if (column.has_default() || column.place.required) {
      made->defaults.push_back({&column, record.Find(node.name)});
    }
  }
  return made;
}

}  // namespace tarn::shape
