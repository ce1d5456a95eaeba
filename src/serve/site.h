// All doors of the server behind one handler: what app/ makes once and puts on the HTTP server.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "catalog/catalog.h"
#include "flow/streams.h"
#include "os/clock.h"
#include "serve/front_door.h"
#include "serve/http_message.h"
#include "serve/internal/local_channel.h"
#include "serve/ops/operations.h"
#include "serve/rest/query_runner.h"

namespace tarn::serve {

struct SiteOptions {
  FrontDoorOptions front;
  std::string account = "000000000000";  ///< 12 digits, in ARNs
  std::string region = "us-east-1";      ///< where a request's credential scope names none
  std::string ingest_stream = "ingest";  ///< that POST /ingest feeds; made by app/
  bool create_streams = true;            ///< POST /v1/streams/{stream}/records makes unknown ones
  std::chrono::milliseconds query_time_max{30'000};
  size_t query_threads = 2;
  size_t queries_waiting_max = 32;
  size_t control_threads = 2;  ///< for what concerns streams, and the local channel
  size_t control_waiting_max = 64;
  std::chrono::milliseconds download_time_max{600'000};
  size_t download_threads = 2;  ///< downloads at once
  size_t downloads_waiting_max = 4;
  std::string catalog_path;  ///< of the catalog's database, for those who open it elsewhere
  std::string local_token;   ///< of the local channel; empty: there is none
  std::string commit;        ///< that was built
  std::vector<ReadinessCheck> checks;  ///< beside that of the streams
  /// What else feeds a stream, for its description; from any thread. Empty: nothing does.
  std::function<std::optional<Json>(const std::string& stream)> describe_source;
  /// `definitions`, `runs` and `schedules` of derived datasets; from any thread. Empty: none.
  std::function<Json()> describe_derived;
};

/// What the doors talk to. All lent for the site's life.
struct SiteParts {
  flow::Streams& streams;
  catalog::Catalog& catalog;
  QueryRunner& queries;
  LocalDesk& desk;
  os::Clock& clock;
  os::Entropy& entropy;
};

/// Threads: any. At the end: stop the HTTP server, close the streams (they call back for every
/// record that they took, and refuse later ones), then let the site go, and the streams last.
/// Replies on their way pass through the site, and its tasks call the streams.
class Site {
 public:
  Site(SiteOptions options, SiteParts parts);
  ~Site();

  /// An HttpServer::RequestHandler.
  void Handle(Request request, Responder::Sink sink) const;

  /// What is served, for the test that holds /openapi.json to it.
  const std::vector<Route>& routes() const;

 private:
  struct Doors;
  std::unique_ptr<Doors> doors_;
};

}  // namespace tarn::serve
