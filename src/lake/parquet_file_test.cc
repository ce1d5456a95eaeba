#include "lake/parquet_file.h"

#include <arrow/api.h>
#include <gtest/gtest.h>
#include <parquet/metadata.h>
#include <parquet/statistics.h>

#include "columns/random_rows_testing.h"
#include "lake/read_back_testing.h"

namespace tarn::lake {
namespace {

using columns::Batch;
using columns::Layout;
using columns::testing::AppendRows;
using columns::testing::Below;
using columns::testing::Random;
using columns::testing::RandomLimits;
using columns::testing::RandomRow;
using columns::testing::RandomSchema;
using columns::testing::RowText;
using columns::testing::Tree;
using schema::Field;
using schema::TableSchema;
using schema::Type;
using schema::TypeKind;

struct Encoded {
  std::string bytes;
  schema::DataFile described;
};

/// A file of the rows, a row group for each `group_rows` of them.
Encoded EncodeFile(const TableSchema& schema, const std::vector<Tree>& rows, size_t group_rows,
                   const WriteOptions& options) {
  const auto layout = Layout::Make(schema);
  ParquetFile file(layout, options.compression);
  ChunkEncoder encoder(options);
  for (size_t from = 0; from < rows.size(); from += group_rows) {
    const size_t end = std::min(rows.size(), from + group_rows);
    Batch batch(layout);
    AppendRows({rows.begin() + static_cast<std::ptrdiff_t>(from),
                rows.begin() + static_cast<std::ptrdiff_t>(end)},
               &batch);
    const Status added = file.AddRowGroup(batch, &encoder);
    EXPECT_TRUE(added) << added.error().message();
  }
  file.Finish();
  return {std::string(file.pending()), file.Describe()};
}

std::vector<std::string> Texts(const TableSchema& schema, const std::vector<Tree>& rows) {
  std::vector<std::string> texts;
  for (const Tree& row : rows) texts.push_back(RowText(schema, row));
  return texts;
}

Field Named(std::string name, Type type, bool required = false) {
  return {.id = FieldId(0),
          .name = std::move(name),
          .required = required,
          .type = std::move(type),
          .doc = ""};
}

TableSchema SchemaOf(std::vector<Field> fields) {
  TableSchema schema;
  schema.fields = std::move(fields);
  schema::AssignFieldIds(FieldId(0), &schema.fields);
  return schema;
}

/// A value for each text; "null" is none.
std::vector<Tree> TextRows(const std::vector<std::string>& texts) {
  std::vector<Tree> rows;
  for (const auto& text : texts) {
    Tree& row = rows.emplace_back();
    row.children.emplace_back();
    row.children[0].null = text == "null";
    row.children[0].bytes = text;
  }
  return rows;
}

template <class F>
std::vector<Tree> IntegerRows(int64_t count, F&& value_of) {
  std::vector<Tree> rows;
  for (int64_t i = 0; i < count; ++i) {
    Tree& row = rows.emplace_back();
    row.children.emplace_back();
    row.children[0].integer = value_of(i);
  }
  return rows;
}

std::vector<parquet::Encoding::type> Encodings(const Encoded& file, int column = 0) {
  return testing::ReadWhole(file.bytes).metadata->RowGroup(0)->ColumnChunk(column)->encodings();
}

bool Has(const std::vector<parquet::Encoding::type>& encodings, parquet::Encoding::type wanted) {
  return std::ranges::find(encodings, wanted) != encodings.end();
}

TEST(ParquetFile, RandomRowsAreReadBackByParquetCpp) {
  const codec::Compression compressions[] = {codec::Compression::kNone, codec::Compression::kZstd,
                                             codec::Compression::kSnappy,
                                             codec::Compression::kGzip};
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(Format("seed {}", seed));
    Random random(seed);
    const RandomLimits limits{.string_bytes_max = seed % 10 == 0 ? 3000u : 30u,
                              .distinct_max = seed % 3 == 0 ? 4 : 0};
    const TableSchema schema = RandomSchema(random, limits);
    std::vector<Tree> rows;
    const uint64_t count = 1 + Below(random, 500);
    for (uint64_t i = 0; i < count; ++i) rows.push_back(RandomRow(random, schema, limits));
    WriteOptions options;
    options.compression = compressions[seed % 4];
    options.page_bytes_max = seed % 2 == 0 ? 1 + Below(random, 200) : 1 << 20;
    const Encoded file = EncodeFile(schema, rows, 1 + Below(random, 300), options);
    const auto back = testing::ReadWhole(file.bytes);
    ASSERT_EQ(back.error, "");
    EXPECT_EQ(back.rows, Texts(schema, rows));
    EXPECT_EQ(file.described.record_count, static_cast<int64_t>(rows.size()));
    EXPECT_EQ(file.described.size_bytes, static_cast<int64_t>(file.bytes.size()));
  }
}

TEST(ParquetFile, NoRowsMakeAReadableFile) {
  const TableSchema schema = SchemaOf({Named("a", Type::Of(TypeKind::kString))});
  const Encoded file = EncodeFile(schema, {}, 10, {});
  const auto back = testing::ReadWhole(file.bytes);
  EXPECT_EQ(back.error, "");
  EXPECT_EQ(back.metadata->num_rows(), 0);
  EXPECT_TRUE(file.described.split_offsets.empty());
}

TEST(ParquetFile, OneNullRowIsReadBack) {
  const TableSchema schema = SchemaOf({Named("a", Type::Of(TypeKind::kString))});
  const Encoded file = EncodeFile(schema, TextRows({"null"}), 10, {});
  const auto back = testing::ReadWhole(file.bytes);
  EXPECT_EQ(back.error, "");
  EXPECT_EQ(back.rows, std::vector<std::string>{"{null}"});
  EXPECT_EQ(file.described.columns[0].null_count, 1);
  EXPECT_EQ(file.described.columns[0].lower, std::nullopt);
}

TEST(ParquetFile, ManyRowGroupsHaveTheirSplitOffsets) {
  const TableSchema schema = SchemaOf({Named("a", Type::Of(TypeKind::kLong))});
  const auto rows = IntegerRows(1000, [](int64_t i) { return i * i; });
  const Encoded file = EncodeFile(schema, rows, 10, {});
  const auto back = testing::ReadWhole(file.bytes);
  ASSERT_EQ(back.error, "");
  EXPECT_EQ(back.rows, Texts(schema, rows));
  ASSERT_EQ(back.metadata->num_row_groups(), 100);
  ASSERT_EQ(file.described.split_offsets.size(), 100u);
  EXPECT_EQ(file.described.split_offsets[0], 4);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(back.metadata->RowGroup(i)->file_offset(),
              file.described.split_offsets[static_cast<size_t>(i)]);
    EXPECT_EQ(back.metadata->RowGroup(i)->num_rows(), 10);
  }
}

