// Bytes to JsonDocument, by simdjson over the whole record: nothing is taken from a record that is
// not well-formed to its last byte (docs/formats/shaping.md, section 2).
#pragma once

#include <memory>
#include <string_view>

#include "shape/json_document.h"

namespace tarn::shape {

/// Reads one record after the other; keeps its memory between them.
/// Threads: one at a time.
class JsonReader {
 public:
  JsonReader();
  ~JsonReader();
  JsonReader(const JsonReader&) = delete;
  JsonReader& operator=(const JsonReader&) = delete;

  /// Read and check a whole record, or a text that holds an object.
  ///
  /// in       levels_above: objects and arrays around it, which count for its depth
  /// returns  its values, valid until the next call; nullptr where it is not one JSON object of
  ///          UTF-8, at most schema::kNestingMax levels deep: FindJsonFault says why
  const JsonDocument* Read(std::string_view record, int levels_above = 0);

 private:
  class Walk;
  struct Memory;
  std::unique_ptr<Memory> memory_;
  JsonDocument document_;
};

}  // namespace tarn::shape
