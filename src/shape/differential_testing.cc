#include "shape/differential_testing.h"

#include <algorithm>
#include <cstring>

#include "base/format.h"
#include "columns/batch.h"
#include "columns/leaf_buffer.h"
#include "shape/variant_sample.h"

namespace tarn::shape {

namespace {

using schema::Field;

constexpr const char* kFlat =
    "name string, ts timestamp, n bigint, i int, d double, f float, ok boolean, at timestamptz, "
    "`a name of forty bytes, more than a block` bigint, "
    "`a name of sixty-six bytes, more than is compared as one literal..` string";
constexpr const char* kNested =
    "u struct<id:string,p:struct<x:bigint,y:double,l:array<bigint>>,k:boolean>, l array<bigint>, s "
    "array<string>, o array<struct<id:bigint,t:array<string>,q:struct<z:timestamp>>>, m "
    "map<string,bigint>, mm map<string,struct<a:bigint,b:array<double>>>, ll array<array<double>>, "
    "n bigint";
constexpr const char* kOdd =
    "e decimal(9,2), e2 decimal(25,3), g uuid, h date, i time, b binary, t timestamptz, z string "
    "from k, y bigint from k default 3, w timestamptz from at default _received_at, r timestamptz "
    "from _received_at, q string from _record_id, v string default 'x', a bigint, xx "
    "struct<id:string> from o, x struct<id:bigint> from o, f float default 1.5";
constexpr const char* kInTexts =
    "p json<os string,n bigint,v double,ok boolean,t timestamptz,u struct<id:string,q:bigint>,l "
    "array<struct<a:bigint,b:array<string>>>,m map<string,double>,e decimal(9,2)>, n bigint, y "
    "string "
    "from o, x json<a bigint,b string> from o, z json<i int>";

/// Those beginning with v become variants, each shredded by a value.
constexpr const char* kVariants =
    "v string, n bigint, v2 string from v, vl string, vt string, u struct<a:bigint> from v";
constexpr std::pair<std::string_view, std::string_view> kVariantValues[] = {
    {"v", R"({"v":{"k":1,"metadata":"x","value":true,"typed_value":{"k":{"value":[1.5]}}}})"},
    {"v2", R"({"v2":null})"},
    {"vl", R"({"vl":[1]})"},
    {"vt", R"({"vt":"x"})"}};

void MakeVariants(std::vector<schema::ColumnDeclaration>* columns) {
  for (const auto& [name, record] : kVariantValues) {
    const auto column = std::ranges::find(*columns, name, &schema::ColumnDeclaration::name);
    const schema::RecordView view{.bytes = record};
    size_t fields_left = kShreddedFieldsMax;
    column->type = VariantSample({&view, 1}).TypeFor(name, &fields_left);
  }
}

Shaping ShapingOf(const char* columns, bool inferred, bool may_evolve) {
  Shaping shaping;
  shaping.inferred = inferred;
  shaping.may_evolve = may_evolve;
  shaping.declared = *schema::ParseColumns(columns);
  if (columns == kVariants) MakeVariants(&shaping.declared);
  shaping.node_id = "00000000000000aa";
  shaping.partition_names = {"day"};
  return shaping;
}

/// Every other column, and every other member in it, becomes one that must be there.
void RequireSome(std::vector<Field>* fields) {
  bool required = false;
  for (Field& field : *fields) {
    if (!schema::IsReservedColumn(field.name)) field.required = required = !required;
    if (field.type.is_variant) continue;
    if (field.type.kind == schema::TypeKind::kStruct) RequireSome(&field.type.fields);
    if (field.type.kind == schema::TypeKind::kList) field.type.fields[0].required = required;
  }
}

void AddStream(std::string name, const Shaping& shaping, bool has_required,
               std::vector<DifferentialStream>* streams) {
  schema::TableSchema table;
  table.fields = InitialColumns(shaping);
  if (has_required) RequireSome(&table.fields);
  schema::AssignFieldIds(FieldId(0), &table.fields);
  streams->push_back({std::move(name), shaping, std::move(table)});
}

std::string_view BytesOf(std::span<const uint8_t> levels) {
  return {reinterpret_cast<const char*>(levels.data()), levels.size()};
}

/// What differs between two leaves that were filled in the same order; empty: nothing.
std::string_view LeafDifference(const columns::LeafBuffer& a, const columns::LeafBuffer& b) {
  if (a.entries() != b.entries() || a.values() != b.values()) return "counts";
  if (BytesOf(a.definitions()) != BytesOf(b.definitions())) return "definition levels";
  if (BytesOf(a.repetitions()) != BytesOf(b.repetitions())) return "repetition levels";
  if (a.has_dictionary() != b.has_dictionary()) return "encodings";
  if (!a.has_dictionary()) return a.plain() != b.plain() ? "values" : "";
  if (!std::ranges::equal(a.codes(), b.codes())) return "codes";
  return a.dictionary().plain() != b.dictionary().plain() ? "distinct values" : "";
}

std::string BatchDifference(const columns::Batch& a, const columns::Batch& b) {
  if (a.rows() != b.rows()) return Format("{} rows, not {}", b.rows(), a.rows());
  for (size_t i = 0; i < a.layout()->leaves().size(); ++i) {
    const std::string_view difference = LeafDifference(a.leaf(i), b.leaf(i));
    if (!difference.empty()) {
      return Format("leaf {} of column {}: other {}", i, a.layout()->leaves()[i].path[0],
                    difference);
    }
  }
  return "";
}

std::string TextOf(const schema::Reject& reject) {
  return Format("{} {} at '{}': {}", reject.lsn.number(), schema::ReasonName(reject.reason),
                reject.path, reject.message);
}

std::string RejectDifference(const std::vector<schema::Reject>& a,
                             const std::vector<schema::Reject>& b) {
  if (a.size() != b.size()) return Format("{} rejects, not {}", b.size(), a.size());
  for (size_t i = 0; i < a.size(); ++i) {
    if (TextOf(a[i]) != TextOf(b[i]) || a[i].raw != b[i].raw) {
      return "reject " + TextOf(b[i]) + ", not " + TextOf(a[i]);
    }
  }
  return "";
}

std::string TextOf(const RestCounts& counts) {
  std::string text;
  for (const RestCounts::Path& path : counts.paths) {
    text += Format("{} {} {}; ", path.path, path.why, path.count);
  }
  return text;
}

/// Each record in memory of its own, so that a look behind its end is found.
struct ApartRecords {
  std::vector<std::unique_ptr<char[]>> memory;
  std::vector<schema::RecordView> views;

