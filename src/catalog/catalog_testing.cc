#include "catalog/catalog_testing.h"

#include <stdlib.h>

#include <algorithm>
#include <filesystem>

#include "os/files.h"
#include "store/local_buckets.h"

namespace tarn::catalog {
namespace {

constexpr const char* kBucket = "lake";

schema::Field Column(const char* name, schema::TypeKind kind) {
  return {FieldId(0), name, false, schema::Type::Of(kind), ""};
}

}  // namespace

Result<std::optional<std::string>> FaultyPointers::Read(const schema::TableName& name) {
  if (faults_.swaps > 0 && faults_.failing_reads > 0) {
    --faults_.failing_reads;
    return Fail(ErrorKind::kUnavailable, "the catalog does not answer");
  }
  auto pointer = inner_->Read(name);
  if (const auto act = std::exchange(faults_.after_read, nullptr)) act();
  return pointer;
}

Result<SwapOutcome> FaultyPointers::Swap(const std::vector<PointerChange>& changes,
                                         const RowChanges& rows) {
  using What = PointerFaults::What;
  if (const auto act = std::exchange(faults_.before_swap, nullptr)) act();
  ++faults_.swaps;
  switch (std::exchange(faults_.next_swap, What::kNone)) {
    case What::kNone:
      break;
    case What::kLostReply:
      Must(inner_->Swap(changes, rows));
      return Fail(ErrorKind::kUnknownOutcome, "the reply is lost");
    case What::kLostRequest:
      return Fail(ErrorKind::kUnknownOutcome, "the request is lost");
    case What::kBusy:
      return Fail(ErrorKind::kUnavailable, "database is locked");
  }
  return inner_->Swap(changes, rows);
}

Lake::Lake() {
  std::string pattern = testing::TempDir() + "tarn-lake-XXXXXX";
  EXPECT_NE(mkdtemp(pattern.data()), nullptr);
  directory = pattern;
  plain_buckets =
      Must(store::LocalBuckets::Open(directory + "/buckets", os::PosixFiles(), entropy));
  buckets = std::make_unique<store::FaultyBuckets>(*plain_buckets, faults);
}

Lake::~Lake() { std::filesystem::remove_all(directory); }

CatalogOptions Lake::Options() const {
  CatalogOptions options;
  options.path = directory + "/catalog.db";
  options.retry_wait_ms = 1;
  return options;
}

std::unique_ptr<Catalog> Lake::Open(const CatalogOptions& options) {
  return Must(Catalog::Open(options, *buckets, clock, entropy));
}

std::unique_ptr<Catalog> Lake::OpenFaulty(PointerFaults& pointer_faults) {
  auto pointers = Must(OpenSqliteStore(Options().path, StoreAccess::kReadWrite));
  return MakeCatalog(Options(),
                     std::make_unique<FaultyPointers>(std::move(pointers), pointer_faults),
                     *buckets, clock, entropy);
}

std::vector<std::string> Lake::Keys(const std::string& part) {
  std::vector<std::string> keys;
  store::ObjectStore* bucket = Must(plain_buckets->Open(kBucket));
  std::string after;
  do {
    const store::Listing page = Must(bucket->List("", after, "", 1000));
    for (const auto& object : page.objects) {
      if (object.key.find(part) != std::string::npos) keys.push_back(object.key);
    }
    after = page.next;
  } while (!after.empty());
  return keys;
}

void Lake::PutObject(const std::string& key, std::string_view bytes) {
  Must(Must(plain_buckets->Open(kBucket))->Put(key, bytes));
}

std::string Lake::GetObject(const std::string& key) {
  return Must(Must(plain_buckets->Open(kBucket))->Get(key, 1 << 30));
}

Json Lake::MetadataJson(Catalog& catalog, const schema::TableName& name) {
  const Table table = Must(catalog.LoadTable(name));
  const auto place = Must(buckets->Locate(table.metadata_uri));
  return Must(Json::Parse(Must(place.store->Get(place.key, 1 << 30))));
}

NewTable EventsTable(const std::string& table) {
  NewTable events;
  events.name = {"default", table};
  events.columns = {Column("name", schema::TypeKind::kString),
                    Column("ts", schema::TypeKind::kTimestampTz),
                    Column("v", schema::TypeKind::kLong)};
  events.partition_by = "name, day(ts) as d";
  return events;
}

schema::DataFile EventsFile(const std::string& uri, const std::string& name, int32_t day) {
  schema::DataFile file;
  file.uri = uri;
  file.partition = {schema::Value(name), schema::Value(day)};
  file.record_count = 10;
  file.size_bytes = 1000;
  file.split_offsets = {4};
  schema::ColumnMetrics metrics;
  metrics.id = FieldId(3);
  metrics.size_bytes = 80;
  metrics.value_count = 10;
  metrics.null_count = 1;
  metrics.lower = std::string("\1\0\0\0\0\0\0\0", 8);
  metrics.upper = std::string("\7\0\0\0\0\0\0\0", 8);
  file.columns = {metrics};
  return file;
}

TableAppend EventsAppend(const std::string& uri, uint64_t from, uint64_t to,
                         const std::string& table) {
  TableAppend append;
  append.name = {"default", table};
  append.files = {EventsFile(uri)};
  if (to != 0) append.progress = TableAppend::Progress{kKey, Lsn(from), Lsn(to)};
  return append;
}

TableReplacement EventsReplacement(const Table& table, const std::vector<std::string>& removed,
                                   const std::vector<std::string>& added, const std::string& plan) {
  TableReplacement replacement;
  replacement.name = table.name;
  replacement.uuid = table.uuid;
  replacement.partitions = {kStartPartition};
  replacement.removed = removed;
  for (const std::string& uri : added) replacement.files.push_back(EventsFile(uri));
  replacement.runs = {{kStartPath, "inputs of " + plan, "code", plan, {}}};
  return replacement;
}

std::string SummaryOf(const Table& table, const std::string& name) {
  const auto& summary = table.snapshots.back().summary;
  const auto found = summary.find(name);
  return found == summary.end() ? "(none)" : found->second;
}

void ExpectSummary(const Table& table, const std::map<std::string, std::string>& expected) {
  for (const auto& [name, value] : expected) EXPECT_EQ(SummaryOf(table, name), value) << name;
}

std::vector<std::string> UrisOf(const schema::Snapshot& snapshot) {
  std::vector<std::string> uris;
  for (const auto& files : snapshot.files) {
    for (const schema::DataFile& file : *files) uris.push_back(file.uri);
  }
  std::ranges::sort(uris);
  return uris;
}

std::vector<std::string> CurrentUris(Catalog& catalog, const schema::TableName& name) {
  const Table table = Must(catalog.LoadTable(name));
  return UrisOf(Must(catalog.LoadSnapshot(table, std::nullopt)));
}

}  // namespace tarn::catalog
