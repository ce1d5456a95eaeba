// How much a snapshot lists.
#pragma once

#include <cstdint>

#include "schema/data_file.h"

namespace tarn::schema {

struct DataSize {
  int64_t rows = 0;
  int64_t files = 0;
  int64_t bytes = 0;  ///< of the files as they lie

  void Add(const DataFile& file) {
    rows += file.record_count;
    bytes += file.size_bytes;
    ++files;
  }
};

inline DataSize SizeOf(const Snapshot& snapshot) {
  DataSize size;
  for (const auto& part : snapshot.files) {
    for (const DataFile& file : *part) size.Add(file);
  }
  return size;
}

}  // namespace tarn::schema
