// The text of `_rest` for the fast parser, which sees each member once, in the record's order, and
// not in that of section 5 of docs/formats/shaping.md: in each object the members without a column
// and those below columns are gathered apart. RestText is the reference.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tarn::shape {

/// Frames, one in the other: the record's object is frame 0, an object, array or map in it frame 1.
/// What lies in a frame goes into the one around it when that is closed.
/// Threads: one at a time.
class FastRest {
 public:
  void Start() {
    if (any_) Clear();
  }
  bool any() const { return any_; }  ///< whether anything was kept since Start

  /// Keep a member without a column, in the object of this frame.
  ///
  /// in  name, value: as received, the name with its quotes
  void KeepUnknown(size_t frame, std::string_view name, std::string_view value);

  /// Keep a member that does not fit its column, in the object of this frame.
  ///
  /// in       order: of the column, among those of the object
  /// returns  false where a later column was first: this text cannot be had in one pass
  bool KeepMisfit(size_t frame, int order, std::string_view name, std::string_view value);

  /// Close a frame that is a member's value, or an element of an array. Without effect where
  /// nothing was kept in it.
  ///
  /// in       order: as for KeepMisfit; of a map's value, how many stand before it
  /// returns  as KeepMisfit
  bool CloseMember(size_t frame, int order, std::string_view name);
  void CloseElement(size_t frame, uint32_t index);

  /// The object's text; empty where nothing was kept. Valid until Start.
  std::string_view Finish();

 private:
  struct Frame {
    std::string unknown;  // members, with commas between
    std::string below;    // members below columns; elements
    int last_order = -1;
    uint32_t elements = 0;
    bool is_array = false;

    bool is_empty() const { return unknown.empty() && below.empty(); }
  };

  Frame& At(size_t frame) {
    if (frame >= frames_.size()) frames_.resize(frame + 1);
    any_ = true;
    return frames_[frame];
  }
  static bool Advance(Frame* frame, int order);
  static void TakeOut(Frame* frame, std::string* text);
  void Clear();

  bool any_ = false;
  std::vector<Frame> frames_;
  std::string text_;
};

}  // namespace tarn::shape
