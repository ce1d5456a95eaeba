#include "feed/feed_testing.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "catalog/rejects_table.h"
#include "flow/definition.h"
#include "schema/data_size.h"
#include "store/local_buckets.h"

namespace tarn::feed {
namespace {

schema::DataSize SizeOf(catalog::Catalog& catalog, const schema::TableName& name) {
  const auto table = catalog.LoadTable(name);
  if (!table) return {};
  return schema::SizeOf(catalog.LoadSnapshot(*table, std::nullopt).value());
}

}  // namespace

FeedRig::FeedRig() {
  clock.SetNow(os::SystemClock().NowMicros());  // the objects' times are the machine's
  char name[] = "/tmp/tarn-feed-XXXXXX";
  directory_ = ::mkdtemp(name);
  plain_buckets_ =
      store::LocalBuckets::Open(directory_ + "/buckets", os::PosixFiles(), os::SystemEntropy())
          .value();
  buckets_ = std::make_unique<store::FaultyBuckets>(*plain_buckets_, faults);
  catalog_ = catalog::Catalog::Open({.path = directory_ + "/catalog.db"}, *buckets_, clock,
                                    os::SystemEntropy())
                 .value();
  faulty_catalog = std::make_unique<catalog::FaultyCatalog>(*catalog_, catalog_faults);
  definition = flow::Complete({.name = "events"}).value();
}

FeedRig::~FeedRig() {
  catalog_.reset();
  std::filesystem::remove_all(directory_);
}

FeedPlace FeedRig::place() {
  return {*faulty_catalog,  *buckets_, directory_ + "/run",
          os::PosixFiles(), clock,     os::SystemEntropy()};
}

std::unique_ptr<Feed> FeedRig::MakeFeed() {
  return std::make_unique<Feed>(
      options, [this]() -> Result<flow::StreamDefinition> { return definition; }, place());
}

Status FeedRig::Look() { return MakeFeed()->Look({}); }

void FeedRig::PutInHour(const std::string& name, const std::string& bytes) {
  Put(Hour() + name, bytes);
}

void FeedRig::Put(const std::string& key, const std::string& bytes, const std::string& bucket) {
  plain_buckets_->Open(bucket).value()->Put(key, bytes).value();
  const std::chrono::file_clock::time_point made =
      std::chrono::file_clock::from_sys(std::chrono::sys_time<std::chrono::microseconds>(
          std::chrono::microseconds(clock.NowMicros())));
  std::filesystem::last_write_time(directory_ + "/buckets/" + bucket + "/" + key, made);
}

void FeedRig::RemoveBucket(const std::string& bucket) {
  std::filesystem::rename(directory_ + "/buckets/" + bucket, directory_ + "/removed-" + bucket);
}

void FeedRig::RestoreBucket(const std::string& bucket) {
  std::filesystem::rename(directory_ + "/removed-" + bucket, directory_ + "/buckets/" + bucket);
}

std::vector<std::string> FeedRig::Keys(const std::string& bucket) {
  std::vector<std::string> keys;
  const auto listing = plain_buckets_->Open(bucket).value()->List("", "", "", 100'000).value();
  for (const store::ObjectInfo& object : listing.objects) keys.push_back(object.key);
  return keys;
}

std::string FeedRig::Get(const std::string& bucket, const std::string& key) {
  return plain_buckets_->Open(bucket).value()->Get(key, kGiB).value();
}

std::string FeedRig::Hour() const {
  const SourcePattern hours = SourcePattern::Parse("s3://raw/%Y/%m/%d/%H/").value();
  return hours.Prefixes(const_cast<os::FakeClock&>(clock).NowMicros(), 0)->back().key;
}

FeedRig::Counts FeedRig::Committed() {
  const schema::TableName rejects = catalog::RejectsOf(definition.table);
  return {static_cast<uint64_t>(SizeOf(*catalog_, definition.table).rows),
          static_cast<uint64_t>(SizeOf(*catalog_, rejects).rows)};
}

size_t FeedRig::Commits() { return catalog_->LoadTable(definition.table).value().snapshots.size(); }

size_t FeedRig::ListedFiles() {
  const schema::TableName rejects = catalog::RejectsOf(definition.table);
  return static_cast<size_t>(SizeOf(*catalog_, definition.table).files +
                             SizeOf(*catalog_, rejects).files);
}

size_t FeedRig::DataFiles() {
  const auto keys = Keys("lake");
  return static_cast<size_t>(std::ranges::count_if(
      keys, [](const std::string& key) { return key.ends_with(".parquet"); }));
}

std::optional<catalog::SourceState> FeedRig::StateOf(const std::string& uri) {
  const auto table = catalog_->LoadTable(definition.table);
  return catalog_->FindSources(table.value().uuid, {uri}).value().front();
}

std::string NumberedLines(uint64_t begin, uint64_t end, uint64_t bad_every) {
  std::string lines;
  for (uint64_t n = begin; n < end; ++n) {
    const bool is_bad = bad_every != 0 && n % bad_every == bad_every - 1;
    lines += is_bad ? "no json\n" : Format("{{\"n\":{},\"part\":\"p{}\"}}\n", n, n % 5);
  }
  return lines;
}

}  // namespace tarn::feed
