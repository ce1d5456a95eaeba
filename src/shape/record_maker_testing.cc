#include "shape/record_maker_testing.h"

#include <algorithm>
#include <array>

#include "base/format.h"
#include "base/json.h"

namespace tarn::shape {

using schema::Type;
using schema::TypeKind;

namespace {

constexpr std::string_view kTexts[] = {"",
                                       "a",
                                       "text",
                                       "with a \\\"quote\\\" in it",
                                       "\\u00e9\\n\\t\\\\",
                                       "caf\xc3\xa9 \xe6\x9d\xb1",
                                       "\\ud83d\\ude00",
                                       "\\u0000",
                                       "\\ud800",
                                       "\\udc00x",
                                       "\\ud83d\\u0041",
                                       "a text that is longer than a block of vectors",
                                       "a text that is longer than a block, and has its "
                                       "\\\"escapes\\\" far behind the first 32 \\u0041",
                                       "0f8fad5b-d9cb-469f-a165-70867728950e",
                                       "aGVsbG8=",
                                       "12.50",
                                       "-7",
                                       "\\q",
                                       "\\u12",
                                       "tab\there",
                                       "\xff",
                                       "\xed\xa0\x80",
                                       "/",
                                       "\\/"};
constexpr std::string_view kTimes[] = {"2026-11-21T08:48:41.954871Z",
                                       "2026-11-21 08:48:41",
                                       "2023-06-18 14:27:52.000000",
                                       "2026-11-21",
                                       "2026-11-21T08:48",
                                       "2026-11-21T08:48:41+01:30",
                                       "2026-11-21T08:48:41-0800",
                                       "2026-11-21 08:48:41,954",
                                       "2026-11-21T08:48:41.999999999Z",
                                       "2026-11-21T08:48:41.1234567890Z",
                                       "2016-12-31T23:59:60Z",
                                       "2026-11-21t08:48:41z",
                                       "2023-02-30T00:00:00Z",
                                       "2026-11-21T24:00:00",
                                       "2026-11-21T08:60:41Z",
                                       "0001-01-01T00:00:00Z",
                                       "9999-12-31T23:59:59.999999Z",
                                       "0000-01-01T00:00:00Z",
                                       "2026-1-2T00:00:00Z",
                                       "2026-11-21T08:48:41Z ",
                                       "2026-11-21T08:48:41.Z",
                                       "2026-11-21T0\\u0038:48:41Z",
                                       "08:48:41",
                                       "08:48",
                                       "23:59:59.5",
                                       "2026-11-21T08:4a:41Z",
                                       "2026-11-21T08:48:41.5z",
                                       "1969-12-31T23:59:59.5Z",
                                       "2026-11-21T08-48-41Z"};
constexpr std::string_view kNumbers[] = {"0",
                                         "-0",
                                         "7",
                                         "-1",
                                         "42",
                                         "1.5",
                                         "-0.0",
                                         "0.1",
                                         "1e3",
                                         "1E-3",
                                         "12300e-2",
                                         "3.0",
                                         "100000000",
                                         "12345678",
                                         "123456789012",
                                         "1700000000",
                                         "1700000000123",
                                         "1700000000.25",
                                         "1700000000123.4567",
                                         "-1.0000005",
                                         "253402300799",
                                         "253402300800",
                                         "999999999999",
                                         "1000000000000",
                                         "-62135596800",
                                         "-62135596801",
                                         "2147483647",
                                         "2147483648",
                                         "-2147483648",
                                         "-2147483649",
                                         "999999999999999999",
                                         "1000000000000000000",
                                         "9223372036854775807",
                                         "9223372036854775808",
                                         "-9223372036854775808",
                                         "-9223372036854775809",
                                         "18446744073709551616",
                                         "123456789012345678901234567890",
                                         "9007199254740992",
                                         "9007199254740993",
                                         "0.30000000000000004",
                                         "1.7976931348623157e308",
                                         "1e309",
                                         "1e-400",
                                         "4.9e-324",
                                         "2.2250738585072014e-308",
                                         "123456.789012345678",
                                         "0.000001",
                                         "0.0000000000000001",
                                         "00",
                                         "01",
                                         "-",
                                         "+1",
                                         "1.",
                                         ".5",
                                         "1e",
                                         "1e+",
                                         "-01",
                                         "1.5.5",
                                         "0x1",
                                         "NaN",
                                         "1_0",
                                         "16777217",
                                         "1e39",
                                         "3.4028235e38",
                                         "12345678.12345678",
                                         "99999999.99",
                                         "1234567.89"};
constexpr std::string_view kOthers[] = {"true",
                                        "false",
                                        "null",
                                        "tru",
                                        "nul",
                                        "falsey",
                                        "nullx",
                                        "{}",
                                        "[]",
                                        "[ ]",
                                        "{ }",
                                        "[1,\"x\"]",
                                        "{\"a\":{\"b\":[1,{}]}}",
                                        "[[[[]]]]",
                                        "[1,]",
                                        "{\"a\"}",
                                        "{,}",
                                        "[,]",
                                        "}",
                                        "]",
                                        "",
                                        "{\"a\":1,\"a\":2}",
                                        "{\"\\ud800\":1}",
                                        "{\"k\":nul}"};
constexpr std::string_view kPieces[] = {
    "{",    "}",    "[",    "]",     ",",     ":",     "\"",           "\\",
    "0",    "-",    "e",    ".",     " ",     "\n",    "\t",           "\r",
    "\f",   "null", "true", "false", "\\u00", "\\ud8", "\xef\xbb\xbf", "\xc3",
    "\xa9", "\x7f", "1e5",  "{\"",   "\":"};

std::string Quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

}  // namespace

std::string RecordMaker::Space() {
  static constexpr std::string_view kSpaces[] = {" ", "\n", "\t ", "\r\n", "   "};
  return Pick(oddity_ == 0 ? 8 : 4) == 0 ? std::string(kSpaces[Pick(std::size(kSpaces))]) : "";
}

std::string RecordMaker::Name(std::string_view name) {
  if (!IsOdd() || name.empty()) return QuoteJson(name);
  std::string escaped(name);
  if (Pick(2) == 0)
    return Quoted(Format("\\u{:04x}", static_cast<int>(name[0])) + escaped.substr(1));
  escaped[Pick(escaped.size())] ^= 0x20;
  return Quoted(escaped);
}

std::string RecordMaker::AnyText() {
  return Quoted(IsOdd() ? kTexts[Pick(std::size(kTexts))] : kTexts[Pick(7)]);
}
std::string RecordMaker::AnyTime() {
  return Quoted(IsOdd() ? kTimes[Pick(std::size(kTimes))] : kTimes[Pick(6)]);
}

std::string RecordMaker::AnyNumber() {
  if (IsOdd()) return std::string(kNumbers[Pick(std::size(kNumbers))]);
  switch (Pick(4)) {
    case 0:
      return Format("{}", Pick(1000));
    case 1:
      return Format("{}", static_cast<int64_t>(random_()) >> Pick(64));
    case 2:
      return Format("{}.{}", Pick(100'000), Pick(100'000));
    default:
      return Format("{}{}.{}e{}", Pick(2) == 0 ? "-" : "", random_() >> Pick(64),
                    random_() >> Pick(64), static_cast<int64_t>(Pick(40)) - 20);
  }
}

std::string RecordMaker::Any(int depth) {
  switch (Pick(depth > 3 ? 4 : 7)) {
    case 0:
      return AnyText();
    case 1:
      return AnyNumber();
    case 2:
      return AnyTime();
    case 3:
      return IsOdd() ? std::string(kOthers[Pick(std::size(kOthers))]) : "true";
    case 4: {
      if (!IsOdd()) return "{\"k\":1}";
      const auto deep = static_cast<size_t>(Pick(130));
      return std::string(deep, '[') + "1" + std::string(deep, ']');
    }
    case 5:
      return List(Type::Of(TypeKind::kLong), depth + 1);
    default:
      return Map(Type::Of(TypeKind::kString), depth + 1);
  }
}

std::string RecordMaker::Scalar(const Type& type) {
  switch (type.kind) {
    case TypeKind::kBoolean:
      return Pick(2) == 0 ? "true" : "false";
    case TypeKind::kInt:
      return Format("{}", static_cast<int32_t>(random_()) >> Pick(32));
    case TypeKind::kLong:
      return Format("{}", static_cast<int64_t>(random_()) >> Pick(64));
    case TypeKind::kFloat:
    case TypeKind::kDouble:
      return AnyNumber();
    case TypeKind::kDecimal:
      return Format("{}.{}", Pick(10'000'000), Pick(100));
    case TypeKind::kDate:
      return Quoted(Format("20{}-0{}-1{}", 10 + Pick(90), 1 + Pick(9), Pick(10)));
    case TypeKind::kTime:
      return Quoted(Format("1{}:2{}:3{}", Pick(10), Pick(10), Pick(10)));
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
      return Pick(4) == 0 ? Format("{}", Pick(4'000'000'000)) : AnyTime();
    case TypeKind::kUuid:
      return Quoted("0f8fad5b-d9cb-469f-a165-70867728950e");
    case TypeKind::kBinary:
      return Quoted("aGVsbG8=");
    default:
      return Pick(8) == 0 ? Any(3) : AnyText();
  }
}

std::string RecordMaker::Value(const Type& type, int depth) {
  if (Pick(12) == 0) return "null";
  if (IsOdd() || (type.is_variant && Pick(2) == 0)) return Any(depth);
  switch (type.kind) {
    case TypeKind::kStruct:
      return Struct(type, depth + 1);
    case TypeKind::kList:
      return List(type.fields[0].type, depth + 1);
    case TypeKind::kMap:
      return Map(type.fields[1].type, depth + 1);
    default:
      return Scalar(type);
  }
}

void RecordMaker::AddMember(std::string_view name, const std::string& value, std::string* members) {
  if (!members->empty()) *members += ',' + Space();
  *members += Name(name) + Space() + ':' + Space() + value + Space();
}

void RecordMaker::AddUnknownMembers(std::string_view usual, int depth, std::string* members) {
  static constexpr std::string_view kNames[] = {"more.of", "",   "_rest", "_received_at", "N",
                                                "day",     "id", "x1",    "extra"};
  if (Pick(4) == 0) AddMember(usual, Any(depth), members);
  if (IsOdd()) AddMember(kNames[Pick(std::size(kNames))], Any(depth), members);
}

std::string RecordMaker::Struct(const Type& type, int depth) {
  std::vector<const schema::Field*> fields;
  for (const schema::Field& field : type.fields) {
    if (Pick(10) != 0) fields.push_back(&field);
  }
  if (IsOdd()) std::ranges::shuffle(fields, random_);
  if (IsOdd() && !fields.empty()) fields.push_back(fields[Pick(fields.size())]);
  std::string members;
  AddUnknownMembers("x1", depth, &members);
  for (const schema::Field* field : fields) {
    std::string value = Value(field->type, depth);
    if (depth == 0 && std::ranges::contains(in_texts_, field->name)) value = InText(value);
    AddMember(field->name, value, &members);
  }
  AddUnknownMembers("extra", depth, &members);
  return '{' + Space() + members + '}';
}

/// A value as a text, as columns of json<…> have them; now and then not.
std::string RecordMaker::InText(const std::string& value) {
  static constexpr std::string_view kAround[] = {" ", "\n", "\xef\xbb\xbf", "x", "{}", ",", "]"};
  if (value == "null" || Pick(20) == 0) return value;
  std::string text = value;
  if (IsOdd()) text = Damage(text, 1);
  if (IsOdd()) text.insert(Pick(2) == 0 ? 0 : text.size(), kAround[Pick(std::size(kAround))]);
  std::string quoted;
  for (const char byte : text) {
    const bool must_escape = static_cast<unsigned char>(byte) < 0x20;
    if (must_escape || (IsOdd() && static_cast<unsigned char>(byte) < 0x80)) {
      quoted += Format("\\u{:04x}", static_cast<int>(byte));
    } else {
      if (byte == '"' || byte == '\\') quoted += '\\';
      quoted += byte;
    }
  }
  return Quoted(quoted);
}

std::string RecordMaker::List(const Type& element, int depth) {
  std::string text = "[" + Space();
  for (uint64_t count = Pick(4), i = 0; i < count; ++i) {
    if (i > 0) text += ',' + Space();
    text += Value(element, depth) + Space();
  }
  return text + ']';
}

std::string RecordMaker::Map(const Type& value, int depth) {
  std::string members;
  for (uint64_t count = Pick(4); count > 0; --count) {
    AddMember(Format("k{}", Pick(IsOdd() ? 2 : 1000)), Value(value, depth), &members);
  }
  return '{' + Space() + members + '}';
}

std::string RecordMaker::Record(uint32_t oddity) {
  oddity_ = oddity;
  Type type = Type::Struct({});
  in_texts_.clear();
  for (const schema::Field& field : table_.fields) {
    if (schema::IsReservedColumn(field.name) && !IsOdd()) continue;
    const auto declared =
        std::ranges::find(shaping_.declared, field.name, &schema::ColumnDeclaration::name);
    const bool has_member = declared != shaping_.declared.end() && !declared->member.empty();
    const std::string name = has_member ? declared->member : field.name;
    if (has_member && declared->is_json_text) in_texts_.push_back(name);
    // Of columns that one member fills, the last one decides what it is.
    if (!IsOdd()) std::erase_if(type.fields, [&](const auto& other) { return other.name == name; });
    type.fields.push_back({.name = name, .type = field.type});
  }
  std::string record = Struct(type, 0);
  if (IsOdd()) record = Space() + record + Space();
  return record;
}

std::string RecordMaker::Damage(std::string record, uint32_t changes) {
  for (; changes > 0 && !record.empty(); --changes) {
    const size_t at = Pick(record.size());
    switch (Pick(6)) {
      case 0:
        record[at] = static_cast<char>(record[at] ^ 1 << Pick(8));
        break;
      case 1:
        record.resize(at);
        break;
      case 2:
        record.insert(at, kPieces[Pick(std::size(kPieces))]);
        break;
      case 3:
        record.erase(at, 1 + Pick(3));
        break;
      case 4:
        record[at] = static_cast<char>(random_());
        break;
      default:
        record.insert(at, record.substr(Pick(record.size()), Pick(20)));
        break;
    }
  }
  return record;
}

}  // namespace tarn::shape
