#include "base/whole_number.h"
#include "schema/code_points_internal.h"
#include "schema/names_internal.h"
#include "schema/text_reader_internal.h"
#include "schema/type.h"

namespace tarn::schema::internal {
namespace {

bool IsWordByte(char letter) {
  return IsPlainNameByte(letter) || letter == '.' || static_cast<unsigned char>(letter) >= 0x80;
}

bool IsSpace(char letter) {
  return letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r';
}

}  // namespace

void TextReader::SkipSpace() {
  while (!done() && IsSpace(text_[at_])) ++at_;
}

std::string_view TextReader::PeekWord() const {
  size_t end = at_;
  while (end < text_.size() && IsWordByte(text_[end])) ++end;
  return text_.substr(at_, end - at_);
}

bool TextReader::TakeSymbol(char symbol) {
  if (!PeekSymbol(symbol)) return false;
  ++at_;
  SkipSpace();
  return true;
}

bool TextReader::TakeKeyword(std::string_view lower_case) {
  if (FoldCase(PeekWord()) != lower_case) return false;
  TakeWord();
  return true;
}

std::string_view TextReader::TakeWord() {
  const std::string_view word = PeekWord();
  at_ += word.size();
  SkipSpace();
  return word;
}

std::string_view TextReader::TakeLiteral() {
  const size_t begin = at_;
  while (!done() && (IsWordByte(text_[at_]) || text_[at_] == '-' || text_[at_] == '+')) ++at_;
  const std::string_view literal = text_.substr(begin, at_ - begin);
  SkipSpace();
  return literal;
}

Result<std::string> TextReader::TakeName(std::string_view what) {
  if (PeekSymbol('"') || PeekSymbol('`')) return TakeQuoted(text_[at_]);
  const std::string_view word = TakeWord();
  if (word.empty()) return Expected(what);
  return std::string(word);
}

Result<std::string> TextReader::TakeQuoted(char quote) {
  const size_t begin = at_;
  std::string content;
  for (++at_; !done(); ++at_) {
    if (text_[at_] == quote) {
      ++at_;
      if (!PeekSymbol(quote)) {
        SkipSpace();
        return content;
      }
    }
    content.push_back(text_[at_]);
  }
  at_ = begin;
  return ErrorAt(begin, Format("the {} that opens here is never closed", quote));
}

Status TextReader::ExpectSymbol(char symbol) {
  if (TakeSymbol(symbol)) return {};
  return Expected(Format("'{}'", symbol));
}

Result<int> TextReader::TakeInteger(std::string_view what, int least, int most) {
  const std::string_view word = PeekWord();
  const auto number = ParseWhole<int>(word);
  if (!number || *number < least || *number > most) {
    return Expected(Format("{} from {} to {}", what, least, most));
  }
  TakeWord();
  return *number;
}

std::string TextReader::Found() const {
  if (done()) return "the end";
  std::string_view piece = PeekWord();
  if (piece.empty()) piece = text_.substr(at_, CodePointAt(text_, at_).bytes);
  constexpr size_t kShownCharactersMax = 40;
  const size_t shown = BytesOfCodePoints(piece, kShownCharactersMax);
  return Format("'{}{}'", piece.substr(0, shown), shown < piece.size() ? "…" : "");
}

std::unexpected<Error> TextReader::Expected(std::string_view what) const {
  return ErrorAt(at_, Format("expected {}, found {}", what, Found()));
}

std::unexpected<Error> TextReader::ErrorAt(size_t position, std::string_view message) const {
  size_t characters = 1;
  for (size_t at = 0; at < position; at += CodePointAt(text_, at).bytes) ++characters;
  return Fail(ErrorKind::kInvalid, "at {}: {}", characters, message);
}

}  // namespace tarn::schema::internal
