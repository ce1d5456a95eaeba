#include "app/serve_command.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>

#include "app/continuous_sources.h"
#include "app/data_directory.h"
#include "app/dataset_schedules.h"
#include "app/derived_view.h"
#include "app/ingest_stream.h"
#include "app/listen_address.h"
#include "app/signals.h"
#include "app/tables.h"
#include "app/version.h"
#include "base/log.h"
#include "base/metrics.h"
#include "catalog/catalog.h"
#include "feed/feeds.h"
#include "flow/conductor.h"
#include "os/clock.h"
#include "os/files.h"
#include "query/engine.h"
#include "serve/http_server.h"
#include "serve/internal/local_channel.h"
#include "serve/rest/query_runner.h"
#include "serve/site.h"
#include "store/local_buckets.h"

namespace tarn::app {
namespace {

constexpr auto kReadyPatience = std::chrono::seconds(30);
constexpr auto kStopPatience = std::chrono::seconds(30);

LogLevel LevelOf(const std::string& name) {
  if (name == "debug") return LogLevel::kDebug;
  if (name == "warn") return LogLevel::kWarn;
  return name == "error" ? LogLevel::kError : LogLevel::kInfo;
}

// errors  kCorrupt: acknowledged records are damaged
Status LogHealth(const wal::Recovery& found) {
  if (found.gaps.empty()) return {};
  return Fail(ErrorKind::kCorrupt,
              "{} acknowledged records are damaged in the log (LSN {} to {}): those that no table "
              "had yet are lost; their raw bytes are in wal/damaged",
              found.damaged_records, found.gaps.front().first.number(),
              found.gaps.back().second.number());
}

class Desk final : public serve::LocalDesk {
 public:
  explicit Desk(ServerTables& tables) : tables_(tables) {}
  Result<std::string> TableRows(const Json& request) override {
    return LiveRowsMessage(request, tables_);
  }
  Result<std::string> Tables(const Json& request) override {
    return TablesMessage(request, tables_);
  }

 private:
  ServerTables& tables_;
};

// Everything that lives as long as the server, in the order in which it is made; it ends in the
// reverse order.
class Server {
 public:
  static Result<std::unique_ptr<Server>> Start(const Config& config, os::Files& files);

  /// Wait until every acknowledged row is visible again, but not for ever, and say so on stdout.
  Status AnnounceReady();
  Status Stop();

 private:
  Server(const Config& config, DataDirectory directory, os::Files& files)
      : config_(config), directory_(std::move(directory)), files_(files) {}

  Status OpenLake();
  void MakeIngestStream(const flow::StreamDefinition& definition);
  std::vector<serve::ReadinessCheck> Checks() const;
  Status OpenHttp(const ListenAddress& address);

