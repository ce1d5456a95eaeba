#include "decode/value_input.h"

#include <string_view>
#include <utility>

#include "decode/blanks_internal.h"

namespace tarn::decode {
namespace {

/// Finds the values in a text that grows at its end.
class ValueScanner {
 public:
  /// Go on to the end of the text. in  text: as before, and more; take: is called with the begin
  /// and the end of each value that ends in it
  template <class Take>
  void Scan(std::string_view text, Take&& take) {
    for (; at_ < text.size(); ++at_) {
      const char byte = text[at_];
      if (in_string_) {
        ScanString(byte, take);
      } else if (depth_ > 0) {
        ScanNested(byte, take);
      } else {
        ScanOutside(byte, take);
      }
    }
  }

  bool is_open() const { return is_open_; }
  size_t begin() const { return begin_; }  ///< of the value that is open

 private:
  template <class Take>
  void End(size_t end, Take& take) {
    take(begin_, end);
    is_open_ = false;
  }

  template <class Take>
  void ScanString(char byte, Take& take) {
    if (is_escaped_) {
      is_escaped_ = false;
    } else if (byte == '\\') {
      is_escaped_ = true;
    } else if (byte == '"') {
      in_string_ = false;
      if (depth_ == 0) End(at_ + 1, take);
    }
  }

  template <class Take>
  void ScanNested(char byte, Take& take) {
    if (byte == '"') in_string_ = true;
    if (byte == '{' || byte == '[') ++depth_;
    if ((byte == '}' || byte == ']') && --depth_ == 0) End(at_ + 1, take);
  }

  /// Between values, or in one that is neither a string nor in brackets.
  template <class Take>
  void ScanOutside(char byte, Take& take) {
    const bool begins = byte == '"' || byte == '{' || byte == '[';
    if (is_open_ && (begins || IsBlank(byte))) End(at_, take);
    if (is_open_ || IsBlank(byte)) return;
    is_open_ = true;
    begin_ = at_;
    if (byte == '"') in_string_ = true;
    if (begins && byte != '"') depth_ = 1;
  }

  size_t at_ = 0;
  size_t begin_ = 0;
  size_t depth_ = 0;  // of open brackets
  bool is_open_ = false;
  bool in_string_ = false;
  bool is_escaped_ = false;
};

}  // namespace

Result<std::unique_ptr<ValueInput>> ValueInput::Open(const std::string& path,
                                                     const std::stop_token& stop) {
  return Make(TRY(ByteInput::Open(path, stop)));
}

Result<std::unique_ptr<ValueInput>> ValueInput::Make(std::unique_ptr<ByteInput> input) {
  TRY(input->RequireUtf8());
  std::unique_ptr<ValueInput> values(new ValueInput(std::move(input)));
  values->window_.Fill(kByteOrderMark.size());
  if (values->window_.view().starts_with(kByteOrderMark)) {
    values->window_.Skip(kByteOrderMark.size());
  }
  return values;
}

/// in  begin, end: of a value, or of what is there of it, in the window
Status ValueInput::CheckSize(size_t begin, size_t end) const {
  if (end - begin <= kValueBytesMax) return {};
  return Fail(ErrorKind::kTooLarge, "'{}': the value at byte {} has over {} MiB", name(),
              window_.offset() + begin, kValueBytesMax / kMiB);
}

Result<bool> ValueInput::Next(std::vector<schema::RecordView>* records) {
  window_.Skip(std::exchange(given_bytes_, 0));
  std::vector<std::pair<size_t, size_t>> ends;  // the text may still move
  ValueScanner scanner;
  bool has_more = true;
  while (has_more) {
    has_more = window_.Fill(window_.view().size() + 1);
    const std::string_view text = window_.view();
    scanner.Scan(text, [&](size_t begin, size_t end) { ends.emplace_back(begin, end); });
    if (!ends.empty()) break;
    if (scanner.is_open()) {
      TRY(CheckSize(scanner.begin(), text.size()));
    } else {
      window_.Skip(text.size());  // blanks alone
      scanner = ValueScanner();
    }
  }
  const bool is_cut = !has_more && scanner.is_open();
  if (is_cut) ends.emplace_back(scanner.begin(), window_.view().size());
  records->clear();
  for (const auto& [begin, end] : ends) {
    const Status is_taken = CheckSize(begin, end);
    if (!is_taken && records->empty()) return std::unexpected(is_taken.error());
    if (!is_taken) break;  // the next call's
    given_bytes_ = end;
    records->push_back({.bytes = window_.view().substr(begin, end - begin),
                        .lsn = Lsn(window_.offset() + begin),
                        .source = schema::Source::kFile});
  }
  if (!records->empty()) return true;
  TRY(window_.TakeError());
  return false;
}

}  // namespace tarn::decode
