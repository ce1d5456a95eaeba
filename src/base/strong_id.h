// Ids that cannot be mixed up: each has its own type, compares and hashes like its number, and
// converts to nothing.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace tarn {

/// An id made of an integer. Tag is an incomplete type of the id's own: `using Lsn =
/// StrongId<struct LsnTag, uint64_t>;`
template <class Tag, class Number>
class StrongId {
 public:
  constexpr StrongId() = default;
  constexpr explicit StrongId(Number number) : number_(number) {}
  constexpr Number number() const { return number_; }
  friend constexpr auto operator<=>(StrongId, StrongId) = default;

 private:
  Number number_ = 0;
};

}  // namespace tarn

template <class Tag, class Number>
struct std::hash<tarn::StrongId<Tag, Number>> {
  size_t operator()(tarn::StrongId<Tag, Number> id) const noexcept {
    return std::hash<Number>()(id.number());
  }
};
