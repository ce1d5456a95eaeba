#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "query/cell_text.h"
#include "query/table_text_internal.h"
#include "query/text_width.h"

namespace tarn::query {
namespace {

constexpr size_t kCellCharactersMax = 200;
constexpr size_t kFrameWidth = 3;  ///< of a column: `│ ` and a space; one line more closes the box
constexpr std::string_view kLeftOut = "…";

/// The box's width where no column is wider than `cap`.
size_t BoxWidth(const std::vector<size_t>& widths, size_t cap) {
  size_t total = 1;
  for (const size_t width : widths) total += std::min(width, cap) + kFrameWidth;
  return total;
}

/// Columns as wide as their widest cell, as far as there is room.
class TableWriter : public ResultWriter {
 public:
  TableWriter(const arrow::Schema& schema, size_t width_max) : width_max_(width_max) {
    std::vector<std::string> names;
    for (const auto& field : schema.fields()) {
      names.push_back(ShownText(field->name(), kCellCharactersMax));
      on_the_right_.push_back(IsNumber(*field->type()));
    }
    widths_.assign(names.size(), 0);
    Keep(std::move(names));
  }

  Result<std::string> Write(const arrow::RecordBatch& batch) override {
    TRY(CheckHaveText(batch));
    for (int64_t row = 0; row < batch.num_rows(); ++row) {
      std::vector<std::string> cells;
      for (int i = 0; i < batch.num_columns(); ++i) {
        std::string cell;
        if (batch.column(i)->IsNull(row)) {
          cell = "NULL";
        } else {
          AppendPlain(*batch.column(i), row, &cell);
        }
        cells.push_back(ShownText(cell, kCellCharactersMax));
      }
      Keep(std::move(cells));
    }
    return std::string();
  }

  std::string Finish() override {
    layout_ = FitTable(widths_, width_max_);
    std::string text;
    AppendLine("┌", "┬", "┐", &text);
    for (size_t i = 0; i < rows_.size(); ++i) {
      AppendRow(rows_[i], &text);
      if (i == 0) AppendLine("├", "┼", "┤", &text);
    }
    AppendLine("└", "┴", "┘", &text);
    return text;
  }

  size_t columns_left_out() const override { return layout_.left_out; }

 private:
  void Keep(std::vector<std::string> cells) {
    for (size_t i = 0; i < cells.size(); ++i) {
      widths_[i] = std::max(widths_[i], TextWidth(cells[i]));
    }
    rows_.push_back(std::move(cells));
  }

  /// Call `show` with each column that is shown, and once with none for those left out.
  template <class Show>
  void ForShown(const Show& show) const {
    for (size_t i = 0; i < widths_.size(); ++i) {
      if (i < layout_.left_out_from || i >= layout_.left_out_from + layout_.left_out) {
        show(&i);
      } else if (i == layout_.left_out_from) {
        show(nullptr);
      }
    }
  }

  void AppendLine(std::string_view left, std::string_view middle, std::string_view right,
                  std::string* text) const {
    std::string_view before = left;
    ForShown([&](const size_t* column) {
      *text += std::exchange(before, middle);
      const size_t width = column == nullptr ? TextWidth(kLeftOut) : layout_.widths[*column];
      for (size_t j = 0; j < width + 2; ++j) *text += "─";
    });
    *text += right;
    *text += '\n';
  }

  void AppendRow(const std::vector<std::string>& cells, std::string* text) const {
    ForShown([&](const size_t* column) {
      *text += "│ ";
      if (column == nullptr) {
        *text += kLeftOut;
      } else {
        const size_t width = layout_.widths[*column];
        const std::string cell = CutToWidth(cells[*column], width);
        const std::string space(width - TextWidth(cell), ' ');
        *text += on_the_right_[*column] ? space + cell : cell + space;
      }
      *text += ' ';
    });
    *text += "│\n";
  }

  const size_t width_max_;
  std::vector<std::vector<std::string>> rows_;  ///< the names first
  std::vector<size_t> widths_;
  std::vector<bool> on_the_right_;
  TableLayout layout_;
};

}  // namespace

TableLayout FitTable(std::vector<size_t> widths, size_t width_max) {
  TableLayout layout{.widths = std::move(widths)};
  if (width_max == 0 || BoxWidth(layout.widths, SIZE_MAX) <= width_max) return layout;
  size_t cap = *std::ranges::max_element(layout.widths);
  while (cap > kColumnWidthMin && BoxWidth(layout.widths, cap) > width_max) --cap;
  for (size_t& width : layout.widths) width = std::min(width, cap);

  const size_t count = layout.widths.size();
  size_t total = BoxWidth(layout.widths, cap);
  size_t from = count / 2;
  size_t to = from;
  if (total > width_max) total += TextWidth(kLeftOut) + kFrameWidth;
  while (total > width_max && count - (to - from) > 2) {
    const size_t next = from > count - to ? --from : to++;  // of the side that shows more
    total -= layout.widths[next] + kFrameWidth;
  }
  layout.left_out_from = from;
  layout.left_out = to - from;
  return layout;
}

std::unique_ptr<ResultWriter> MakeTableWriter(const arrow::Schema& schema, size_t width_max) {
  return std::make_unique<TableWriter>(schema, width_max);
}

}  // namespace tarn::query
