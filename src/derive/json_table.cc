// JSON records as a table: each as its text, and members as columns where the recipe declares some,
// which is shape's work.
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <span>
#include <utility>

#include "columns/batch.h"
#include "columns/layout.h"
#include "derive/record_table_internal.h"
#include "derive/sdk_records.h"
#include "schema/arrow_schema.h"
#include "shape/shaper.h"

namespace tarn::derive {
namespace {

constexpr size_t kNumber = 0;
constexpr size_t kJson = 1;
constexpr size_t kOwnColumns = 2;

class JsonTable final : public RecordTable {
 public:
  /// in  shaper, members: of the declared columns; nullptr where there are none
  JsonTable(WantedColumns own, std::unique_ptr<shape::Shaper> shaper,
            std::unique_ptr<columns::Batch> members, std::shared_ptr<arrow::Schema> schema)
      : own_(std::move(own)),
        shaper_(std::move(shaper)),
        members_(std::move(members)),
        schema_(std::move(schema)) {}

  std::optional<schema::Reject> Add(const ObjectRecord& record, int64_t number) override {
    if (record.heka != nullptr) {
      return schema::Reject{.reason = schema::RejectReason::kNotJson,
                            .message =
                                "expected JSON, found a Heka message: say format = \"heka\" "
                                "where the records are such"};
    }
    if (auto wrong = Check(record.bytes)) return wrong;
    Record& row = own_.NewRow();
    row.set(kNumber, number);
    if (own_.IsWanted(kJson)) row.set(kJson, record.bytes);
    return own_.Add();
  }

  Result<std::shared_ptr<arrow::RecordBatch>> Take() override {
    const auto own = TRY(own_.Take());
    arrow::ArrayVector columns = own->columns();
    if (members_ != nullptr) {
      const auto members = TRY(columns::ToArrow(*members_));
      members_->Clear();
      for (const auto& column : members->columns()) columns.push_back(column);
    }
    return arrow::RecordBatch::Make(schema_, own->num_rows(), std::move(columns));
  }

 private:
  /// Whether it is one object in UTF-8, and its members fit. One that passes is in `members_`.
  std::optional<schema::Reject> Check(std::string_view bytes) {
    if (shaper_ == nullptr) return json_.Read(bytes);
    const schema::RecordView view{.bytes = bytes, .source = schema::Source::kFile};
    std::vector<schema::Reject> rejects;
    shaper_->Shape(std::span(&view, 1), members_.get(), &rejects);
    if (rejects.empty()) return std::nullopt;
    return std::move(rejects.front());
  }

  WantedColumns own_;
  const std::unique_ptr<shape::Shaper> shaper_;
  const std::unique_ptr<columns::Batch> members_;
  const std::shared_ptr<arrow::Schema> schema_;
  SdkJsonRecord json_;
};

}  // namespace

Result<std::unique_ptr<RecordTable>> MakeJsonTable(const RecordForm& form,
                                                   const schema::TableSchema& columns,
                                                   const std::vector<std::string>& columns_read) {
  schema::TableSchema own;
  own.fields.assign(columns.fields.begin(), columns.fields.begin() + kOwnColumns);
  std::unique_ptr<shape::Shaper> shaper;
  std::unique_ptr<columns::Batch> members;
  if (!form.declared.empty()) {
    schema::TableSchema of_members;
    of_members.fields.assign(columns.fields.begin() + kOwnColumns, columns.fields.end());
    members = std::make_unique<columns::Batch>(columns::Layout::Make(of_members));
    shaper = TRY(shape::Shaper::Make({.inferred = false,
                                      .declared = form.declared,
                                      .keep_rest = false,
                                      .add_received_at = false},
                                     of_members));
  }
  return std::make_unique<JsonTable>(TRY(WantedColumns::Make(own, columns_read)), std::move(shaper),
                                     std::move(members), schema::ToArrowSchema(columns));
}

}  // namespace tarn::derive
