#include "load/convert.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "codec/compression.h"
#include "load/load_testing.h"
#include "os/faulty_files.h"
#include "shape/variant_sample.h"

namespace tarn::load {
namespace {

using Names = std::vector<std::string>;

Result<ConvertSummary> RunConvert(const ConvertOptions& options, std::stop_token stop = {}) {
  ReadProgress progress;
  return Convert(options, os::UserFiles(options.sync), os::SystemEntropy(), &progress, stop);
}

TEST(Convert, OptionsThatAreWrongAreRefusedBeforeAnythingIsMade) {
  const TestDirectory directory;
  const std::string input = directory.Write("a", "{\"n\":1}\n");
  const auto with = [&](auto&& change) {
    ConvertOptions options{.inputs = {input}, .output = directory.Path("out")};
    change(&options);
    return options;
  };
  const struct {
    ConvertOptions options;
    std::string message;
  } cases[] = {
      {with([](auto* o) { o->inputs = {}; }), "no input is named"},
      {with([](auto* o) { o->threads = 0; }), "threads must be 1 to 256"},
      {with([](auto* o) { o->memory_bytes_max = 1; }), "memory must be at least 64 MiB"},
      {with([](auto* o) { o->output = ""; }), "the output needs a name"},
      {with([](auto* o) { o->output += ".parquet", o->partition_by = "n"; }),
       "partitions need a directory"},
      {with([](auto* o) { o->columns = "id string from _record_id"; }),
       "column 'id': records of a file have no _record_id"},
      {with([](auto* o) { o->columns = "t timestamptz default _received_at"; }),
       "records of a file have no _received_at"},
      {with([](auto* o) { o->partition_by = "day(n)"; }), "day"},
      {with([](auto* o) { o->format = RecordFormat::kText, o->columns = "n bigint"; }),
       "text lines have the one column 'message'"},
      {with([](auto* o) { o->compression = codec::Compression::kLz4; }),
       "Parquet files are compressed with"},
  };
  for (const auto& c : cases) {
    const auto done = RunConvert(c.options);
    ASSERT_FALSE(done) << c.message;
    EXPECT_NE(done.error().message().find(c.message), std::string::npos) << done.error().message();
    EXPECT_EQ(directory.Names(), Names{"a"}) << c.message;
  }
}

TEST(Convert, TextWithoutALineIsAFileWithoutARow) {
  const TestDirectory directory;
  for (const char* text : {"", "\n"}) {
    const ConvertOptions options{.inputs = {directory.Write("a", text)},
                                 .output = directory.Path("out.parquet"),
                                 .format = RecordFormat::kText,
                                 .threads = 2,
                                 .overwrite = true};
    const auto done = RunConvert(options);
    ASSERT_TRUE(done) << done.error().message();
    EXPECT_EQ(done->rows, std::string_view(text).size());
  }
}

TEST(Convert, TypesJsonThatTextsHold) {
  const TestDirectory directory;
  const std::string input = directory.Write(
      "a",
      "{\"p\":\"{\\\"os\\\":\\\"ios\\\",\\\"v\\\":1.5}\"}\n{\"p\":{\"v\":2}}\n{\"p\":\"plain\"}\n");
  const std::string columns = "p json<os:string,v:double>";
  const auto done = RunConvert({.inputs = {input},
                                .output = directory.Path("out.parquet"),
                                .columns = columns,
                                .rejects_file = directory.Path("bad.ndjson")});
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_EQ(done->rows, 2u);
  EXPECT_EQ(done->rejects, 1u);
  EXPECT_EQ(done->columns, columns);
}

TEST(Convert, WhatCannotBeAVariantIsRefused) {
  const TestDirectory directory;
  const std::string input =
      directory.Write("a", "{\"n\":1,\"p\":{\"a\":1},\"s\":\"x\"}\n{\"n\":\"x\"}\n");
  const auto with = [&](auto&& change) {
    ConvertOptions options{.inputs = {input}, .output = directory.Path("out"), .variants = true};
    change(&options);
    return options;
  };
  const struct {
    ConvertOptions options;
    std::string message;
  } cases[] = {
      {with([](auto* o) { o->variant_columns = "p"; }),
       "--variant takes all columns of free JSON, --variant-columns those that it names: give one "
       "of them"},
      {with([](auto* o) { o->variants = false, o->variant_columns = "q"; }),
       "--variant-columns: the first 2 records have no member 'q'; --columns declares it as "
       "string"},
      {with([](auto* o) { o->variants = false, o->variant_columns = "p,"; }),
       "--variant-columns: at 3: expected a column"},
      {with(
           [](auto* o) { o->variants = false, o->variant_columns = "n", o->columns = "n bigint"; }),
       "--variant-columns: column 'n' is bigint: a variant is declared as string"},
      {with(
           [](auto* o) { o->variants = false, o->variant_columns = "p", o->columns = "n bigint"; }),
       "--variant-columns: 'p' is no column of --columns"},
      {with([](auto* o) { o->variants = false, o->variant_columns = "p, P"; }),
       "--variant-columns: column 'p' is there twice"},
      {with([](auto* o) {
         o->variants = false, o->variant_columns = "P, n, p", o->columns = "p string, n string";
       }),
       "--variant-columns: column 'p' is there twice"},
      {with([](auto* o) { o->columns = "p string default 'x'"; }),
       "--variant: column 'p' has a default, which a variant cannot have"},
      {with([](auto* o) { o->partition_by = "n"; }), "column 'n': identity takes"},
      {with([](auto* o) { o->sort_by = "p"; }), "--sort-by: at 1: column 'p' is variant"},
      {with([](auto* o) { o->bloom_columns = "n"; }),
       "--bloom-filter: at 1: column 'n' is variant"},
      {with([](auto* o) { o->format = RecordFormat::kText; }),
       "text lines hold no JSON that a variant could hold"},
  };
  for (const auto& c : cases) {
    const auto done = RunConvert(c.options);
    ASSERT_FALSE(done) << c.message;
    EXPECT_NE(done.error().message().find(c.message), std::string::npos) << done.error().message();
  }
}

TEST(Convert, AVariantBeyondTheMembersThatAreKnownIsRefusedAsSuch) {
  const TestDirectory directory;
  std::string record = "{";
  for (size_t i = 0; i < shape::kSampledMembersMax; ++i) record += Format("\"c{}\":1,", i);
  const auto done = RunConvert({.inputs = {directory.Write("a", record + "\"p\":{}}")},
                                .output = directory.Path("out.parquet"),
                                .variant_columns = "p"});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message(),
            "--variant-columns: member 'p' is not among the first 50000 of the records; --columns "
            "declares it as string");
}

TEST(Convert, VariantsAreChosenByWhatTheFirstRecordsHold) {
  const TestDirectory directory;
  const std::string input = directory.Write(
      "a", "{\"n\":1,\"p\":null,\"c\":1,\"s\":\"x\"}\n{\"p\":[],\"c\":\"y\",\"S\":{}}\n");
  const auto columns = [&](auto&& change) {
    ConvertOptions options{
        .inputs = {input}, .output = directory.Path("out.parquet"), .overwrite = true};
    change(&options);
    const auto done = RunConvert(options);
    return done ? done->columns : done.error().message();
  };
  EXPECT_EQ(columns([](auto* o) { o->variants = true; }),
            "n bigint, p variant, c variant, s string");
  EXPECT_EQ(columns([](auto* o) { o->variant_columns = "P, n"; }),
            "n variant, p variant, c bigint, s string");
  EXPECT_EQ(columns([](auto* o) { o->variants = true, o->columns = "x string from p, s string"; }),
            "x variant from p, s string");
  EXPECT_EQ(columns([](auto* o) {
              o->variant_columns = "S", o->columns = "x string from p, s string",
              o->keep_rest = true;
            }),
            "x string from p, s variant");
}

TEST(Convert, MoreThanAHundredVariantsAreRefused) {
  const TestDirectory directory;
  std::string record = "{";
  for (size_t i = 0; i <= 100; ++i) record += Format("{}\"c{}\":{{}}", i > 0 ? "," : "", i);
  const auto done = RunConvert({.inputs = {directory.Write("a", record + "}")},
                                .output = directory.Path("out.parquet"),
                                .variants = true});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message(),
            "101 columns hold free JSON, and 100 may be variants: name those with "
            "--variant-columns");
}

