// Child processes, and what the kernel says they used.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"

namespace tarn::bench {

struct ProcessUse {
  int exit_status = 0;  ///< 128 + the signal's number where one ended it
  double wall_s = 0;
  double cpu_s = 0;  ///< user and system, all threads
  /// Resident, at most. At least what this process has: a child begins as its copy.
  uint64_t memory_peak_bytes = 0;
  uint64_t read_bytes = 0;  ///< by its own read calls, from files, pipes and sockets, cached or not
};

/// Run a program until it ends.
///
/// in       arguments: the first is the program, found by PATH; output_file, error_file: its
///          stdout and stderr, replaced
/// errors   kNotFound (no such program), kIo
/// threads  any
Result<ProcessUse> RunProcess(const std::vector<std::string>& arguments,
                              const std::string& output_file, const std::string& error_file);

/// A child that says one line on stdout when it is ready, and runs as long as this lives.
class Service {
 public:
  /// in  arguments, error_file: as RunProcess; errors  kIo: it ended before it said anything
  static Result<std::unique_ptr<Service>> Start(const std::vector<std::string>& arguments,
                                                const std::string& error_file);
  ~Service();  ///< kills it

  const std::string& ready_line() const { return ready_line_; }
  pid_t process() const { return process_; }

 private:
  Service(pid_t process, int output) : process_(process), output_(output) {}

  const pid_t process_;
  const int output_;
  std::string ready_line_;
};

/// returns  the path of the program that runs
Result<std::string> OwnProgram();

/// Processor time that a process used so far, user and system, all threads, in steps of 10 ms.
/// errors  kNotFound: it has ended
Result<double> CpuSecondsOf(pid_t process);

/// Bytes that a process asked the kernel for by read calls, from files, pipes and sockets, cached
/// or not. errors  kNotFound: it has ended
Result<uint64_t> BytesReadBy(pid_t process);

}  // namespace tarn::bench
