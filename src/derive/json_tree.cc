#include "derive/json_tree.h"

#include <utility>

#include "shape/convert_number.h"

namespace tarn::derive {

namespace {

constexpr size_t kTreesKept = 16;      ///< by a parser, for texts that a class parses at once
constexpr size_t kNodesKept = 65'536;  ///< of an earlier document

}  // namespace

/// The value at an index of the tree's document, whichever document that is.
class JsonTree::Node final : public JsonValue {
 public:
  Node(const JsonTree* tree, uint32_t index) : tree_(tree), index_(index) {}

  Kind kind() const override {
    switch (document().kind(index_)) {
      case shape::JsonKind::kNull:
        return Kind::kNull;
      case shape::JsonKind::kFalse:
      case shape::JsonKind::kTrue:
        return Kind::kBool;
      case shape::JsonKind::kInteger:
      case shape::JsonKind::kNumber:
        return Kind::kNumber;
      case shape::JsonKind::kString:
        return Kind::kString;
      case shape::JsonKind::kArray:
        return Kind::kArray;
      case shape::JsonKind::kObject:
        break;
    }
    return Kind::kObject;
  }

  std::optional<bool> boolean() const override {
    if (kind() != Kind::kBool) return std::nullopt;
    return document().kind(index_) == shape::JsonKind::kTrue;
  }
  std::optional<int64_t> integer() const override {
    int64_t value = 0;
    const bool is_whole = kind() == Kind::kNumber &&
                          shape::ToInt64(document().raw(index_), &value) == shape::Fit::kFits;
    return is_whole ? std::optional(value) : std::nullopt;
  }
  std::optional<double> number() const override {
    double value = 0;
    const bool fits = kind() == Kind::kNumber &&
                      shape::ToDouble(document().raw(index_), &value) == shape::Fit::kFits;
    return fits ? std::optional(value) : std::nullopt;
  }
  std::optional<std::string_view> text() const override {
    if (kind() != Kind::kString) return std::nullopt;
    return document().text(index_);
  }

  size_t size() const override {
    Renew();
    if (count_ != kUnknown) return count_;
    count_ = 0;
    if (!is_container()) return 0;
    for (uint32_t at = first(); at != end(); at = Behind(at)) ++count_;
    return count_;
  }
  const JsonValue* at(size_t index) const override {
    if (!Seek(index)) return nullptr;
    return &tree_->nodes_[is_object() ? place_ + 1 : place_];
  }
  std::string_view name(size_t index) const override {
    if (!is_object() || !Seek(index)) return {};
    return document().text(place_);
  }
  const JsonValue* find(std::string_view member) const override {
    if (!is_object()) return nullptr;
    const JsonValue* found = nullptr;
    for (uint32_t at = first(); at != end(); at = Behind(at)) {
      if (document().text(at) == member) found = &tree_->nodes_[at + 1];
    }
    return found;
  }
  std::string dump() const override { return std::string(document().raw(index_)); }

 private:
  static constexpr uint32_t kUnknown = UINT32_MAX;

  const shape::JsonDocument& document() const { return *tree_->document_; }
  bool is_object() const { return document().kind(index_) == shape::JsonKind::kObject; }
  bool is_container() const {
    return is_object() || document().kind(index_) == shape::JsonKind::kArray;
  }
  uint32_t first() const { return index_ + 1; }
  uint32_t end() const { return document().after(index_); }
  /// The element behind an element, the name behind a name.
  uint32_t Behind(uint32_t at) const { return document().after(is_object() ? at + 1 : at); }

  void Renew() const {
    if (read_ == tree_->reads_) return;
    read_ = tree_->reads_;
    count_ = kUnknown;
    ordinal_ = 0;
    place_ = first();
  }

  /// Go to an element or a name: from where the last call was, as they are mostly asked in order.
  /// returns  false where there is none of this index
  bool Seek(size_t index) const {
    Renew();
    if (!is_container()) return false;
    if (index < ordinal_) {
      ordinal_ = 0;
      place_ = first();
    }
    while (place_ != end() && ordinal_ < index) {
      place_ = Behind(place_);
      ++ordinal_;
    }
    return place_ != end();
  }

  const JsonTree* tree_;
  uint32_t index_;
  mutable uint32_t count_ = kUnknown;
  mutable uint32_t ordinal_ = 0;
  mutable uint32_t place_ = 0;
  mutable uint64_t read_ = 0;
};

JsonTree::JsonTree() = default;
JsonTree::~JsonTree() = default;

size_t JsonTree::nodes_kept() const { return nodes_.capacity(); }

const JsonValue* JsonTree::Read(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return nullptr;
  if (text[begin] == '{') {
    const shape::JsonDocument* const document = reader_.Read(text);
    return document == nullptr ? nullptr : Show(*document, 0);
  }
  // The reader takes objects; anything else is read as the member of one.
  wrapped_.assign("{\"\":").append(text).push_back('}');
  const shape::JsonDocument* const document = reader_.Read(wrapped_, -1);
  constexpr uint32_t kValue = 2;  // behind the object, and the member's name
  const bool is_one = document != nullptr && document->after(0) == document->after(kValue);
  return is_one ? Show(*document, kValue) : nullptr;
}

const JsonValue* JsonTree::Show(const shape::JsonDocument& document, uint32_t root) {
  document_ = &document;
  ++reads_;
  if (nodes_.size() > kNodesKept && document.values.size() <= kNodesKept) {
    nodes_ = std::vector<Node>();
  }
  for (size_t i = nodes_.size(); i < document.values.size(); ++i) {
    nodes_.emplace_back(this, static_cast<uint32_t>(i));
  }
  return &nodes_[root];
}

/// A tree's value that gives its tree back in the end.
class JsonParser::Parsed final : public JsonValue {
 public:
  Parsed(std::unique_ptr<JsonTree> tree, const JsonValue& value, std::shared_ptr<Stock> stock)
      : tree_(std::move(tree)), value_(value), stock_(std::move(stock)) {}
  ~Parsed() override {
    if (stock_->size() < kTreesKept) stock_->push_back(std::move(tree_));
  }
  Parsed(const Parsed&) = delete;
  Parsed& operator=(const Parsed&) = delete;

  Kind kind() const override { return value_.kind(); }
  std::optional<bool> boolean() const override { return value_.boolean(); }
  std::optional<int64_t> integer() const override { return value_.integer(); }
  std::optional<double> number() const override { return value_.number(); }
  std::optional<std::string_view> text() const override { return value_.text(); }
  size_t size() const override { return value_.size(); }
  const JsonValue* at(size_t index) const override { return value_.at(index); }
  std::string_view name(size_t index) const override { return value_.name(index); }
  const JsonValue* find(std::string_view member) const override { return value_.find(member); }
  std::string dump() const override { return value_.dump(); }

 private:
  std::unique_ptr<JsonTree> tree_;
  const JsonValue& value_;
  std::shared_ptr<Stock> stock_;
};

JsonParser::JsonParser() : stock_(std::make_shared<Stock>()) {}

std::unique_ptr<const JsonValue> JsonParser::Parse(std::string_view text) const {
  std::unique_ptr<JsonTree> tree;
  if (stock_->empty()) {
    tree = std::make_unique<JsonTree>();
  } else {
    tree = std::move(stock_->back());
    stock_->pop_back();
  }
  const JsonValue* const value = tree->Read(text);
  if (value == nullptr) {
    stock_->push_back(std::move(tree));
    return nullptr;
  }
  return std::make_unique<Parsed>(std::move(tree), *value, stock_);
}

}  // namespace tarn::derive
