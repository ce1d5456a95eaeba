#include "serve/explore/parameters.h"

#include <algorithm>

#include "base/time.h"
#include "base/whole_number.h"
#include "codec/text.h"
#include "schema/type.h"
#include "schema/value.h"
#include "serve/http_message.h"

namespace tarn::serve {
namespace {

constexpr size_t kShownBytes = 64;  ///< of a client's text in a message

}  // namespace

Result<Parameters> Parameters::Read(std::string_view query,
                                    std::initializer_list<std::string_view> known) {
  Parameters parameters;
  parameters.values_ = TRY(ParseQuery(query));
  std::vector<std::string_view> seen;
  for (const auto& [name, value] : parameters.values_) {
    if (!codec::IsUtf8(name) || !codec::IsUtf8(value)) {
      return Fail(ErrorKind::kInvalid, "the parameters are no UTF-8 text");
    }
    if (std::ranges::find(known, name) == known.end()) {
      std::string names;
      for (const std::string_view one : known)
        names += Format("{}{}", names.empty() ? "" : ", ", one);
      return Fail(ErrorKind::kInvalid, "there is no parameter '{}' here: known are {}",
                  name.substr(0, kShownBytes), names);
    }
    if (name != kFilterParameter && std::ranges::contains(seen, name)) {
      return Fail(ErrorKind::kInvalid, "the parameter '{}' is given twice", name);
    }
    seen.push_back(name);
  }
  return parameters;
}

const std::string* Parameters::Find(std::string_view name) const {
  const auto found = std::ranges::find(values_, name, &std::pair<std::string, std::string>::first);
  return found == values_.end() || found->second.empty() ? nullptr : &found->second;
}

std::vector<std::string> Parameters::filters() const {
  std::vector<std::string> all;
  for (const auto& [name, value] : values_) {
    if (name == kFilterParameter) all.push_back(value);
  }
  return all;
}

Result<int64_t> Parameters::Integer(std::string_view name, int64_t otherwise, int64_t least,
                                    int64_t greatest) const {
  const std::string* text = Find(name);
  if (text == nullptr) return otherwise;
  const auto number = ParseWhole<int64_t>(*text);
  if (!number || *number < least || *number > greatest) {
    return Fail(ErrorKind::kInvalid, "{}={}: a whole number of {} to {} is expected", name,
                text->substr(0, kShownBytes), least, greatest);
  }
  return *number;
}

Result<std::optional<int64_t>> Parameters::Moment(std::string_view name) const {
  const std::string* text = Find(name);
  if (text == nullptr) return std::nullopt;
  const auto moment = schema::FromText(schema::Type::Of(schema::TypeKind::kTimestampTz), *text);
  const auto day = schema::FromText(schema::Type::Of(schema::TypeKind::kDate), *text);
  const std::optional<int64_t> micros = moment ? std::optional(std::get<int64_t>(*moment))
                                        : day
                                            ? std::optional(std::get<int32_t>(*day) * kMicrosPerDay)
                                            : std::nullopt;
  if (micros && *micros >= kLeastMoment && *micros <= kAfterMoments) return micros;
  return Fail(ErrorKind::kInvalid,
              "{}={}: a time as 2026-11-21T08:48:41.954871Z, or a date, of the years 1 to 9999 is "
              "expected",
              name, text->substr(0, kShownBytes));
}

}  // namespace tarn::serve
