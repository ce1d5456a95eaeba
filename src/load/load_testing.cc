#include "load/load_testing.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "os/clock.h"
#include "schema/data_size.h"
#include "store/local_buckets.h"

namespace tarn::load {

TestDirectory::TestDirectory() {
  char name[] = "/tmp/tarn-load-XXXXXX";
  path_ = ::mkdtemp(name);
}

TestDirectory::~TestDirectory() { std::filesystem::remove_all(path_); }

std::string TestDirectory::Write(const std::string& name, const std::string& bytes) const {
  std::filesystem::create_directories(std::filesystem::path(Path(name)).parent_path());
  std::ofstream(Path(name), std::ios::binary) << bytes;
  return Path(name);
}

std::vector<std::string> TestDirectory::Names() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path_))
    names.push_back(entry.path().string().substr(path_.size() + 1));
  std::ranges::sort(names);
  return names;
}

namespace {

const schema::TableName kEvents{"default", "events"};
const schema::TableName kRejects{"default", "events_rejects"};

schema::DataSize SizeOf(catalog::Catalog& catalog, const schema::TableName& name) {
  const auto table = catalog.LoadTable(name);
  if (!table) return {};
  return schema::SizeOf(catalog.LoadSnapshot(*table, std::nullopt).value());
}

}  // namespace

LoadRig::LoadRig()
    : plain_buckets_(store::LocalBuckets::Open(directory.Path("buckets"), os::PosixFiles(),
                                               os::SystemEntropy())
                         .value()),
      buckets_(std::make_unique<store::FaultyBuckets>(*plain_buckets_, faults)) {}

std::unique_ptr<catalog::Catalog> LoadRig::Catalog() {
  return catalog::Catalog::Open({.path = directory.Path("catalog.db")}, *buckets_, clock,
                                os::SystemEntropy())
      .value();
}

LoadOptions LoadRig::Options(const std::string& name) const {
  return {.inputs = {directory.Path(name)}, .table = kEvents, .commit_bytes = kCommitBytesMin};
}

Result<LoadSummary> LoadRig::Load(const LoadOptions& options, const std::stop_token& stop) {
  const auto catalog = Catalog();
  LoadProgress progress;
  const LoadPlace place{*catalog, *buckets_, marks(), os::PosixFiles(), clock, os::SystemEntropy()};
  return load::Load(options, place, &progress, stop);
}

LoadRig::Counts LoadRig::Committed() {
  const auto catalog = Catalog();
  return {static_cast<uint64_t>(SizeOf(*catalog, kEvents).rows),
          static_cast<uint64_t>(SizeOf(*catalog, kRejects).rows)};
}

size_t LoadRig::ListedFiles() {
  const auto catalog = Catalog();
  return static_cast<size_t>(SizeOf(*catalog, kEvents).files + SizeOf(*catalog, kRejects).files);
}

size_t LoadRig::DataFiles() const {
  return static_cast<size_t>(std::ranges::count_if(
      directory.Names(), [](const std::string& name) { return name.ends_with(".parquet"); }));
}

std::string NumberedLines(uint64_t begin, uint64_t end, uint64_t bad_every) {
  std::string lines;
  for (uint64_t n = begin; n < end; ++n) {
    if (bad_every != 0 && n % bad_every == bad_every - 1) {
      lines += "no json\n";
      continue;
    }
    lines += Format("{{\"n\":{},\"part\":\"p{}\",\"text\":\"{}\"}}\n", n, n % 5,
                    std::string(n * 7919 % 400, 'x'));
  }
  return lines;
}

}  // namespace tarn::load
