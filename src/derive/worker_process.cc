#include "derive/worker_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

extern char** environ;

namespace tarn::derive {
namespace {

constexpr off_t kSaidBytesMax = 4096;

/// A descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }
  int Release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

/// The child begins with no signal blocked, whatever this process waits for.
class Beginning {
 public:
  explicit Beginning(int said) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, said, STDERR_FILENO);
    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK);
  }
  ~Beginning() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  Beginning(const Beginning&) = delete;
  Beginning& operator=(const Beginning&) = delete;

  int Spawn(std::vector<char*>& arguments, pid_t* process) const {
    return posix_spawn(process, arguments[0], &actions_, &attributes_, arguments.data(), environ);
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

std::string ReadEnd(int file) {
  struct stat info{};
  if (fstat(file, &info) != 0) return "";
  std::string text(static_cast<size_t>(std::min(info.st_size, kSaidBytesMax)), '\0');
  const ssize_t got =
      pread(file, text.data(), text.size(), info.st_size - static_cast<off_t>(text.size()));
  text.resize(static_cast<size_t>(std::max<ssize_t>(got, 0)));
  return text;
}

}  // namespace

Result<std::unique_ptr<WorkerProcess>> WorkerProcess::Start(
    const std::vector<std::string>& arguments) {
  std::vector<char*> pointers;
  for (const std::string& argument : arguments)
    pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  // A file, not a pipe: a worker that says much must not wait for us.
  Descriptor said(memfd_create("tarn-worker", MFD_CLOEXEC));
  if (said.get() < 0) return std::unexpected(FromErrno(errno, "a file for a worker's messages"));
  pid_t process = 0;
  const int error = Beginning(said.get()).Spawn(pointers, &process);
  if (error != 0) return std::unexpected(FromErrno(error, "starting " + arguments[0]));
  const int ended = static_cast<int>(syscall(SYS_pidfd_open, process, 0));  // closed at exec
  if (ended < 0) {
    const int why = errno;
    kill(process, SIGKILL);
    waitpid(process, nullptr, 0);
    return std::unexpected(FromErrno(why, "watching a worker"));
  }
  return std::unique_ptr<WorkerProcess>(new WorkerProcess(process, ended, said.Release()));
}

WorkerProcess::~WorkerProcess() {
  if (process_ > 0) {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  close(ended_);
  close(said_);
}

WorkerEnd WorkerProcess::Wait() {
  int status = 0;
  while (waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = 0;
  WorkerEnd end;
  if (WIFSIGNALED(status)) end.signal = WTERMSIG(status);
  if (WIFEXITED(status)) end.exit_status = WEXITSTATUS(status);
  end.said = ReadEnd(said_);
  return end;
}

}  // namespace tarn::derive
