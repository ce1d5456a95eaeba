#include "catalog/iceberg/avro_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/bytes.h"
#include "codec/compression.h"

namespace tarn::catalog::iceberg {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kSchema =
    R"({"type":"record","name":"row","fields":[{"name":"n","type":"long","field-id":1},)"
    R"({"name":"s","type":["null","string"],"default":null,"field-id":2}]})";

struct Row {
  int64_t n = 0;
  std::string s;
  friend bool operator==(const Row&, const Row&) = default;
};

std::string EncodeRow(const Row& row) {
  std::string bytes;
  AppendZigZag(&bytes, row.n);
  AppendZigZag(&bytes, row.s.empty() ? 0 : 1);
  if (!row.s.empty()) AppendAvroBytes(&bytes, row.s);
  return bytes;
}

std::string WriteRows(const std::vector<Row>& rows) {
  AvroFileWriter writer(kSchema, {{"key", "value"}}, {'s', 'y', 'n', 'c'});
  for (const Row& row : rows) {
    *writer.BeginRow() += EncodeRow(row);
    EXPECT_TRUE(writer.EndRow());
  }
  return *std::move(writer).Finish();
}

Result<std::vector<Row>> ReadRows(std::string_view bytes) {
  const AvroFile file = TRY(AvroFile::Parse(bytes));
  std::vector<Row> rows;
  TRY(file.ForEachRow([&](AvroReader& reader, const AvroType& root) {
    Row& row = rows.emplace_back();
    reader.ReadRecord(root, [&](const AvroField& field) {
      if (field.field_id == 1) {
        row.n = reader.ReadInteger(*field.type).value_or(-1);
      } else if (field.field_id == 2) {
        row.s = reader.ReadBytesOf(*field.type).value_or("");
      } else {
        reader.Skip(*field.type);
      }
    });
  }));
  return rows;
}

/// A file by hand: the rows' bytes as one block of a codec.
std::string FileBy(const std::string& schema, const std::string& codec, int64_t rows,
                   const std::string& block) {
  std::string file("Obj\x01", 4);
  AppendZigZag(&file, 2);
  AppendAvroBytes(&file, "avro.schema");
  AppendAvroBytes(&file, schema);
  AppendAvroBytes(&file, "avro.codec");
  AppendAvroBytes(&file, codec);
  AppendZigZag(&file, 0);
  const std::string sync = "0123456789abcdef";
  file += sync;
  AppendZigZag(&file, rows);
  AppendAvroBytes(&file, block);
  return file + sync;
}

TEST(AvroFile, RowsAndMetadataComeBack) {
  std::vector<Row> rows;
  for (int i = 0; i < 20'000; ++i) rows.push_back({int64_t{i} * i - 5, i % 3 ? "x" : ""});
  const std::string bytes = WriteRows(rows);
  EXPECT_EQ(*ReadRows(bytes), rows);
  const AvroFile file = *AvroFile::Parse(bytes);
  EXPECT_EQ(file.metadata.at("key"), "value");
  EXPECT_EQ(file.metadata.at("avro.schema"), kSchema);
  EXPECT_GT(file.blocks.size(), 1U);
}

TEST(AvroFile, AFileWithoutRowsIsRead) { EXPECT_THAT(*ReadRows(WriteRows({})), ElementsAre()); }

TEST(AvroFile, EveryTruncationIsAnErrorOrEndsBetweenBlocks) {
  const std::string bytes = WriteRows({{1, "a"}, {2, ""}, {3, "cc"}});
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(ReadRows(bytes.substr(0, size)).error().kind(), ErrorKind::kCorrupt) << size;
  }
}

TEST(AvroFile, EveryFlippedByteIsAnErrorOrHarmless) {
  const std::vector<Row> rows = {{1, "a"}, {2, ""}, {3, "cc"}};
  const std::string bytes = WriteRows(rows);
  const size_t checksum_key = bytes.find("tarn.xxh3");
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (const int bit : {0, 3, 7}) {
      std::string flipped = bytes;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
      const auto read = ReadRows(flipped);
      const bool hides_checksum = at >= checksum_key && at < checksum_key + 9;
      if (hides_checksum) {
        EXPECT_EQ(*read, rows);
      } else {
        EXPECT_FALSE(read) << at << " bit " << bit;
      }
    }
  }
}

