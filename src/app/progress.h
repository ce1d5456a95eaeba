// A progress bar on stderr, where stderr is a terminal: what is done, how fast, how long it will
// take.
#pragma once

#include <cstdint>
#include <string>

namespace tarn::app {

/// Shows `title [#####-----]  45 %  120 MB/s  3 s left`, at most ten times a second; nothing where
/// stderr is no terminal. Threads: one at a time.
class Progress {
 public:
  /// in  total: in bytes or things; 0: not known, no bar
  Progress(std::string title, uint64_t total, std::string unit);
  ~Progress();  ///< clears the line

  void Update(uint64_t done);

 private:
  void Draw(int64_t now_us);

  const std::string title_;
  const uint64_t total_;
  const std::string unit_;
  const bool visible_;
  uint64_t done_ = 0;
  int64_t begin_us_ = 0;
  int64_t drawn_us_ = 0;
};

/// 12.3 MB, 1.2 GB; 512 B.
std::string ByteText(uint64_t bytes);

}  // namespace tarn::app
