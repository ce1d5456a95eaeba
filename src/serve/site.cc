#include "serve/site.h"

#include <utility>

#include "serve/explore/explorer.h"
#include "serve/explore/overview.h"
#include "serve/explore/table_list.h"
#include "serve/explore/tails.h"
#include "serve/firehose/firehose.h"
#include "serve/ingest/event.h"
#include "serve/ingest/records.h"
#include "serve/ops/api_docs.h"
#include "serve/rest/event_query.h"
#include "serve/rest/streams_api.h"
#include "serve/ui/dashboard.h"
#include "serve/worker_pool.h"

namespace tarn::serve {
namespace {

Status TablesHealth(flow::Streams& streams) {
  for (const flow::StreamInfo& stream : streams.List()) {
    if (stream.health) continue;
    return Fail(stream.health.error().kind(), "stream '{}': {}", stream.definition.name,
                stream.health.error().message());
  }
  return {};
}

std::vector<ReadinessCheck> WithStreams(std::vector<ReadinessCheck> checks,
                                        flow::Streams& streams) {
  checks.push_back({"streams", [&streams] { return streams.Ready(); }});
  // One table's trouble is no reason to send nothing to the others.
  checks.push_back({"tables", [&streams] { return TablesHealth(streams); }, false});
  return checks;
}

/// A handler that calls a member function of a door.
template <class Door, class Function>
Handler Of(Door& door, Function function) {
  return [&door, function](const Request& request, const Responder& responder) {
    (door.*function)(request, responder);
  };
}

}  // namespace

/// The doors, and the pools that their work waits in.
struct Site::Doors {
  Doors(SiteOptions options, SiteParts parts)
      : aws(options.region),
        operations({options.commit, parts.streams.node_id()},
                   WithStreams(std::move(options.checks), parts.streams)),
        control(std::make_unique<WorkerPool>(options.control_threads, options.control_waiting_max)),
        query_workers(
            std::make_unique<WorkerPool>(options.query_threads, options.queries_waiting_max)),
        downloads(
            std::make_unique<WorkerPool>(options.download_threads, options.downloads_waiting_max)),
        firehose({options.account, options.ingest_stream}, parts.streams, *control),
        records({options.create_streams}, parts.streams, *control),
        event({options.ingest_stream}, parts.streams),
        streams({options.ingest_stream, std::move(options.describe_source)}, parts.streams,
                *control),
        events(options.query_time_max, parts.queries, *query_workers),
        local(options.local_token, parts.desk, *query_workers),
        tables({options.catalog_path, std::move(options.describe_derived)}, parts.catalog,
               parts.streams, *control),
        explorer({options.query_time_max, options.download_time_max}, parts.catalog, parts.queries,
                 *query_workers, *downloads),
        overview(parts.catalog, parts.streams, parts.queries, parts.clock, *query_workers),
        tails(parts.catalog, parts.streams, parts.clock, *control),
        dashboard(EmbeddedAssets()) {
    aws.Add(Firehose::kTargetPrefix,
            [this](const AwsCall& call, const Request& request, const Responder& responder) {
              firehose.Handle(call, request, responder);
            });
    aws.AddUnserved("AWSGlue", "AWS Glue");
    aws.AddUnserved("AmazonAthena", "Amazon Athena");
    front = std::make_unique<FrontDoor>(std::move(options.front),
                                        MakeRouter(!options.local_token.empty()), parts.clock,
                                        parts.entropy);
  }

  /// The pools finish their tasks first: those use the doors.
  ~Doors() {
    control.reset();
    query_workers.reset();
    downloads.reset();
  }

