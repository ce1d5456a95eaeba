#include "app/heka_keys_file.h"

#include <string_view>

#include "os/input.h"

namespace tarn::app {

Result<decode::HekaKeys> ReadHekaKeys(const std::string& path) {
  auto input = TRY(os::OpenInput(path, {}));
  std::string text(decode::kHekaKeysBytesMax + 1, '\0');
  size_t size = 0;
  while (size < text.size()) {
    const size_t got = TRY(input->Read(text.data() + size, text.size() - size));
    if (got == 0) break;
    size += got;
  }
  return While(decode::HekaKeys::Parse(std::string_view(text).substr(0, size)), "'{}'", path);
}

}  // namespace tarn::app
