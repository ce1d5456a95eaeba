// The text of `_rest`: one JSON object of what a record had and no column took, put together while
// the record is walked. docs/formats/shaping.md, section 5.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tarn::shape {

/// Builds one object after the other. It follows the walk (Enter, Leave), and writes the objects
/// and arrays around a member only once there is one to keep.
class RestText {
 public:
  void Start();

  /// Go into the value of a member, or of a map's key.
  ///
  /// in  name: as received, with its quotes; valid until Leave
  void EnterMember(std::string_view name) { path_.push_back({name, 0}); }
  /// Go into an element of an array.
  void EnterElement(uint32_t index) { path_.push_back({{}, index}); }
  void Leave();

  /// Keep a member of the object where the walk is.
  ///
  /// in  name, value: as received
  void Add(std::string_view name, std::string_view value);

  /// Where nothing is open any more: the object's text, empty where nothing was kept. Valid until
  /// Start.
  std::string_view Finish();

 private:
  struct Step {
    std::string_view name;  // empty: an element
    uint32_t index = 0;
  };
  /// An object or array of the text that is still open.
  struct Open {
    bool is_array = false;
    bool is_empty = true;
    uint32_t elements = 0;
  };

  void OpenPath();
  void OpenOne(bool is_array);
  void BeginItem(const Step& step);
  void CloseTo(size_t count);

  std::string text_;
  std::vector<Step> path_;
  std::vector<Open> open_;
};

}  // namespace tarn::shape
