// Parallel loops. Work is handed out in runs of `grain` indices; TBB steals work between threads, the plain backend lets
// threads draw the next run from an atomic counter.
#include "core/parallel.h"

#include <algorithm>
#include <atomic>
#include <thread>

#ifndef ENTENTE_PARALLEL_JTHREAD
#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#else
#include <vector>
#endif

namespace entente {
namespace {

std::atomic<std::size_t> g_limit{0};

}  // namespace

void set_thread_limit(std::size_t threads) { g_limit = threads; }

std::size_t thread_limit() {
  const std::size_t limit = g_limit;
  return limit != 0 ? limit : std::max(1u, std::thread::hardware_concurrency());
}

void parallel_for(std::size_t n, const std::function<void(std::size_t)>& body, std::size_t grain) {
  grain = std::max<std::size_t>(grain, 1);
  if (n == 0) return;
  if (n <= grain || thread_limit() == 1) {
    for (std::size_t i = 0; i < n; ++i) body(i);
    return;
  }
#ifndef ENTENTE_PARALLEL_JTHREAD
  tbb::task_arena arena(static_cast<int>(thread_limit()));
  arena.execute([&] {
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, n, grain), [&](const tbb::blocked_range<std::size_t>& range) {
      for (std::size_t i = range.begin(); i != range.end(); ++i) body(i);
    });
  });
#else
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    while (true) {
      const std::size_t from = next.fetch_add(grain);
      if (from >= n) return;
      for (std::size_t i = from; i < std::min(n, from + grain); ++i) body(i);
    }
  };
  std::vector<std::jthread> threads;
  for (std::size_t t = 1; t < std::min(thread_limit(), (n + grain - 1) / grain); ++t) threads.emplace_back(work);
  work();
#endif
}

}  // namespace entente
