// What `tarn derive` was asked for: a class of the SDK, or the file of a recipe.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/error.h"
#include "derive/datasets.h"
#include "derive/definition.h"
#include "derive/plan.h"
#include "derive/planning.h"
#include "derive/recipe.h"
#include "derive/row_maker.h"
#include "derive/source.h"
#include "store/object_store.h"

namespace tarn::app {

/// in  plugins: shared objects, beside what is linked in
Result<derive::Datasets> KnownDatasets(const std::vector<std::string>& plugins);

/// Threads: as derive::Dataset.
class DeriveDataset {
 public:
  /// in       asked: the name of a class and its arguments, or the file of a recipe; keys_file:
  /// with
  ///          which messages are signed; empty: no signature is looked at
  /// errors   kNotFound; kInvalid: a recipe, or what was asked for beside it, is wrong
  static Result<DeriveDataset> Open(const std::vector<std::string>& asked,
                                    const std::vector<std::string>& plugins,
                                    const std::string& keys_file);
  /// The one that a plan was made with: another would make other rows.
  /// errors  as Open; kInvalid: it is another one by now
  static Result<DeriveDataset> OpenAsPlanned(const derive::Plan& plan,
                                             const std::string& keys_file);

  /// Whether its objects lie where sources.json says.
  bool NeedsMetadata() const;
  /// in      metadata: may be none where not NeedsMetadata
  /// errors  kNotFound: no such stream
  Result<derive::Source> FindSource(store::ObjectStore* metadata) const;
  /// in      source: of FindSource; what partitions are made by is put into it; lent
  /// errors  kInvalid: what the class threw; a recipe that does not fit its source
  Result<derive::DatasetToPlan> ToPlan(derive::Source* source) const;
  derive::Definition Definition() const;
  /// Lent to what is returned. in  memory_bytes: of a task
  derive::RowMaking MakesRows(size_t memory_bytes) const;
  /// What a task may use beside that for its files. in  memory_bytes: of the task
  size_t FileMemory(size_t memory_bytes) const;

 private:
  explicit DeriveDataset(std::variant<derive::Dataset, derive::Recipe> what)
      : what_(std::move(what)) {}
  std::string& code_version();

  std::variant<derive::Dataset, derive::Recipe> what_;
};

}  // namespace tarn::app
