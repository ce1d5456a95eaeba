// Bytes that grow at the end and are never zeroed first: column values, levels, pages.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>
#include <type_traits>

#include "base/invariant.h"

namespace tarn::columns {

/// Threads: as any value.
class ByteBuffer {
 public:
  /// Make room for `size` more bytes. returns  where to write them; Advance makes them part of it
  char* Reserve(size_t size) {
    if (capacity_ - size_ < size) [[unlikely]] {
      Grow(size);
    }
    return data_.get() + size_;
  }
  void Advance(size_t size) { size_ += size; }
  /// Make room, and make it part of the buffer. returns  where to write
  char* Extend(size_t size) {
    char* const at = Reserve(size);
    size_ += size;
    return at;
  }
  void Append(const void* bytes, size_t size) {
    if (size != 0) std::memcpy(Extend(size), bytes, size);
  }
  void Append(std::string_view bytes) { Append(bytes.data(), bytes.size()); }
  template <class T>
    requires std::is_trivially_copyable_v<T>
  void AppendValue(T value) {
    std::memcpy(Extend(sizeof value), &value, sizeof value);
  }

  /// Forget the bytes, keep the memory.
  void Clear() { size_ = 0; }
  /// Give the memory back too.
  void Release() {
    data_.reset();
    size_ = capacity_ = 0;
  }

  char* data() { return data_.get(); }
  const char* data() const { return data_.get(); }
  size_t size() const { return size_; }
  size_t capacity() const { return capacity_; }
  std::string_view view() const { return {data_.get(), size_}; }

 private:
  struct Free {
    void operator()(char* bytes) const { std::free(bytes); }
  };

  void Grow(size_t size) {
    constexpr size_t kCapacityMin = 96;
    size_t capacity = capacity_ + capacity_ / 2;
    if (capacity < size_ + size) capacity = size_ + size;
    if (capacity < kCapacityMin) capacity = kCapacityMin;
    void* const grown = std::realloc(data_.get(), capacity);
    INVARIANT(grown != nullptr, "memory for column buffers can be had");
    [[maybe_unused]] char* const moved = data_.release();  // realloc freed or moved it
    data_.reset(static_cast<char*>(grown));
    capacity_ = capacity;
  }

  std::unique_ptr<char, Free> data_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace tarn::columns
