// docs/formats/shaping.md as a test: every row of its tables of examples is shaped.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>

#include "shape/shape_testing.h"

namespace tarn::shape {
namespace {

/// A table of the page: what its head says, and its rows.
struct ExampleTable {
  std::string section;  // its heading
  std::string head;
  std::vector<std::vector<std::string>> rows;  // of cells
  int line = 0;
};

std::string Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(' ');
  if (begin == text.npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(' ') - begin + 1));
}

/// Cells between bars; bars within code do not occur on the page.
std::vector<std::string> CellsOf(std::string_view line) {
  std::vector<std::string> cells;
  line.remove_prefix(1);
  for (size_t bar; (bar = line.find('|')) != line.npos; line.remove_prefix(bar + 1)) {
    cells.push_back(Trim(line.substr(0, bar)));
  }
  return cells;
}

/// The page, found above the test program: every build folder lies in the repository.
std::vector<std::string> LinesOfPage() {
  std::vector<std::string> lines;
  std::filesystem::path folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  for (; lines.empty() && folder != folder.root_path(); folder = folder.parent_path()) {
    std::ifstream page(folder / "docs/formats/shaping.md");
    for (std::string line; std::getline(page, line);) lines.push_back(line);
  }
  return lines;
}

std::vector<ExampleTable> TablesOfPage() {
  std::vector<ExampleTable> tables;
  std::string section;
  bool inside = false;
  int number = 0;
  for (const std::string& line : LinesOfPage()) {
    ++number;
    if (line.starts_with("## ")) section = line;
    if (!line.starts_with('|')) {
      inside = false;
    } else if (!inside) {
      inside = true;
      tables.push_back({.section = section, .head = line, .line = number});
    } else if (!line.starts_with("|---")) {
      tables.back().rows.push_back(CellsOf(line));
    }
  }
  return tables;
}

/// The texts in backticks of a cell.
std::vector<std::string> CodeOf(std::string_view cell) {
  std::vector<std::string> codes;
  for (size_t open; (open = cell.find('`')) != cell.npos;) {
    const size_t close = cell.find('`', open + 1);
    codes.emplace_back(cell.substr(open + 1, close - open - 1));
    cell.remove_prefix(close + 1);
  }
  return codes;
}

std::string OneCode(std::string_view cell) {
  const std::vector<std::string> codes = CodeOf(cell);
  return codes.empty() ? "" : codes[0];
}

/// Records of a cell; `bytes 7b 7d` gives them in hexadecimal.
std::vector<std::string> RecordsOf(std::string_view cell) {
  if (!cell.starts_with("bytes")) return CodeOf(cell);
  std::string bytes;
  std::istringstream numbers(OneCode(cell));
  for (int byte; numbers >> std::hex >> byte;) bytes.push_back(static_cast<char>(byte));
  return {bytes};
}

/// What a cell expects of the records, one after the other: rows, and `reject REASON at PATH`.
std::vector<std::string> OutcomesOf(std::string_view cell) {
  std::vector<std::string> outcomes;
  for (size_t open; (open = cell.find('`')) != cell.npos;) {
    const std::string words = Trim(cell.substr(0, open));
    const size_t close = cell.find('`', open + 1);
    const std::string code(cell.substr(open + 1, close - open - 1));
    if (words == "at") {
      outcomes.back() += " at " + code;
    } else {
      outcomes.push_back(words == "reject" ? "reject " + code : code);
    }
    cell.remove_prefix(close + 1);
  }
  return outcomes;
}

/// A reject's message is not on the page, and its path only sometimes.
void ExpectOutcome(const std::string& got, const std::string& wanted) {
  if (!wanted.starts_with("reject")) {
    EXPECT_EQ(got, wanted);
    return;
  }
  EXPECT_TRUE(got.starts_with(wanted + ":") || got.starts_with(wanted + " at ")) << got;
}

void ExpectShaped(TestStream* stream, const std::vector<std::string>& records,
                  std::string_view rows_cell) {
  const Shaped shaped = stream->Shape(records);
  const std::vector<std::string> wanted = OutcomesOf(rows_cell);
  ASSERT_EQ(shaped.outcomes.size(), wanted.size());
  for (size_t i = 0; i < wanted.size(); ++i) ExpectOutcome(shaped.outcomes[i], wanted[i]);
}

void RunRecordExample(const std::vector<std::string>& cells) {
  TestStream stream("a bigint", false);
  std::vector<std::string> records = RecordsOf(cells[0]);
  ExpectShaped(&stream, records, cells[1]);
}

void RunValueExample(const std::vector<std::string>& cells) {
  TestStream stream("v " + OneCode(cells[0]), false);
  const std::string value = OneCode(cells[1]);
  std::string wanted = cells[2];
  if (wanted == "null") {
    wanted = "`(all NULL)`";
  } else if (!wanted.starts_with("reject")) {
    wanted.insert(1, "v: ");
  }
  ExpectShaped(&stream, {"{\"v\":" + value + "}"}, wanted);
  ExpectShaped(&stream, {"{ \"v\" : " + value + "\n}\r\n"}, wanted);
}

void RunColumnExample(const std::vector<std::string>& cells, bool inferred) {
  TestStream stream(OneCode(cells[0]), inferred);
  ExpectShaped(&stream, CodeOf(cells[1]), cells[2]);
}

void RunInferenceExample(const std::vector<std::string>& cells) {
  TestStream stream(OneCode(cells[0]), true);
  const std::vector<std::string> records = CodeOf(cells[1]);
  stream.Evolve(records);
  EXPECT_EQ(stream.columns(), OneCode(cells[2]));
  EXPECT_EQ(stream.Evolve(records), "") << "once is enough";
  ExpectShaped(&stream, records, cells[3]);
}

TEST(ShapingPage, SaysWhatHappens) {
  const std::map<std::string, std::function<void(const std::vector<std::string>&, bool)>> kinds = {
      {"| record | outcome |", [](const auto& cells, bool) { RunRecordExample(cells); }},
      {"| type | value | v |", [](const auto& cells, bool) { RunValueExample(cells); }},
      {"| columns | record | row |", RunColumnExample},
      {"| columns before | records | columns after | rows |",
       [](const auto& cells, bool) { RunInferenceExample(cells); }}};
  size_t examples = 0;
  for (const ExampleTable& table : TablesOfPage()) {
    const auto kind = kinds.find(table.head);
    if (kind == kinds.end()) continue;
    const bool inferred = table.section.contains("Inferred");
    int line = table.line + 1;
    for (const std::vector<std::string>& cells : table.rows) {
      SCOPED_TRACE("docs/formats/shaping.md:" + std::to_string(++line));
      kind->second(cells, inferred);
      ++examples;
    }
  }
  EXPECT_GT(examples, 250U) << "the page was not found, or its tables have another form";
}

}  // namespace
}  // namespace tarn::shape
