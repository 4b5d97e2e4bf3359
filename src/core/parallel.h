// Parallel loops with deterministic results: a loop's body writes to its own index, never to what another index reads,
// so the outcome is the same on any number of threads. Backends: oneTBB, or plain std::jthread where
// ENTENTE_PARALLEL_JTHREAD is defined (the tsan preset, because TBB's own code is not instrumented).
#pragma once

#include <cstddef>
#include <functional>

namespace entente {

// How many threads loops may use; 0 means as many as the machine has. Not thread-safe: set it at the start (--threads).
void set_thread_limit(std::size_t threads);
[[nodiscard]] std::size_t thread_limit();

// Calls body(i) once for each i in [0, n), in any order, on up to thread_limit() threads, and returns when all are done.
// The body must not throw. `grain` indices at a time go to one thread.
void parallel_for(std::size_t n, const std::function<void(std::size_t)>& body, std::size_t grain = 1);

}  // namespace entente
