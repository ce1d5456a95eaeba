#include "query/result_text.h"

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <array>
#include <set>
#include <utility>
#include <vector>

#include "base/json.h"
#include "query/cell_text.h"
#include "query/text_width.h"

namespace tarn::query {
namespace {

struct FormatName {
  std::string_view name;
  ResultFormat format;
};

constexpr std::array kFormatNames = std::to_array<FormatName>({
    {"table", ResultFormat::kTable},
    {"json", ResultFormat::kJson},
    {"ndjson", ResultFormat::kNdjson},
    {"csv", ResultFormat::kCsv},
});

Status CheckColumns(const arrow::RecordBatch& batch) {
  for (const auto& field : batch.schema()->fields()) TRY(CheckHasText(*field));
  return {};
}

/// Names as members of one JSON object: the second `a` is `a_1`.
std::vector<std::string> MemberNames(const arrow::Schema& schema) {
  std::set<std::string> taken;
  std::vector<std::string> names;
  for (const auto& field : schema.fields()) {
    std::string name = field->name();
    for (int i = 1; !taken.insert(name).second; ++i) name = Format("{}_{}", field->name(), i);
    names.push_back(QuoteJson(name));
  }
  return names;
}

/// One object a line; as JSON with brackets around all and commas between.
class JsonWriter : public ResultWriter {
 public:
  JsonWriter(const arrow::Schema& schema, bool in_array)
      : names_(MemberNames(schema)), in_array_(in_array) {}

  Result<std::string> Write(const arrow::RecordBatch& batch) override {
    TRY(CheckColumns(batch));
    std::string text;
    for (int64_t row = 0; row < batch.num_rows(); ++row) {
      if (in_array_) text += is_empty_ ? "[\n" : ",\n";
      is_empty_ = false;
      AppendObject(batch, row, &text);
      if (!in_array_) text += '\n';
    }
    return text;
  }

  std::string Finish() override {
    if (!in_array_) return {};
    return is_empty_ ? "[]\n" : "\n]\n";
  }

 private:
  void AppendObject(const arrow::RecordBatch& batch, int64_t row, std::string* text) const {
    for (int i = 0; i < batch.num_columns(); ++i) {
      *text += i == 0 ? '{' : ',';
      *text += names_[static_cast<size_t>(i)];
      *text += ':';
      AppendJson(*batch.column(i), row, text);
    }
    *text += '}';
  }

  const std::vector<std::string> names_;
  const bool in_array_;
  bool is_empty_ = true;
};

/// Quotes as RFC 4180 has them; lines end in a line feed alone, as other tools on a Unix machine
/// expect. NULL is nothing, an empty string is "".
class CsvWriter : public ResultWriter {
 public:
  explicit CsvWriter(const arrow::Schema& schema) {
    for (const auto& field : schema.fields()) {
      if (field != schema.fields().front()) header_ += ',';
      AppendField(field->name(), &header_);
    }
    header_ += '\n';
  }

  Result<std::string> Write(const arrow::RecordBatch& batch) override {
    TRY(CheckColumns(batch));
    std::string text = std::exchange(header_, {});
    std::string cell;
    for (int64_t row = 0; row < batch.num_rows(); ++row) {
      for (int i = 0; i < batch.num_columns(); ++i) {
        if (i > 0) text += ',';
        const arrow::Array& column = *batch.column(i);
        if (column.IsNull(row) || column.type_id() == arrow::Type::NA) continue;
        cell.clear();
        AppendPlain(column, row, &cell);
        AppendField(cell, &text);
      }
      text += '\n';
    }
    return text;
  }

  std::string Finish() override { return std::exchange(header_, {}); }

 private:
  static void AppendField(std::string_view field, std::string* text) {
    if (!field.empty() && field.find_first_of(",\"\r\n") == std::string_view::npos) {
      text->append(field);
      return;
    }
    *text += '"';
    for (const char c : field) {
      if (c == '"') *text += '"';
      *text += c;
    }
    *text += '"';
  }

  std::string header_;  ///< until it is written
};

constexpr size_t kCellCharactersMax = 200;

/// A box of light lines, columns as wide as their widest cell.
class TableWriter : public ResultWriter {
 public:
  explicit TableWriter(const arrow::Schema& schema) {
    std::vector<std::string> names;
    for (const auto& field : schema.fields()) {
      names.push_back(ShownText(field->name(), kCellCharactersMax));
      on_the_right_.push_back(IsNumber(*field->type()));
    }
    widths_.assign(names.size(), 0);
    Keep(std::move(names));
  }

  Result<std::string> Write(const arrow::RecordBatch& batch) override {
    TRY(CheckColumns(batch));
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
    std::string text;
    AppendLine("┌", "┬", "┐", &text);
    for (size_t i = 0; i < rows_.size(); ++i) {
      AppendRow(rows_[i], &text);
      if (i == 0) AppendLine("├", "┼", "┤", &text);
    }
    AppendLine("└", "┴", "┘", &text);
    return text;
  }

 private:
  void Keep(std::vector<std::string> cells) {
    for (size_t i = 0; i < cells.size(); ++i) {
      widths_[i] = std::max(widths_[i], TextWidth(cells[i]));
    }
    rows_.push_back(std::move(cells));
  }

  void AppendLine(std::string_view left, std::string_view middle, std::string_view right,
                  std::string* text) const {
    for (size_t i = 0; i < widths_.size(); ++i) {
      *text += i == 0 ? left : middle;
      for (size_t j = 0; j < widths_[i] + 2; ++j) *text += "─";
    }
    *text += right;
    *text += '\n';
  }

  void AppendRow(const std::vector<std::string>& cells, std::string* text) const {
    for (size_t i = 0; i < cells.size(); ++i) {
      const std::string space(widths_[i] - TextWidth(cells[i]), ' ');
      *text += "│ ";
      if (on_the_right_[i]) *text += space;
      *text += cells[i];
      if (!on_the_right_[i]) *text += space;
      *text += ' ';
    }
    *text += "│\n";
  }

  std::vector<std::vector<std::string>> rows_;  ///< the names first
  std::vector<size_t> widths_;
  std::vector<bool> on_the_right_;
};

}  // namespace

Result<ResultFormat> ParseResultFormat(std::string_view name) {
  std::string known;
  for (const FormatName& format : kFormatNames) {
    if (format.name == name) return format.format;
    known += known.empty() ? "" : ", ";
    known += format.name;
  }
  return Fail(ErrorKind::kInvalid, "unknown output format '{}': known are {}", name, known);
}

std::unique_ptr<ResultWriter> ResultWriter::Make(ResultFormat format,
                                                 std::shared_ptr<arrow::Schema> schema) {
  switch (format) {
    case ResultFormat::kJson:
      return std::make_unique<JsonWriter>(*schema, /*in_array=*/true);
    case ResultFormat::kNdjson:
      return std::make_unique<JsonWriter>(*schema, /*in_array=*/false);
    case ResultFormat::kCsv:
      return std::make_unique<CsvWriter>(*schema);
    case ResultFormat::kTable:
      break;
  }
  return std::make_unique<TableWriter>(*schema);
}

}  // namespace tarn::query
