#include "shape/rest_text.h"

#include "base/invariant.h"

namespace tarn::shape {

void RestText::Start() {
  text_.clear();
  path_.clear();
  open_.clear();
}

void RestText::Leave() {
  path_.pop_back();
  CloseTo(path_.size() + 1);
}

void RestText::Add(std::string_view name, std::string_view value) {
  OpenPath();
  BeginItem({name, 0});
  text_ += value;
}

std::string_view RestText::Finish() {
  INVARIANT(path_.empty(), "every value that was entered has been left");
  CloseTo(0);
  return text_;
}

/// Have all objects and arrays open that hold the place of the walk; the innermost is an object.
void RestText::OpenPath() {
  while (open_.size() <= path_.size()) {
    const size_t depth = open_.size();
    if (depth > 0) BeginItem(path_[depth - 1]);
    OpenOne(depth < path_.size() && path_[depth].name.empty());
  }
}

void RestText::OpenOne(bool is_array) {
  text_ += is_array ? '[' : '{';
  open_.push_back({.is_array = is_array});
}

/// Begin a member or element in the innermost open object or array.
void RestText::BeginItem(const Step& step) {
  Open& open = open_.back();
  if (!open.is_empty) text_ += ',';
  open.is_empty = false;
  if (!open.is_array) {
    text_ += step.name;
    text_ += ':';
    return;
  }
  for (; open.elements < step.index; ++open.elements) text_ += "null,";
  ++open.elements;
}

void RestText::CloseTo(size_t count) {
  for (; open_.size() > count; open_.pop_back()) text_ += open_.back().is_array ? ']' : '}';
}

}  // namespace tarn::shape
