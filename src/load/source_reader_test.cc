#include "load/source_reader.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "load/load_testing.h"
#include "load/load_worker.h"

namespace tarn::load {
namespace {

const SourceReading kNdjson{.now_us = 5, .load = "l1"};
const SourceReading kText{.format = RecordFormat::kText, .now_us = 5, .load = "l1"};

/// What one reading of a file gives.
struct Given {
  std::string text;
  std::string error;
  bool ends_unfinished = false;
  std::optional<catalog::SourceProgress> step;
};

class SourceReaderTest : public ::testing::Test {
 protected:
  /// Read all of a file that has these bytes now, from where `state_` says; then settle there.
  Given Read(const std::string& bytes, const SourceReading& reading = kNdjson) {
    ReadProgress progress;
    SourceReader reader({directory_.Write("a", bytes), "file:///a", state_}, reading, progress, {});
    Given given;
    decode::LineBlock block;
    while (true) {
      const auto read = reader.Next(&block);
      if (!read) given.error = read.error().message();
      if (!read || !*read) break;
      given.text += block.text;
    }
    given.ends_unfinished = reader.ends_unfinished();
    given.step = reader.Step();
    if (given.error.empty() && given.step) state_ = given.step->to;
    return given;
  }

  TestDirectory directory_;
  std::optional<catalog::SourceState> state_;
};

TEST_F(SourceReaderTest, ASourceBeyondTheLastPlaceIsRefused) {
  const std::string lines = NumberedLines(0, 20);
  SourceReading reading = kNdjson;
  reading.position_max = lines.size() - 1;
  const Given refused = Read(lines, reading);
  EXPECT_NE(refused.error.find(Format("has over {} bytes, and none of a source is loaded behind "
                                      "them: split it",
                                      lines.size() - 1)),
            std::string::npos)
      << refused.error;
  EXPECT_EQ(refused.text, "");
  reading.position_max = lines.size();
  EXPECT_EQ(Read(lines, reading).text, lines);
}

TEST_F(SourceReaderTest, GoesOnBehindWhatIsLoadedWhereverThatWas) {
  const std::string lines = NumberedLines(0, 200);
  for (size_t end = lines.find('\n') + 1; end < lines.size(); end = lines.find('\n', end) + 1) {
    state_.reset();
    EXPECT_EQ(Read(lines.substr(0, end)).text, lines.substr(0, end));
    EXPECT_EQ(state_->position, end);
    EXPECT_EQ(Read(lines.substr(0, end)).step, std::nullopt) << "nothing is new";
    EXPECT_EQ(Read(lines).text, lines.substr(end));
    EXPECT_EQ(state_->position, lines.size());
    EXPECT_EQ(state_->hash, crypto::Hex(crypto::Sha256(lines)));
    EXPECT_EQ(state_->first_seen_us, 5);
  }
}

TEST_F(SourceReaderTest, ABeginningOfARecordIsLeftAndABrokenOneIsNot) {
  const std::string whole = "{\"a\":1}\n";
  const std::string record = R"({"b":["x\u00e9",-1.5e3,true,{"c":null}]})";
  for (size_t length = 1; length < record.size(); ++length) {
    state_.reset();
    const Given cut = Read(whole + record.substr(0, length));
    EXPECT_EQ(cut.text, whole) << length;
    EXPECT_TRUE(cut.ends_unfinished);
    EXPECT_EQ(Read(whole + record + "\n").text, record + "\n") << length;
  }
  for (const std::string last :
       {"{\"a\":1}", "no json", "{bad", "[1]", " {} \t", "{\"a\":\"\xff....\"}"}) {
    state_.reset();
    const Given given = Read(whole + last);
    EXPECT_EQ(given.text, whole + last);
    EXPECT_FALSE(given.ends_unfinished) << last;
    EXPECT_EQ(Read(whole + last + " \r\n" + whole).text, whole) << last;
    EXPECT_EQ(state_->position, whole.size() * 2 + last.size() + 3);
  }
}

TEST_F(SourceReaderTest, OnlyTheBeginningOfARecordGivesNothing) {
  const Given given = Read("{\"a\":");
  EXPECT_EQ(given.text, "");
  EXPECT_TRUE(given.ends_unfinished);
  EXPECT_EQ(given.step, std::nullopt);
}

TEST_F(SourceReaderTest, WhatHasChangedIsRefused) {
  const std::string loaded = NumberedLines(0, 20) + "{}";
  const struct {
    std::string bytes;
    std::string message;
  } cases[] = {
      {"", "it has 0 bytes now, and"},
      {loaded.substr(0, loaded.size() - 1), "bytes now, and"},
      {"[" + loaded.substr(1), "are not what they were"},
      {loaded.substr(0, loaded.size() - 1) + "]", "are not what they were"},
      {loaded + "x", "was loaded and goes on now"},
      {loaded + " {}\n", "was loaded and goes on now"},
  };
  for (const auto& c : cases) {
    state_.reset();
    Read(loaded);
    const Given given = Read(c.bytes);
    EXPECT_NE(given.error.find(c.message), std::string::npos) << given.error;
    EXPECT_EQ(given.text, "");
  }
}

TEST_F(SourceReaderTest, LinesOfTextAreWholeAtTheEnd) {
  EXPECT_EQ(Read("{\"a\":\nb", kText).text, "{\"a\":\nb");
  EXPECT_NE(Read("{\"a\":\nb \n", kText).error, "");
  EXPECT_EQ(Read("{\"a\":\nb\r\n\nc", kText).text, "\nc");
}

TEST_F(SourceReaderTest, WhatComesWhileItIsReadIsForTheNextLoad) {
  ReadProgress progress;
  const std::string path = directory_.Write("a", "first\nhel");
  SourceReader reader({path, "file:///a", state_}, kText, progress, {});
  decode::LineBlock block;
  ASSERT_TRUE(*reader.Next(&block));
  EXPECT_EQ(block.text, "first\nhel");
  std::ofstream(path, std::ios::app) << "lo\n";
  EXPECT_FALSE(*reader.Next(&block));
  EXPECT_EQ(reader.Step()->to.position, 9U);
  EXPECT_EQ(reader.Step()->to.size_bytes, 9U);
}

TEST_F(SourceReaderTest, BegunAnewItIsAnotherRoundWithOtherIds) {
  Read("{\"a\":1}\n");
  ReadProgress progress;
  const auto node = [&](const SourceReading& reading) {
    const SourceReader reader({directory_.Path("a"), "file:///a", state_}, reading, progress, {});
    return RecordNode("table", {.uri = reader.uri(), .round = reader.round()});
  };
  const SourceReading again{.again = true, .now_us = 9, .load = "l2"};
  EXPECT_EQ(node(kNdjson).size(), 16U);
  EXPECT_EQ(node(kNdjson), node({.now_us = 9, .load = "l2"}));
  EXPECT_NE(node(kNdjson), node(again));
  const Given given = Read("{\"b\":2}\n", again);
  EXPECT_EQ(given.text, "{\"b\":2}\n");
  EXPECT_EQ(state_->round, 2U);
  EXPECT_EQ(state_->first_seen_us, 9);
  EXPECT_EQ(given.step->from->round, 1U);
}

TEST_F(SourceReaderTest, NamesOfOneFileAndStdinWithoutANameAreRefused) {
  directory_.Write("b c", "x");
  uint64_t bytes = 0;
  const auto find = [&](const std::vector<std::string>& named, const std::string& id) {
    return FindSources(named, id, os::PosixFiles(), &bytes);
  };
  const auto found = find({directory_.Path("b c"), "-"}, "job 1/2");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->front().uri, "file://" + directory_.Path("b%20c"));
  EXPECT_EQ(found->back().uri, "stdin:job%201%2F2");
  EXPECT_EQ(find({directory_.Path("b c"), directory_.Path("./b c")}, "").error().kind(),
            ErrorKind::kInvalid);
  EXPECT_EQ(find({"-"}, "").error().kind(), ErrorKind::kInvalid);
  EXPECT_EQ(find({directory_.Path("b c")}, "id").error().kind(), ErrorKind::kInvalid);
  EXPECT_EQ(find({"-"}, std::string(201, 'x')).error().kind(), ErrorKind::kInvalid);
  ASSERT_EQ(::mkfifo(directory_.Path("pipe").c_str(), 0600), 0);
  EXPECT_NE(find({directory_.Path("pipe")}, "").error().message().find("is no file"),
            std::string::npos);
}

}  // namespace
}  // namespace tarn::load
