// Reading the small languages of this room (columns, types, partitions) piece by piece, with errors
// that say where and what was expected.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"

namespace tarn::schema::internal {

/// A place in a text. White space before a piece is skipped.
///
/// Words are runs of letters (every byte beyond ASCII counts as one), digits, `_` and `.`; keywords
/// are words without regard to case. Names are words, or anything in double quotes or backticks,
/// with an inner quote written twice. Texts stand in single quotes, likewise.
class TextReader {
 public:
  /// in  text: lives longer than the reader
  explicit TextReader(std::string_view text) : text_(text) { SkipSpace(); }

  bool done() const { return at_ == text_.size(); }

  /// Where the next piece begins, for ErrorAt.
  size_t position() const { return at_; }

  /// The word that begins here; empty where none does.
  std::string_view PeekWord() const;
  bool PeekSymbol(char symbol) const { return !done() && text_[at_] == symbol; }

  bool TakeSymbol(char symbol);
  bool TakeKeyword(std::string_view lower_case);
  std::string_view TakeWord();
  /// A number, or a word with signs in it: `-1.5e-3`, `true`. Empty where none begins here.
  std::string_view TakeLiteral();

  /// errors  kInvalid: no name here, or its quotes do not end; says that `what` was expected
  Result<std::string> TakeName(std::string_view what);
  /// A text in single quotes, without them. in  PeekSymbol('\'')
  Result<std::string> TakeText() { return TakeQuoted('\''); }
  /// errors  kInvalid: another symbol, or the end
  Status ExpectSymbol(char symbol);
  /// An integer of digits from 1 (or 0) up.
  Result<int> TakeInteger(std::string_view what, int least, int most);

  /// `at 14: expected a type, found 'strng'`; the place is counted in characters from 1.
  std::unexpected<Error> Expected(std::string_view what) const;
  std::unexpected<Error> ErrorAt(size_t position, std::string_view message) const;

 private:
  void SkipSpace();
  Result<std::string> TakeQuoted(char quote);
  /// The piece that stands here, for a message.
  std::string Found() const;

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace tarn::schema::internal
