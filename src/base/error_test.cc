#include "base/error.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>
#include <stdexcept>
#include <vector>

namespace tarn {
namespace {

// Counts its living copies.
struct Counted {
  static inline int alive = 0;
  std::string text;
  explicit Counted(std::string from) : text(std::move(from)) { ++alive; }
  Counted(const Counted& other) : text(other.text) { ++alive; }
  Counted(Counted&& other) noexcept : text(std::move(other.text)) { ++alive; }
  ~Counted() { --alive; }
};

struct Pair {
  Counted first;
  std::shared_ptr<Counted> second;
};

Result<Counted> Make(bool works) {
  if (!works)
    return Fail(ErrorKind::kIo, "a message that is too long for a small string, number {}", 7);
  return Counted("a text that is too long for a small string");
}

Result<std::shared_ptr<Counted>> MakeShared(bool works) {
  return std::make_shared<Counted>(TRY(Make(works)));
}

Result<Pair> MakePair(const Counted& first, bool works) {
  return Pair{first, TRY(While(MakeShared(works), "making {}", first.text))};
}

Result<std::string> Join(const Counted& first, bool works) {
  return first.text + std::string(" and more text that lies on the heap ") + TRY(Make(works)).text;
}

TEST(Try, DestroysEveryTemporaryOnceWhereverItReturns) {
  {
    const Counted first("a first text that is too long for a small string");
    for (const bool works : {true, false, true, false}) {
      EXPECT_EQ(MakePair(first, works).has_value(), works);
      EXPECT_EQ(Join(first, works).has_value(), works);
      EXPECT_EQ(Counted::alive, 1);
    }
  }
  EXPECT_EQ(Counted::alive, 0);
}

TEST(Error, CollectsItsPath) {
  const auto made = MakePair(Counted("x"), false);
  EXPECT_EQ(made.error().message(),
            "making x: a message that is too long for a small string, number 7");
  EXPECT_EQ(made.error().kind(), ErrorKind::kIo);
}

TEST(Guard, TurnsExceptionsIntoErrors) {
  const auto thrown = Guard(ErrorKind::kCorrupt, []() -> int { throw std::runtime_error("bad"); });
  ASSERT_FALSE(thrown.has_value());
  EXPECT_EQ(thrown.error().kind(), ErrorKind::kCorrupt);
  EXPECT_EQ(thrown.error().message(), "bad");
  EXPECT_EQ(Guard(ErrorKind::kIo, [] { return 5; }).value(), 5);
}

TEST(FromErrno, NamesTheCallersNextMove) {
  EXPECT_EQ(FromErrno(ENOENT, "x").kind(), ErrorKind::kNotFound);
  EXPECT_EQ(FromErrno(EEXIST, "x").kind(), ErrorKind::kConflict);
  EXPECT_EQ(FromErrno(EIO, "/f").message(), "/f: Input/output error");
}

}  // namespace
}  // namespace tarn
