#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>

#include "codec/text.h"
#include "schema/declaration.h"
#include "schema/names_internal.h"
#include "schema/partition.h"
#include "schema/text_reader_internal.h"

namespace tarn::schema {
namespace {

using internal::TextReader;

struct Function {
  std::string_view name;
  TransformKind kind;
};

constexpr Function kFunctions[] = {
    {"identity", TransformKind::kIdentity}, {"year", TransformKind::kYear},
    {"years", TransformKind::kYear},        {"month", TransformKind::kMonth},
    {"months", TransformKind::kMonth},      {"day", TransformKind::kDay},
    {"days", TransformKind::kDay},          {"hour", TransformKind::kHour},
    {"hours", TransformKind::kHour},        {"bucket", TransformKind::kBucket},
    {"truncate", TransformKind::kTruncate}};

bool HasParameter(TransformKind kind) {
  return kind == TransformKind::kBucket || kind == TransformKind::kTruncate;
}

/// Iceberg's name for a partition field that was given none.
std::string DefaultName(const std::string& column, TransformKind kind) {
  switch (kind) {
    case TransformKind::kIdentity:
      return column;
    case TransformKind::kYear:
      return column + "_year";
    case TransformKind::kMonth:
      return column + "_month";
    case TransformKind::kDay:
      return column + "_day";
    case TransformKind::kHour:
      return column + "_hour";
    case TransformKind::kBucket:
      return column + "_bucket";
    case TransformKind::kTruncate:
      return column + "_trunc";
    case TransformKind::kVoid:
      return column + "_null";
  }
  return column;
}

/// Reads the parts of a partition text against the columns of a table.
class SpecReader {
 public:
  SpecReader(std::string_view text, const TableSchema& schema) : in_(text), schema_(schema) {}
  /// Columns that are named as they are and are not in the schema count as strings.
  ///
  /// in  growing: gets them
  SpecReader(std::string_view text, TableSchema* growing)
      : in_(text), schema_(*growing), growing_(growing) {}

  Result<PartitionSpec> Read() {
    PartitionSpec spec;
    if (in_.done()) return spec;
    do {
      if (spec.fields.size() == kPartitionFieldsMax) {
        return in_.ErrorAt(in_.position(),
                           Format("{} partition fields are allowed", kPartitionFieldsMax));
      }
      PartitionField field = TRY(ReadPart(spec));
      field.field_id = kFirstPartitionFieldId + static_cast<int32_t>(spec.fields.size());
      spec.fields.push_back(std::move(field));
    } while (in_.TakeSymbol(','));
    if (!in_.done()) return in_.Expected("',', 'as' or the end");
    return spec;
  }

 private:
  /// A column with what is done to it.
  struct Part {
    const Field* column = nullptr;
    Transform transform;
  };

  Result<PartitionField> ReadPart(const PartitionSpec& spec) {
    const size_t position = in_.position();
    const Part part = TRY(ReadColumnOrFunction());
    PartitionField field{.source = part.column->id,
                         .field_id = 0,
                         .name = DefaultName(part.column->name, part.transform.kind),
                         .transform = part.transform};
    if (in_.TakeKeyword("as")) field.name = TRY(in_.TakeName("a name for the partition field"));
    const Status checked = CheckPart(field, part, spec);
    if (!checked) return in_.ErrorAt(position, checked.error().message());
    return field;
  }

  Result<Part> ReadColumnOrFunction() {
    const size_t position = in_.position();
    const bool may_be_function = !in_.PeekWord().empty();
    const std::string name = TRY(in_.TakeName("a column or a transform of one"));
    if (may_be_function && in_.TakeSymbol('(')) return ReadFunction(position, name);
    return Part{TRY(FindColumn(position, name, TransformKind::kIdentity)), Transform{}};
  }

  /// Behind `name(`.
  Result<Part> ReadFunction(size_t position, const std::string& name) {
    const std::optional<TransformKind> kind = FindFunction(name);
    if (!kind) {
      return in_.ErrorAt(position, Format("'{}' is no transform; known: year, month, day, hour, "
                                          "bucket(N, column), truncate(N, column), identity",
                                          name));
    }
    Part part{nullptr, Transform{*kind, 0}};
    const bool parameter_first = HasParameter(*kind) && BeginsWithDigit();
    if (parameter_first) {
      part.transform.parameter = TRY(ReadParameter());
      TRY(in_.ExpectSymbol(','));
    }
    const size_t column_position = in_.position();
    part.column = TRY(FindColumn(column_position, TRY(in_.TakeName("a column")), *kind));
    if (HasParameter(*kind) && !parameter_first) {
      TRY(in_.ExpectSymbol(','));
      part.transform.parameter = TRY(ReadParameter());
    }
    TRY(in_.ExpectSymbol(')'));
    return part;
  }

  static std::optional<TransformKind> FindFunction(const std::string& name) {
    const std::string folded = FoldCase(name);
    for (const Function& function : kFunctions) {
      if (function.name == folded) return function.kind;
    }
    return std::nullopt;
  }

  bool BeginsWithDigit() const {
    const std::string_view word = in_.PeekWord();
    return !word.empty() && word.front() >= '0' && word.front() <= '9';
  }