TEST(ParquetFile, DistinctTimesAreDeltaEncoded) {
  const TableSchema schema = SchemaOf({Named("a", Type::Of(TypeKind::kTimestampTz))});
  const auto rows = IntegerRows(5000, [](int64_t i) { return 1'700'000'000'000'000 + i * 1000; });
  const Encoded file = EncodeFile(schema, rows, 5000, {});
  EXPECT_TRUE(Has(Encodings(file), parquet::Encoding::DELTA_BINARY_PACKED));
  EXPECT_EQ(testing::ReadWhole(file.bytes).rows, Texts(schema, rows));
}

TEST(ParquetFile, DeltasWrapAtTheEdgesOfTheirType) {
  for (const TypeKind kind : {TypeKind::kInt, TypeKind::kLong}) {
    const int64_t low = kind == TypeKind::kInt ? INT32_MIN : INT64_MIN;
    const int64_t high = kind == TypeKind::kInt ? INT32_MAX : INT64_MAX;
    const TableSchema schema = SchemaOf({Named("a", Type::Of(kind))});
    const auto rows = IntegerRows(
        4000, [&](int64_t i) { return i > 3000 ? (i % 2 == 0 ? low + i : high - i) : i * 3; });
    const Encoded file = EncodeFile(schema, rows, 4000, {});
    EXPECT_TRUE(Has(Encodings(file), parquet::Encoding::DELTA_BINARY_PACKED));
    const auto back = testing::ReadWhole(file.bytes);
    EXPECT_EQ(back.error, "");
    EXPECT_EQ(back.rows, Texts(schema, rows));
  }
}

TEST(ParquetFile, RandomIntegersStayPlain) {
  Random random(3);
  const TableSchema schema = SchemaOf({Named("a", Type::Of(TypeKind::kLong))});
  const auto rows = IntegerRows(5000, [&](int64_t) { return static_cast<int64_t>(random()); });
  const Encoded file = EncodeFile(schema, rows, 5000, {});
  EXPECT_FALSE(Has(Encodings(file), parquet::Encoding::DELTA_BINARY_PACKED));
  EXPECT_FALSE(Has(Encodings(file), parquet::Encoding::RLE_DICTIONARY));
  EXPECT_EQ(testing::ReadWhole(file.bytes).rows, Texts(schema, rows));
}

TEST(ParquetFile, RepeatedValuesAreADictionary) {
  const TableSchema schema = SchemaOf({Named("a", Type::Of(TypeKind::kString))});
  for (const int distinct : {1, 2, 3, 200, 300, 1500}) {
    SCOPED_TRACE(distinct);
    std::vector<std::string> texts;
    for (int i = 0; i < 12'000; ++i) texts.push_back(Format("{}", i * 7 % distinct));
    const auto rows = TextRows(texts);
    const Encoded file = EncodeFile(schema, rows, rows.size(), {});
    EXPECT_TRUE(Has(Encodings(file), parquet::Encoding::RLE_DICTIONARY));
    EXPECT_EQ(testing::ReadWhole(file.bytes).rows, Texts(schema, rows));
  }
}

TEST(ParquetFile, TooManyDistinctValuesAreNone) {
  const TableSchema schema = SchemaOf({Named("a", Type::Of(TypeKind::kDouble))});
  auto rows = IntegerRows(140'000, [](int64_t) { return 0; });
  for (size_t i = 0; i < rows.size(); ++i) {
    rows[i].children[0].real = static_cast<double>(i % 70'000) * 0.25;
  }
  const Encoded file = EncodeFile(schema, rows, rows.size(), {});
  EXPECT_FALSE(Has(Encodings(file), parquet::Encoding::RLE_DICTIONARY));
  EXPECT_EQ(testing::ReadWhole(file.bytes).rows, Texts(schema, rows));
}

TEST(ParquetFile, FewDistinctRowsDropTheDictionary) {
  const TableSchema schema = SchemaOf({Named("a", Type::Of(TypeKind::kString))});
  std::vector<std::string> texts;
  for (int i = 0; i < 100; ++i) texts.push_back(Format("value {}", i));
  const Encoded file = EncodeFile(schema, TextRows(texts), 100, {});
  EXPECT_FALSE(Has(Encodings(file), parquet::Encoding::RLE_DICTIONARY));
  EXPECT_EQ(testing::ReadWhole(file.bytes).rows, Texts(schema, TextRows(texts)));
}

TEST(ParquetFile, PagesEndByBytes) {
  const TableSchema schema = SchemaOf({Named("a", Type::Of(TypeKind::kBinary))});
  std::vector<std::string> texts;
  for (int i = 0; i < 3000; ++i)
    texts.push_back(std::string(1000, static_cast<char>(i)) + Format("{}", i));
  WriteOptions options;
  options.compression = codec::Compression::kNone;
  options.page_bytes_max = 64 << 10;
  const auto rows = TextRows(texts);
  const Encoded file = EncodeFile(schema, rows, rows.size(), options);
  const auto back = testing::ReadWhole(file.bytes);
  EXPECT_EQ(back.rows, Texts(schema, rows));
  const auto chunk = back.metadata->RowGroup(0)->ColumnChunk(0);
  const auto& stats = chunk->encoding_stats();
  ASSERT_EQ(stats.size(), 1u);
  EXPECT_EQ(stats[0].count, 47);  // 3,000 values of about 1,008 bytes, in pages of 65,536
}

TEST(ParquetFile, AValueLongerThanAPageHasItsOwn) {
  const TableSchema schema = SchemaOf({Named("a", Type::Of(TypeKind::kString))});
  const auto rows = TextRows({"a", std::string(3 << 20, 'b'), "c"});
  const Encoded file = EncodeFile(schema, rows, 3, {});
  EXPECT_EQ(testing::ReadWhole(file.bytes).rows, Texts(schema, rows));
}

TEST(ParquetFile, TheDremelPaperComesBack) {
  // source  Melnik et al., "Dremel: Interactive Analysis of Web-Scale Datasets", figure 2
  const TableSchema schema = SchemaOf({
      Named("docid", Type::Of(TypeKind::kLong), true),
      Named("links", Type::Struct({
                         Named("backward",
                               Type::List(Named("element", Type::Of(TypeKind::kLong), true)), true),
                         Named("forward",
                               Type::List(Named("element", Type::Of(TypeKind::kLong), true)), true),
                     })),
      Named("name",
            Type::List(Named(
                "element",
                Type::Struct({
                    Named("language",
                          Type::List(Named("element",
                                           Type::Struct({
                                               Named("code", Type::Of(TypeKind::kString), true),
                                               Named("country", Type::Of(TypeKind::kString)),
                                           }),
                                           true)),
                          true),
                    Named("url", Type::Of(TypeKind::kString)),
                }),
                true)),
            true),
  });
  const auto number = [](int64_t value) {
    Tree tree;
    tree.integer = value;
    return tree;
  };
  const auto text = [](const char* bytes) {
    Tree tree;
    tree.null = bytes == nullptr;
    tree.bytes = bytes == nullptr ? "" : bytes;
    return tree;
  };
  const auto of = [](std::vector<Tree> children) {
    Tree tree;
    tree.children = std::move(children);
    return tree;
  };
  Tree none;
  none.null = true;
  const std::vector<Tree> rows = {
      of({number(10), of({of({}), of({number(20), number(40), number(60)})}),
          of({of({of({of({text("en-us"), text("us")}), of({text("en"), text(nullptr)})}),
                  text("http://A")}),
              of({of({}), text("http://B")}),
              of({of({of({text("en-gb"), text("gb")})}), text(nullptr)})})}),
      of({number(20), of({of({number(10), number(30)}), of({number(80)})}),
          of({of({of({}), text("http://C")})})}),
  };
  const auto layout = Layout::Make(schema);
  Batch batch(layout);
  AppendRows(rows, &batch);
  const auto levels = [&](size_t leaf) {
    std::string text_of;
    const auto& buffer = batch.leaf(leaf);
    for (size_t i = 0; i < buffer.entries(); ++i) {
      text_of += Format("{}{} ", buffer.repetitions()[i], buffer.definitions()[i]);
    }
    return text_of;
  };
  // The paper's tables: repetition and definition of Name.Language.Code and .Country, Name.Url.
  EXPECT_EQ(levels(3), "02 22 11 12 01 ");
  EXPECT_EQ(levels(4), "03 22 11 13 01 ");
  EXPECT_EQ(levels(5), "02 12 11 02 ");
  const Encoded file = EncodeFile(schema, rows, 10, {});
  EXPECT_EQ(testing::ReadWhole(file.bytes).rows, Texts(schema, rows));
}

TEST(ParquetFile, TheSchemaSaysTypesAndFieldIds) {
  const TableSchema schema = SchemaOf({
      Named("flag", Type::Of(TypeKind::kBoolean), true),
      Named("t", Type::Of(TypeKind::kTimestamp)),
      Named("tz", Type::Of(TypeKind::kTimestampTz)),
      Named("d", Type::Of(TypeKind::kDate)),
      Named("at", Type::Of(TypeKind::kTime)),
      Named("price", Type::Decimal(20, 4)),
      Named("id", Type::Of(TypeKind::kUuid)),
      Named("m", Type::Map(Named("key", Type::Of(TypeKind::kString), true),
                           Named("value", Type::List(Named("element", Type::Of(TypeKind::kInt)))))),
  });
  const auto back = testing::ReadWhole(EncodeFile(schema, {}, 1, {}).bytes);
  ASSERT_EQ(back.error, "");
  EXPECT_EQ(back.metadata->schema()->ToString(), R"(required group field_id=-1 schema {
  required boolean field_id=1 flag;
  optional int64 field_id=2 t (Timestamp(isAdjustedToUTC=false, timeUnit=microseconds, is_from_converted_type=false, force_set_converted_type=false));
  optional int64 field_id=3 tz (Timestamp(isAdjustedToUTC=true, timeUnit=microseconds, is_from_converted_type=false, force_set_converted_type=false));
  optional int32 field_id=4 d (Date);
  optional int64 field_id=5 at (Time(isAdjustedToUTC=false, timeUnit=microseconds));
  optional fixed_len_byte_array(9) field_id=6 price (Decimal(precision=20, scale=4));
  optional fixed_len_byte_array(16) field_id=7 id (UUID);
  optional group field_id=8 m (Map) {
    repeated group field_id=-1 key_value {
      required binary field_id=9 key (String);
      optional group field_id=10 value (List) {
        repeated group field_id=-1 list {
          optional int32 field_id=11 element;
        }
      }
    }
  }
}
)");
}

TEST(ParquetFile, VariantsAreNamedSoAndHaveNoIdsInside) {
  const TableSchema schema =
      SchemaOf({Named("v", Type::Variant(Type::Of(TypeKind::kLong))),
                Named("w", Type::Variant(std::nullopt)), Named("n", Type::Of(TypeKind::kInt))});
  const auto back = testing::ReadWhole(EncodeFile(schema, {}, 1, {}).bytes);
  ASSERT_EQ(back.error, "");
  EXPECT_EQ(back.metadata->schema()->ToString(), R"(required group field_id=-1 schema {
  optional group field_id=1 v (Variant(1)) {
    required binary field_id=-1 metadata;
    optional binary field_id=-1 value;
    optional int64 field_id=-1 typed_value;
  }
  optional group field_id=5 w (Variant(1)) {
    required binary field_id=-1 metadata;
    required binary field_id=-1 value;
  }
  optional int32 field_id=8 n;
}
)");
}

TEST(ParquetFile, ReadersTrustItsStatistics) {
  const TableSchema schema = SchemaOf({Named("a", Type::Of(TypeKind::kString))});
  const auto back = testing::ReadWhole(EncodeFile(schema, TextRows({"b", "a"}), 9, {}).bytes);
  const auto& version = back.metadata->writer_version();
  EXPECT_EQ(version.application_, "tarn");
  EXPECT_EQ(version.version.minor, 1);
  const auto chunk = back.metadata->RowGroup(0)->ColumnChunk(0);
  ASSERT_TRUE(chunk->is_stats_set());
  EXPECT_EQ(chunk->statistics()->EncodeMin(), "a");
  EXPECT_EQ(chunk->statistics()->EncodeMax(), "b");
}

}  // namespace
}  // namespace tarn::lake
