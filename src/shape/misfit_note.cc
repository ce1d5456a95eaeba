#include "shape/misfit_note.h"

#include "base/format.h"
#include "schema/declaration.h"
#include "shape/json_fault.h"
#include "shape/plan.h"

namespace tarn::shape {

namespace {

constexpr size_t kShownBytesMax = 60;

/// The beginning of a text, cut between characters.
std::string Shorten(std::string_view text) {
  if (text.size() <= kShownBytesMax) return std::string(text);
  size_t length = kShownBytesMax;
  while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;
  return std::string(text.substr(0, length)) + "…";
}

std::string Describe(const JsonDocument& document, uint32_t value) {
  switch (document.kind(value)) {
    case JsonKind::kString:
      return "the text " + Shorten(document.raw(value));
    case JsonKind::kInteger:
    case JsonKind::kNumber:
      return "the number " + Shorten(document.raw(value));
    case JsonKind::kArray:
      return "an array";
    case JsonKind::kObject:
      return "an object";
    default:
      return std::string(document.raw(value));
  }
}

}  // namespace

Fit MisfitNote::Found(const JsonDocument& document, uint32_t value, const schema::Type& type,
                      Fit fit) {
  if (is_silent_) return fit;
  path_.clear();
  const std::string wanted = schema::HiveTypeText(type);
  const std::string found = Describe(document, value);
  message_ = fit == Fit::kOutOfRange ? Format("{} is beyond what {} can hold", found, wanted)
                                     : Format("expected {}, found {}", wanted, found);
  return fit;
}

Fit MisfitNote::FoundText(const JsonDocument& document, uint32_t value) {
  if (is_silent_) return Fit::kWrongType;
  path_.clear();
  message_ = "expected a text that holds one JSON object, found " + Describe(document, value);
  const auto fault = FindJsonFault(document.text(value), kLevelsAboveJsonText);
  if (fault) message_ += ": " + fault->message;
  return Fit::kWrongType;
}

Fit MisfitNote::Missing() {
  if (is_silent_) return Fit::kMissingRequired;
  path_.clear();
  message_ = "a value is required, but it is missing or null";
  return Fit::kMissingRequired;
}

void MisfitNote::AtMember(std::string_view name) { Prepend(name); }

void MisfitNote::AtElement(uint32_t index) {
  if (!is_silent_) Prepend(Format("[{}]", index));
}

void MisfitNote::Prepend(std::string_view step) {
  if (is_silent_) return;
  if (!path_.empty() && path_.front() != '[') path_.insert(0, ".");
  path_.insert(0, step);
}

}  // namespace tarn::shape
