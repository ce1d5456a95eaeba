// How the output of a dataset is called: made of the dataset's name, as the framework's users know
// it.
#pragma once

#include <string>
#include <string_view>

namespace tarn::derive {

/// The parts of a class's name, in lower case: ExecutiveStream → `executive-stream`. A capital
/// before another one is lost, as it always was: MyETLStream → `my-stream`.
/// source  telemetry-batch-view, DerivedStream.uncamelize
std::string NameWithSeparator(std::string_view name, char separator);

inline std::string DirectoryOf(std::string_view dataset) { return NameWithSeparator(dataset, '-'); }
inline std::string TableOf(std::string_view dataset) { return NameWithSeparator(dataset, '_'); }

/// The column, and the directory's name, of a dimension. The suffix keeps it apart from a column of
/// the records that has the same name.
inline std::string PartitionColumnOf(std::string_view dimension) {
  return std::string(dimension) + "S3";
}

}  // namespace tarn::derive
