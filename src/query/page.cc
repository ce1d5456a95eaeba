#include "query/page.h"

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "base/json.h"
#include "query/cell_text.h"

namespace tarn::query {
namespace {

void AppendCells(const arrow::RecordBatch& batch, int64_t row, std::string* out) {
  out->push_back('[');
  for (int i = 0; i < batch.num_columns(); ++i) {
    if (i > 0) out->push_back(',');
    AppendPageCell(*batch.column(i), row, out);
  }
  out->push_back(']');
}

}  // namespace

Result<Page> ReadPage(Rows& rows, const PageLimits& limits) {
  Page page;
  page.rows = "[";
  while (const auto batch = TRY(rows.Next())) {
    TRY(CheckHaveText(*batch));
    for (int64_t row = 0; row < batch->num_rows() && !page.more; ++row) {
      page.more = page.count == limits.rows_max || page.rows.size() > limits.bytes_max;
      if (page.more) break;
      if (page.count++ > 0) page.rows += ',';
      AppendCells(*batch, row, &page.rows);
    }
    if (!page.more) continue;
    rows.Cancel();
    break;
  }
  page.rows += ']';
  page.stats = rows.stats();
  return page;
}

Result<std::vector<std::string>> ToPageObjects(const arrow::RecordBatch& batch,
                                               const std::vector<ColumnFilter>& filters) {
  TRY(CheckHaveText(batch));
  std::vector<std::string> names;
  for (const auto& field : batch.schema()->fields()) names.push_back(QuoteJson(field->name()));
  std::vector<std::string> objects;
  for (const int64_t row : TRY(MatchingRows(batch, filters))) {
    std::string object = "{";
    for (int i = 0; i < batch.num_columns(); ++i) {
      if (i > 0) object += ',';
      object += names[static_cast<size_t>(i)];
      object += ':';
      AppendPageCell(*batch.column(i), row, &object);
    }
    objects.push_back(object + "}");
  }
  return objects;
}

}  // namespace tarn::query
