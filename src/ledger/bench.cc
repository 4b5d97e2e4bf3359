// Each pair of figures is taken in three rounds that alternate between limit and ledger, because a machine that others use changes from
// second to second; of the three the round with the middle ratio counts. The restart is measured on a log whose writer was killed by
// SIGKILL.
#include "ledger/bench.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <mutex>

#include "core/interrupt.h"
#include "core/parallel.h"
#include "ledger/appender.h"
#include "ledger/io.h"
#include "merkle/hashing.h"

namespace entente::ledger {
namespace fs = std::filesystem;
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Entries that differ in their first 8 bytes.
std::vector<std::string> make_entries(std::uint64_t first, std::size_t count, std::size_t bytes) {
  std::vector<std::string> out(count, std::string(bytes, 'e'));
  for (std::size_t i = 0; i < count; ++i) put_u64(std::span<std::uint8_t, 8>(reinterpret_cast<std::uint8_t*>(out[i].data()), 8), first + i);
  return out;
}

struct Repetition {
  double value = 0, limit = 0;
};

class Bench {
 public:
  Bench(fs::path folder, BenchSize size, Progress& progress)
      : folder_(std::move(folder)), quick_(size == BenchSize::quick), progress_(progress) {}

  Result<std::vector<Measured>> run() {
    auto key = keys::SigningKey::generate("bench.example/log");
    if (!key) return fail(key.error());
    key_ = std::make_shared<const keys::SigningKey>(std::move(*key));
    ENTENTE_CHECK(restart());
    ENTENTE_CHECK(appends("durable append, 1 KiB, large batches", 16384, 4096, quick_ ? 81'920 : 204'800, 0.6, "≥ 60 % of the limit"));
    ENTENTE_CHECK(check_all());
    ENTENTE_CHECK(
        appends("durable append, 1 KiB, at most 256 a commit", 256, 256, quick_ ? 10'000 : 60'000, 0, "reported; 140,000/s class"));
    ENTENTE_CHECK(one_by_one());
    return std::move(out_);
  }

 private:
  // The limit: hash each entry, write the batch to a file that was filled with zeros before, fdatasync.
  Result<double> raw(std::size_t batch, std::size_t entries, bool hashing) {
    const std::vector<std::string> data = make_entries(0, batch, 1024);
    std::vector<ByteView> views;
    std::string bytes;
    for (const std::string& e : data) {
      views.push_back(as_bytes(e));
      append_to_bundle(bytes, as_bytes(e));
    }
    const std::size_t batches = std::max<std::size_t>(1, entries / batch);
    const auto io = posix_io(folder_);
    ENTENTE_TRY(const auto file, io->open("raw", OpenMode::create));
    const Bytes zeros(1 << 20);
    for (std::uint64_t at = 0; at < batches * bytes.size(); at += zeros.size()) ENTENTE_CHECK(file->write(at, zeros));
    ENTENTE_CHECK(file->sync());
    std::vector<Digest> hashes(batch);
    const auto start = Clock::now();
    for (std::size_t b = 0; b < batches; ++b) {
      if (hashing) merkle::leaf_hashes(views, hashes);
      ENTENTE_CHECK(file->write(b * bytes.size(), as_bytes(bytes)));
      ENTENTE_CHECK(file->sync());
    }
    const double rate = static_cast<double>(batches * batch) / seconds_since(start);
    ENTENTE_CHECK(io->remove("raw"));
    return rate;
  }