  explicit ApartRecords(const std::vector<std::string_view>& texts) {
    for (const std::string_view text : texts) {
      char* const copy = memory.emplace_back(new char[text.size()]).get();
      if (!text.empty()) std::memcpy(copy, text.data(), text.size());
      views.push_back({.bytes = {copy, text.size()},
                       .received_at_us = 1'763'714'921'954'871,
                       .lsn = Lsn(views.size() + 1)});
    }
  }
};

}  // namespace

std::vector<DifferentialStream> DifferentialStreams() {
  std::vector<DifferentialStream> streams;
  for (const auto& [name, columns] :
       {std::pair("flat", kFlat), std::pair("nested", kNested), std::pair("odd", kOdd),
        std::pair("in texts", kInTexts), std::pair("variants", kVariants)}) {
    AddStream(Format("{}, declared", name), ShapingOf(columns, false, false), false, &streams);
    AddStream(Format("{}, inferred", name), ShapingOf(columns, true, true), false, &streams);
    AddStream(Format("{}, inferred, fixed", name), ShapingOf(columns, true, false), false,
              &streams);
    AddStream(Format("{}, declared, required", name), ShapingOf(columns, false, false), true,
              &streams);
    AddStream(Format("{}, inferred, required", name), ShapingOf(columns, true, true), true,
              &streams);
    Shaping plain = ShapingOf(columns, false, false);
    plain.keep_rest = plain.add_received_at = false;
    AddStream(Format("{}, without _rest", name), plain, false, &streams);
  }
  return streams;
}

struct Differential::Path {
  std::string name;
  std::unique_ptr<Shaper> shaper;
  std::shared_ptr<const columns::Layout> layout;
};

Differential::Differential(const DifferentialStream& stream) : table_(stream.table) {
  for (const auto& [name, path] :
       {std::pair("reference", ShapingPath::kReference), std::pair("plain", ShapingPath::kPlain),
        std::pair("fastest", ShapingPath::kFastest)}) {
    Shaping shaping = stream.shaping;
    shaping.path = path;
    auto made = std::make_unique<Path>();
    made->name = name;
    made->shaper = *Shaper::Make(shaping, table_);
    made->layout = columns::Layout::Make(table_);
    paths_.push_back(std::move(made));
  }
}

Differential::~Differential() = default;

std::string Differential::FindMissing(const std::vector<std::string_view>& texts) {
  const ApartRecords records(texts);
  const std::vector<Field> expected = paths_[0]->shaper->MissingColumns(records.views);
  for (const auto& path : paths_) {
    if (path->shaper->MissingColumns(records.views) != expected) {
      return path->name + ": other columns are missing";
    }
  }
  return "";
}

std::string Differential::Shape(const std::vector<std::string_view>& texts) {
  const ApartRecords records(texts);
  std::vector<columns::Batch> batches;
  std::vector<std::vector<schema::Reject>> rejects(paths_.size());
  for (size_t i = 0; i < paths_.size(); ++i) {
    columns::Batch& batch = batches.emplace_back(paths_[i]->layout);
    paths_[i]->shaper->Shape(records.views, &batch, &rejects[i]);
    std::string difference = BatchDifference(batches[0], batch);
    if (difference.empty()) difference = RejectDifference(rejects[0], rejects[i]);
    if (!difference.empty()) return paths_[i]->name + ": " + difference;
  }
  return "";
}

std::string Differential::TakeCounts() {
  const std::string expected = TextOf(paths_[0]->shaper->TakeRestCounts());
  for (size_t i = 1; i < paths_.size(); ++i) {
    const std::string counts = TextOf(paths_[i]->shaper->TakeRestCounts());
    if (counts != expected) return paths_[i]->name + ": counts " + counts + ", not " + expected;
  }
  return "";
}

PathCounts Differential::path_counts() const { return paths_.back()->shaper->path_counts(); }

}  // namespace tarn::shape
