#include "collect/aws_error.h"

#include <gtest/gtest.h>

namespace tarn::collect {
namespace {

TEST(Violations, SpeakAsAwsDoes) {
  Violations violations;
  violations.MustNotBeNull("deliveryStreamName");
  EXPECT_EQ(violations.ToError().type, "ValidationException");
  EXPECT_EQ(violations.ToError().message,
            "1 validation error detected: Value null at 'deliveryStreamName' failed to satisfy "
            "constraint: Member must not be null");
  violations.TooBig("limit", 10'001, 10'000);
  EXPECT_EQ(violations.ToError().message,
            "2 validation errors detected: Value null at 'deliveryStreamName' failed to satisfy "
            "constraint: Member must not be null; Value '10001' at 'limit' failed to satisfy "
            "constraint: Member must have value less than or equal to 10000");
}

TEST(Violations, ShowTenAtMostAndCountAll) {
  Violations violations;
  for (int i = 0; i < 30; ++i) violations.MustNotBeNull("a");
  const std::string message = violations.ToError().message;
  EXPECT_TRUE(message.starts_with("30 validation errors detected: "));
  EXPECT_LT(message.size(), 1500u);
}

TEST(Violations, HoldStreamNamesToTheirPattern) {
  for (const char* name : {"a", "My-App.v1", "under_score", "0"}) {
    Violations violations;
    violations.CheckStreamName("n", std::string(name));
    EXPECT_TRUE(violations.empty()) << name;
    EXPECT_TRUE(IsStreamName(name)) << name;
  }
  for (const std::string& name : {std::string(), std::string("a b"), std::string("ä"),
                                  std::string("a/b"), std::string(65, 'a')}) {
    Violations violations;
    violations.CheckStreamName("n", name);
    EXPECT_FALSE(violations.empty()) << name;
    EXPECT_FALSE(IsStreamName(name)) << name;
  }
}

}  // namespace
}  // namespace tarn::collect