  // Entries a second from the first add to the last answer.
  Result<double> ours(const std::string& name, std::size_t cap, std::size_t per_call, std::size_t entries) {
    ENTENTE_TRY(Ledger log, Ledger::init(folder_ / name, *key_));
    ENTENTE_TRY(auto appender, Appender::start(std::move(log), key_, {.max_batch_entries = cap}));
    std::vector<std::vector<std::string>> calls;
    for (std::size_t at = 0; at < entries; at += per_call) calls.push_back(make_entries(at, std::min(per_call, entries - at), 1024));
    std::mutex mutex;
    std::condition_variable changed;
    const std::size_t most_open = per_call > 1000 ? 8 : 32;  // calls not answered yet: enough for full batches, less than the queue holds
    std::size_t open = 0;
    std::optional<Error> error;
    const auto start = Clock::now();
    for (auto& call : calls) {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return open < most_open; });
      ++open;
      lock.unlock();
      appender->add(std::move(call), Appender::Wait::integrated, [&](const Result<Appender::Added>& added) {
        const std::scoped_lock guard(mutex);
        if (!added) error = added.error();
        --open;
        changed.notify_one();
      });
    }
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return open == 0; });
    const double rate = static_cast<double>(entries) / seconds_since(start);
    lock.unlock();
    ENTENTE_CHECK(appender->stop());
    if (error) return fail(*error);
    return rate;
  }

  void add(std::string what, std::array<Repetition, 3> rounds, std::string unit, std::string limit_what, double at_least,
           std::string goal) {
    std::ranges::sort(rounds, {}, [](const Repetition& r) { return r.limit > 0 ? r.value / r.limit : 0; });
    const Repetition& middle = rounds[1];
    out_.push_back({.what = std::move(what),
                    .value = middle.value,
                    .unit = std::move(unit),
                    .limit_what = std::move(limit_what),
                    .limit = middle.limit,
                    .goal = std::move(goal),
                    .met = middle.value >= at_least * middle.limit});
  }

  Result<void> appends(const std::string& what, std::size_t cap, std::size_t per_call, std::size_t entries, double at_least,
                       std::string goal) {
    progress_.step(what, 3);
    std::array<Repetition, 3> rounds;
    for (std::size_t i = 0; i < rounds.size(); ++i) {
      ENTENTE_TRY(rounds[i].limit, raw(std::min<std::size_t>(cap, 4096), entries, true));
      log_ = fmt::format("append-{}-{}", cap, i);
      ENTENTE_TRY(rounds[i].value, ours(log_, cap, per_call, entries));
      progress_.advance();
    }
    add(what, rounds, "entries/s", "write + fdatasync to a preallocated file + SHA-256 of the same", at_least, std::move(goal));
    return {};
  }

  // fsck of the log the large batches made.
  Result<void> check_all() {
    progress_.step("fsck", 3);
    const std::size_t count = 16 * 1024;
    const std::vector<std::string> data = make_entries(0, count, 1024);
    std::vector<ByteView> views;
    for (const std::string& e : data) views.push_back(as_bytes(e));
    std::vector<Digest> hashes(count);
    std::array<Repetition, 3> rounds;
    Progress silent(Progress::Mode::silent);
    for (Repetition& round : rounds) {
      const int repeats = quick_ ? 4 : 20;
      auto start = Clock::now();
      for (int r = 0; r < repeats; ++r)
        parallel_for(count / 256, [&](std::size_t i) {
          merkle::leaf_hashes(std::span(views).subspan(i * 256, 256), std::span(hashes).subspan(i * 256, 256));
        });
      round.limit = repeats * static_cast<double>(count) / seconds_since(start);
      start = Clock::now();
      ENTENTE_TRY(const auto problems, fsck(folder_ / log_, key_->verifier(), silent));
      if (!problems.empty()) return fail("fsck finds problems in a fresh log: " + problems.front().what);
      ENTENTE_TRY(const Ledger log, Ledger::open_read(folder_ / log_));
      round.value = static_cast<double>(log.size()) / seconds_since(start);
      progress_.advance();
    }
    add("fsck, 1 KiB", rounds, "entries/s", fmt::format("SHA-256 of the same in memory, {} threads", thread_limit()), 0,
        "≥ 2,000,000/s on 2 cores");
    out_.back().met = out_.back().value >= 2e6;
    return {};
  }

  Result<void> one_by_one() {
    progress_.step("one entry at a time", 3);
    const std::size_t count = quick_ ? 300 : 1000;
    std::array<Repetition, 3> rounds;
    std::array<Repetition, 3> by_appender;
    for (std::size_t i = 0; i < rounds.size(); ++i) {
      ENTENTE_TRY(rounds[i].limit, raw(1, count, false));
      ENTENTE_TRY(rounds[i].value, serial(fmt::format("one-{}", i), count));
      by_appender[i].limit = rounds[i].limit;
      ENTENTE_TRY(by_appender[i].value, serial_by_appender(fmt::format("one-appender-{}", i), count));
      progress_.advance();
    }
    constexpr const char* kLimit = "1 KiB write + fdatasync to a preallocated file";
    add("one entry at a time, durable and integrated", rounds, "entries/s", kLimit, 0.4, "≥ 40 % of the limit");
    add("the same through the appender's threads", by_appender, "entries/s", kLimit, 0, "reported");
    ENTENTE_TRY(const Ledger log, Ledger::open_read(folder_ / "one-0"));
    ENTENTE_TRY(const Stats stats, log.stats());
    const double entries = static_cast<double>(stats.size);
    const double limit = 1.1 * static_cast<double>(stats.payload_bytes) + 36 * entries;
    out_.push_back({.what = "disk use, 1 KiB, one entry a commit",
                    .value = static_cast<double>(stats.disk_bytes) / entries,
                    .unit = "bytes/entry",
                    .limit_what = "1.1 × payload + 36",
                    .limit = limit / entries,
                    .goal = "≤ the limit",
                    .met = static_cast<double>(stats.disk_bytes) <= limit});
    return {};
  }

  // By one caller that commits itself.
  Result<double> serial(const std::string& name, std::size_t count) {
    ENTENTE_TRY(Ledger log, Ledger::init(folder_ / name, *key_));
    const std::vector<std::string> entries = make_entries(0, count, 1024);
    const auto start = Clock::now();
    for (std::size_t i = 0; i < count; ++i) ENTENTE_CHECK(log.commit(std::span(entries).subspan(i, 1)));
    const double rate = static_cast<double>(count) / seconds_since(start);
    ENTENTE_CHECK(log.publish(*key_));
    return rate;
  }

  // By one caller that waits for the appender's threads.
  Result<double> serial_by_appender(const std::string& name, std::size_t count) {
    ENTENTE_TRY(Ledger log, Ledger::init(folder_ / name, *key_));
    ENTENTE_TRY(auto appender, Appender::start(std::move(log), key_, {}));
    std::vector<std::string> entries = make_entries(0, count, 1024);
    const auto start = Clock::now();
    for (std::string& entry : entries) {
      std::vector<std::string> one;
      one.push_back(std::move(entry));
      ENTENTE_CHECK(add_one(*appender, std::move(one)));
    }
    const double rate = static_cast<double>(count) / seconds_since(start);
    ENTENTE_CHECK(appender->stop());
    return rate;
  }

  static Result<merkle::LeafIndex> add_one(Appender& appender, std::vector<std::string> entry) {
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<Result<Appender::Added>> answer;
    appender.add(std::move(entry), Appender::Wait::integrated, [&](Result<Appender::Added> added) {
      const std::scoped_lock guard(mutex);
      answer.emplace(std::move(added));
      changed.notify_one();
    });
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return answer.has_value(); });
    if (!*answer) return fail(answer->error());
    return (*answer)->indices.front();
  }

  // In the child: fills a log as fast as it can, and dies in the middle of it.
  Result<void> fill_and_die(std::uint64_t count) {
    ENTENTE_TRY(Ledger log, Ledger::init(folder_ / "restart", *key_));
    ENTENTE_TRY(auto appender, Appender::start(std::move(log), key_, {}));
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t open = 0;
    for (std::uint64_t at = 0; at < count; at += 8192) {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return open < 4; });
      ++open;
      lock.unlock();
      appender->add(make_entries(at, 8192, 64), Appender::Wait::integrated, [&](const Result<Appender::Added>&) {
        const std::scoped_lock guard(mutex);
        --open;
        changed.notify_one();
      });
    }
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return open == 0; });
    ::kill(::getpid(), SIGKILL);
    return {};
  }

  static double resident_mib() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
      if (line.starts_with("VmHWM:")) return static_cast<double>(std::strtol(line.c_str() + 6, nullptr, 10)) / 1024;
    return 0;
  }

  Result<void> restart() {
    const std::uint64_t count = quick_ ? 500'000 : 10'000'000;
    progress_.step("a log whose writer is killed");
    const pid_t child = ::fork();
    if (child < 0) return fail("cannot fork");
    if (child == 0) {
      (void)fill_and_die(count);
      ::_exit(1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    if (!WIFSIGNALED(status)) return fail("the child that fills a log failed", {.file = folder_.string()});
    const auto start = Clock::now();
    ENTENTE_TRY(Ledger log, Ledger::open_write(folder_ / "restart"));
    const double took = seconds_since(start);
    const std::string what = fmt::format("restart after kill -9, {} entries of 64 bytes", log.committed_size());
    out_.push_back({.what = what, .value = took, .unit = "s", .limit_what = {}, .limit = 0, .goal = "< 1 s", .met = took < 1});
    const double memory = resident_mib();
    out_.push_back({.what = "memory of the whole process after that restart",
                    .value = memory,
                    .unit = "MiB",
                    .limit_what = {},
                    .limit = 0,
                    .goal = "≤ 64 MiB, without the table of duplicates",
                    .met = memory <= 64});
    const merkle::TreeSize held = log.committed_size();
    ENTENTE_TRY(auto appender, Appender::start(std::move(log), key_, {}));
    ENTENTE_TRY(const merkle::LeafIndex index, add_one(*appender, make_entries(held - 1, 1, 64)));
    const double adding = seconds_since(start);
    ENTENTE_CHECK(appender->stop());
    if (index != held - 1) return fail("an entry was given a second index after the restart");
    out_.push_back({.what = "the same until an old entry is found again, the table of duplicates read in",
                    .value = adding,
                    .unit = "s",
                    .limit_what = {},
                    .limit = 0,
                    .goal = "reported",
                    .met = true});
    return {};
  }

  const fs::path folder_;
  const bool quick_;
  Progress& progress_;
  std::shared_ptr<const keys::SigningKey> key_;
  std::string log_;
  std::vector<Measured> out_;
};

}  // namespace

Result<std::vector<Measured>> bench(const fs::path& folder, BenchSize size, Progress& progress) {
  const fs::path own = folder / fmt::format("entente-bench-{}", ::getpid());
  const CleanedOnInterrupt cleaned(own);
  std::error_code ec;
  if (!fs::create_directories(own, ec) || ec)
    return fail("cannot make a folder to measure in", {.file = own.string()}, "name a folder you can write to");
  auto measured = Bench(own, size, progress).run();
  progress.done();
  fs::remove_all(own, ec);
  return measured;
}

}  // namespace entente::ledger
