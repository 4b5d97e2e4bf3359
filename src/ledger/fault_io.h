// A simulated disk for tests: files in memory with a page cache that a power cut loses in part, and errors on the n-th operation. Built
// into the ledger's test program only (fault_io_test.cc).
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "ledger/io.h"

namespace entente::ledger {

enum class Fault {
  power_cut,    // the operation and all un-synced ones before it reach the disk in part; every later one fails
  io_error,     // EIO: a write may be done in part; a failed sync forgets that its pages were dirty, so they may never reach the disk
  no_space,     // ENOSPC on a write or creation, nothing done; other operations succeed
  short_write,  // half of a write is done, then ENOSPC; other operations succeed
};

// What mount() gives may be used from several threads, and must not outlive the disk; the disk's own methods are for one thread while none
// of them works.
class SimulatedDisk {
 public:
  // Un-synced writes survive or are lost in units of `block` bytes.
  explicit SimulatedDisk(std::uint64_t seed, std::size_t block = 512) : rng_(seed), block_(block) {}

  [[nodiscard]] std::shared_ptr<Io> mount();
  // The process ended: its locks are gone, the page cache is not.
  void kill_process() { locked_.clear(); }
  // The power failed (again) and is back: what was not synced is there in part.
  void power_cut();

  // `fault` strikes at the `n`-th (from 1) changing operation from now on: write, sync, truncate, create, rename, remove, sync_folder.
  void plan(Fault fault, std::uint64_t n);
  void no_plan() { fault_at_ = 0; }
  [[nodiscard]] bool power_is_off() const { return off_; }
  [[nodiscard]] std::uint64_t operations() const { return operations_; }
  // Every content ever written to "checkpoint.tmp", in order: each may have left the process as a signature.
  [[nodiscard]] const std::vector<std::string>& signed_notes() const { return signed_; }

  // Direct access for tests that damage files at rest (disk and cache alike).
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] Bytes& content(const std::string& name);
  void set_content(const std::string& name, Bytes bytes);
  void erase(const std::string& name);

 private:
  friend class SimulatedFile;
  friend class SimulatedIo;
  friend class SimulatedLock;
  struct Change {
    bool truncate = false;
    std::uint64_t offset = 0;  // of the bytes; or the new size
    Bytes bytes;
  };
  struct Inode {
    Bytes cache, disk;
    std::vector<Change> pending;
    std::vector<std::pair<std::uint64_t, std::size_t>> lost;  // ranges a failed sync forgot: the cache shows what the disk lacks
  };
  struct NameChange {
    std::string from, to;          // rename: both; create: `to`; remove: `from`
    std::shared_ptr<Inode> inode;  // of `to`
  };
  using Names = std::map<std::string, std::shared_ptr<Inode>, std::less<>>;

  static void apply(const Change& change, Bytes& bytes);
  static void apply(const NameChange& change, Names& names);
  void persist_some(Inode& inode);
  void persist_some_names();
  void change(Inode& inode, Change change);
  void change_names(NameChange change);
  bool keep() { return rng_() % 4 < keep_quarters_; }
  // Counts an operation; gives the fault that strikes it.
  std::optional<Fault> strike();

  std::recursive_mutex mutex_;
  std::mt19937_64 rng_;
  std::size_t block_;
  unsigned keep_quarters_ = 2;
  bool off_ = false;
  std::uint64_t operations_ = 0;
  std::uint64_t fault_at_ = 0;  // 0: none
  Fault fault_ = Fault::power_cut;
  Names cached_, durable_;
  std::vector<NameChange> pending_names_;
  std::vector<std::shared_ptr<Inode>> inodes_;
  std::map<std::string, bool, std::less<>> locked_;
  std::vector<std::string> signed_;
};

}  // namespace entente::ledger
