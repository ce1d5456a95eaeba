// Tables of other engines: golden metadata by PyIceberg (tests/golden/iceberg), and documents as
// Spark leaves them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "catalog/catalog_testing.h"
#include "codec/compression.h"

namespace tarn::catalog {
namespace {

using schema::TableName;
using schema::Value;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

const std::string kGolden = "tests/golden/iceberg/";  // tests run in the repository's top
const std::string kGoldenLake = "file:///tmp/tarn-golden/";

std::string ReadLocal(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

/// Finds the golden files' own locations in this test's bucket.
class GoldenBuckets final : public store::Buckets {
 public:
  explicit GoldenBuckets(store::Buckets& inner) : inner_(inner) {}
  Result<store::ObjectStore*> Open(const std::string& bucket) override {
    return inner_.Open(bucket);
  }
  Result<Place> Locate(std::string_view uri) override {
    if (!uri.starts_with(kGoldenLake)) return inner_.Locate(uri);
    return Place{TRY(inner_.Open("lake")), std::string(uri.substr(kGoldenLake.size()))};
  }

 private:
  store::Buckets& inner_;
};

/// A lake that holds a golden table, registered in the catalog as PyIceberg left it.
class GoldenLake : public Lake {
 public:
  explicit GoldenLake(const std::string& golden_name) : name{"default", golden_name} {
    const std::string folder = kGolden + golden_name;
    for (const auto& file : std::filesystem::directory_iterator(folder + "/metadata")) {
      PutObject("default/" + golden_name + "/metadata/" + file.path().filename().string(),
                ReadLocal(file.path()));
    }
    std::string pointer = ReadLocal(folder + "/current");
    pointer.pop_back();
    Must(Must(OpenSqliteStore(Options().path, StoreAccess::kReadWrite))
             ->Swap({{name, std::nullopt, pointer}}, {}));
    buckets = std::make_unique<GoldenBuckets>(*plain_buckets);
  }

  const TableName name;
};

TEST(Foreign, PyIcebergsTableIsReadWhole) {
  GoldenLake lake("events");
  auto catalog = lake.Open();
  const Table table = Must(catalog->LoadTable(lake.name));
  EXPECT_EQ(table.location, "file:///tmp/tarn-golden/default/events");
  EXPECT_EQ(table.schema.fields.back().name, "added");
  EXPECT_EQ(table.spec.fields.at(1).name, "d_day");
  EXPECT_THAT(table.snapshots, SizeIs(4));
  const schema::Snapshot snapshot = Must(catalog->LoadSnapshot(table, std::nullopt));
  int64_t rows = 0;
  std::set<std::vector<Value>> partitions;
  for (const auto& files : snapshot.files) {
    for (const schema::DataFile& file : *files) {
      rows += file.record_count;
      partitions.insert(file.partition);
      EXPECT_THAT(file.uri, HasSubstr("file:///tmp/tarn-golden/default/events/data/"));
      EXPECT_GT(file.size_bytes, 0);
      EXPECT_FALSE(file.columns.empty());
    }
  }
  EXPECT_EQ(rows, 4);  // six, less the two with v = 0
  const Value day = int32_t{20778};
  const Value price = schema::Int128{-150};
  EXPECT_THAT(partitions,
              testing::UnorderedElementsAre(std::vector<Value>{std::string("a"), day, price},
                                            std::vector<Value>{std::string("a b/ü"), day, price},
                                            std::vector<Value>{std::string("b"), day, price},
                                            std::vector<Value>{Value(), day, price}));
}

TEST(Foreign, EverySnapshotOfPyIcebergsTableIsRead) {
  GoldenLake lake("events");
  auto catalog = lake.Open();
  const Table table = Must(catalog->LoadTable(lake.name));
  for (const SnapshotSummary& summary : table.snapshots) {
    const auto snapshot = Must(catalog->LoadSnapshot(table, summary.id));
    EXPECT_EQ(Format("{}", UrisOf(snapshot).size()), summary.summary.at("total-data-files"));
  }
}

TEST(Foreign, ManifestsOfTheOtherCodecsAreRead) {
  for (const char* name : {"codec_null", "codec_zstandard"}) {
    GoldenLake lake(name);
    EXPECT_THAT(CurrentUris(*lake.Open(), lake.name), SizeIs(1)) << name;
  }
}

TEST(Foreign, TarnCommitsOnTopOfPyIcebergsTable) {
  GoldenLake lake("events");
  CatalogOptions options = lake.Options();
  options.manifests_merge_min = 2;  // their manifests are rewritten by ours
  auto catalog = lake.Open(options);
  const Table before = Must(catalog->LoadTable(lake.name));
  const Json json = lake.MetadataJson(*catalog, lake.name);
  const auto files = Must(catalog->LoadSnapshot(before, std::nullopt));
  TableAppend append;
  append.name = lake.name;
  append.schema_id = before.schema.schema_id;
  append.files = {EventsFile(before.location + "/data/ours.parquet")};
  append.files[0].partition.push_back(schema::Int128{99});
  append.progress = TableAppend::Progress{"n1.0", Lsn(0), Lsn(4)};
  const Table after = Must(catalog->CommitAppends({append})).front();
  EXPECT_EQ(after.watermarks.at("n1.0"), Lsn(4));
  const auto snapshot = Must(catalog->LoadSnapshot(after, std::nullopt));
  EXPECT_THAT(snapshot.files, SizeIs(2));
  EXPECT_THAT(UrisOf(snapshot), SizeIs(UrisOf(files).size() + 1));
  const Json next = lake.MetadataJson(*catalog, lake.name);
  for (const char* member : {"table-uuid", "schemas", "partition-specs", "sort-orders"}) {
    EXPECT_EQ(*next.Find(member), *json.Find(member)) << member;
  }
  EXPECT_EQ(after.snapshots.back().summary.at("total-records"), "14");
}

TEST(Foreign, AForeignSnapshotWithoutTheWatermarkDoesNotHideIt) {
  Lake lake;
  auto catalog = lake.Open();
  Must(catalog->CreateTable(EventsTable()));
  const Table ours = Must(catalog->CommitAppends({EventsAppend("file:///a", 0, 5)})).front();
  // As an engine does that copies neither summary nor knows the property.
  Json json = lake.MetadataJson(*catalog, ours.name);
  Json snapshot = json.Find("snapshots")->as_array()[0];
  snapshot.Set("parent-snapshot-id", ours.current->number());
  snapshot.Set("snapshot-id", 77);
  snapshot.Set("sequence-number", 2);
  snapshot.Set("summary", Json::MakeObject({{"operation", "append"}}));
  Json::Array snapshots = json.Find("snapshots")->as_array();
  snapshots.push_back(snapshot);
  json.Set("snapshots", Json(snapshots));
  json.Set("current-snapshot-id", 77);
  json.Set("last-sequence-number", 2);
  json.Set(
      "refs",
      Json::MakeObject(
          {{"tag", Json::MakeObject({{"snapshot-id", ours.current->number()}, {"type", "tag"}})}}));
  json.Set("properties", Json::MakeObject({{"tarn.wm.n1.0", "3"}}));  // an old copy
  lake.PutObject("default/events/metadata/00002-foreign.metadata.json", json.Dump());
  auto pointers = Must(OpenSqliteStore(lake.Options().path, StoreAccess::kReadWrite));
  EXPECT_EQ(Must(pointers->Swap({{ours.name, ours.metadata_uri,
                                  ours.location + "/metadata/00002-foreign.metadata.json"}},
                                {})),
            SwapOutcome::kApplied);
  EXPECT_EQ(Must(catalog->LoadTable(ours.name)).watermarks.at("n1.0"), Lsn(5));

  // Nor does expiry take the snapshot that carries it, or a tagged one.
  lake.clock.Advance(30LL * 24 * 3600 * 1'000'000);
  TableAppend append = EventsAppend("file:///b", 5, 9);
  const Table after = Must(catalog->CommitAppends({append})).front();
  EXPECT_THAT(after.snapshots, SizeIs(3));
  EXPECT_EQ(after.watermarks.at("n1.0"), Lsn(9));
}

TEST(Foreign, ThePropertyTellsTheWatermarkWhereHistoryIsGone) {
  Lake lake;
  auto catalog = lake.Open();
  NewTable table = EventsTable();
  table.properties["tarn.wm.n1.0"] = "12";
  const Table made = Must(catalog->CreateTable(table));
  EXPECT_EQ(
      Must(catalog->CommitAppends({EventsAppend("file:///foreign")})).front().watermarks.at("n1.0"),
      Lsn(12));
}

/// Register a document as a table's metadata. returns  what LoadTable says
Result<Table> LoadDocument(Lake& lake, const std::string& file_name, std::string_view bytes,
                           bool bare_path) {
  const TableName name{"default", "spark"};
  lake.PutObject("default/spark/metadata/" + file_name, bytes);
  const std::string path = lake.directory + "/buckets/lake/default/spark/metadata/" + file_name;
  Must(Must(OpenSqliteStore(lake.Options().path, StoreAccess::kReadWrite))
           ->Swap({{name, std::nullopt, (bare_path ? "" : "file:") + path}}, {}));
  return lake.Open()->LoadTable(name);
}

std::string SparkDocument(const Lake& lake, int version) {
  return Format(
      R"({{"format-version":{},"table-uuid":"u","location":"{}/buckets/lake/default/spark",
      "last-updated-ms":1,"last-column-id":1,
      "schema":{{"type":"struct","fields":[{{"id":1,"name":"a","required":false,"type":"int"}}]}},
      "partition-spec":[],"current-snapshot-id":-1}})",
      version, lake.directory);
}

