#include "bench/process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "os/clock.h"

extern char** environ;

namespace tarn::bench {
namespace {

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// The child's files: what posix_spawn does before the program begins.
class FileActions {
 public:
  FileActions() { posix_spawn_file_actions_init(&actions_); }
  ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;

  void Write(int descriptor, const std::string& path) {
    posix_spawn_file_actions_addopen(&actions_, descriptor, path.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
  }
  void Duplicate(int from, int to) { posix_spawn_file_actions_adddup2(&actions_, from, to); }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

Result<pid_t> Spawn(const std::vector<std::string>& arguments, const FileActions& actions) {
  std::vector<char*> pointers;
  for (const std::string& argument : arguments)
    pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  pid_t process = 0;
  const int error =
      posix_spawnp(&process, pointers[0], actions.get(), nullptr, pointers.data(), environ);
  if (error != 0) return std::unexpected(FromErrno(error, "starting " + arguments[0]));
  return process;
}

Result<ProcessUse> WaitFor(pid_t process, int64_t begin_us) {
  siginfo_t ended{};  // told before the process is gone, and with it what it read
  while (waitid(P_PID, static_cast<id_t>(process), &ended, WEXITED | WNOWAIT) < 0) {
    if (errno != EINTR) return std::unexpected(FromErrno(errno, "waiting for a child"));
  }
  const uint64_t read_bytes = BytesReadBy(process).value_or(0);
  int status = 0;
  rusage use{};
  while (wait4(process, &status, 0, &use) < 0) {
    if (errno != EINTR) return std::unexpected(FromErrno(errno, "waiting for a child"));
  }
  const int64_t end_us = os::SystemClock().SteadyMicros();
  return ProcessUse{.exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
                    .wall_s = static_cast<double>(end_us - begin_us) / 1e6,
                    .cpu_s = Seconds(use.ru_utime) + Seconds(use.ru_stime),
                    .memory_peak_bytes = static_cast<uint64_t>(use.ru_maxrss) * 1024,
                    .read_bytes = read_bytes};
}

}  // namespace

Result<ProcessUse> RunProcess(const std::vector<std::string>& arguments,
                              const std::string& output_file, const std::string& error_file) {
  FileActions actions;
  actions.Write(STDOUT_FILENO, output_file);
  actions.Write(STDERR_FILENO, error_file);
  const int64_t begin_us = os::SystemClock().SteadyMicros();
  return WaitFor(TRY(Spawn(arguments, actions)), begin_us);
}

Result<std::unique_ptr<Service>> Service::Start(const std::vector<std::string>& arguments,
                                                const std::string& error_file) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return std::unexpected(FromErrno(errno, "a pipe"));
  FileActions actions;
  actions.Duplicate(ends[1], STDOUT_FILENO);
  actions.Write(STDERR_FILENO, error_file);
  const Result<pid_t> process = Spawn(arguments, actions);
  close(ends[1]);
  if (!process) {
    close(ends[0]);
    return std::unexpected(process.error());
  }
  std::unique_ptr<Service> service(new Service(*process, ends[0]));
  char byte = 0;
  while (byte != '\n') {
    const ssize_t got = read(ends[0], &byte, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0)
      return Fail(ErrorKind::kIo, "{} ended before it was ready: see {}", arguments[0], error_file);
    if (byte != '\n') service->ready_line_ += byte;
  }
  return service;
}

Service::~Service() {
  close(output_);
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

Result<std::string> OwnProgram() {
  std::error_code error;
  const std::filesystem::path path = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return Fail(ErrorKind::kIo, "/proc/self/exe cannot be read: {}", error.message());
  return path.string();
}

Result<double> CpuSecondsOf(pid_t process) {
  constexpr int kFieldsBefore = 11;  // between the name, which is in brackets, and utime
  std::ifstream file(Format("/proc/{}/stat", process));
  std::string text;
  std::getline(file, text);
  std::istringstream fields(text.substr(std::min(text.rfind(')') + 1, text.size())));
  std::string skipped;
  for (int i = 0; i < kFieldsBefore; ++i) fields >> skipped;
  uint64_t user = 0;
  uint64_t system = 0;
  if (fields >> user >> system)
    return static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
  return Fail(ErrorKind::kNotFound, "/proc/{}/stat does not tell the time used", process);
}

Result<uint64_t> BytesReadBy(pid_t process) {
  std::ifstream file(Format("/proc/{}/io", process));
  std::string word;
  uint64_t bytes = 0;
  if (file >> word >> bytes && word == "rchar:") return bytes;
  return Fail(ErrorKind::kNotFound, "/proc/{}/io does not tell what was read", process);
}

}  // namespace tarn::bench
