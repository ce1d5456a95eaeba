#include "derive/chunks.h"

#include <algorithm>
#include <ranges>
#include <utility>

namespace tarn::derive {

std::vector<std::vector<InputObject>> CutIntoChunks(std::vector<InputObject> objects,
                                                    const ChunkLimits& limits) {
  std::vector<std::vector<InputObject>> chunks;
  uint64_t bytes = 0;
  for (InputObject& object : objects | std::views::reverse) {
    const bool joins = !chunks.empty() && bytes + object.size < limits.bytes &&
                       chunks.back().size() < limits.objects;
    if (!joins) {
      chunks.emplace_back();
      bytes = 0;
    }
    bytes += object.size;
    chunks.back().push_back(std::move(object));
  }
  for (auto& chunk : chunks) std::ranges::reverse(chunk);
  std::ranges::reverse(chunks);
  return chunks;
}

}  // namespace tarn::derive
