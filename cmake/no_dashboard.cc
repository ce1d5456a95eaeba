#include "serve/ui/assets.h"

namespace tarn::serve {

std::span<const Asset> EmbeddedAssets() { return {}; }

}  // namespace tarn::serve
