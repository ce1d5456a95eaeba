// The parameters of a GET request: each known, each once, each in its limits, or an error that
// names it.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace tarn::serve {

/// The only parameter that may be given several times.
inline constexpr std::string_view kFilterParameter = "f";

/// The moments that a range may have, of the years 1 to 9999, µs since 1970.
inline constexpr int64_t kLeastMoment = -62'135'596'800'000'000;
inline constexpr int64_t kAfterMoments = 253'402'300'800'000'000;

/// Threads: as any value.
class Parameters {
 public:
  /// in      query: as sent; known: the names that this request takes
  /// errors  kInvalid: another name, one given twice, what is no UTF-8
  static Result<Parameters> Read(std::string_view query,
                                 std::initializer_list<std::string_view> known);

  /// returns  the value; nullptr where it was not given, or is empty
  const std::string* Find(std::string_view name) const;
  /// All values of the parameter that may be given several times.
  std::vector<std::string> filters() const;
  /// errors  kInvalid: no whole number, or not in least…greatest
  Result<int64_t> Integer(std::string_view name, int64_t otherwise, int64_t least,
                          int64_t greatest) const;
  /// A moment, as RFC 3339 has it or as a date: µs since 1970; without an offset it is UTC.
  /// errors  kInvalid
  Result<std::optional<int64_t>> Moment(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> values_;
};

}  // namespace tarn::serve
