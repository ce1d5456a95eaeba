// JSON as the SDK shows it to a class: shape's flat documents behind tarn::JsonValue. Nothing is
// made for a value before it is asked for, and memory is used again for the next document.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "shape/json_document.h"
#include "shape/json_reader.h"
#include "tarn/derived_stream.h"

namespace tarn::derive {

/// One document after another. Threads: one at a time.
class JsonTree {
 public:
  JsonTree();
  ~JsonTree();
  JsonTree(const JsonTree&) = delete;
  JsonTree& operator=(const JsonTree&) = delete;

  /// Read a document.
  ///
  /// in       text: lent until the next call
  /// returns  its value, valid until the next call; nullptr where it is not one JSON value in
  ///          UTF-8, at most schema::kNestingMax levels deep
  const JsonValue* Read(std::string_view text);

  /// How many values it has memory for.
  size_t nodes_kept() const;

 private:
  class Node;

  const JsonValue* Show(const shape::JsonDocument& document, uint32_t root);

  shape::JsonReader reader_;
  std::string wrapped_;  // what is no object, as the only member of one
  const shape::JsonDocument* document_ = nullptr;
  uint64_t reads_ = 0;       // tells nodes that what they know is of an earlier document
  std::vector<Node> nodes_;  // one a value of the document, or more
};

/// Gives documents that live as long as their owner wants, from a stock of trees.
/// Threads: one at a time, what it gave included.
class JsonParser {
 public:
  JsonParser();
  /// in, returns  as JsonTree::Read, until the value is destroyed; it may outlive the parser
  std::unique_ptr<const JsonValue> Parse(std::string_view text) const;

 private:
  using Stock = std::vector<std::unique_ptr<JsonTree>>;
  class Parsed;

  std::shared_ptr<Stock> stock_;
};

}  // namespace tarn::derive
