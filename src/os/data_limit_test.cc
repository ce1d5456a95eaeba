#include "os/data_limit.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/units.h"

namespace tarn::os {
namespace {

rlim_t SoftLimit() {
  rlimit limit{};
  getrlimit(RLIMIT_DATA, &limit);
  return limit.rlim_cur;
}

TEST(DataLimit, RefusesWhatIsBeyondItWhileItLives) {
  constexpr size_t kMuch = 512 * kMiB;
  const rlim_t before = SoftLimit();
  {
    const DataLimit outer(256 * kMiB);
    if (SoftLimit() == before) GTEST_SKIP() << "AddressSanitizer's memory has no bounds";
    void* volatile refused = std::malloc(kMuch);
    EXPECT_EQ(refused, nullptr);
    const rlim_t limit = SoftLimit();
    {
      const DataLimit inner(2 * kMuch);
      EXPECT_LE(SoftLimit(), limit) << "never more than before";
    }
    EXPECT_EQ(SoftLimit(), limit);
  }
  EXPECT_EQ(SoftLimit(), before);
  void* volatile given = std::malloc(kMuch);
  EXPECT_NE(given, nullptr);
  std::free(given);
}

}  // namespace
}  // namespace tarn::os
