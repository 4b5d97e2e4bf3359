// Asks for DNS records through libunbound: its own recursion from the root, or through given servers; with DNSSEC validation where a trust
// anchor is given. RFC 1034, RFC 4035 (validation), RFC 2308 (negative answers).
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "dns/message.h"

namespace entente::dns {

struct Server {
  std::string address;  // numeric, IPv4 or IPv6
  std::uint16_t port = 53;
  bool operator==(const Server&) const = default;
};

// Servers that are authoritative for a zone and asked without recursion.
struct Stub {
  std::string zone;  // "example"
  std::vector<Server> servers;
  bool operator==(const Stub&) const = default;
};

struct ResolverOptions {
  std::vector<Server> forwarders;             // recursive resolvers for everything; empty: recursion from the root by libunbound itself
  std::vector<Stub> stubs;                    // before the above
  std::filesystem::path trust_anchors;        // DS or DNSKEY records in zone-file form (Debian's dns-root-data: /usr/share/dns/root.key);
                                              // empty: nothing is validated
  std::chrono::milliseconds timeout{15'000};  // of one query_all()
};
// How a record names where answers came from: "recursion from the root", "192.0.2.53", "example via 127.0.0.1@5353".
[[nodiscard]] std::string describe(const ResolverOptions& options);

// Data that failed validation ("bogus") is an error, never an answer: it neither exists nor is absent.
enum class Dnssec {
  secure,       // the chain from a trust anchor holds; with no records: their absence is proven
  insecure,     // validation was asked for, but the name is below an unsigned delegation or below no trust anchor
  not_checked,  // no trust anchors were given
};
[[nodiscard]] std::string_view name(Dnssec dnssec);  // "secure", "insecure", "not-checked"

struct Question {
  std::string name;
  Type type = Type::txt;
};

struct Answer {
  std::string name;  // as asked, lower case
  Type type = Type::txt;
  unsigned rcode = kNoError;       // kNoError or kNxDomain
  std::vector<std::string> chain;  // targets of the CNAMEs followed, in order; empty: none
  std::vector<Bytes> records;      // RDATA of the asked type, in byte order, none twice; empty: there are none
  std::uint32_t ttl = 0;           // seconds, the least of the chain and the records
  Dnssec dnssec = Dnssec::not_checked;
  // Without records: how long resolvers may go on saying so (the SOA's: the lesser of its TTL and MINIMUM), and the zone that says it.
  std::optional<std::uint32_t> negative_ttl;
  std::string negative_zone;

  // TXT: each record's strings joined; records that are no valid TXT are left out. A and AAAA: numeric addresses. Else empty.
  [[nodiscard]] std::vector<std::string> texts() const;
  [[nodiscard]] std::vector<std::string> addresses() const;
  [[nodiscard]] std::string canonical_name() const { return chain.empty() ? name : chain.back(); }
};

// Answers are cached within one object as DNS allows; who needs to know what is there now makes a new one. One thread at a time; several
// objects may be used at once (each has a thread of its own while it asks).
class Resolver {
 public:
  // Errors: an address that is not numeric, a trust anchor file that cannot be read.
  [[nodiscard]] static Result<Resolver> make(const ResolverOptions& options);
  ~Resolver();
  Resolver(Resolver&&) noexcept;
  Resolver& operator=(Resolver&&) noexcept;

  // All at once; results in the order of the questions. Errors: a name that cannot be asked for, no answer in time, a failure of the
  // servers (SERVFAIL, REFUSED …), DNSSEC validation failed. `where.file` is the name asked for.
  [[nodiscard]] std::vector<Result<Answer>> query_all(const std::vector<Question>& questions);
  [[nodiscard]] Result<Answer> query(const Question& question);

 private:
  struct State;
  explicit Resolver(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace entente::dns
