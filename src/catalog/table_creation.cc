#include "catalog/table_creation.h"

#include <set>

#include "catalog/iceberg/metadata_builder.h"
#include "catalog/write_order.h"
#include "codec/text.h"

namespace tarn::catalog {
namespace {

constexpr size_t kNameBytesMax = 128;
constexpr size_t kLocationBytesMax = 800;  // the catalog's columns hold 1000 with the file's name

// What other engines need to know to keep the table as Tarn does.
const std::map<std::string, std::string>& DefaultProperties() {
  static const std::map<std::string, std::string> properties = {
      {"write.parquet.compression-codec", "zstd"},
      {"write.metadata.delete-after-commit.enabled", "true"},
      {"write.metadata.previous-versions-max", "100"},
  };
  return properties;
}

Result<iceberg::FirstMetadata> Describe(const NewTable& table, TableFiles& files, os::Clock& clock,
                                        const std::string& default_location) {
  TRY(CheckName(table.name.database));
  TRY(CheckName(table.name.table));
  TRY(schema::CheckColumns(table.columns));
  iceberg::FirstMetadata first;
  first.uuid = files.NewUuid();
  first.timestamp_ms = clock.NowMicros() / 1000;
  first.schema.fields = table.columns;
  schema::AssignFieldIds(FieldId(0), &first.schema.fields);
  if (!table.partition_by.empty()) {
    first.spec = TRY(schema::ParsePartitionSpec(table.partition_by, first.schema));
  }
  first.sort_by = TRY(While(schema::ParseSortBy(table.sort_by, first.schema), "sort_by"));
  first.location = iceberg::NormalizeUri(table.location);
  if (first.location.empty()) {
    first.location = Format("{}/{}/{}", default_location, table.name.database, table.name.table);
  }
  while (first.location.ends_with('/')) first.location.pop_back();
  if (first.location.size() > kLocationBytesMax) {
    return Fail(ErrorKind::kInvalid, "the location has {} bytes, over the limit of {}",
                first.location.size(), kLocationBytesMax);
  }
  first.properties = table.properties;
  for (const std::string& column :
       TRY(While(schema::ParseColumnNames(table.bloom_columns), "bloom_filter"))) {
    first.properties[std::string(kBloomProperty) + column] = "true";
  }
  first.properties.insert(DefaultProperties().begin(), DefaultProperties().end());
  return first;
}

class Creation {
 public:
  Creation(const CommitContext& context, const std::vector<NewTable>& tables)
      : context_(context), tables_(tables) {}

  Result<std::vector<MetadataPointer>> Run(os::Clock& clock, const std::string& default_location) {
    std::set<schema::TableName> names;
    for (const NewTable& table : tables_) {
      if (!names.insert(table.name).second) {
        return Fail(ErrorKind::kInvalid, "table {} is to be made twice", table.name.ToString());
      }
      TRY(CheckAbsent(table.name));
    }
    if (Status written = WriteAll(clock, default_location); !written) {
      RemoveWritten();
      return std::unexpected(std::move(written).error());
    }
    return Insert();
  }

 private:
  Status CheckAbsent(const schema::TableName& name) {
    if (!TRY(context_.pointers.Read(name))) return {};
    return Fail(ErrorKind::kConflict, "table {} exists already", name.ToString());
  }

  Status WriteAll(os::Clock& clock, const std::string& default_location) {
    for (const NewTable& table : tables_) {
      const auto first = TRY(While(Describe(table, context_.files, clock, default_location),
                                   "table {}", table.name.ToString()));
      const std::string uri =
          Format("{}/metadata/00000-{}.metadata.json", first.location, context_.files.NewUuid());
      swap_.push_back({table.name, std::nullopt, uri});
      made_.push_back(TRY(context_.files.WriteMetadata(uri, iceberg::MakeFirstMetadata(first))));
    }
    return {};
  }

  Result<std::vector<MetadataPointer>> Insert() {
    bool was_unknown = false;
    for (int attempt = 1; attempt <= context_.limits.unknown_reads_max; ++attempt) {
      const auto outcome = context_.pointers.Swap(swap_, {});
      if (outcome && *outcome == SwapOutcome::kApplied) return std::move(made_);
      if (outcome) return Conflict(was_unknown);
      if (outcome.error().kind() != ErrorKind::kUnknownOutcome && !was_unknown) {
        RemoveWritten();
        return std::unexpected(outcome.error());
      }
      // A second insert of the same rows excludes the first: it tells what became of it.
      was_unknown = true;
      WaitBeforeRetry(context_, attempt);
    }
    return Fail(ErrorKind::kUnknownOutcome,
                "table {} may have been made: the catalog does not tell",
                tables_[0].name.ToString());
  }

  /// A row is there already: our own where an earlier insert happened after all.
  Result<std::vector<MetadataPointer>> Conflict(bool was_unknown) {
    for (const PointerChange& change : swap_) {
      const auto pointer = TRY(context_.pointers.Read(change.name));
      if (was_unknown && pointer == change.to) return std::move(made_);
    }
    if (!was_unknown) RemoveWritten();
    for (const PointerChange& change : swap_) TRY(CheckAbsent(change.name));
    return Fail(ErrorKind::kConflict, "table {} was made and dropped by somebody else meanwhile",
                tables_[0].name.ToString());
  }

  void RemoveWritten() {
    for (const PointerChange& change : swap_) context_.files.Remove(change.to);
  }

  const CommitContext& context_;
  const std::vector<NewTable>& tables_;
  std::vector<PointerChange> swap_;
  std::vector<MetadataPointer> made_;
};

}  // namespace

Status CheckName(const std::string& name) {
  if (name.empty() || name.size() > kNameBytesMax) {
    return Fail(ErrorKind::kInvalid, "the name '{}' has {} bytes, allowed are 1 to {}", name,
                name.size(), kNameBytesMax);
  }
  for (const char c : name) {
    const bool is_control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    if (is_control || std::string_view("/\\.%?#*'\"` ").find(c) != std::string_view::npos) {
      return Fail(ErrorKind::kInvalid,
                  "the name '{}' has a character that paths and other engines do not take", name);
    }
  }
  if (!codec::IsUtf8(name) || schema::FoldCase(name) != name) {
    return Fail(ErrorKind::kInvalid, "the name '{}' is not in lower case", name);
  }
  return {};
}

Result<std::vector<MetadataPointer>> CreateAll(const CommitContext& context, os::Clock& clock,
                                               const std::vector<NewTable>& tables,
                                               const std::string& default_location) {
  return Creation(context, tables).Run(clock, default_location);
}

}  // namespace tarn::catalog
