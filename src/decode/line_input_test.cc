#include "decode/line_input.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <random>
#include <vector>

#include "codec/compression.h"

namespace tarn::decode {
namespace {

class LineInputTest : public ::testing::Test {
 protected:
  LineInputTest() {
    char name[] = "/tmp/tarn-lines-XXXXXX";
    directory_ = ::mkdtemp(name);
  }
  ~LineInputTest() override { static_cast<void>(std::system(("rm -r " + directory_).c_str())); }

  std::string Write(const std::string& bytes) {
    std::string path = directory_ + "/input";
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  Result<std::unique_ptr<LineInput>> Open(const std::string& bytes) {
    return LineInput::Open(Write(bytes), {});
  }

  std::string directory_;
};

/// The records that a reader gives, each with its offset.
template <class Reader>
Result<std::vector<std::pair<uint64_t, std::string>>> ReadRecords(Reader& reader) {
  std::vector<std::pair<uint64_t, std::string>> all;
  std::vector<schema::RecordView> records;
  LineBlock block;
  while (TRY(reader.Next(&block))) {
    SplitRecords(block, &records);
    for (const auto& record : records) all.emplace_back(record.lsn.number(), record.bytes);
  }
  return all;
}

std::vector<std::string> Texts(const std::vector<std::pair<uint64_t, std::string>>& records) {
  std::vector<std::string> texts;
  for (const auto& record : records) texts.push_back(record.second);
  return texts;
}

TEST_F(LineInputTest, WhatIsNoInputIsRefused) {
  EXPECT_EQ(LineInput::Open(directory_ + "/none", {}).error().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(LineInput::Open(directory_, {}).error().kind(), ErrorKind::kInvalid);
  const auto utf16 = Open(std::string("\xff\xfe{\0}\0", 6));
  ASSERT_FALSE(utf16);
  EXPECT_TRUE(utf16.error().message().ends_with("is UTF-16; only UTF-8 is read"));
}

TEST_F(LineInputTest, CutCompressedInputIsAnErrorAfterItsWholeLines) {
  for (const auto compression : {codec::Compression::kGzip, codec::Compression::kZstd}) {
    const std::string bytes = *codec::Compress(compression, "{\"a\":1}\n{\"a\":2}\n");
    const auto input = Open(bytes.substr(0, bytes.size() - 3));
    LineBlock block;
    ASSERT_TRUE(*(*input)->Next(&block));
    EXPECT_EQ(block.text.substr(0, 8), "{\"a\":1}\n");
    EXPECT_TRUE(block.text.ends_with('\n'));
    const auto records = ReadRecords(**input);
    ASSERT_FALSE(records);
    EXPECT_EQ(records.error().kind(), ErrorKind::kInvalid);
    EXPECT_NE(records.error().message().find("is cut short"), std::string::npos);
  }
}

TEST_F(LineInputTest, ALineOverTheLimitIsNamedByItsPlace) {
  std::string text = "{}\n" + std::string(kLineBytesMax + 1, 'x') + "\n{}\n";
  auto input = *Open(text);
  RangeReader range(*input, 0, text.size());
  const auto in_range = ReadRecords(range);
  ASSERT_FALSE(in_range);
  EXPECT_EQ(in_range.error().kind(), ErrorKind::kTooLarge);
  EXPECT_NE(in_range.error().message().find("the line at byte 3 has over 32 MiB"),
            std::string::npos);
  input = *Open(*codec::Compress(codec::Compression::kZstd, text, 1));
  const auto in_stream = ReadRecords(*input);
  ASSERT_FALSE(in_stream);
  EXPECT_EQ(in_stream.error().message(), in_range.error().message());
}

TEST_F(LineInputTest, ALineAtTheLimitIsRead) {
  const std::string text = "{}\n" + std::string(kLineBytesMax, 'x') + "\n{}";
  const auto input = *Open(text);
  RangeReader range(*input, 0, text.size());
  const auto records = ReadRecords(range);
  ASSERT_TRUE(records) << records.error().message();
  EXPECT_EQ(records->size(), 3u);
}

TEST_F(LineInputTest, AFileThatShrinksIsAnError) {
  const auto input = *Open("{\"a\":1}\n{\"a\":2}\n");
  RangeReader range(*input, 0, input->size_bytes());
  Write("{}\n");
  const auto records = ReadRecords(range);
  ASSERT_FALSE(records);
  EXPECT_NE(records.error().message().find("became shorter"), std::string::npos);
}

TEST_F(LineInputTest, FrontToBackAFileHasTheSizeThatItHadWhenItWasOpened) {
  const std::string lines = "{\"a\":1}\n{\"a\":";
  const std::string gzip = *codec::Compress(codec::Compression::kGzip, lines);
  for (const std::string& bytes : {lines, gzip}) {
    const std::string more = bytes == gzip ? gzip : "2}\n";
    const auto grown = *Open(bytes);
    std::ofstream(directory_ + "/input", std::ios::app | std::ios::binary) << more;
    LineBlock block;
    ASSERT_TRUE(*grown->Next(&block));
    EXPECT_EQ(block.text, lines);
    EXPECT_FALSE(*grown->Next(&block));
    EXPECT_EQ(grown->bytes_read(), bytes.size());

    const auto shrunk = *Open(bytes);
    Write(bytes.substr(0, bytes.size() - 2));
    const auto read = ReadRecords(*shrunk);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind(), ErrorKind::kIo);
    EXPECT_NE(read.error().message().find("became shorter"), std::string::npos);
  }
}

TEST_F(LineInputTest, WhatSaysThatItIsEmptyIsReadAllTheSame) {
  const auto input = *LineInput::Open("/proc/self/status", {});
  LineBlock block;
  EXPECT_TRUE(*input->Next(&block));
}

TEST_F(LineInputTest, BlankLinesAndWhiteSpaceAroundRecordsAreDropped) {
  const struct {
    std::string text;
    std::vector<std::string> records;
  } cases[] = {
      {"", {}},
      {"\n \r\n\t\n", {}},
      {"{}", {"{}"}},
      {"\xef\xbb\xbf{}\n[]", {"{}", "[]"}},
      {"\xef\xbb\xbf\r\n{}", {"{}"}},
      {"{\"a\":1}\r\n\r\n  {\"b\" : 2} \t\r\nnot json\n", {"{\"a\":1}", "{\"b\" : 2}", "not json"}},
  };
  for (const auto& c : cases) {
    const auto input = *Open(c.text);
    EXPECT_EQ(Texts(*ReadRecords(*input)), c.records) << c.text;
  }
}

TEST(SplitLines, KeepsBlankLinesAndWhiteSpace) {
  LineBlock block;
  block.offset = 10;
  block.text = " a \r\n\nb\r";
  std::vector<schema::RecordView> lines;
  SplitLines(block, &lines);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0].bytes, " a ");
  EXPECT_EQ(lines[1].bytes, "");
  EXPECT_EQ(lines[1].lsn.number(), 15u);
  EXPECT_EQ(lines[2].bytes, "b");
}

/// Lines of many lengths, some longer than a block.
std::string RandomText(std::mt19937_64& random) {
  std::string text;
  for (size_t i = 0, lines = 1 + random() % 60; i < lines; ++i) {
    const size_t kind = random() % 20;
    const size_t length = kind == 0 ? random() % (3 * kBlockBytes) : random() % 300;
    text.append(length, static_cast<char>('a' + i % 26));
    if (i + 1 < lines || random() % 2 == 0) text += random() % 4 == 0 ? "\r\n" : "\n";
  }
  return text;
}

TEST_F(LineInputTest, RangesAndStreamsGiveTheSameRecords) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 40; ++round) {
    const std::string text = RandomText(random);
    if (text.empty()) continue;
    const auto whole = *Open(text);
    const auto expected = *ReadRecords(*whole);

    const auto compression = round % 2 == 0 ? codec::Compression::kGzip : codec::Compression::kZstd;
    const auto compressed = *Open(*codec::Compress(compression, text, 1));
    EXPECT_FALSE(compressed->is_divisible());
    EXPECT_EQ(*ReadRecords(*compressed), expected);

    const auto input = *Open(text);
    ASSERT_TRUE(input->is_divisible());
    std::vector<std::pair<uint64_t, std::string>> joined;
    for (uint64_t begin = 0; begin < text.size();) {
      const uint64_t end = begin + 1 + random() % (round % 3 == 0 ? 200 : 2 * kBlockBytes);
      RangeReader range(*input, begin, end);
      for (auto& record : *ReadRecords(range)) joined.push_back(std::move(record));
      begin = end;
    }
    EXPECT_EQ(joined, expected) << "round " << round;
    EXPECT_EQ(input->bytes_read(), text.size());
  }
}

}  // namespace
}  // namespace tarn::decode
