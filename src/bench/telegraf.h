// Telegraf as a peer: HTTP JSON in, Parquet files out. It acknowledges before anything is on disk.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "bench/engines.h"
#include "bench/process.h"

namespace tarn::bench {

inline constexpr std::string_view kTelegrafPath = "/telegraf";

/// A Telegraf with inputs.http_listener_v2 and outputs.parquet on a free port of loopback.
/// Threads: one at a time.
class Telegraf {
 public:
  /// in  program: its path; errors  kIo: it did not listen within 10 s
  static Result<std::unique_ptr<Telegraf>> Start(const std::string& program,
                                                 const Workplace& workplace);
  ~Telegraf();  ///< ends it and removes what it wrote

  int port() const { return port_; }
  pid_t process() const { return service_->process(); }

 private:
  Telegraf(std::unique_ptr<Service> service, std::string directory, int port)
      : service_(std::move(service)), directory_(std::move(directory)), port_(port) {}

  std::unique_ptr<Service> service_;
  const std::string directory_;
  const int port_;
};

}  // namespace tarn::bench
