#include "wal/node_file.h"

#include "base/bytes.h"
#include "base/log.h"
#include "base/units.h"
#include "base/whole_number.h"
#include "codec/checksum.h"

namespace tarn::wal {
namespace {

constexpr std::string_view kFirstWord = "tarn-wal-node ";
constexpr std::string_view kFirstLine = "tarn-wal-node 1\n";
constexpr std::string_view kCrcWord = "crc32c ";
constexpr size_t kCrcLineBytes = 16;  // word, 8 digits, line feed
constexpr size_t kNodeFileBytesMax = 4 * kKiB;

/// Take `word value\n` off the text. returns  the value
Result<std::string_view> TakeLine(std::string_view* text, std::string_view word) {
  const size_t end = text->find('\n');
  if (end == std::string_view::npos || !text->starts_with(word)) {
    return Fail(ErrorKind::kCorrupt, "NODE has no line '{}'", word);
  }
  const std::string_view value = text->substr(word.size(), end - word.size());
  text->remove_prefix(end + 1);
  return value;
}

template <class Number>
Result<Number> ParseNumber(std::string_view text, int base) {
  const auto number = ParseWhole<Number>(text, base);
  if (!number) return Fail(ErrorKind::kCorrupt, "NODE has '{}' where a number belongs", text);
  return *number;
}

Result<NodeId> ParseNodeId(std::string_view hex) {
  NodeId node{};
  if (hex.size() != 2 * node.size()) return Fail(ErrorKind::kCorrupt, "NODE has a short node id");
  for (size_t i = 0; i < node.size(); ++i) {
    node[i] = static_cast<char>(TRY(ParseNumber<uint8_t>(hex.substr(2 * i, 2), 16)));
  }
  return node;
}

}  // namespace

std::string EncodeNodeFile(const NodeFile& file) {
  std::string text =
      Format("{}node_id {}\nepoch {}\n", kFirstLine, NodeIdText(file.node), file.epoch);
  text += Format("{}{:08x}\n", kCrcWord, codec::Crc32c(text));
  return text;
}

Result<NodeFile> DecodeNodeFile(std::string_view text) {
  if (text.size() < kCrcLineBytes) return Fail(ErrorKind::kCorrupt, "NODE is cut short");
  const std::string_view sealed = text.substr(0, text.size() - kCrcLineBytes);
  std::string_view seal = text.substr(sealed.size());
  const auto crc = TRY(ParseNumber<uint32_t>(TRY(TakeLine(&seal, kCrcWord)), 16));
  if (crc != codec::Crc32c(sealed)) {
    return Fail(ErrorKind::kCorrupt, "NODE's checksum does not match");
  }
  if (sealed.starts_with(kFirstWord) && !sealed.starts_with(kFirstLine)) {
    return Fail(ErrorKind::kUnsupported, "NODE was written by a newer Tarn");
  }
  std::string_view rest = sealed;
  TRY(TakeLine(&rest, kFirstWord));
  NodeFile file;
  file.node = TRY(ParseNodeId(TRY(TakeLine(&rest, "node_id "))));
  file.epoch = TRY(ParseNumber<uint32_t>(TRY(TakeLine(&rest, "epoch ")), 10));
  return file;
}

Result<std::optional<NodeFile>> ReadNodeFile(os::Files& files, const std::string& path) {
  const Result<std::string> text = os::ReadFile(files, path, kNodeFileBytesMax);
  if (!text) {
    if (text.error().kind() == ErrorKind::kNotFound) return std::nullopt;
    if (text.error().kind() != ErrorKind::kTooLarge) return std::unexpected(text.error());
  }
  const Result<NodeFile> file = DecodeNodeFile(text.value_or(""));
  if (file) return *file;
  if (file.error().kind() == ErrorKind::kUnsupported) return std::unexpected(file.error());
  tarn::Log(LogLevel::kError, "wal", "NODE is damaged; it is made again from the segments",
            {{"path", path}, {"why", file.error().message()}});
  return std::nullopt;
}

NodeId RandomNodeId(os::Entropy& entropy) {
  NodeId node{};
  StoreLe(node.data(), entropy.Random64());
  StoreLe(node.data() + sizeof(uint64_t), entropy.Random64());
  return node;
}

std::string NodeIdText(const NodeId& node) {
  return ToHex(std::string_view(node.data(), node.size()));
}

}  // namespace tarn::wal