TEST(Foreign, BarePathsHadoopUrisAndGzipAreTaken) {
  for (const bool bare_path : {true, false}) {
    Lake lake;
    const std::string packed =
        Must(codec::Compress(codec::Compression::kGzip, SparkDocument(lake, 1)));
    const Table table = Must(LoadDocument(lake, "v3.gz.metadata.json", packed, bare_path));
    EXPECT_EQ(table.location, "file://" + lake.directory + "/buckets/lake/default/spark");
    EXPECT_EQ(table.schema.fields.size(), 1U);
    auto catalog = lake.Open();
    const auto refused = catalog->CommitAppends({EventsAppend("file:///a", 0, 0, "spark")});
    EXPECT_EQ(refused.error().kind(), ErrorKind::kUnsupported);
    EXPECT_THAT(refused.error().message(), HasSubstr("Iceberg format v1"));
  }
}

TEST(Foreign, FormatV3IsRefusedWithTheTablesName) {
  Lake lake;
  const auto refused = LoadDocument(lake, "v1.metadata.json", SparkDocument(lake, 3), false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::kUnsupported);
  EXPECT_THAT(refused.error().message(), HasSubstr("table default.spark: "));
  EXPECT_THAT(refused.error().message(), HasSubstr("Iceberg format version 3"));
}

