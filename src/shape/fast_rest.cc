#include "shape/fast_rest.h"

namespace tarn::shape {

namespace {

void AddMember(std::string_view name, std::string_view value, std::string* text) {
  if (!text->empty()) *text += ',';
  *text += name;
  *text += ':';
  *text += value;
}

}  // namespace

void FastRest::KeepUnknown(size_t frame, std::string_view name, std::string_view value) {
  AddMember(name, value, &At(frame).unknown);
}

bool FastRest::KeepMisfit(size_t frame, int order, std::string_view name, std::string_view value) {
  Frame& in = At(frame);
  if (!Advance(&in, order)) return false;
  AddMember(name, value, &in.below);
  return true;
}

bool FastRest::CloseMember(size_t frame, int order, std::string_view name) {
  if (frame >= frames_.size() || frames_[frame].is_empty()) return true;
  Frame& in = frames_[frame - 1];
  if (!Advance(&in, order)) return false;
  AddMember(name, {}, &in.below);
  TakeOut(&frames_[frame], &in.below);
  return true;
}

void FastRest::CloseElement(size_t frame, uint32_t index) {
  if (frame >= frames_.size() || frames_[frame].is_empty()) return;
  Frame& in = frames_[frame - 1];
  in.is_array = true;
  if (!in.below.empty()) in.below += ',';
  for (; in.elements < index; ++in.elements) in.below += "null,";
  ++in.elements;
  TakeOut(&frames_[frame], &in.below);
}

std::string_view FastRest::Finish() {
  text_.clear();
  if (any_ && !frames_.empty() && !frames_[0].is_empty()) TakeOut(&frames_[0], &text_);
  return text_;
}

/// The reference walks the columns in their order.
bool FastRest::Advance(Frame* frame, int order) {
  if (order <= frame->last_order) return false;
  frame->last_order = order;
  return true;
}

/// A frame's text, at the end of `text`; the frame is then empty.
void FastRest::TakeOut(Frame* frame, std::string* text) {
  *text += frame->is_array ? '[' : '{';
  *text += frame->unknown;
  if (!frame->unknown.empty() && !frame->below.empty()) *text += ',';
  *text += frame->below;
  *text += frame->is_array ? ']' : '}';
  frame->unknown.clear();
  frame->below.clear();
  frame->last_order = -1;
  frame->elements = 0;
  frame->is_array = false;
}

void FastRest::Clear() {
  for (Frame& frame : frames_) {
    frame.unknown.clear();
    frame.below.clear();
    frame.last_order = -1;
    frame.elements = 0;
    frame.is_array = false;
  }
  any_ = false;
}

}  // namespace tarn::shape
