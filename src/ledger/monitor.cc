// Monitoring. Two signed checkpoints are compared in the tree of the larger one, read from the source with every tile authenticated: its
// first m entries must have the root that was signed for m. The state file is replaced only after every new entry was handed over.
#include "ledger/monitor.h"

#include <fmt/format.h>

#include "core/utf8.h"
#include "ledger/remote_tree.h"
#include "ledger/state_folder.h"

namespace entente::ledger {
namespace {

constexpr std::string_view kWatchedFile = "watched.vkey";
constexpr std::string_view kStateFile = "checkpoint";

Result<void> hand_over(RemoteTree& tree, merkle::LeafIndex from, const Monitor::TakeEntry& take) {
  return tree.each_bundle(from, tree.size(),
                          [&](merkle::LeafIndex first, std::span<const ByteView> entries, std::span<const Digest>) -> Result<void> {
                            for (const ByteView entry : entries) ENTENTE_CHECK(take(first++, entry));
                            return {};
                          });
}

}  // namespace

Result<Monitor> Monitor::open(std::shared_ptr<Io> io, const keys::VerifierKey& log, MonitorOptions options) {
  Monitor monitor(std::move(io), log, std::move(options));
  ENTENTE_TRY(const std::string watched, open_state_folder(*monitor.io_, kWatchedFile, log.str() + "\n"));
  if (watched != log.str() + "\n")
    return fail(fmt::format("this folder is about the log {}", printable(watched.substr(0, watched.find('\n')))),
                {.file = monitor.io_->display(kWatchedFile)}, "name another folder");
  ENTENTE_TRY(monitor.lock_, monitor.io_->try_lock(kLockFile));
  if (!monitor.lock_) return fail("another monitor is at work in this folder", {.file = monitor.io_->display(kLockFile)});
  ENTENTE_TRY(const bool started, monitor.io_->exists(kStateFile));
  if (!started) return monitor;
  ENTENTE_TRY(std::string note, read_small(*monitor.io_, kStateFile, merkle::kMaxNoteBytes));
  auto verified = merkle::verify_checkpoint(note, log);
  if (!verified) {
    verified.error().where.file = monitor.io_->display(kStateFile);
    verified.error().hint = "this state is damaged or of another log; name another folder to start anew";
    return fail(std::move(verified.error()));
  }
  monitor.last_ = SignedCheckpoint{.note = std::move(note), .checkpoint = std::move(verified->checkpoint)};
  return monitor;
}

Result<void> Monitor::remember(SignedCheckpoint checkpoint) {
  ENTENTE_CHECK(replace_file(*io_, kStateFile, checkpoint.note));
  last_ = std::move(checkpoint);
  return {};
}

Result<Round> Monitor::against_last(const SignedCheckpoint& shown, const Fetch& fetch) {
  const SignedCheckpoint& last = *last_;
  Round round{.before = last.checkpoint.size, .now = shown.checkpoint.size};
  round.outcome = round.now > round.before   ? Round::Outcome::grown
                  : round.now < round.before ? Round::Outcome::behind
                                             : Round::Outcome::unchanged;
  const SignedCheckpoint& larger = round.now > round.before ? shown : last;
  std::optional<RemoteTree> tree;
  if (round.now != round.before) {
    auto opened = RemoteTree::open(fetch, larger.checkpoint.size, larger.checkpoint.root);
    if (!opened && round.outcome == Round::Outcome::behind) {
      round.remark = "whether it is a part of the later one cannot be checked here: " + opened.error().what;
      return round;
    }
    if (!opened) return fail(std::move(opened.error()));
    tree.emplace(std::move(*opened));
  }
  ENTENTE_TRY(auto fork, merkle::find_fork(shown.note, last.note, log_, tree ? tree->reader() : merkle::NodeReader()));
  if (!fork) return round;
  round.outcome = Round::Outcome::forked;
  ENTENTE_TRY(const std::string name, keep_fork_proof(*io_, *fork, forks_));
  round.fork_file = io_->display(name);
  round.fork = std::move(fork);
  return round;
}

Result<Round> Monitor::look(const Fetch& fetch, const TakeEntry& take) {
  ENTENTE_TRY(SignedCheckpoint shown, fetch_checkpoint(fetch, log_, options_.policy));
  Round round{.outcome = Round::Outcome::grown, .before = 0, .now = shown.checkpoint.size};
  if (last_) { ENTENTE_TRY(round, against_last(shown, fetch)); }
  if (round.outcome != Round::Outcome::grown) return round;
  ENTENTE_TRY(RemoteTree tree, RemoteTree::open(fetch, shown.checkpoint.size, shown.checkpoint.root));
  const bool skip = !last_ && options_.start == MonitorOptions::Start::now;
  if (!skip) ENTENTE_CHECK(hand_over(tree, round.before, take));
  ENTENTE_CHECK(remember(std::move(shown)));
  return round;
}

Result<Round> Monitor::compare(const std::string& note, const Fetch& fetch) {
  if (!last_) return fail("nothing to compare with yet: look at the log first");
  ENTENTE_TRY(auto verified, merkle::verify_checkpoint(note, log_));
  return against_last({.note = note, .checkpoint = std::move(verified.checkpoint)}, fetch);
}

}  // namespace entente::ledger
