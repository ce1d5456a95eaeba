// Files read back by parquet-cpp, for tests.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace parquet {
class FileMetaData;
}

namespace tarn::lake::testing {

struct ReadBack {
  std::string error;  ///< empty: all went well
  std::shared_ptr<parquet::FileMetaData> metadata;
  std::shared_ptr<arrow::Schema> schema;
  std::vector<std::string> rows;  ///< as columns::testing::ArrowRowText
};

ReadBack ReadWhole(std::string_view file);

}  // namespace tarn::lake::testing
