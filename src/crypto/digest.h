// Digests and message authentication, by OpenSSL.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tarn::crypto {

using Md5Digest = std::array<uint8_t, 16>;
using Sha1Digest = std::array<uint8_t, 20>;
using Sha256Digest = std::array<uint8_t, 32>;

Md5Digest Md5(std::string_view bytes);
Sha256Digest Sha256(std::string_view bytes);
Sha256Digest HmacSha256(std::string_view key, std::string_view bytes);
/// For formats that ask for them (Heka's frames); weak hashes, though their HMACs are not broken.
Md5Digest HmacMd5(std::string_view key, std::string_view bytes);
Sha1Digest HmacSha1(std::string_view key, std::string_view bytes);

/// SHA-256 of bytes that come piece by piece.
/// Threads: one at a time.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(Sha256Stream&&) noexcept = default;
  Sha256Stream& operator=(Sha256Stream&&) noexcept = default;

  void Update(std::string_view bytes);
  /// Of all bytes so far; more may follow.
  Sha256Digest Digest() const;

 private:
  struct Free {
    void operator()(void* context) const;
  };
  std::unique_ptr<void, Free> context_;
};

/// Compare without telling by time where they differ.
bool EqualsConstantTime(std::string_view a, std::string_view b);

/// Lower-case hexadecimal of a digest.
template <size_t N>
std::string Hex(const std::array<uint8_t, N>& digest) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const uint8_t byte : digest) {
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
  }
  return out;
}

}  // namespace tarn::crypto
