#include "app/watched_work.h"

#include <chrono>
#include <optional>
#include <semaphore>
#include <thread>

#include "app/progress.h"
#include "app/signals.h"

namespace tarn::app {
namespace {

constexpr std::chrono::milliseconds kLookEvery{50};

}  // namespace

bool RunWatched(const std::string& title, const load::ReadProgress& progress,
                const std::function<void(const std::stop_token&)>& work) {
  BlockStopSignals();
  std::stop_source stop;
  std::binary_semaphore done(0);
  std::jthread worker([&] {
    work(stop.get_token());
    done.release();
  });
  std::optional<Progress> bar;
  while (!done.try_acquire_for(kLookEvery)) {
    if (WaitForStopSignalFor(std::chrono::milliseconds(0)) != 0) stop.request_stop();
    if (!bar && progress.bytes_read > 0) bar.emplace(title, progress.bytes_total.load(), "B");
    if (bar) bar->Update(progress.bytes_read);
  }
  return stop.stop_requested();
}

}  // namespace tarn::app
