// One function on several threads, until all are done or one has failed.
#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>

#include "base/error.h"

namespace tarn::load {

/// Call `work(0)`, `work(1)`, … `work(count - 1)`, each on a thread of its own, this one among
/// them.
///
/// in       stop: asked to stop where one fails, so that the others end early
/// errors   the first of any; kInternal for what it threw
Status RunOnThreads(size_t count, std::stop_source stop, const std::function<Status(size_t)>& work);

}  // namespace tarn::load