  const Config config_;
  DataDirectory directory_;
  os::Files& files_;
  os::Clock& clock_ = os::SystemClock();
  os::Entropy& entropy_ = os::SystemEntropy();
  std::string token_;
  Status ingest_health_;  // why the start could not make the stream, where it could not
  std::unique_ptr<store::Buckets> buckets_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<flow::Conductor> conductor_;
  std::unique_ptr<ServerTables> tables_;
  std::unique_ptr<query::Engine> engine_;
  std::unique_ptr<serve::QueryRunner> queries_;
  std::unique_ptr<Desk> desk_;
  std::unique_ptr<feed::Feeds> feeds_;
  std::unique_ptr<DatasetSchedules> schedules_;
  std::unique_ptr<DerivedView> derived_;
  std::unique_ptr<serve::Site> site_;
  std::unique_ptr<serve::HttpServer> http_;
};

Result<std::unique_ptr<Server>> Server::Start(const Config& config, os::Files& files) {
  const ListenAddress address = TRY(ParseListen(config.listen));
  std::unique_ptr<Server> server(
      new Server(config, TRY(DataDirectory::Open(config.data, files)), files));
  // Before the log is opened, which may take a while: a taken port is told at once.
  TRY(serve::CheckListenAddress(address.host, address.port));
  TRY(server->OpenLake());
  TRY(server->OpenHttp(address));
  return server;
}

Status Server::OpenLake() {
  const DataPaths& paths = directory_.paths();
  buckets_ = TRY(store::LocalBuckets::Open(paths.buckets(), files_, entropy_));
  const catalog::CatalogOptions catalog_options{.path = paths.catalog(),
                                                .default_bucket = config_.bucket};
  catalog_ = TRY(While(catalog::Catalog::Open(catalog_options, *buckets_, clock_, entropy_),
                       "opening {}", paths.catalog()));
  const flow::StreamDefinition ingest = TRY(IngestDefinition(config_));
  TRY(FollowConfiguration(ingest, *catalog_));
  flow::ConductorOptions options;
  options.memory_bytes_max = config_.memory_bytes;
  options.log.directory = paths.wal();
  options.log.segment_bytes = config_.wal_segment_bytes;
  options.log.frame_bytes_max =
      std::min<size_t>(options.log.frame_bytes_max, config_.wal_segment_bytes / 2);
  options.log.retain_bytes_max = config_.wal_retain_bytes;
  options.log.retain_age = std::chrono::seconds(config_.wal_retain_seconds);
  conductor_ = TRY(
      flow::Conductor::Open(std::move(options), *catalog_, *buckets_, files_, clock_, entropy_));
  TRY(directory_.RecordNode(conductor_->node_id(), files_));
  MakeIngestStream(ingest);
  tables_ = std::make_unique<ServerTables>(*catalog_, *conductor_);
  query::EngineOptions engine_options;
  engine_options.memory_bytes_max = config_.query_memory_bytes;
  engine_options.threads = static_cast<int>(config_.query_threads);
  engine_ = TRY(query::Engine::Open(engine_options, *tables_));
  queries_ = serve::MakeQueryRunner(*engine_, *tables_);
  desk_ = std::make_unique<Desk>(*tables_);
  feeds_ = TRY(StartSources(config_, *conductor_,
                            {*catalog_, *buckets_, paths.root + "/run", files_, clock_, entropy_}));
  schedules_ = std::make_unique<DatasetSchedules>(config_, paths.root, RunProcess, clock_);
  derived_ = std::make_unique<DerivedView>(
      config_, derive::ReportPlace{paths.derive_reports(), paths.derive_runs()}, files_);
  return {};
}

// Where its table cannot be used, the other streams can: that is told, and the server runs.
void Server::MakeIngestStream(const flow::StreamDefinition& definition) {
  if (conductor_->Find(definition.name)) return;
  const auto made = conductor_->Create(definition);
  if (made) return;
  ingest_health_ = Fail(made.error().kind(), "there is no stream '{}', and it cannot be made: {}",
                        definition.name, made.error().message());
  Log(LogLevel::kError, "app", "POST /ingest takes no events",
      {{"reason", ingest_health_.error().message()}});
}

std::vector<serve::ReadinessCheck> Server::Checks() const {
  return {{"log", [this] { return LogHealth(conductor_->log().recovery()); }, false},
          {"ingest",
           [this] {  // the cheap question first
             return ingest_health_ || conductor_->Find("ingest") ? Status() : ingest_health_;
           },
           false},
          {"sources", [this] { return feeds_->Health(); }, false},
          {"schedules", [this] { return schedules_->Health(); }, false}};
}

Status Server::OpenHttp(const ListenAddress& address) {
  for (int i = 0; i < 4; ++i) token_ += Format("{:016x}", entropy_.Random64());
  serve::SiteOptions site;
  site.front.allowed_hosts = config_.allowed_hosts;
  site.front.cors_origins = config_.cors_origins;
  site.front.access_log = config_.access_log;
  site.commit = Commit();
  site.account = config_.account;
  site.region = config_.region;
  site.query_time_max = std::chrono::seconds(config_.query_seconds_max);
  site.local_token = token_;
  site.catalog_path = directory_.paths().catalog();
  site.checks = Checks();
  site.describe_source = [this](const std::string& stream) {
    return DescribeSource(config_, *feeds_, stream);
  };
  site.describe_derived = [this] {
    Json derived = derived_->Describe();
    derived.Set("schedules", schedules_->Describe());
    return derived;
  };
  site_ = std::make_unique<serve::Site>(
      std::move(site),
      serve::SiteParts{*conductor_, *catalog_, *queries_, *desk_, clock_, entropy_});
  serve::HttpServerOptions options;
  options.host = address.host;
  options.port = address.port;
  options.threads = static_cast<size_t>(config_.http_threads);
  http_ = TRY(serve::HttpServer::Start(
      options, [site = site_.get()](serve::Request request, serve::Responder::Sink sink) {
        site->Handle(std::move(request), std::move(sink));
      }));
  return WriteRunningServer(directory_.paths(), {http_->url(), token_, getpid()}, files_);
}

Status Server::AnnounceReady() {
  const int64_t deadline_us =
      clock_.SteadyMicros() + std::chrono::microseconds(kReadyPatience).count();
  Status ready = conductor_->Ready();
  while (!ready && clock_.SteadyMicros() < deadline_us) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    ready = conductor_->Ready();
  }
  if (!ready)
    Log(LogLevel::kWarn, "app", "ready, but not all rows are visible yet",
        {{"reason", ready.error().message()}});
  Metrics()
      .GetGauge("tarn_build_info", "Always 1; version and commit are labels.",
                {{"version", TARN_VERSION}, {"commit", Commit()}})
      .Set(1);
  Log(LogLevel::kInfo, "app", "ready: every access key is accepted, no keys are configured",
      {{"url", http_->url()},
       {"data", directory_.paths().root},
       {"version", TARN_VERSION},
       {"commit", Commit()}});
  const Json line =
      Json::MakeObject({{"ready", true}, {"url", http_->url()}, {"data", directory_.paths().root}});
  std::puts(line.Dump().c_str());
  std::fflush(stdout);
  return {};
}

Status Server::Stop() {
  Log(LogLevel::kInfo, "app", "stopping: landing live rows", {});
  http_->Stop();
  feeds_->Stop();
  schedules_->Stop();
  const Status stopped = conductor_->Stop(kStopPatience);
  if (!stopped)
    Log(LogLevel::kWarn, "app", "not everything landed; the log keeps it for the next start",
        {{"reason", stopped.error().message()}});
  Ignore(files_.Remove(directory_.paths().server()), "the lock tells that no server runs");
  Log(LogLevel::kInfo, "app", "stopped", {});
  // What a landing still writes is not waited for: it is in the log, and the next start takes it
  // on.
  if (!stopped) std::_Exit(0);
  return {};
}

}  // namespace

Status RunServe(const Config& config, os::Files& files) {
  BlockStopSignals();
  ConfigureLog({.level = LevelOf(config.log_level),
                .json = config.log_format == "json" ||
                        (config.log_format == "auto" && isatty(STDERR_FILENO) == 0)});
  const std::unique_ptr<Server> server = TRY(Server::Start(config, files));
  TRY(server->AnnounceReady());
  WaitForStopSignal();
  return server->Stop();
}

}  // namespace tarn::app
