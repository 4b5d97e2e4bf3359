// Consistent sampling by tickets. To find the k lowest of millions only a bound is kept, the k-th lowest so far: as the digits are
// reversed, a ticket's first three are the number mod 1000, and an object whose three are above the bound's is passed over without writing
// a digit of it. Python's tool keeps the `take` lowest first tickets in a heap and draws from it, putting drawn ones back; so do we.
#include "measures/p3_elections/sampling/consistent_sampler.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <queue>

#include "core/parallel.h"

namespace entente::measures::p3_elections::sampling {

namespace {

__extension__ typedef unsigned __int128 TicketWide;

// The digits, last first, at least 64; `h` is a 256-bit number, big-endian in words of 32 bits.
std::string ticket_digits(const Sha256State& hash) {
  constexpr std::uint64_t kTen19 = 10'000'000'000'000'000'000U;
  std::array<std::uint64_t, 4> limbs;  // most significant first
  for (std::size_t i = 0; i < 4; ++i) limbs[i] = std::uint64_t{hash.h[2 * i]} << 32 | hash.h[2 * i + 1];
  std::string out;
  out.reserve(80);
  std::size_t from = 0;
  while (from < 4 && limbs[from] == 0) ++from;
  while (from < 4) {
    std::uint64_t rest = 0;
    for (std::size_t i = from; i < 4; ++i) {
      const TicketWide wide = TicketWide{rest} << 64 | limbs[i];
      limbs[i] = static_cast<std::uint64_t>(wide / kTen19);
      rest = static_cast<std::uint64_t>(wide % kTen19);
    }
    while (from < 4 && limbs[from] == 0) ++from;
    for (std::size_t i = 0; i < 19 && (from < 4 || rest > 0); ++i, rest /= 10) out += static_cast<char>('0' + rest % 10);
  }
  if (out.size() < 64) out.append(64 - out.size(), '0');
  return out;
}

// The first three digits of the ticket as a number: (hash mod 1000), reversed.
std::uint32_t ticket_first_three(const Sha256State& hash) {
  // 2^32 ≡ 296 (mod 1000)
  std::uint64_t rest = 0;
  for (const std::uint32_t word : hash.h) rest = (rest * 296 + word) % 1000;
  const auto n = static_cast<std::uint32_t>(rest);
  return n % 10 * 100 + n / 10 % 10 * 10 + n / 100;
}

std::size_t ticket_behind_nines(std::string_view ticket) {
  std::size_t at = 2;
  while (at < ticket.size() && ticket[at] == '9') ++at;
  return at;
}

std::string ticket_hash_text(std::string_view text) { return sha256(text).hex(); }

struct TicketEntry {
  std::string ticket;  // whole
  std::uint64_t object = 0, generation = 1;
  // A max-heap's order: the highest on top.
  bool operator<(const TicketEntry& other) const { return ticket != other.ticket ? ticket < other.ticket : object < other.object; }
};

// The k lowest tickets seen so far.
class LowestTickets {
 public:
  explicit LowestTickets(std::uint64_t keep) : keep_(keep) {}
  void see(const Sha256State& hash, std::uint64_t object) {
    if (ticket_first_three(hash) > bound_) return;
    add({"0." + ticket_digits(hash), object, 1});
  }
  void add(TicketEntry entry) {
    if (heap_.size() == keep_) {
      if (keep_ == 0 || !(entry < heap_.front())) return;
      std::pop_heap(heap_.begin(), heap_.end());
      heap_.back() = std::move(entry);
    } else
      heap_.push_back(std::move(entry));
    std::push_heap(heap_.begin(), heap_.end());
    if (heap_.size() == keep_) {
      const std::string& top = heap_.front().ticket;
      bound_ = static_cast<std::uint32_t>((top[2] - '0') * 100 + (top[3] - '0') * 10 + (top[4] - '0'));
    }
  }
  [[nodiscard]] std::vector<TicketEntry>& entries() { return heap_; }

