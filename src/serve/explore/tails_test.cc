#include "serve/explore/tails.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "serve/site_testing.h"

namespace tarn::serve {
namespace {

constexpr int64_t kSecond = 1'000'000;

class SteppingClock : public FakeClock {
 public:
  int64_t SteadyMicros() override { return now_us; }
  std::atomic<int64_t> now_us = 0;
};

/// What a tail and its reader share.
struct Reader {
  std::atomic<size_t> waiting_bytes = 0;
  std::atomic<int> looks = 0;  ///< of the tail at how much waits
  std::atomic<bool> is_let_go = false;
};

class BodyOfReader : public BodyStream {
 public:
  explicit BodyOfReader(std::shared_ptr<Reader> reader) : reader_(std::move(reader)) {}
  bool Send(std::string /*piece*/) override { return true; }
  size_t waiting_bytes() override {
    ++reader_->looks;
    return reader_->waiting_bytes;
  }
  void Abort() override { reader_->is_let_go = true; }

 private:
  const std::shared_ptr<Reader> reader_;
};

/// A tail that is open, its reader, and the time.
class TailOfOneReader : public testing::Test {
 protected:
  void SetUp() override {
    const auto stream = streams_.Create({.name = "events", .table = {"default", "events"}});
    ASSERT_TRUE(stream) << stream.error().message();
    catalog_.tables[stream->definition.table].name = stream->definition.table;
    std::promise<Reply> answered;
    Request request;
    request.parameters = {{"stream", "events"}};
    tails_.Handle(request,
                  Responder([&answered](Reply reply) { answered.set_value(std::move(reply)); }));
    const Reply reply = answered.get_future().get();
    ASSERT_TRUE(reply.stream) << reply.body;
    reply.stream(std::make_unique<BodyOfReader>(reader_));
  }

  /// Let the tail look twice more: at least one whole look is at the present state.
  void WaitForLooks() {
    const int before = reader_->looks;
    for (int i = 0; i < 2000 && reader_->looks < before + 2 && !reader_->is_let_go; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  bool IsLetGoAt(int64_t now_us) {
    clock_.now_us = now_us;
    WaitForLooks();
    return reader_->is_let_go;
  }

  const std::shared_ptr<Reader> reader_ = std::make_shared<Reader>();
  FakeCatalog catalog_;
  FakeStreams streams_;
  SteppingClock clock_;
  WorkerPool workers_{1, 1};
  Tails tails_{catalog_, streams_, clock_, workers_};
};

TEST_F(TailOfOneReader, LetsGoOfOneWhoTakesNothingForAMinute) {
  reader_->waiting_bytes = Tails::kWaitingBytesMax + 1;
  WaitForLooks();
  EXPECT_FALSE(IsLetGoAt(Tails::kStuckMicros - kSecond));
  EXPECT_TRUE(IsLetGoAt(Tails::kStuckMicros + kSecond));
}

TEST_F(TailOfOneReader, KeepsOneWhoTakesAgainInTime) {
  reader_->waiting_bytes = Tails::kWaitingBytesMax + 1;
  EXPECT_FALSE(IsLetGoAt(50 * kSecond));
  reader_->waiting_bytes = 0;
  WaitForLooks();
  reader_->waiting_bytes = Tails::kWaitingBytesMax + 1;
  EXPECT_FALSE(IsLetGoAt(50 * kSecond + Tails::kStuckMicros - kSecond));
  EXPECT_TRUE(IsLetGoAt(50 * kSecond + Tails::kStuckMicros + kSecond));
}

TEST_F(TailOfOneReader, KeepsOneWhoHasLittleWaitingForever) {
  reader_->waiting_bytes = Tails::kWaitingBytesMax;
  EXPECT_FALSE(IsLetGoAt(10 * Tails::kStuckMicros));
}

}  // namespace
}  // namespace tarn::serve
