// Tickets of consistent_sampler (Rivest; Arlo draws ballots with it and prints its ticket numbers): bit for bit. A ticket number is a text
// "0.ddd…": the decimal digits of SHA-256(hex(SHA-256(seed)) || identifier), padded with zeros to 64 digits and REVERSED. Tickets are
// compared as texts; the lowest are the sample. Drawn with replacement, an object goes back with a higher number that depends on its old
// one only: the nines it begins with are kept, what follows them is hashed anew.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "measures/p3_elections/sampling/sha256_blocks.h"

namespace entente::measures::p3_elections::sampling {

// Both "0." and digits, untrimmed.
class Tickets {
 public:
  explicit Tickets(std::string_view seed);
  // Of an object by its identifier: what Python's str() writes of it (python_repr.h for tuples).
  [[nodiscard]] std::string first(std::string_view identifier) const;
  // Of the object whose last ticket was `ticket`. Thread-safe, needs no seed.
  [[nodiscard]] static std::string next(std::string_view ticket);
  // Cut (not rounded) to `digits` digits behind the nines it begins with and the digit that ends them: what Arlo prints with 18.
  [[nodiscard]] static std::string trimmed(std::string_view ticket, std::size_t digits);

  [[nodiscard]] const Sha256Prefix& prefix() const { return prefix_; }

 private:
  Sha256Prefix prefix_;  // 64 hex digits: exactly one block, so that an identifier of up to 55 bytes costs one block
};

struct TicketDraw {
  std::string ticket;            // trimmed if asked
  std::uint64_t object = 0;      // its place among the objects, from 0
  std::uint64_t generation = 1;  // how often it has been drawn, this time included
  bool operator==(const TicketDraw&) const = default;
};

struct ConsistentOptions {
  std::uint64_t take = 0;  // draws in all
  std::uint64_t drop = 0;  // of them not returned: the earlier rounds'
  enum class Replacement { with, without } replacement = Replacement::with;
  std::size_t digits = 18;  // of the tickets returned; 0: all
};

// Groups of numbered objects: a batch of `count` cards whose identifiers are before || number || after, numbers from `first_number` on:
// "(('Adams', 'Batch 1'), " 7 ")".
struct NumberedObjects {
  std::string before, after;
  std::uint64_t first_number = 1, count = 0;
};

// The draws in their order. Objects are counted through the groups. Objects with equal tickets (none have been seen) keep their order.
// Without replacement there are at most as many draws as objects. Uses all threads.
[[nodiscard]] std::vector<TicketDraw> consistent_sample(std::string_view seed, const std::vector<NumberedObjects>& groups,
                                                        const ConsistentOptions& options);
// The same over identifiers.
[[nodiscard]] std::vector<TicketDraw> consistent_sample(std::string_view seed, const std::vector<std::string>& identifiers,
                                                        const ConsistentOptions& options);

}  // namespace entente::measures::p3_elections::sampling
