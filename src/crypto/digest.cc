#include "crypto/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <memory>

#include "base/invariant.h"

namespace tarn::crypto {
namespace {

/// A digest algorithm, fetched once for the process: EVP_md5() would look it up on every use.
/// Threads: any, once made; OpenSSL counts its references atomically.
class Algorithm {
 public:
  explicit Algorithm(const char* name) : algorithm_(EVP_MD_fetch(nullptr, name, nullptr)) {
    INVARIANT(algorithm_ != nullptr, "OpenSSL offers MD5 and SHA-256");
  }
  ~Algorithm() { EVP_MD_free(algorithm_); }
  Algorithm(const Algorithm&) = delete;
  Algorithm& operator=(const Algorithm&) = delete;
  const EVP_MD* get() const { return algorithm_; }

 private:
  EVP_MD* algorithm_;
};

using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

/// The algorithms outlive all threads' contexts: they are never destroyed.
const EVP_MD* Md5Algorithm() {
  static const Algorithm* algorithm = new Algorithm("MD5");
  return algorithm->get();
}

const EVP_MD* Sha256Algorithm() {
  static const Algorithm* algorithm = new Algorithm("SHA256");
  return algorithm->get();
}

/// One digest in a context of the calling thread, kept for the next one: making a context costs
/// more than hashing a small record.
template <size_t N>
std::array<uint8_t, N> Digest(EVP_MD_CTX* context, const EVP_MD* algorithm,
                              std::string_view bytes) {
  std::array<uint8_t, N> digest{};
  unsigned size = 0;
  const bool ok = context != nullptr && EVP_DigestInit_ex2(context, algorithm, nullptr) == 1 &&
                  EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1 &&
                  EVP_DigestFinal_ex(context, digest.data(), &size) == 1;
  INVARIANT(ok && size == N, "a digest of bytes in memory cannot fail");
  return digest;
}

template <size_t N>
std::array<uint8_t, N> Hmac(const char* algorithm, std::string_view key, std::string_view bytes) {
  if (key.data() == nullptr) key = "";  // OpenSSL takes a null key for none at all
  std::array<uint8_t, N> digest{};
  size_t size = 0;
  const unsigned char* made =
      EVP_Q_mac(nullptr, "HMAC", nullptr, algorithm, nullptr, key.data(), key.size(),
                reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data(),
                digest.size(), &size);
  INVARIANT(made != nullptr && size == N, "an HMAC of bytes in memory cannot fail");
  return digest;
}

}  // namespace

Md5Digest Md5(std::string_view bytes) {
  thread_local const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  return Digest<16>(context.get(), Md5Algorithm(), bytes);
}

Sha256Digest Sha256(std::string_view bytes) {
  thread_local const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  return Digest<32>(context.get(), Sha256Algorithm(), bytes);
}

Sha256Stream::Sha256Stream() : context_(EVP_MD_CTX_new()) {
  const bool ok =
      context_ != nullptr &&
      EVP_DigestInit_ex2(static_cast<EVP_MD_CTX*>(context_.get()), Sha256Algorithm(), nullptr) == 1;
  INVARIANT(ok, "a digest of bytes in memory cannot fail");
}

Sha256Stream::~Sha256Stream() = default;

void Sha256Stream::Free::operator()(void* context) const {
  EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context));
}

void Sha256Stream::Update(std::string_view bytes) {
  const bool ok =
      EVP_DigestUpdate(static_cast<EVP_MD_CTX*>(context_.get()), bytes.data(), bytes.size()) == 1;
  INVARIANT(ok, "a digest of bytes in memory cannot fail");
}

Sha256Digest Sha256Stream::Digest() const {
  const Context copy(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  Sha256Digest digest{};
  unsigned size = 0;
  const bool ok = copy != nullptr &&
                  EVP_MD_CTX_copy_ex(copy.get(), static_cast<EVP_MD_CTX*>(context_.get())) == 1 &&
                  EVP_DigestFinal_ex(copy.get(), digest.data(), &size) == 1;
  INVARIANT(ok && size == digest.size(), "a digest of bytes in memory cannot fail");
  return digest;
}

Sha256Digest HmacSha256(std::string_view key, std::string_view bytes) {
  return Hmac<32>("SHA256", key, bytes);
}

Md5Digest HmacMd5(std::string_view key, std::string_view bytes) {
  return Hmac<16>("MD5", key, bytes);
}

Sha1Digest HmacSha1(std::string_view key, std::string_view bytes) {
  return Hmac<20>("SHA1", key, bytes);
}

bool EqualsConstantTime(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace tarn::crypto
