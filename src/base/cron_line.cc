#include "base/cron_line.h"

#include <array>
#include <cctype>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/whole_number.h"

namespace tarn {
namespace {

constexpr size_t kLineBytesMax = 1000;
constexpr int64_t kMinutesPerDay = 24 * 60;
constexpr int64_t kMicrosPerMinute = 60 * kMicrosPerSecond;
/// The longest that a date may take to come again: 29 February around a year like 2100.
constexpr int64_t kDaysMax = 8 * 366 + 1;
constexpr int64_t kThursday = 4;  // 1970-01-01

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kWeekdays = {"sun", "mon", "tue", "wed",
                                                       "thu", "fri", "sat"};

struct Field {
  std::string_view about;
  unsigned min = 0;
  unsigned max = 0;
  std::span<const std::string_view> names;  ///< of the values from min on
};
constexpr std::array<Field, 5> kFields = {{{"minute", 0, 59, {}},
                                           {"hour", 0, 23, {}},
                                           {"day of the month", 1, 31, {}},
                                           {"month", 1, 12, kMonths},
                                           {"day of the week", 0, 7, kWeekdays}}};

std::string_view WholeLine(std::string_view name) {
  if (name == "@hourly") return "0 * * * *";
  if (name == "@daily" || name == "@midnight") return "0 0 * * *";
  if (name == "@weekly") return "0 0 * * 0";
  if (name == "@monthly") return "0 0 1 * *";
  if (name == "@yearly" || name == "@annually") return "0 0 1 1 *";
  return "";
}

std::string_view CutAt(std::string_view* text, char separator) {
  const size_t at = std::min(text->find(separator), text->size());
  const std::string_view part = text->substr(0, at);
  text->remove_prefix(std::min(at + 1, text->size()));
  return part;
}

std::unexpected<Error> Wrong(const Field& field, std::string_view text) {
  return Fail(ErrorKind::kInvalid,
              "'{}' is no {}: {} to {}{}, *, ranges as in {}-{}, steps as in */2, "
              "and lists of these with commas are possible",
              text, field.about, field.min, field.max,
              field.names.empty() ? "" : Format(", {} …", field.names.front()), field.min,
              field.max);
}

Result<unsigned> ParseValue(const Field& field, std::string_view text) {
  std::string lower;
  for (const char c : text) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (unsigned i = 0; i < field.names.size(); ++i) {
    if (field.names[i] == lower) return field.min + i;
  }
  const auto value = ParseWhole<unsigned>(text);
  if (!value || *value < field.min || *value > field.max) return Wrong(field, text);
  return *value;
}

/// One of a list: `*`, `5`, `1-5`, each perhaps with `/2`.
Result<uint64_t> ParseItem(const Field& field, std::string_view item) {
  std::string_view rest = item;
  const std::string_view values = CutAt(&rest, '/');
  const bool has_step = values.size() < item.size();
  unsigned first = field.min;
  unsigned last = field.max;
  if (values != "*") {
    std::string_view end = values;
    const std::string_view begin = CutAt(&end, '-');
    first = TRY(ParseValue(field, begin));
    const bool is_range = begin.size() < values.size();
    if (is_range) last = TRY(ParseValue(field, end));
    if (!is_range && !has_step) last = first;
  }
  const unsigned step = has_step ? ParseWhole<unsigned>(rest).value_or(0) : 1;
  if (step == 0 || step > field.max) return Wrong(field, item);
  if (first > last) return Wrong(field, item);
  uint64_t bits = 0;
  for (unsigned value = first; value <= last; value += step) bits |= uint64_t{1} << value;
  return bits;
}

Result<uint64_t> ParseField(const Field& field, std::string_view text) {
  uint64_t bits = 0;
  std::string_view rest = text;
  do {
    bits |= TRY(ParseItem(field, CutAt(&rest, ',')));
  } while (!rest.empty());
  if (text.ends_with(',')) return Wrong(field, text);
  return bits;
}

std::vector<std::string_view> Words(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  std::vector<std::string_view> words;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
    if (text.empty()) return words;
    const size_t end = std::min(text.find_first_of(kBlanks), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

bool HasBit(uint64_t bits, int64_t value) { return ((bits >> value) & 1) != 0; }

}  // namespace

Result<CronLine> CronLine::Parse(std::string_view text) {
  if (text.size() > kLineBytesMax) {
    return Fail(ErrorKind::kInvalid, "a cron line has over {} bytes", kLineBytesMax);
  }
  std::vector<std::string_view> words = Words(text);
  if (words.size() == 1 && !WholeLine(words[0]).empty()) words = Words(WholeLine(words[0]));
  if (words.size() != kFields.size()) {
    return Fail(ErrorKind::kInvalid,
                "'{}' is no cron line: five fields are expected, minute, hour, day of the month, "
                "month and day of the week, as in '15 2 * * *'; or @hourly, @daily, @weekly, "
                "@monthly, @yearly",
                text);
  }
  CronLine line;
  uint64_t* const bits[] = {&line.minutes_, &line.hours_, &line.days_, &line.months_,
                            &line.weekdays_};
  for (size_t i = 0; i < kFields.size(); ++i) *bits[i] = TRY(ParseField(kFields[i], words[i]));
  if (HasBit(line.weekdays_, 7)) line.weekdays_ |= 1;
  line.needs_both_days_ = words[2].starts_with('*') || words[4].starts_with('*');
  if (!line.FitsAnyDate()) {
    return Fail(ErrorKind::kInvalid, "'{}' never comes: no such month has such a day", text);
  }
  return line;
}

bool CronLine::HasDay(int64_t day) const {
  const CivilDate date = CivilFromDays(day);
  if (!HasBit(months_, date.month)) return false;
  const bool in_month = HasBit(days_, date.day);
  const bool in_week = HasBit(weekdays_, day + kThursday - FloorDivide(day + kThursday, 7) * 7);
  return needs_both_days_ ? in_month && in_week : in_month || in_week;
}

bool CronLine::HasMinute(int64_t minute_of_day) const {
  return HasBit(hours_, minute_of_day / 60) && HasBit(minutes_, minute_of_day % 60);
}

bool CronLine::FitsAnyDate() const {
  for (int64_t day = 0; day < kDaysMax; ++day) {
    if (HasDay(day)) return true;
  }
  return false;
}

int64_t CronLine::NextAfter(int64_t at_us) const {
  int64_t minute = FloorDivide(at_us, kMicrosPerMinute) + 1;
  while (true) {
    const int64_t day = FloorDivide(minute, kMinutesPerDay);
    const int64_t next_day = (day + 1) * kMinutesPerDay;
    for (; HasDay(day) && minute < next_day; ++minute) {
      if (HasMinute(minute - day * kMinutesPerDay)) return minute * kMicrosPerMinute;
    }
    minute = next_day;
  }
}

int64_t CronLine::LastUntil(int64_t at_us) const {
  int64_t minute = FloorDivide(at_us, kMicrosPerMinute);
  while (true) {
    const int64_t day = FloorDivide(minute, kMinutesPerDay);
    const int64_t day_begin = day * kMinutesPerDay;
    for (; HasDay(day) && minute >= day_begin; --minute) {
      if (HasMinute(minute - day_begin)) return minute * kMicrosPerMinute;
    }
    minute = day_begin - 1;
  }
}

}  // namespace tarn
