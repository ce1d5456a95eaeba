#include "app/codec_option.h"

#include <charconv>

namespace tarn::app {
namespace {

struct CodecRule {
  std::string_view name;
  codec::Compression compression;
  int level;      // without one given
  int level_max;  // 0: it has no levels
};
constexpr CodecRule kCodecs[] = {{"zstd", codec::Compression::kZstd, 1, 22},
                                 {"gzip", codec::Compression::kGzip, 6, 9},
                                 {"snappy", codec::Compression::kSnappy, 0, 0},
                                 {"none", codec::Compression::kNone, 0, 0}};

}  // namespace

Result<CodecChoice> ParseCodec(std::string_view text) {
  const size_t colon = text.find(':');
  const std::string_view level = colon == text.npos ? "" : text.substr(colon + 1);
  for (const CodecRule& rule : kCodecs) {
    if (text.substr(0, colon) != rule.name) continue;
    CodecChoice choice{rule.compression, rule.level};
    if (colon == text.npos) return choice;
    const auto [end, code] =
        std::from_chars(level.data(), level.data() + level.size(), choice.level);
    const bool is_number = code == std::errc() && end == level.data() + level.size();
    if (is_number && choice.level >= 1 && choice.level <= rule.level_max) return choice;
    if (rule.level_max == 0) return Fail(ErrorKind::kInvalid, "codec {} has no levels", rule.name);
    return Fail(ErrorKind::kInvalid, "the level of {} is 1 to {}, not '{}'", rule.name,
                rule.level_max, level);
  }
  return Fail(ErrorKind::kInvalid, "codec '{}' is not one of zstd, gzip, snappy, none", text);
}

}  // namespace tarn::app
