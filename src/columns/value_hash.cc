#include "columns/value_hash.h"

#include <unistd.h>

#include "base/invariant.h"

namespace tarn::columns {

const HashKeys& ProcessHashKeys() {
  static const HashKeys keys = [] {
    HashKeys drawn;
    INVARIANT(getentropy(&drawn, sizeof drawn) == 0, "the kernel gives random bytes");
    return drawn;
  }();
  return keys;
}

}  // namespace tarn::columns