TEST(AvroFile, OtherCodecsAreReadAndUnknownOnesNamed) {
  const std::string block = EncodeRow({7, "seven"});
  EXPECT_THAT(*ReadRows(FileBy(kSchema, "null", 1, block)), ElementsAre(Row{7, "seven"}));
  const std::string zstd = *codec::Compress(codec::Compression::kZstd, block);
  EXPECT_THAT(*ReadRows(FileBy(kSchema, "zstandard", 1, zstd)), ElementsAre(Row{7, "seven"}));
  const auto snappy = ReadRows(FileBy(kSchema, "snappy", 1, block));
  EXPECT_EQ(snappy.error().kind(), ErrorKind::kUnsupported);
  EXPECT_THAT(snappy.error().message(), HasSubstr("'snappy'"));
  EXPECT_EQ(ReadRows(FileBy(kSchema, "deflate", 1, "no deflate")).error().kind(),
            ErrorKind::kCorrupt);
}

TEST(AvroFile, FieldsInAnyOrderWithUnknownOnesBetweenAreRead) {
  const std::string schema =
      R"({"type":"record","name":"ns.row","fields":[)"
      R"({"name":"unknown","type":{"type":"record","name":"inner","fields":[)"
      R"({"name":"a","type":{"type":"array","items":"int"}},)"
      R"({"name":"m","type":{"type":"map","values":"double"}},)"
      R"({"name":"f","type":{"type":"fixed","name":"four","size":4}},)"
      R"({"name":"e","type":{"type":"enum","name":"letters","symbols":["A","B"]}},)"
      R"({"name":"next","type":["null","ns.inner"]}]}},)"
      R"({"name":"text","type":["string","null"],"field-id":2},)"
      R"({"name":"number","type":["null","int"],"field-id":1}]})";
  std::string row;
  AppendZigZag(&row, -2);  // two items, by a count with the block's size
  AppendZigZag(&row, 2);
  AppendZigZag(&row, 1);
  AppendZigZag(&row, 2);
  AppendZigZag(&row, 0);
  AppendZigZag(&row, 1);
  AppendAvroBytes(&row, "key");
  AppendLe(&row, 1.5);
  AppendZigZag(&row, 0);
  row += "four";
  AppendZigZag(&row, 1);
  AppendZigZag(&row, 0);
  AppendZigZag(&row, 0);
  AppendAvroBytes(&row, "hello");
  AppendZigZag(&row, 1);
  AppendZigZag(&row, 9);
  EXPECT_THAT(*ReadRows(FileBy(schema, "null", 1, row)), ElementsAre(Row{9, "hello"}));
}

TEST(AvroFile, ClaimsBeyondTheBytesAreCorrupt) {
  const std::string block = EncodeRow({7, "seven"});
  for (const int64_t rows : {int64_t{-1}, int64_t{2}, INT64_MAX}) {
    EXPECT_EQ(ReadRows(FileBy(kSchema, "null", rows, block)).error().kind(), ErrorKind::kCorrupt)
        << rows;
  }
  EXPECT_FALSE(ReadRows(FileBy(kSchema, "null", 1, block + "x")));
  const std::string nulls =
      R"({"type":"record","name":"r","fields":[{"name":"a","type":{"type":"array","items":"null"}}]})";
  std::string bomb;
  AppendZigZag(&bomb, INT64_MAX);
  EXPECT_EQ(ReadRows(FileBy(nulls, "null", 1, bomb)).error().kind(), ErrorKind::kCorrupt);
}

TEST(AvroFile, SchemasThatMakeNoSenseAreCorrupt) {
  for (const char* schema :
       {"", "{", "3", "{}", R"("unheard_of")", R"({"type":"record","name":"r"})",
        R"({"type":"record","name":"r","fields":[{"name":"a"}]})",
        R"({"type":"record","name":"r","fields":[{"type":"int"}]})", R"({"type":"array"})",
        R"({"type":"fixed","name":"f"})", R"({"type":"fixed","name":"f","size":-1})",
        R"(["null",["int"]])"}) {
    EXPECT_EQ(AvroFile::Parse(FileBy(schema, "null", 0, "")).error().kind(), ErrorKind::kCorrupt)
        << schema;
  }
  std::string deep = R"("int")";
  for (int i = 0; i < 100; ++i) deep = R"({"type":"array","items":)" + deep + "}";
  EXPECT_FALSE(AvroSchema::Parse(deep));
}

TEST(AvroFile, ValuesThatHoldThemselvesEndSomewhere) {
  const std::string schema =
      R"({"type":"record","name":"r","fields":[{"name":"next","type":["null","r"]}]})";
  std::string deep;
  for (int i = 0; i < 100'000; ++i) AppendZigZag(&deep, 1);
  AppendZigZag(&deep, 0);
  EXPECT_EQ(ReadRows(FileBy(schema, "null", 1, deep)).error().kind(), ErrorKind::kCorrupt);
}

}  // namespace
}  // namespace tarn::catalog::iceberg