 private:
  std::uint64_t keep_;
  std::uint32_t bound_ = 999;
  std::vector<TicketEntry> heap_;
};

std::vector<TicketDraw> ticket_draws(std::vector<TicketEntry> lowest, const ConsistentOptions& options) {
  const auto higher = [](const TicketEntry& a, const TicketEntry& b) { return b < a; };
  std::priority_queue<TicketEntry, std::vector<TicketEntry>, decltype(higher)> heap(higher, std::move(lowest));
  std::vector<TicketDraw> out;
  for (std::uint64_t drawn = 0; drawn < options.take && !heap.empty(); ++drawn) {
    TicketEntry entry = heap.top();
    heap.pop();
    if (drawn >= options.drop)
      out.push_back({options.digits > 0 ? Tickets::trimmed(entry.ticket, options.digits) : entry.ticket, entry.object, entry.generation});
    if (options.replacement == ConsistentOptions::Replacement::with) {
      entry.ticket = Tickets::next(entry.ticket);
      ++entry.generation;
      heap.push(std::move(entry));
    }
  }
  return out;
}

// Objects [first, last) of one group into `lowest`, two at a time.
void ticket_see_group(const Sha256Prefix& prefix, const NumberedObjects& group, std::uint64_t first, std::uint64_t last,
                      std::uint64_t object, LowestTickets& lowest) {
  std::array<std::string, 2> texts;
  const auto write = [&](std::string& text, std::uint64_t number) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    text.assign(group.before).append(digits.data(), end).append(group.after);
  };
  Sha256State a, b;
  for (std::uint64_t i = first; i < last; i += 2) {
    write(texts[0], group.first_number + i);
    if (i + 1 == last) {
      lowest.see(prefix.state_of(texts[0]), object + i);
      return;
    }
    write(texts[1], group.first_number + i + 1);
    prefix.states_of(texts[0], texts[1], a, b);
    lowest.see(a, object + i);
    lowest.see(b, object + i + 1);
  }
}

}  // namespace

Tickets::Tickets(std::string_view seed) : prefix_(ticket_hash_text(seed)) {}

std::string Tickets::first(std::string_view identifier) const { return "0." + ticket_digits(prefix_.state_of(identifier)); }

std::string Tickets::next(std::string_view ticket) {
  const std::string padded = std::string(ticket) + '0';
  const std::string kept = padded.substr(0, ticket_behind_nines(padded));
  const Sha256Prefix prefix(std::string(ticket) + ':');
  for (std::uint64_t i = 1;; ++i) {
    std::string out = kept + ticket_digits(prefix.state_of(std::to_string(i)));
    if (out > padded) return out;
  }
}

std::string Tickets::trimmed(std::string_view ticket, std::size_t digits) {
  return std::string(ticket.substr(0, ticket_behind_nines(ticket) + digits));
}

std::vector<TicketDraw> consistent_sample(std::string_view seed, const std::vector<NumberedObjects>& groups,
                                          const ConsistentOptions& options) {
  constexpr std::uint64_t kPiece = 1 << 16;
  struct Piece {
    std::size_t group;
    std::uint64_t first, last, object;
  };
  std::vector<std::vector<Piece>> shares(1);  // some 64 k objects each
  std::uint64_t object = 0, in_share = 0;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    for (std::uint64_t first = 0; first < groups[g].count; first += kPiece) {
      const std::uint64_t last = std::min(groups[g].count, first + kPiece);
      shares.back().push_back({g, first, last, object});
      if ((in_share += last - first) >= kPiece) shares.emplace_back(), in_share = 0;
    }
    object += groups[g].count;
  }
  const Tickets tickets(seed);
  std::vector<LowestTickets> lowest(shares.size(), LowestTickets(options.take));
  parallel_for(shares.size(), [&](std::size_t i) {
    for (const Piece& p : shares[i]) ticket_see_group(tickets.prefix(), groups[p.group], p.first, p.last, p.object, lowest[i]);
  });
  LowestTickets all(options.take);
  for (LowestTickets& share : lowest)
    for (TicketEntry& entry : share.entries()) all.add(std::move(entry));
  return ticket_draws(std::move(all.entries()), options);
}

std::vector<TicketDraw> consistent_sample(std::string_view seed, const std::vector<std::string>& identifiers,
                                          const ConsistentOptions& options) {
  const Tickets tickets(seed);
  LowestTickets lowest(options.take);
  for (std::size_t i = 0; i < identifiers.size(); ++i) lowest.see(tickets.prefix().state_of(identifiers[i]), i);
  return ticket_draws(std::move(lowest.entries()), options);
}

}  // namespace entente::measures::p3_elections::sampling
