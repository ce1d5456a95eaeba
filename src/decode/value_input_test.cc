#include "decode/value_input.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <random>

#include "codec/compression.h"

namespace tarn::decode {
namespace {

class ValueInputTest : public ::testing::Test {
 protected:
  ValueInputTest() {
    char name[] = "/tmp/tarn-values-XXXXXX";
    directory_ = ::mkdtemp(name);
  }
  ~ValueInputTest() override { static_cast<void>(std::system(("rm -r " + directory_).c_str())); }

  /// All records of an input, and the error that it ends in; each record lies where its offset
  /// says.
  std::vector<std::string> Read(const std::string& text, const std::string& stored,
                                std::string* error = nullptr) {
    const std::string path = directory_ + "/input";
    std::ofstream(path, std::ios::binary) << stored;
    std::vector<std::string> all;
    std::vector<schema::RecordView> records;
    auto input = ValueInput::Open(path, {});
    if (!input && error != nullptr) *error = input.error().message();
    while (input) {
      const Result<bool> next = (*input)->Next(&records);
      if (!next && error != nullptr) *error = next.error().message();
      if (!next || !*next) break;
      for (const schema::RecordView& record : records) {
        EXPECT_EQ(text.substr(record.lsn.number(), record.bytes.size()), record.bytes);
        all.emplace_back(record.bytes);
      }
    }
    return all;
  }
  std::vector<std::string> Read(const std::string& text) { return Read(text, text); }

  std::string directory_;
};

using Texts = std::vector<std::string>;

TEST_F(ValueInputTest, NothingIsSwallowed) {
  const struct {
    std::string text;
    Texts records;
  } cases[] = {
      {"", {}},
      {" \r\n\t", {}},
      {"\xef\xbb\xbf{}", {"{}"}},
      {R"({"a":1}{"b":2})", {R"({"a":1})", R"({"b":2})"}},
      {"{\n \"a\": [1,\n {}]\n}\n[2] ", {"{\n \"a\": [1,\n {}]\n}", "[2]"}},
      {R"({"a":"}{\"[\\"}{})", {R"({"a":"}{\"[\\"})", "{}"}},
      {R"(1 true"x y"null{"a":1}word)", {"1", "true", R"("x y")", "null", R"({"a":1})", "word"}},
      {"{},{}", {"{}", ",", "{}"}},
      {"}{}]", {"}", "{}", "]"}},
      {R"({"a":[1)", {R"({"a":[1)"}},
      {R"({} "open)", {"{}", "\"open"}},
  };
  for (const auto& c : cases) EXPECT_EQ(Read(c.text), c.records) << c.text;
}

TEST_F(ValueInputTest, ValuesAcrossBlocksAreWholeAlsoFromCompressedFiles) {
  std::mt19937_64 random(11);
  std::string text;
  Texts expected;
  while (text.size() < 5 * kMiB) {
    const size_t size = random() % 50 == 0 ? random() % (2 * kMiB) : random() % 300;
    expected.push_back("{\"k\":\"" + std::string(size, random() % 2 == 0 ? '}' : 'x') + "\"}");
    text += expected.back() + std::string(random() % 3, '\n');
  }
  EXPECT_EQ(Read(text), expected);
  for (const auto compression : {codec::Compression::kGzip, codec::Compression::kZstd}) {
    const std::string stored = *codec::Compress(compression, text, 1);
    EXPECT_EQ(Read(text, stored), expected);
    std::string error;
    const Texts cut = Read(text, stored.substr(0, stored.size() - 5), &error);
    EXPECT_NE(error.find("is cut short"), std::string::npos) << error;
    EXPECT_GE(cut.size() + 1, expected.size() / 2) << "what came before the cut is kept";
  }
}

TEST_F(ValueInputTest, AValueOverTheLimitIsNamedByItsPlace) {
  std::string error;
  const std::string text = "{} [" + std::string(kValueBytesMax, ' ') + "]";
  EXPECT_EQ(Read(text, text, &error).size(), 1u);
  EXPECT_TRUE(error.ends_with("the value at byte 3 has over 32 MiB")) << error;
  const std::string at_limit = "[" + std::string(kValueBytesMax - 2, ' ') + "]";
  EXPECT_EQ(Read(at_limit).size(), 1u);
}

TEST_F(ValueInputTest, Utf16IsRefused) {
  std::string error;
  Read("", "\xff\xfe{", &error);
  EXPECT_TRUE(error.ends_with("is UTF-16; only UTF-8 is read")) << error;
}

}  // namespace
}  // namespace tarn::decode
