#include "derive/waiting_rejects.h"

#include <gtest/gtest.h>

#include <string>

namespace tarn::derive {
namespace {

schema::Reject RejectOf(size_t bytes) {
  schema::Reject reject;
  reject.raw = std::string(bytes, 'x');
  return reject;
}

TEST(WaitingRejects, AreFullByTheirBytes) {
  WaitingRejects waiting;
  waiting.Add(RejectOf(kWaitingRejectBytesMax - 1));
  EXPECT_FALSE(waiting.is_full());
  waiting.Add(RejectOf(1));
  EXPECT_TRUE(waiting.is_full());
  waiting.Clear();
  EXPECT_FALSE(waiting.is_full());
  EXPECT_TRUE(waiting.rejects().empty());
}

TEST(WaitingRejects, AreFullByTheirCount) {
  WaitingRejects waiting;
  for (size_t i = 0; i + 1 < kWaitingRejectsMax; ++i) waiting.Add({});
  EXPECT_FALSE(waiting.is_full());
  waiting.Add({});
  EXPECT_TRUE(waiting.is_full());
}

}  // namespace
}  // namespace tarn::derive
