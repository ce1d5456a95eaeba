// Which columns of a conversion hold free JSON as Parquet's VARIANT, and of what type each is then.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "load/convert.h"
#include "schema/declaration.h"
#include "schema/record.h"
#include "schema/type.h"
#include "shape/variant_sample.h"

namespace tarn::load {

inline constexpr size_t kVariantColumnsMax = 100;

/// Made of the options and the first records; then the columns are decided, with variants that are
/// not shredded yet, and at last these are.
class VariantChoice {
 public:
  /// in      declared: the columns that the options declare; those chosen become variants
  /// errors  kInvalid: names a column that cannot be a variant, and what would do
  static Result<VariantChoice> Make(const ConvertOptions& options,
                                    std::span<const schema::RecordView> sample,
                                    std::vector<schema::ColumnDeclaration>* declared);

  bool is_empty() const { return chosen_.empty(); }

  /// The columns that an inferred schema begins with.
  std::vector<schema::Field> Fields() const;

  /// Bring columns into the order in which the sample's members appeared, others behind them.
  void Order(std::vector<schema::Field>* fields) const;

  /// Give the variants the types that suit the sample: in the table's columns, and in the
  /// declarations, which say the same.
  void Shred(std::vector<schema::Field>* fields,
             std::vector<schema::ColumnDeclaration>* declared) const;

 private:
  struct Chosen {
    std::string column;
    std::string member;
  };

  Status Declare(const ConvertOptions& options, std::vector<schema::ColumnDeclaration>* declared);
  Status Infer(const ConvertOptions& options, size_t records);
  Status CheckIsNew(std::string_view column) const;
  std::unexpected<Error> NoMember(std::string_view name, size_t records) const;

  std::shared_ptr<const shape::VariantSample> sample_;  // null where nothing is chosen
  std::vector<Chosen> chosen_;
};

}  // namespace tarn::load
