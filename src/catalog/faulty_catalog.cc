#include "catalog/faulty_catalog.h"

#include <algorithm>
#include <thread>

namespace tarn::catalog {

void CatalogFaults::Fail(CatalogCall call, ErrorKind kind, When when, int spared) {
  MutexLock lock(mutex_);
  faults_[call].kind = kind;
  faults_[call].when = when;
  faults_[call].spared = spared;
}

void CatalogFaults::Delay(CatalogCall call, std::chrono::milliseconds delay) {
  MutexLock lock(mutex_);
  faults_[call].delay = delay;
}

void CatalogFaults::RefuseColumn(const std::string& name) {
  MutexLock lock(mutex_);
  refused_column_ = name;
}

void CatalogFaults::Clear() {
  MutexLock lock(mutex_);
  faults_.clear();
  refused_column_.clear();
}

int CatalogFaults::calls(CatalogCall call) {
  MutexLock lock(mutex_);
  return calls_[call];
}

Status CatalogFaults::CheckColumns(const std::vector<schema::Field>& columns) {
  MutexLock lock(mutex_);
  if (!std::ranges::contains(columns, refused_column_, &schema::Field::name)) return {};
  return tarn::Fail(ErrorKind::kInvalid, "column {}: a fault of the test's", refused_column_);
}

Status CatalogFaults::Outcome(CatalogCall call, When when) {
  ErrorKind kind = ErrorKind::kInternal;
  bool fails = false;
  auto delay = Fault().delay;
  {
    MutexLock lock(mutex_);
    if (when == When::kBefore) ++calls_[call];
    const auto found = faults_.find(call);
    if (found == faults_.end()) return {};
    Fault& fault = found->second;
    delay = fault.delay;
    const bool is_spared = fault.when == when && fault.spared > 0;
    if (is_spared) --fault.spared;
    fails = fault.kind.has_value() && fault.when == when && !is_spared;
    if (fails) kind = *fault.kind;
  }
  if (when == When::kBefore) std::this_thread::sleep_for(delay);
  if (!fails) return {};
  return tarn::Fail(kind, "a fault of the test's");
}

Result<Table> FaultyCatalog::AddColumns(const Table& table,
                                        const std::vector<schema::Field>& columns) {
  TRY(faults_.Before(CatalogCall::kAddColumns));
  TRY(faults_.CheckColumns(columns));
  auto changed = TRY(inner_.AddColumns(table, columns));
  TRY(faults_.After(CatalogCall::kAddColumns));
  return changed;
}

Result<std::vector<Table>> FaultyCatalog::CommitAppends(const std::vector<TableAppend>& appends) {
  TRY(faults_.Before(CatalogCall::kCommitAppends));
  auto committed = TRY(inner_.CommitAppends(appends));
  TRY(faults_.After(CatalogCall::kCommitAppends));
  return committed;
}

Result<StreamRow> FaultyCatalog::AddStream(const std::string& name, const Json& definition) {
  TRY(faults_.Before(CatalogCall::kAddStream));
  auto row = TRY(inner_.AddStream(name, definition));
  TRY(faults_.After(CatalogCall::kAddStream));
  return row;
}

Status FaultyCatalog::RemoveStream(StreamId id) {
  TRY(faults_.Before(CatalogCall::kRemoveStream));
  TRY(inner_.RemoveStream(id));
  return faults_.After(CatalogCall::kRemoveStream);
}

Result<std::vector<StreamRow>> FaultyCatalog::ListStreams() {
  TRY(faults_.Before(CatalogCall::kListStreams));
  return inner_.ListStreams();
}

}  // namespace tarn::catalog
