// Partitions written anew, as PyIceberg reads them: TARN_TEST_PYTHON is a Python that has it, which
// `./dev test catalog` sets up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdio.h>
#include <stdlib.h>

#include <filesystem>

#include "catalog/catalog_testing.h"

namespace tarn::catalog {
namespace {

/// Run tests/readers/events.py. returns  what it says
std::string RunPython(const std::string& arguments) {
  const std::string command =
      Format("{} tests/readers/events.py {} 2>&1", getenv("TARN_TEST_PYTHON"), arguments);
  FILE* pipe = popen(command.c_str(), "r");
  EXPECT_NE(pipe, nullptr);
  std::string said;
  char bytes[4096];
  while (const size_t size = fread(bytes, 1, sizeof bytes, pipe)) said.append(bytes, size);
  EXPECT_EQ(pclose(pipe), 0) << said;
  return said;
}

/// Write a data file of two rows. in  values: those of v
schema::DataFile WriteData(Lake& lake, const Table& table, const std::string& file_name,
                           const std::string& name, const std::string& values) {
  const std::string path = lake.directory + "/buckets/lake/default/events/" + file_name;
  RunPython(Format("write {} {} {}", path, name, values));
  schema::DataFile file = EventsFile(table.location + "/" + file_name, name);
  file.record_count = 2;
  file.size_bytes = static_cast<int64_t>(std::filesystem::file_size(path));
  file.columns.clear();
  return file;
}

TEST(ReplacementReaders, PyIcebergReadsTheRowsBeforeAndAfterAndWhatLeft) {
  ASSERT_NE(getenv("TARN_TEST_PYTHON"), nullptr) << "run it by ./dev test catalog";
  Lake lake;
  auto catalog = lake.Open();
  const Table table = Must(catalog->CreateTable(EventsTable()));
  TableAppend append;
  append.name = table.name;
  append.files = {WriteData(lake, table, "a", "start", "1 2"),
                  WriteData(lake, table, "b", "end", "3 4")};
  Must(catalog->CommitAppends({append}));
  TableReplacement replacement = EventsReplacement(table, {table.location + "/a"}, {}, "p1");
  replacement.files = {WriteData(lake, table, "c", "start", "5 6")};
  Must(catalog->CommitReplacements({replacement}));
  Must(catalog->CommitReplacements({EventsReplacement(table, {table.location + "/c"}, {}, "p2")}));
  replacement = EventsReplacement(table, {}, {}, "p3");
  replacement.files = {WriteData(lake, table, "d", "start", "7 8")};
  Must(catalog->CommitReplacements({replacement}));
  EXPECT_EQ(RunPython("read " + lake.directory + "/catalog.db"),
            "append end:3 end:4 start:1 start:2 | comes:a comes:b\n"
            "overwrite end:3 end:4 start:5 start:6 | comes:c leaves:a stays:b\n"
            "overwrite end:3 end:4 | leaves:c stays:b\n"
            "overwrite end:3 end:4 start:7 start:8 | comes:d stays:b\n"
            "start 7 8 | 1\n");
}

}  // namespace
}  // namespace tarn::catalog
