#include "derive/dataset_names.h"

#include <algorithm>

namespace tarn::derive {
namespace {

bool IsCapital(char c) { return c >= 'A' && c <= 'Z'; }

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (IsCapital(c)) c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace

std::string NameWithSeparator(std::string_view name, char separator) {
  std::string out;
  for (size_t begin = 0; begin < name.size();) {
    size_t end = begin + 1;
    while (end < name.size() && !IsCapital(name[end])) ++end;
    const bool is_part = end - begin > 1 || !IsCapital(name[begin]);
    if (is_part) {
      if (!out.empty()) out += separator;
      out += LowerCase(name.substr(begin, end - begin));
    }
    begin = end;
  }
  return out.empty() ? LowerCase(name) : out;  // nothing but capitals
}

}  // namespace tarn::derive
