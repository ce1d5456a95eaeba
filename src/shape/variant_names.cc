#include "shape/variant_names.h"

#include <algorithm>
#include <cstring>

#include "shape/scratch.h"

namespace tarn::shape {

namespace {
constexpr char kVersion = 1;
constexpr char kSorted = 1 << 4;
constexpr int kOffsetBytesShift = 6;
}  // namespace

char* WriteNumber(size_t number, int bytes, char* out) {
  std::memcpy(out, &number, static_cast<size_t>(bytes));
  return out + bytes;
}

void VariantNames::Read(const JsonDocument& document, uint32_t value) {
  first_ = value;
  const size_t values = document.after(value) - value;
  GiveBackScratch(values, &numbers_);
  GiveBackScratch(values, &found_);
  GiveBackScratch(values, &names_);
  found_.clear();
  names_.clear();
  text_bytes_ = 0;
  Collect(document, value);
  std::ranges::sort(found_, {}, &Occurrence::text);
  numbers_.resize(values);
  for (const Occurrence& occurrence : found_) {
    if (names_.empty() || names_.back() != occurrence.text) {
      names_.push_back(occurrence.text);
      text_bytes_ += occurrence.text.size();
    }
    numbers_[occurrence.name - first_] = static_cast<uint32_t>(names_.size() - 1);
  }
}

size_t VariantNames::scratch_bytes() const {
  return numbers_.capacity() * sizeof(uint32_t) + found_.capacity() * sizeof(Occurrence) +
         names_.capacity() * sizeof(std::string_view);
}

void VariantNames::Collect(const JsonDocument& document, uint32_t value) {
  const uint32_t end = document.after(value);
  if (document.kind(value) == JsonKind::kObject) {
    for (uint32_t name = value + 1; name < end; name = document.after(name + 1)) {
      found_.push_back({document.text(name), name});
      Collect(document, name + 1);
    }
  } else if (document.kind(value) == JsonKind::kArray) {
    for (uint32_t element = value + 1; element < end; element = document.after(element)) {
      Collect(document, element);
    }
  }
}

int VariantNames::offset_bytes() const {
  return BytesOfNumber(std::max(text_bytes_, names_.size()));
}

size_t VariantNames::metadata_bytes() const {
  return 1 + (names_.size() + 2) * static_cast<size_t>(offset_bytes()) + text_bytes_;
}

void VariantNames::WriteMetadata(char* out) const {
  const int bytes = offset_bytes();
  *out++ = static_cast<char>(kVersion | kSorted | (bytes - 1) << kOffsetBytesShift);
  out = WriteNumber(names_.size(), bytes, out);
  size_t offset = 0;
  out = WriteNumber(offset, bytes, out);
  for (const std::string_view name : names_) out = WriteNumber(offset += name.size(), bytes, out);
  for (const std::string_view name : names_) out = std::ranges::copy(name, out).out;
}

}  // namespace tarn::shape
