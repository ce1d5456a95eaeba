// Datasets by their names: the classes that are linked into this program, and those of plug-ins.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "schema/avro_schema.h"
#include "tarn/derived_stream.h"

namespace tarn::derive {

/// One that can be asked for.
struct KnownDataset {
  std::string name;
  std::string plugin;  ///< the path as it was given; empty: linked in
  friend bool operator==(const KnownDataset&, const KnownDataset&) = default;
};

/// A class, made with its arguments. Threads: one at a time; another thread makes its own.
struct Dataset {
  std::string name;
  std::vector<std::string> arguments;
  std::string plugin;
  /// What decides the rows, beside the records: the build's id or the hash of the plug-in, and the
  /// hash of the arguments where there are some.
  std::string code_version;
  std::unique_ptr<const DerivedStream> stream;
  schema::AvroColumns columns;  ///< of its build_schema
};

/// Threads: AddPlugin alone, then any.
class Datasets {
 public:
  /// in  build_id: of this program
  explicit Datasets(std::string build_id);

  /// Load a plug-in. Its classes come before linked-in ones of the same names. It is never
  /// unloaded.
  ///
  /// errors   kNotFound, kIo, kTooLarge (the file); kInvalid: no shared object, no plug-in, or two
  ///          classes of one name; kUnsupported: built for another Tarn, or with another compiler
  Status AddPlugin(const std::string& path);

  /// By their names.
  std::vector<KnownDataset> List() const;

  /// Make a class, and ask it for its columns.
  ///
  /// errors   kNotFound: no such class, says which there are. kInvalid, kUnsupported: the class
  ///          throws, or its schema is none; says which class
  Result<Dataset> Make(const std::string& name, std::vector<std::string> arguments) const;

 private:
  struct Source {
    std::string plugin;
    std::string code_version;
    const std::vector<DerivedStreamEntry>* entries = nullptr;
  };

  const DerivedStreamEntry* Find(const std::string& name, const Source** source) const;

  std::vector<Source> sources_;  // in the order in which names are looked up
};

}  // namespace tarn::derive
