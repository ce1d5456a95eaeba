// What is wrong with a value, and where: noted while a row is given up, from the inside out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "schema/type.h"
#include "shape/fit.h"
#include "shape/json_document.h"

namespace tarn::shape {

/// Path and message of one misfit. While it is silent it notes nothing: in an inferred stream a
/// misfit is nothing unusual, and nobody reads about it.
/// Threads: one at a time.
class MisfitNote {
 public:
  explicit MisfitNote(bool is_silent) : is_silent_(is_silent) {}

  // Begin anew. They return what they are given, so that a misfit can be noted and returned in one.

  Fit Found(const JsonDocument& document, uint32_t value, const schema::Type& type, Fit fit);
  /// A text that was to hold an object, as JsonReader did not read it.
  Fit FoundText(const JsonDocument& document, uint32_t value);
  Fit Missing();

  // The misfit lies in this member or element.

  void AtMember(std::string_view name);
  void AtElement(uint32_t index);

  void set_silent(bool is_silent) { is_silent_ = is_silent; }
  const std::string& path() const { return path_; }
  const std::string& message() const { return message_; }

 private:
  void Prepend(std::string_view step);

  bool is_silent_;
  std::string path_;
  std::string message_;
};

}  // namespace tarn::shape
