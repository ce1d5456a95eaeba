#include "load/variant_choice.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "schema/column_choice.h"
#include "schema/find_by_name.h"

namespace tarn::load {
namespace {

using schema::ColumnDeclaration;
using schema::Field;
using schema::Type;
using schema::TypeKind;

constexpr std::string_view kFlag = "--variant";
constexpr std::string_view kOption = "--variant-columns";

Status CheckDeclared(const ColumnDeclaration& column) {
  if (column.type.kind != TypeKind::kString) {
    return Fail(ErrorKind::kInvalid,
                "column '{}' is {}: a variant is declared as string, and named in {}", column.name,
                schema::ColumnTypeText(column), kOption);
  }
  if (column.default_value) {
    return Fail(ErrorKind::kInvalid, "column '{}' has a default, which a variant cannot have",
                column.name);
  }
  return {};
}

}  // namespace

Result<VariantChoice> VariantChoice::Make(const ConvertOptions& options,
                                          std::span<const schema::RecordView> sample,
                                          std::vector<ColumnDeclaration>* declared) {
  VariantChoice choice;
  if (!options.variants && options.variant_columns.empty()) return choice;
  if (options.variants && !options.variant_columns.empty()) {
    return Fail(ErrorKind::kInvalid,
                "{} takes all columns of free JSON, {} those that it names: give one of them",
                kFlag, kOption);
  }
  choice.sample_ = std::make_shared<shape::VariantSample>(sample);
  TRY(options.columns ? choice.Declare(options, declared) : choice.Infer(options, sample.size()));
  if (choice.chosen_.size() > kVariantColumnsMax) {
    return Fail(ErrorKind::kInvalid,
                "{} columns hold free JSON, and {} may be variants: name those "
                "with {}",
                choice.chosen_.size(), kVariantColumnsMax, kOption);
  }
  return choice;
}

/// Of declared columns: those named, or the strings whose members hold objects or arrays.
Status VariantChoice::Declare(const ConvertOptions& options,
                              std::vector<ColumnDeclaration>* declared) {
  const auto take = [this](ColumnDeclaration* column) {
    column->type = Type::Variant(std::nullopt);
    chosen_.push_back({column->name, column->member});
  };
  for (const std::string& name :
       TRY(While(schema::ParseColumnNames(options.variant_columns), kOption))) {
    const auto column = schema::FindByName(*declared, name, &ColumnDeclaration::name);
    if (column == declared->end()) {
      return Fail(ErrorKind::kInvalid, "{}: '{}' is no column of --columns", kOption, name);
    }
    TRY(While(CheckIsNew(column->name), kOption));
    TRY(While(CheckDeclared(*column), kOption));
    take(&*column);
  }
  if (!options.variants) return {};
  for (ColumnDeclaration& column : *declared) {
    if (column.type.kind != TypeKind::kString || !sample_->IsNested(column.member)) continue;
    TRY(While(CheckDeclared(column), kFlag));
    take(&column);
  }
  return {};
}

/// Of the sample's members: those named, or those that no one type fits.
///
/// in  records: in the sample
Status VariantChoice::Infer(const ConvertOptions& options, size_t records) {
  const std::vector<std::string> names = sample_->Names();
  for (const std::string& name :
       TRY(While(schema::ParseColumnNames(options.variant_columns), kOption))) {
    const auto member = schema::FindByName(names, name);
    if (member == names.end()) {
      return NoMember(name, records);
    }
    TRY(While(CheckIsNew(*member), kOption));
    chosen_.push_back({*member, *member});
  }
  if (!options.variants) return {};
  for (const std::string& name : names) {
    if (sample_->IsFree(name)) chosen_.push_back({name, name});
  }
  return {};
}

/// Names of which each is there once may be of one column: `p, P`.
Status VariantChoice::CheckIsNew(std::string_view column) const {
  if (!std::ranges::contains(chosen_, column, &Chosen::column)) return {};
  return Fail(ErrorKind::kInvalid, "column '{}' is there twice", column);
}

std::unexpected<Error> VariantChoice::NoMember(std::string_view name, size_t records) const {
  if (sample_->is_full()) {
    return Fail(ErrorKind::kInvalid,
                "{}: member '{}' is not among the first {} of the records; --columns declares it "
                "as string",
                kOption, name, shape::kSampledMembersMax);
  }
  return Fail(ErrorKind::kInvalid,
              "{}: the first {} records have no member '{}'; --columns declares it as string",
              kOption, records, name);
}

std::vector<Field> VariantChoice::Fields() const {
  std::vector<Field> fields;
  for (const Chosen& chosen : chosen_) {
    fields.push_back({.name = chosen.column, .type = Type::Variant(std::nullopt)});
  }
  return fields;
}

void VariantChoice::Order(std::vector<Field>* fields) const {
  const std::vector<std::string> names = sample_->Names();
  std::unordered_map<std::string_view, size_t> places;
  for (const std::string& name : names) places.emplace(name, places.size());
  std::ranges::stable_sort(*fields, {}, [&](const Field& field) {
    const auto place = places.find(field.name);
    return place == places.end() ? names.size() : place->second;
  });
}

void VariantChoice::Shred(std::vector<Field>* fields,
                          std::vector<ColumnDeclaration>* declared) const {
  size_t fields_left = shape::kShreddedFieldsMax;
  fields_left = std::min(
      fields_left, schema::kFieldsMax - std::min(schema::kFieldsMax, schema::FieldCount(*fields)));
  for (const Chosen& chosen : chosen_) {
    const Type type = sample_->TypeFor(chosen.member, &fields_left);
    std::ranges::find(*fields, chosen.column, &Field::name)->type = type;
    const auto column = std::ranges::find(*declared, chosen.column, &ColumnDeclaration::name);
    if (column != declared->end()) column->type = type;
  }
}

}  // namespace tarn::load