TEST(Convert, ThreadsChangeFilesNotRows) {
  const TestDirectory directory;
  const std::string plain = directory.Write("a", NumberedLines(0, 50'000, 1000));
  const std::string packed = directory.Write(
      "b", *codec::Compress(codec::Compression::kZstd, NumberedLines(50'000, 80'000, 1000), 1));
  for (const std::string name : {"out.parquet", "out"}) {
    for (const size_t threads : {1, 2, 5}) {
      const auto done = RunConvert({.inputs = {plain, packed},
                                    .output = directory.Path(name),
                                    .columns = "n bigint, part string, text string",
                                    .partition_by = name == "out" ? "part" : "",
                                    .threads = threads,
                                    .memory_bytes_max = kMemoryBytesMin,
                                    .rejects_file = directory.Path("bad.ndjson"),
                                    .overwrite = true});
      ASSERT_TRUE(done) << done.error().message();
      EXPECT_EQ(done->rows, 79'920u);
      EXPECT_EQ(done->rejects, 80u);
      EXPECT_EQ(done->inputs, 2u);
      const std::string bad = *os::ReadFile(os::PosixFiles(), directory.Path("bad.ndjson"), kMiB);
      EXPECT_EQ(std::ranges::count(bad, '\n'), 80);
    }
  }
}

TEST(Convert, AStopLeavesNothing) {
  const TestDirectory directory;
  const std::string input = directory.Write("a", NumberedLines(0, 100'000));
  for (const std::string name : {"out.parquet", "out"}) {
    for (int wait_ms = 0; wait_ms < 60; wait_ms += 12) {
      std::stop_source stop;
      std::jthread stopper([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(wait_ms));
        stop.request_stop();
      });
      const auto done = RunConvert(
          {.inputs = {input}, .output = directory.Path(name), .threads = 3}, stop.get_token());
      if (done) break;  // it was faster
      EXPECT_EQ(done.error().kind(), ErrorKind::kCancelled);
      EXPECT_EQ(directory.Names(), Names{"a"});
    }
  }
}

/// Converts to a disk whose n-th call of a kind fails.
Result<ConvertSummary> RunOnFaultyDisk(os::FaultyFiles* files, const std::string& input,
                                       const std::string& output, const os::FileFault& fault) {
  EXPECT_TRUE(files->MakeDirectories(os::ParentDirectory(input)));
  // Inputs are looked for in the same files, but read past them.
  EXPECT_TRUE(files->Open(input, os::OpenMode::kCreateNew));
  files->Fail(fault);
  ReadProgress progress;
  auto done = Convert({.inputs = {input},
                       .output = output,
                       .partition_by = output.ends_with(".parquet") ? "" : "part",
                       .rejects_file = os::ParentDirectory(input) + "/bad"},
                      *files, os::SystemEntropy(), &progress, {});
  files->ClearFault();
  return done;
}

TEST(Convert, ADiskThatFailsLeavesNoPartOfAnOutput) {
  const TestDirectory directory;
  const std::string input = directory.Write("a", NumberedLines(0, 300));
  using os::FileCall;
  for (const std::string name : {"out.parquet", "out"}) {
    for (const FileCall kind :
         {FileCall::kOpen, FileCall::kWrite, FileCall::kSync, FileCall::kStat,
          FileCall::kMakeDirectories, FileCall::kRename, FileCall::kSyncDirectory}) {
      bool is_done = false;
      for (uint64_t call = 1; !is_done; ++call) {
        ASSERT_LT(call, 1000u);
        os::FaultyFiles files(call);
        const auto done =
            RunOnFaultyDisk(&files, input, directory.Path(name), {.call = call, .of = kind});
        is_done = done.has_value();
        const bool is_there = files.Stat(directory.Path(name)).has_value();
        const bool may_be_there = is_done || done.error().kind() == ErrorKind::kUnknownOutcome;
        EXPECT_EQ(is_there, may_be_there) << call << " " << static_cast<int>(kind);
        for (const std::string& left : *files.List(os::ParentDirectory(input)))
          EXPECT_FALSE(left.starts_with('.')) << left << " " << call;
      }
    }
  }
}

}  // namespace
}  // namespace tarn::load
