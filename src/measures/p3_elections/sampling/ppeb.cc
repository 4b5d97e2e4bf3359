// PPEB by numpy's Generator.choice, then tickets. The earlier rounds' draws are drawn again and left out: one sequence serves all rounds.
#include "measures/p3_elections/sampling/ppeb.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "measures/p3_elections/sampling/consistent_sampler.h"
#include "measures/p3_elections/sampling/numpy_random.h"
#include "measures/p3_elections/sampling/python_repr.h"

namespace entente::measures::p3_elections::sampling {

namespace {

constexpr std::uint64_t kPpebMaxDraws = 2'000'000;

// Batches not yet drawn, by key.
std::vector<std::uint64_t> ppeb_rest(const std::vector<BatchKey>& batches, const std::vector<BatchKey>& previous) {
  const std::set<BatchKey> drawn(previous.begin(), previous.end());
  std::vector<std::uint64_t> out;
  for (std::size_t i = 0; i < batches.size(); ++i)
    if (!drawn.contains(batches[i])) out.push_back(i);
  std::ranges::sort(out, {}, [&](std::uint64_t i) -> const BatchKey& { return batches[i]; });
  return out;
}

}  // namespace

Result<std::vector<PpebDraw>> ppeb_sample(std::string_view seed, const std::vector<BatchKey>& batches, std::span<const double> weights,
                                          std::uint64_t size, const std::vector<BatchKey>& previous) {
  if (weights.size() != batches.size()) return fail("as many weights as batches are needed");
  if (size > kPpebMaxDraws || previous.size() > kPpebMaxDraws) return fail("more than two million draws");
  std::vector<std::uint64_t> drawn;
  std::uint64_t drop = previous.size();
  if (previous.size() + size >= batches.size()) {  // each of these gets its first ticket, whatever was drawn before
    drawn = ppeb_rest(batches, previous);
    drop = 0;
  } else {
    Pcg64 generator(sha256(seed));
    ENTENTE_TRY(drawn, numpy_choice(generator, previous.size() + size, weights));
  }
  const Tickets tickets(seed);
  std::unordered_map<std::uint64_t, std::string> last;
  std::vector<PpebDraw> out;
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    std::string& ticket = last[drawn[i]];
    if (ticket.empty()) {
      const BatchKey& key = batches[drawn[i]];
      ENTENTE_TRY(const std::string identifier, python_tuple({key.jurisdiction, key.batch}));
      ticket = Tickets::trimmed(tickets.first(identifier), kArloTicketDigits);
    } else
      ticket = Tickets::trimmed(Tickets::next(ticket), kArloTicketDigits);
    if (i >= drop) out.push_back({ticket, drawn[i]});
  }
  return out;
}

}  // namespace entente::measures::p3_elections::sampling
