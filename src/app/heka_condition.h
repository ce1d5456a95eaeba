// What `tarn heka cat --where` asks of a message.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "decode/heka_message.h"

namespace tarn::app {

/// One variable of a message, and the value that it must have. Threads: any, once made.
class HekaCondition {
 public:
  /// in       text: `Type=main`, `Severity=6`, `Fields[docType]=main`
  /// errors   kInvalid: no such variable, or a number is wanted and not given
  static Result<HekaCondition> Parse(std::string_view text);

  /// Of a Field that occurs twice the first counts, of several values the first; what is absent
  /// matches nothing.
  bool Matches(const decode::HekaMessage& message) const;

 private:
  std::string variable_;            ///< as the format names it; `Fields` for a Field
  std::string field_;               ///< the Field's name
  std::string text_;                ///< as given; a uuid without its dashes
  std::optional<int64_t> integer_;  ///< where text_ is one
  std::optional<double> number_;    ///< where text_ is one
};

}  // namespace tarn::app
