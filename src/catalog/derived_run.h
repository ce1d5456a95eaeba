// What the partitions of derived datasets were made of. It moves in the transaction that swaps the
// table's pointer, so a partition has the rows of exactly the run that its record names.
#pragma once

#include <string>
#include <vector>

namespace tarn::catalog {

/// That a partition of a derived dataset was made, and of what.
struct DerivedRun {
  std::string partition;             ///< as schema::PartitionPath has it
  std::string inputs_hash;           ///< of the objects that it was made of
  std::string code_version;          ///< of the class or recipe
  std::string plan_id;               ///< of the run
  std::vector<std::string> rejects;  ///< URIs of the data files of its rejects, in their table
  friend bool operator==(const DerivedRun&, const DerivedRun&) = default;
};

}  // namespace tarn::catalog
