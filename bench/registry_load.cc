// Makes what tools/bench_registry.sh needs: a registry's folder with approved supporters, and a file of signed statements they may send,
// one a line, each valid where they are sent in the order of the file. At its end it measures what a statement cannot be cheaper than:
// libsodium's Ed25519 verification of one of these messages.
//   registry_load FOLDER SUPPORTERS STATEMENTS
#include <sodium.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <span>

#include "core/file.h"
#include "core/time.h"
#include "ledger/ledger.h"
#include "registry_bench.h"

namespace {

using namespace entente;
using namespace entente::bench;

double verify_rate(const std::string& entry, const keys::SigningKey& key) {
  const auto envelope = statement::Envelope::parse_canonical(entry, "entry").value();
  const std::string message = statement::pae(envelope.payload_type, envelope.payload);
  const auto& signature = envelope.signatures.front().sig;
  constexpr int kRuns = 20'000;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < kRuns; ++i)
    if (crypto_sign_verify_detached(signature.data(), reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                                    key.verifier().key().data()) != 0)
      std::abort();
  return kRuns / std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Result<void> make(const std::filesystem::path& folder, int supporters, int statements) {
  const Officers officers;
  const Instant start = now() - std::chrono::hours(12);
  const std::string at = format_time(start);
  std::vector<keys::SigningKey> keys;
  std::vector<Digest> pledges;
  std::vector<std::string> entries{founding(officers, at)};
  for (int i = 0; i < supporters; ++i) {
    const std::string id = fmt::format("organisation-{}", i);
    keys.push_back(bench_key(id));
    entries.push_back(bench_pledge(id, keys.back(), at));
    pledges.push_back(sha256(entries.back()));
    entries.push_back(bench_approval(id, pledges.back(), officers, at));
  }
  std::filesystem::create_directories(folder / "keys");
  ENTENTE_TRY(const keys::SigningKey log_key, keys::SigningKey::generate("registry.example/ledger"));
  ENTENTE_CHECK(keys::write_key_file(folder / "keys" / "log.key", log_key));
  ENTENTE_TRY(ledger::Ledger log, ledger::Ledger::init(folder / "log", log_key));
  ENTENTE_CHECK(log.append(entries, log_key));
  std::string lines, first;
  for (int i = 0; i < statements; ++i) {
    const auto n = static_cast<std::size_t>(i % supporters);
    const Instant when = start + std::chrono::seconds(1 + i / supporters);
    Json renewal{{"pledge", {{"sha256", pledges[n].hex()}}}, {"organisation", {{"id", fmt::format("organisation-{}", n)}}}};
    renewal["at"] = format_time(when);
    renewal["until"] = format_time(when + std::chrono::days(365));
    const std::string entry = bench_entry("renewal", pledges[n], renewal, {&keys[n]});
    if (first.empty()) first = entry;
    lines += entry + "\n";
  }
  ENTENTE_CHECK(write_file_atomic(folder / "statements", lines));
  double best = 0;
  for (int i = 0; i < 3; ++i) best = std::max(best, verify_rate(first, keys.front()));
  std::printf("%.0f\n", best);
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  const std::span<char*> args(argv, static_cast<std::size_t>(argc));
  if (args.size() != 4 || sodium_init() < 0) return std::fputs("registry_load FOLDER SUPPORTERS STATEMENTS\n", stderr), 2;
  const auto made = make(args[1], std::atoi(args[2]), std::atoi(args[3]));
  if (!made) return std::fprintf(stderr, "registry_load: %s\n", made.error().what.c_str()), 1;
  return 0;
}
