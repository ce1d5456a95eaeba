#include "app/output_file.h"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/units.h"

namespace tarn::app {
namespace {

constexpr size_t kGatheredBytes = 64 * kKiB;
constexpr size_t kGatheredToCompress = 4 * kMiB;

}  // namespace

Result<std::unique_ptr<OutputFile>> OutputFile::Open(const std::string& path,
                                                     codec::Compression compression) {
  struct stat info{};
  const bool is_special =
      path == "-" || (::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode));
  std::error_code error;
  const std::filesystem::path resolved = std::filesystem::weakly_canonical(path, error);
  const std::string target = is_special || error ? path : resolved.string();
  const std::string part = is_special ? "" : target + ".part";
  std::FILE* const file =
      path == "-" ? stdout : std::fopen((is_special ? path : part).c_str(), "wb");
  if (file == nullptr) return std::unexpected(FromErrno(errno, path));
  return std::unique_ptr<OutputFile>(new OutputFile(target, part, compression, file));
}

OutputFile::~OutputFile() {
  if (file_ == nullptr || file_ == stdout) return;
  std::fclose(file_);
  if (!part_.empty()) std::remove(part_.c_str());
}

std::unexpected<Error> OutputFile::FailToWrite() const {
  return std::unexpected(FromErrno(errno, file_ == stdout ? "stdout" : path_));
}

Status OutputFile::Flush() {
  std::string compressed;
  std::string_view bytes = gathered_;
  // Nothing at all is a member too: readers take no empty file for a compressed one.
  if (compression_ != codec::Compression::kNone && (!bytes.empty() || !has_written_)) {
    compressed = TRY(codec::Compress(compression_, bytes));
    bytes = compressed;
  }
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) return FailToWrite();
  gathered_.clear();
  has_written_ = true;
  return {};
}

Status OutputFile::Write(std::string_view bytes) {
  gathered_.append(bytes);
  const bool is_plain = compression_ == codec::Compression::kNone;
  if (gathered_.size() < (is_plain ? kGatheredBytes : kGatheredToCompress)) return {};
  return Flush();
}

Status OutputFile::Finish() {
  TRY(Flush());
  if (std::fflush(file_) != 0) return FailToWrite();
  if (!part_.empty() && std::rename(part_.c_str(), path_.c_str()) != 0) return FailToWrite();
  std::FILE* const file = std::exchange(file_, nullptr);
  if (file == stdout || std::fclose(file) == 0) return {};
  return std::unexpected(FromErrno(errno, path_));
}

}  // namespace tarn::app
