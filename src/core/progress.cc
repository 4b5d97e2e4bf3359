// The progress line. advance() is called from hot loops, so it only adds to an atomic counter and looks at an atomic
// deadline; one caller at a time draws.
#include "core/progress.h"

#include <fmt/format.h>
#include <unistd.h>
#include <cstdio>

#include "core/terminal.h"

namespace entente {
namespace {

using Clock = std::chrono::steady_clock;
std::int64_t ns(Clock::time_point t) { return std::chrono::nanoseconds(t.time_since_epoch()).count(); }
constexpr std::int64_t kFirst = 1'000'000'000, kEvery = 100'000'000;

}  // namespace

Progress::Progress(Mode mode) : visible_(mode == Mode::automatic && ::isatty(STDERR_FILENO) == 1) {}
Progress::~Progress() { done(); }

void Progress::step(std::string label, std::uint64_t total) {
  if (!visible_) return;
  const std::lock_guard lock(mutex_);
  label_ = std::move(label);
  total_ = total;
  count_ = 0;
  started_ = Clock::now();
  next_draw_ns_ = ns(started_) + kFirst;
}

void Progress::advance(std::uint64_t by) {
  if (!visible_) return;
  count_.fetch_add(by, std::memory_order_relaxed);
  std::int64_t due = next_draw_ns_.load(std::memory_order_relaxed);
  const std::int64_t at = ns(Clock::now());
  if (at < due || !next_draw_ns_.compare_exchange_strong(due, at + kEvery)) return;
  const std::lock_guard lock(mutex_);
  draw();
}

void Progress::draw() {
  const std::uint64_t n = count_;
  std::string line =
      total_ != 0 ? fmt::format("{}: {} of {} ({} %)", label_, n, total_, n * 100 / total_) : fmt::format("{}: {}", label_, n);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - started_).count();
  line += fmt::format(", {} s", seconds);
  line.resize(std::min<std::size_t>(line.size(), static_cast<std::size_t>(terminal_width(stderr)) - 1));
  std::fprintf(stderr, "\r\x1b[K%s", line.c_str());
  std::fflush(stderr);
  drawn_ = true;
}

void Progress::done() {
  const std::lock_guard lock(mutex_);
  if (drawn_) std::fputs("\r\x1b[K", stderr);
  drawn_ = false;
}

}  // namespace entente