TEST(Foreign, ATableOutsideOfTheBucketsIsUnsupported) {
  Lake lake;
  const TableName name{"default", "far"};
  Must(Must(OpenSqliteStore(lake.Options().path, StoreAccess::kReadWrite))
           ->Swap({{name, std::nullopt, "s3://elsewhere/t/metadata/v1.metadata.json"}}, {}));
  EXPECT_EQ(lake.Open()->LoadTable(name).error().kind(), ErrorKind::kUnsupported);
}

/// A table whose current snapshot lists a delete manifest of so many files.
Table WithDeleteManifest(Lake& lake, Catalog& catalog, int64_t delete_files) {
  Must(catalog.CreateTable(EventsTable()));
  const Table table = Must(catalog.CommitAppends({EventsAppend("file:///a")})).front();
  TableFiles files(*lake.buckets, lake.entropy);
  const auto metadata = Must(files.Metadata(table.metadata_uri));
  ManifestList manifests = *Must(files.Manifests(metadata->snapshots.front()));
  manifests.push_back(manifests.front());
  manifests.back().content = iceberg::kContentDeletes;
  manifests.back().added_files = delete_files;
  lake.PutObject(
      lake.Keys("/snap-").front(),
      Must(iceberg::WriteManifestList({table.current->number(), std::nullopt, 1, {}}, manifests)));
  return table;
}

TEST(Foreign, SnapshotsWithDeleteFilesAreRefusedByName) {
  Lake lake;
  const Table table = WithDeleteManifest(lake, *lake.Open(), 1);
  const auto refused = lake.Open()->LoadSnapshot(table, std::nullopt);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::kUnsupported);
  EXPECT_THAT(refused.error().message(), HasSubstr(Format("{}", table.current->number())));
}

TEST(Foreign, DeleteManifestsWithoutFilesDoNotMatter) {
  Lake lake;
  const Table table = WithDeleteManifest(lake, *lake.Open(), 0);
  EXPECT_THAT(UrisOf(Must(lake.Open()->LoadSnapshot(table, std::nullopt))),
              ElementsAre("file:///a"));
}

}  // namespace
}  // namespace tarn::catalog