  Router MakeRouter(bool with_local_channel) {
    Router router;
    router.Add({Method::kPost, "/", "aws", "unknown", Of(aws, &AwsTargets::Handle)});
    router.Add({Method::kPost, "/v1/streams/{stream}/records", "records", "append",
                Of(records, &Records::Handle)});
    router.Add({Method::kPost, "/ingest", "ingest", "event", Of(event, &Event::Handle)});
    router.Add({Method::kGet, "/v1/streams", "streams", "list", Of(streams, &StreamsApi::List)});
    router.Add(
        {Method::kPost, "/v1/streams", "streams", "create", Of(streams, &StreamsApi::Create)});
    router.Add({Method::kGet, "/v1/streams/{stream}", "streams", "describe",
                Of(streams, &StreamsApi::Describe)});
    router.Add({Method::kDelete, "/v1/streams/{stream}", "streams", "delete",
                Of(streams, &StreamsApi::Delete)});
    for (const char* path : {"/query", "/api/query"}) {
      router.Add({Method::kGet, path, "query", "events", Of(events, &EventQuery::Handle)});
    }
    AddExplorer(&router);
    AddOperations(&router);
    if (with_local_channel) {
      router.Add({Method::kPost, "/internal/v1/table", "internal", "table",
                  Of(local, &LocalChannel::TableRows)});
      router.Add({Method::kPost, "/internal/v1/tables", "internal", "tables",
                  Of(local, &LocalChannel::Tables)});
    }
    return router;
  }

  void AddExplorer(Router* router) {
    const auto add = [router](std::string path, std::string operation, Handler handler) {
      router->Add({Method::kGet, "/api/v1" + std::move(path), "explore", std::move(operation),
                   std::move(handler)});
    };
    add("/overview", "overview", Of(overview, &Overview::Show));
    add("/streams", "streams", Of(overview, &Overview::Streams));
    add("/streams/{stream}/tail", "tail", Of(tails, &Tails::Handle));
    add("/tables", "tables", Of(tables, &TableList::List));
    const std::string table = "/tables/{database}/{table}";
    add(table, "table", Of(tables, &TableList::Describe));
    add(table + "/partitions", "partitions", Of(tables, &TableList::Partitions));
    add(table + "/snapshots", "snapshots", Of(tables, &TableList::Snapshots));
    add(table + "/rows", "rows", Of(explorer, &Explorer::Rows));
    add(table + "/histogram", "histogram", Of(explorer, &Explorer::Histogram));
    add(table + "/values", "values", Of(explorer, &Explorer::Values));
    add(table + "/groups", "groups", Of(explorer, &Explorer::Groups));
    add("/derived", "derived", Of(tables, &TableList::Derived));
  }

  void AddOperations(Router* router) {
    router->Add({Method::kGet, "/", "ui", "start", LeadToDashboard});
    router->Add({Method::kGet, "/ui", "ui", "start", LeadToDashboard});
    router->Add({Method::kGet, "/ui/{path*}", "ui", "file", Of(dashboard, &Dashboard::Show)});
    router->Add({Method::kGet, "/livez", "ops", "livez", Operations::Alive});
    for (const char* path : {"/readyz", "/healthz"}) {
      router->Add({Method::kGet, path, "ops", "readyz", Of(operations, &Operations::Ready)});
    }
    router->Add({Method::kGet, "/metrics", "ops", "metrics", Operations::ShowMetrics});
    router->Add({Method::kGet, "/version", "ops", "version", Of(operations, &Operations::Version)});
    router->Add({Method::kGet, "/openapi.json", "docs", "openapi", ShowOpenApi});
    router->Add({Method::kGet, "/docs", "docs", "page", ShowDocs});
    router->Add({Method::kGet, "/docs/rules", "docs", "rules", ShowRules});
    router->Add({Method::kGet, "/docs/app.js", "docs", "script", ShowDocsScript});
    router->Add({Method::kGet, "/docs/style.css", "docs", "style", ShowDocsStyle});
  }

  std::unique_ptr<FrontDoor> front;
  AwsTargets aws;
  Operations operations;
  std::unique_ptr<WorkerPool> control;
  std::unique_ptr<WorkerPool> query_workers;
  std::unique_ptr<WorkerPool> downloads;
  Firehose firehose;
  Records records;
  Event event;
  StreamsApi streams;
  EventQuery events;
  LocalChannel local;
  TableList tables;
  Explorer explorer;
  Overview overview;
  Tails tails;
  Dashboard dashboard;
};

Site::Site(SiteOptions options, SiteParts parts)
    : doors_(std::make_unique<Doors>(std::move(options), parts)) {}
Site::~Site() = default;

void Site::Handle(Request request, Responder::Sink sink) const {
  doors_->front->Handle(std::move(request), std::move(sink));
}

const std::vector<Route>& Site::routes() const { return doors_->front->router().routes(); }

}  // namespace tarn::serve
