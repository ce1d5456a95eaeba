// What tables there are and what lies in them: `GET /api/v1/tables` and below, out of the catalog
// alone; and derived datasets.
#pragma once

#include <functional>
#include <string>

#include "base/error.h"
#include "base/json.h"
#include "catalog/catalog.h"
#include "flow/streams.h"
#include "serve/http_message.h"
#include "serve/worker_pool.h"

namespace tarn::serve {

/// All tables, by name, one that cannot be read with its problem. errors  as Catalog's lists
Result<Json> TablesJson(catalog::Catalog& catalog, flow::Streams& streams);

/// Threads: any. Answered from the worker pool.
class TableList {
 public:
  struct Options {
    std::string catalog_path;                ///< of the database that other engines open
    std::function<Json()> describe_derived;  ///< as SiteOptions'
  };

  /// in  all but the options lent for this object's life
  TableList(Options options, catalog::Catalog& catalog, flow::Streams& streams, WorkerPool& workers)
      : options_(std::move(options)), catalog_(catalog), streams_(streams), workers_(workers) {}

  void List(const Request& request, const Responder& responder) const;
  void Describe(const Request& request, const Responder& responder) const;
  void Partitions(const Request& request, const Responder& responder) const;
  void Snapshots(const Request& request, const Responder& responder) const;
  void Derived(const Request& request, const Responder& responder) const;

 private:
  void Run(const Responder& responder, std::function<Result<Json>()> work) const;
  Result<Json> DescribeTable(const schema::TableName& name) const;
  Result<Json> DescribeDerived() const;

  const Options options_;
  catalog::Catalog& catalog_;
  flow::Streams& streams_;
  WorkerPool& workers_;
};

}  // namespace tarn::serve
