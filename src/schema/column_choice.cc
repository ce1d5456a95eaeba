#include "schema/column_choice.h"

#include <algorithm>
#include <string>

#include "schema/declaration.h"
#include "schema/find_by_name.h"
#include "schema/names_internal.h"
#include "schema/text_reader_internal.h"

namespace tarn::schema {
namespace {

using internal::TextReader;

const Field* FindMember(const std::vector<Field>& fields, std::string_view name) {
  const auto found = FindByName(fields, name, &Field::name);
  return found == fields.end() ? nullptr : &*found;
}

/// A column, or a member of structs: names may have dots themselves, so the longest one counts.
const Field* FindByPath(const std::vector<Field>& fields, std::string_view path) {
  if (const Field* whole = FindMember(fields, path)) return whole;
  for (size_t dot = path.rfind('.'); dot != std::string_view::npos && dot != 0;
       dot = path.rfind('.', dot - 1)) {
    const Field* outer = FindMember(fields, path.substr(0, dot));
    if (outer == nullptr || outer->type.kind != TypeKind::kStruct || outer->type.is_variant) {
      continue;
    }
    if (const Field* inner = FindByPath(outer->type.fields, path.substr(dot + 1))) return inner;
  }
  return nullptr;
}

Result<const Field*> ReadColumn(TextReader& in, const TableSchema& schema) {
  const size_t position = in.position();
  const std::string name = TRY(in.TakeName("a column"));
  const Field* column = FindByPath(schema.fields, name);
  if (column == nullptr) return in.ErrorAt(position, Format("'{}' is no column", name));
  if (column->type.is_nested()) {
    return in.ErrorAt(position, Format("column '{}' is {}: name one of a plain type", name,
                                       HiveTypeText(column->type)));
  }
  return column;
}

/// Behind a column: `asc` or `desc`, `nulls first` or `nulls last`.
Result<SortBy> ReadDirection(TextReader& in, FieldId column) {
  SortBy by{.column = column};
  by.descending = in.TakeKeyword("desc");
  if (!by.descending) in.TakeKeyword("asc");
  by.nulls_first = !by.descending;
  if (!in.TakeKeyword("nulls")) return by;
  by.nulls_first = in.TakeKeyword("first");
  if (!by.nulls_first && !in.TakeKeyword("last")) return in.Expected("'first' or 'last'");
  return by;
}

/// Take one more into what was chosen. in  name: for messages
template <class Key>
Status Choose(const TextReader& in, size_t position, const Key& key, const std::string& name,
              std::vector<Key>* chosen) {
  if (std::ranges::contains(*chosen, key)) {
    return in.ErrorAt(position, Format("column '{}' is there twice", name));
  }
  if (chosen->size() == kChosenColumnsMax) {
    return in.ErrorAt(position, Format("{} columns are allowed", kChosenColumnsMax));
  }
  chosen->push_back(key);
  return {};
}

/// What commas stand between. in  read_one: Status(size_t): reads what begins at a position
template <class ReadOne>
Status ReadList(TextReader& in, const ReadOne& read_one) {
  if (in.done()) return {};
  do {
    TRY(read_one(in.position()));
  } while (in.TakeSymbol(','));
  if (!in.done()) return in.Expected("',' or the end");
  return {};
}

/// in  read_rest: Status(size_t, const Field&): what follows a column's name
template <class ReadRest>
Status ReadColumns(TextReader& in, const TableSchema& schema, const ReadRest& read_rest) {
  std::vector<FieldId> chosen;
  return ReadList(in, [&](size_t position) -> Status {
    const Field* column = TRY(ReadColumn(in, schema));
    TRY(Choose(in, position, column->id, column->name, &chosen));
    return read_rest(position, *column);
  });
}

}  // namespace

Result<std::vector<std::string>> ParseColumnNames(std::string_view text) {
  TextReader in(text);
  std::vector<std::string> names;
  TRY(ReadList(in, [&](size_t position) -> Status {
    const std::string name = TRY(in.TakeName("a column"));
    return Choose(in, position, name, name, &names);
  }));
  return names;
}

const Field* FindPlainColumn(const TableSchema& schema, std::string_view path) {
  const Field* column = FindByPath(schema.fields, path);
  return column == nullptr || column->type.is_nested() ? nullptr : column;
}

Result<std::vector<SortBy>> ParseSortBy(std::string_view text, const TableSchema& schema) {
  TextReader in(text);
  std::vector<SortBy> order;
  TRY(ReadColumns(in, schema, [&](size_t, const Field& column) -> Status {
    order.push_back(TRY(ReadDirection(in, column.id)));
    return {};
  }));
  return order;
}

std::string SortByText(const std::vector<SortBy>& order, const TableSchema& schema) {
  std::string text;
  for (const SortBy& by : order) {
    const Field* column = schema.FindById(by.column);
    if (column == nullptr) continue;
    if (!text.empty()) text += ", ";
    text += internal::QuotedName(column->name, false);
    if (by.descending) text += " desc";
    if (by.nulls_first == by.descending) text += by.nulls_first ? " nulls first" : " nulls last";
  }
  return text;
}

Result<std::vector<FieldId>> ParseBloomColumns(std::string_view text, const TableSchema& schema) {
  TextReader in(text);
  std::vector<FieldId> columns;
  TRY(ReadColumns(in, schema, [&](size_t position, const Field& column) -> Status {
    if (column.type.kind == TypeKind::kBoolean) {
      return in.ErrorAt(position,
                        Format("column '{}' is boolean: it needs no bloom filter", column.name));
    }
    columns.push_back(column.id);
    return {};
  }));
  return columns;
}

}  // namespace tarn::schema
