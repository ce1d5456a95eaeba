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
#include "query/table_text_internal.h"

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
    TRY(CheckHaveText(batch));
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
    TRY(CheckHaveText(batch));
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
                                                 const std::shared_ptr<arrow::Schema>& schema,
                                                 size_t width_max) {
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
  return MakeTableWriter(*schema, width_max);
}

}  // namespace tarn::query
