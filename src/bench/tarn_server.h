// A Tarn server of the benchmark's own, on a directory that it makes and removes.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/json.h"
#include "bench/engines.h"
#include "bench/process.h"
#include "net/http_client.h"

namespace tarn::bench {

/// The hidden command `tarn bench unsynced-server`: a server that never syncs, for a comparison. It
/// takes a new directory only, listens on a free port of loopback only and ends with its parent, so
/// that no data can come to depend on it.
inline constexpr std::string_view kUnsyncedServer = "unsynced-server";

/// Threads: one at a time.
class TarnServer {
 public:
  /// in       name: of the directory in the workplace; it is emptied first
  ///          synced: false: acknowledgements do not wait for the disk
  /// errors   kIo: it did not start
  static Result<std::unique_ptr<TarnServer>> Start(const Workplace& workplace,
                                                   std::string_view name, bool synced);
  ~TarnServer();  ///< ends it and removes its directory

  int port() const { return port_; }
  pid_t process() const { return service_->process(); }
  /// Ask and read the reply. errors  kInternal: a reply that is not 2xx; as HttpClient
  Result<Json> Ask(std::string_view method, std::string_view path, std::string body = "");

 private:
  TarnServer(std::unique_ptr<Service> service, std::string directory, int port)
      : service_(std::move(service)), directory_(std::move(directory)), port_(port) {}

  std::unique_ptr<Service> service_;
  const std::string directory_;
  const int port_;
  net::HttpClient client_;
};

}  // namespace tarn::bench
