#include "bench/row_proof.h"

namespace tarn::bench {
namespace {

Result<Json> Digest(const DataSet& set, const std::string& option, const std::string& path,
                    const Workplace& workplace) {
  return While(AskPeer(workplace, {"digest", "--columns", set.columns, option, path}),
               "DuckDB cannot read {} as {}", path, set.name);
}

void Append(std::string* list, std::string_view name) {
  if (!list->empty()) *list += ", ";
  *list += name;
}

}  // namespace

Result<Json> DigestOfInput(const DataSet& set, const std::string& input,
                           const Workplace& workplace) {
  return Digest(set, "--input", input, workplace);
}

Result<Json> DigestOfOutput(const DataSet& set, const std::string& output,
                            const Workplace& workplace) {
  return Digest(set, "--output", output, workplace);
}

std::string CompareDigests(const Json& expected, const Json& found) {
  const auto member = [](const Json& object, std::string_view name) {
    const Json* value = object.Find(name);
    return value == nullptr ? Json() : *value;
  };
  if (member(expected, "rows") != member(found, "rows")) {
    return Format("{} rows, not {}", member(found, "rows").Dump(), member(expected, "rows").Dump());
  }
  std::string missing;
  std::string differing;
  const Json columns = member(found, "columns");
  const Json* const wanted = expected.Find("columns");
  if (wanted == nullptr || !wanted->is_object()) return "no digest to compare with";
  for (const auto& [name, digest] : wanted->as_object()) {
    const Json* have = columns.Find(name);
    if (have == nullptr) Append(&missing, name);
    if (have != nullptr && *have != digest) Append(&differing, name);
  }
  if (!differing.empty()) return "differ in " + differing;
  if (!missing.empty()) return "equal without " + missing;
  return member(expected, "row_digest") == member(found, "row_digest")
             ? "equal"
             : "columns are put together otherwise";
}

}  // namespace tarn::bench