  Result<int> ReadParameter() { return in_.TakeInteger("a number", 1, kTransformParameterMax); }

  /// returns  valid until the next call
  Result<const Field*> FindColumn(size_t position, const std::string& name, TransformKind kind) {
    const Field* column = schema_.FindIgnoringCase(name);
    if (column == nullptr) {
      if (growing_ != nullptr && kind == TransformKind::kIdentity && !IsReservedColumn(name)) {
        return AddMissing(name);
      }
      return in_.ErrorAt(position,
                         Format("'{}' is no column; the table has {}", name, ColumnNames()));
    }
    return column;
  }

  const Field* AddMissing(const std::string& name) {
    FieldId highest(0);
    for (const Field& field : schema_.fields) highest = std::max(highest, field.id);
    return &growing_->fields.emplace_back(FieldId(highest.number() + 1), name, false,
                                          Type::Of(TypeKind::kString), "");
  }

  /// The first columns' names, for a message.
  std::string ColumnNames() const {
    constexpr size_t kShownMax = 20;
    std::string names;
    for (size_t i = 0; i < schema_.fields.size() && i < kShownMax; ++i) {
      names += (i == 0 ? "" : ", ") + schema_.fields[i].name;
    }
    return names + (schema_.fields.size() > kShownMax ? ", …" : "");
  }

  Status CheckPart(const PartitionField& field, const Part& part, const PartitionSpec& spec) {
    const Result<Type> type = TransformedType(part.transform, part.column->type);
    if (!type) {
      return Fail(ErrorKind::kInvalid, "column '{}': {}", part.column->name,
                  type.error().message());
    }
    for (const PartitionField& other : spec.fields) {
      if (other.source == field.source && other.transform == field.transform) {
        return Fail(ErrorKind::kInvalid, "'{}' partitions by the same as '{}'", field.name,
                    other.name);
      }
    }
    return CheckPartName(field, *part.column);
  }

  Status CheckPartName(const PartitionField& field, const Field& column) {
    TRY(internal::CheckName(field.name, Format("partition field '{}'", field.name)));
    if (!folded_names_.insert(FoldCase(field.name)).second) {
      return Fail(ErrorKind::kInvalid, "two partition fields have the name '{}'; say `as NAME`",
                  field.name);
    }
    const Field* namesake = schema_.FindIgnoringCase(field.name);
    const bool own_column = field.transform.kind == TransformKind::kIdentity && namesake == &column;
    if (own_column) return {};
    if (namesake != nullptr) {
      return Fail(ErrorKind::kInvalid,
                  "partition field '{}' has the name of a column; say `as NAME` with another one",
                  field.name);
    }
    if (IsReservedColumn(field.name)) {
      return Fail(ErrorKind::kInvalid,
                  "'{}' is a name that Tarn keeps for itself; say `as NAME` with another one",
                  field.name);
    }
    return {};
  }

  TextReader in_;
  const TableSchema& schema_;
  TableSchema* growing_ = nullptr;  // the same, or none
  std::unordered_set<std::string> folded_names_;
};

std::string PartText(const PartitionField& field, const TableSchema& schema) {
  const Field* source = schema.FindById(field.source);
  const std::string column =
      source == nullptr ? Format("#{}", field.source.number()) : source->name;
  const std::string shown = internal::QuotedName(column, false);
  std::string text = shown;
  if (field.transform.kind != TransformKind::kIdentity) {
    const std::string transform = TransformText(field.transform);
    text = transform.substr(0, transform.find('[')) + "(";
    if (HasParameter(field.transform.kind)) text += Format("{}, ", field.transform.parameter);
    text += shown + ")";
  }
  if (field.name != DefaultName(column, field.transform.kind)) {
    text += " as " + internal::QuotedName(field.name, false);
  }
  return text;
}

Status CheckText(std::string_view text) {
  if (text.size() > kPartitionTextBytesMax) {
    return Fail(ErrorKind::kTooLarge, "the partitions have {} bytes of text, {} are allowed",
                text.size(), kPartitionTextBytesMax);
  }
  if (!codec::IsUtf8(text)) return Fail(ErrorKind::kInvalid, "the partitions are not UTF-8");
  return {};
}

}  // namespace

Result<PartitionSpec> ParsePartitionSpec(std::string_view text, const TableSchema& schema) {
  TRY(CheckText(text));
  return SpecReader(text, schema).Read();
}

Result<std::vector<Field>> MissingPartitionColumns(std::string_view text,
                                                   const TableSchema& schema) {
  TRY(CheckText(text));
  TableSchema growing = schema;
  TRY(SpecReader(text, &growing).Read());
  const auto added = growing.fields.begin() + static_cast<std::ptrdiff_t>(schema.fields.size());
  std::vector<Field> missing(added, growing.fields.end());
  for (Field& field : missing) field.id = FieldId(0);
  return missing;
}

std::string PartitionSpecText(const PartitionSpec& spec, const TableSchema& schema) {
  std::string text;
  for (const PartitionField& field : spec.fields) {
    if (!text.empty()) text += ", ";
    text += PartText(field, schema);
  }
  return text;
}

}  // namespace tarn::schema
