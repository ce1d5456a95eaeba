// Inputs over POSIX descriptors.
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "os/input.h"

namespace tarn::os {
namespace {

constexpr int kStopLookEveryMs = 50;

class PosixInput final : public Input {
 public:
  PosixInput(int number, bool is_owned, std::string name, std::stop_token stop,
             const struct stat& info)
      : Input(S_ISREG(info.st_mode),
              S_ISREG(info.st_mode) ? static_cast<uint64_t>(info.st_size) : 0),
        number_(number),
        is_owned_(is_owned),
        name_(std::move(name)),
        stop_(std::move(stop)) {}
  PosixInput(const PosixInput&) = delete;
  PosixInput& operator=(const PosixInput&) = delete;
  ~PosixInput() override {
    if (is_owned_) ::close(number_);
  }

  Result<size_t> Read(char* out, size_t room) override {
    while (true) {
      if (!is_regular()) TRY(WaitForBytes());
      const ssize_t got = ::read(number_, out, room);
      if (got >= 0) return static_cast<size_t>(got);
      if (errno != EINTR && errno != EAGAIN) return FailToRead();
    }
  }

  Result<size_t> ReadAt(uint64_t offset, char* out, size_t room) override {
    size_t have = 0;
    while (have < room) {
      const ssize_t got =
          ::pread(number_, out + have, room - have, static_cast<off_t>(offset + have));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return FailToRead();
      if (got == 0) break;
      have += static_cast<size_t>(got);
    }
    return have;
  }

 private:
  std::unexpected<Error> FailToRead() const {
    return std::unexpected(FromErrno(errno, Format("reading '{}'", name_)));
  }

  /// A pipe's writer may take for ever, and a stop must not.
  Status WaitForBytes() const {
    while (true) {
      if (stop_.stop_requested()) {
        return Fail(ErrorKind::kCancelled, "reading '{}' was ended", name_);
      }
      pollfd waiting{.fd = number_, .events = POLLIN, .revents = 0};
      const int ready = ::poll(&waiting, 1, kStopLookEveryMs);
      if (ready > 0) return {};  // bytes, the end, or an error that read tells
      if (ready < 0 && errno != EINTR) return FailToRead();
    }
  }

  const int number_;
  const bool is_owned_;
  const std::string name_;
  const std::stop_token stop_;
};

}  // namespace

Result<std::unique_ptr<Input>> OpenInput(const std::string& path, const std::stop_token& stop) {
  const bool is_stdin = path == "-";
  const int number = is_stdin ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (number < 0) return std::unexpected(FromErrno(errno, Format("opening '{}'", path)));
  struct stat info;
  if (::fstat(number, &info) < 0) {
    Error error = FromErrno(errno, Format("opening '{}'", path));
    if (!is_stdin) ::close(number);
    return std::unexpected(std::move(error));
  }
  // A regular file on stdin may have been read to some place already: it is read on from there.
  if (is_stdin && S_ISREG(info.st_mode) && ::lseek(number, 0, SEEK_CUR) != 0) {
    info.st_mode = S_IFIFO;
  }
  auto input =
      std::make_unique<PosixInput>(number, !is_stdin, is_stdin ? "stdin" : path, stop, info);
  if (S_ISDIR(info.st_mode)) {
    return Fail(ErrorKind::kInvalid, "'{}' is a directory: name files, or a pattern such as '{}/*'",
                path, path);
  }
  return input;
}

Result<std::vector<std::string>> MatchPaths(const std::string& pattern) {
  glob_t found{};
  const int code = ::glob(pattern.c_str(), GLOB_ERR, nullptr, &found);
  std::vector<std::string> paths;
  for (size_t i = 0; code == 0 && i < found.gl_pathc; ++i) paths.emplace_back(found.gl_pathv[i]);
  ::globfree(&found);
  if (code == GLOB_NOMATCH) return Fail(ErrorKind::kNotFound, "no file matches '{}'", pattern);
  if (code != 0) return Fail(ErrorKind::kIo, "a directory of '{}' cannot be read", pattern);
  return paths;
}

}  // namespace tarn::os
