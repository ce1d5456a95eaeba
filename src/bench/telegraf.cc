#include "bench/telegraf.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "bench/set_file.h"
#include "net/http_client.h"

namespace tarn::bench {
namespace {

/// A port that was free a moment ago: Telegraf does not tell which one it took.
int FreePort() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{.sin_family = AF_INET};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool is_bound = bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                        getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  close(socket);
  return is_bound ? ntohs(address.sin_port) : 0;
}

std::string Configuration(int port, const std::string& directory) {
  return Format(R"([agent]
  interval = "1s"
  flush_interval = "1s"
  metric_batch_size = 10000
  metric_buffer_limit = 1000000
  omit_hostname = true
[[inputs.http_listener_v2]]
  service_address = "tcp://127.0.0.1:{}"
  paths = ["{}"]
  data_format = "json"
  json_string_fields = ["event_type", "event_timestamp", "message", "trace"]
[[outputs.parquet]]
  directory = "{}"
)",
                port, kTelegrafPath, directory);
}

Status WaitUntilListening(int port) {
  constexpr int kAttempts = 200;
  net::HttpClient client;
  for (int i = 0; i < kAttempts; ++i) {
    if (client.Send({.url = Format("http://127.0.0.1:{}/", port)})) return {};
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return Fail(ErrorKind::kIo, "it does not listen after 10 s");
}

}  // namespace

Result<std::unique_ptr<Telegraf>> Telegraf::Start(const std::string& program,
                                                  const Workplace& workplace) {
  std::string directory = workplace.PathOf("telegraf");
  std::error_code error;
  std::filesystem::remove_all(directory, error);
  std::filesystem::create_directories(directory, error);
  const int port = FreePort();
  const std::string configuration = workplace.PathOf("telegraf.conf");
  TRY(WriteText(configuration, Configuration(port, directory)));
  // A shell says the line that tells a service runs; Telegraf itself says nothing on stdout.
  std::unique_ptr<Service> service = TRY(Service::Start(
      {"sh", "-c", "echo started; exec \"$0\" --config \"$1\" >&2", program, configuration},
      workplace.PathOf("telegraf.log")));
  std::unique_ptr<Telegraf> telegraf(new Telegraf(std::move(service), std::move(directory), port));
  TRY(WaitUntilListening(port));
  return telegraf;
}

Telegraf::~Telegraf() {
  service_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

}  // namespace tarn::bench
