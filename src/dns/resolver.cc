// Each Resolver is one libunbound context. Questions are handed over asynchronously (a thread of libunbound works on them), then the
// context's descriptor is polled until all have come or the time is up; what is late is cancelled. Of an answer, libunbound gives whether
// it is secure or bogus; chain, TTLs and the SOA of negative answers are read from the answer packet by our own parser (message.h).
#include "dns/resolver.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <poll.h>
#include <unbound.h>

#include <algorithm>
#include <array>

#include "core/ascii.h"
#include "core/file.h"
#include "core/utf8.h"
#include "dns/name.h"

namespace entente::dns {
namespace {

constexpr std::uint64_t kMaxTrustAnchorBytes = 1 << 20;
constexpr std::size_t kMaxChain = 16;  // libunbound follows fewer
constexpr int kInternet = 1;           // class IN

using Context = std::unique_ptr<ub_ctx, decltype(&ub_ctx_delete)>;

// What libunbound's callback fills in.
struct PendingQuery {
  int id = 0;
  bool sent = false;
  bool arrived = false;
  int error = 0;
  ub_result* result = nullptr;

  PendingQuery() = default;
  PendingQuery(const PendingQuery&) = delete;
  PendingQuery& operator=(const PendingQuery&) = delete;
  ~PendingQuery() { ub_resolve_free(result); }
};

extern "C" void entente_dns_arrived(void* user, int error, ub_result* result) {
  auto& pending = *static_cast<PendingQuery*>(user);
  pending.arrived = true;
  pending.error = error;
  pending.result = result;
}

bool is_numeric_address(const std::string& text) {
  std::array<unsigned char, 16> out{};
  return ::inet_pton(AF_INET, text.c_str(), out.data()) == 1 || ::inet_pton(AF_INET6, text.c_str(), out.data()) == 1;
}

bool is_loopback_address(const std::string& text) { return text.starts_with("127.") || text == "::1"; }

Result<void> check_server(const Server& server) {
  if (!is_numeric_address(server.address))
    return fail("a resolver's address is numeric, not \"" + printable(server.address, 100) + "\"", {},
                "for example 192.0.2.53 or 2001:db8::53");
  if (server.port == 0) return fail("port 0 is none", {.file = server.address});
  return {};
}

std::string server_text(const Server& server) { return fmt::format("{}@{}", server.address, server.port); }

Result<void> unbound_did(int code, std::string_view what) {
  if (code == 0) return {};
  return fail(fmt::format("libunbound refused {}: {}", what, ub_strerror(code)));
}

Result<void> set_servers(ub_ctx* context, const ResolverOptions& options) {
  bool loopback = false;
  for (const Server& server : options.forwarders) {
    ENTENTE_CHECK(check_server(server));
    loopback = loopback || is_loopback_address(server.address);
    ENTENTE_CHECK(unbound_did(ub_ctx_set_fwd(context, server_text(server).c_str()), "the forwarder " + server_text(server)));
  }
  for (const Stub& stub : options.stubs) {
    if (stub.zone != "." && !is_query_name(stub.zone)) return fail("\"" + printable(stub.zone, 300) + "\" is no name of a zone");
    if (stub.servers.empty()) return fail("the zone " + stub.zone + " has no servers");
    for (const Server& server : stub.servers) {
      ENTENTE_CHECK(check_server(server));
      loopback = loopback || is_loopback_address(server.address);
      ENTENTE_CHECK(
          unbound_did(ub_ctx_set_stub(context, stub.zone.c_str(), server_text(server).c_str(), 0), "the servers of " + stub.zone));
    }
  }
  // libunbound asks no server on this machine unless told to: a stranger's delegation could lead there.
  if (loopback) ENTENTE_CHECK(unbound_did(ub_ctx_set_option(context, "do-not-query-localhost:", "no"), "servers on this machine"));
  return {};
}

// With recursion from the root, a stranger's delegation decides whom we ask: never a server of the networks this machine is in.
Result<void> refuse_inner_networks(ub_ctx* context) {
  for (const char* network : {"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
                              "192.168.0.0/16", "::1/128", "fc00::/7", "fe80::/10"})
    ENTENTE_CHECK(unbound_did(ub_ctx_set_option(context, "do-not-query-address:", network), "networks that are not asked"));
  return {};
}

Result<void> set_trust_anchors(ub_ctx* context, const std::filesystem::path& path) {
  if (path.empty()) return {};
  ENTENTE_TRY(const std::string text, read_file(path, kMaxTrustAnchorBytes));  // libunbound would fail only at the first question
  if (text.find("DS") == std::string::npos && text.find("DNSKEY") == std::string::npos)
    return fail("this file holds no DS or DNSKEY record", {.file = path.string()},
                "Debian's package dns-root-data has the root's: /usr/share/dns/root.key");
  const int code = ub_ctx_add_ta_file(context, path.c_str());
  if (code != 0) return fail(fmt::format("libunbound refused the trust anchors: {}", ub_strerror(code)), {.file = path.string()});
  return {};
}

// The CNAMEs from `answer.name` on, and the least TTL of what was used.
void follow_chain(Answer& answer, const std::vector<Record>& records) {
  std::uint32_t ttl = UINT32_MAX;
  std::string at = answer.name;
  for (bool found = true; found && answer.chain.size() < kMaxChain;) {
    found = false;
    for (const Record& record : records) {
      if (record.type != static_cast<std::uint16_t>(Type::cname) || record.name != at || answer.type == Type::cname) continue;
      answer.chain.push_back(at = record.target);
      ttl = std::min(ttl, record.ttl);
      found = true;
      break;
    }
  }
  for (const Record& record : records) {
    if (record.type != static_cast<std::uint16_t>(answer.type) || record.name != at) continue;
    answer.records.push_back(record.data);
    ttl = std::min(ttl, record.ttl);
  }
  std::ranges::sort(answer.records);
  answer.records.erase(std::ranges::unique(answer.records).begin(), answer.records.end());
  answer.ttl = ttl == UINT32_MAX ? 0 : ttl;
}

Result<Answer> read_answer(const Question& question, const ub_result& result, bool validating) {
  const Where where{.file = question.name};
  if (result.bogus != 0)
    return fail(fmt::format("DNSSEC validation of the {} records failed (bogus): {}", type_name(question.type),
                            printable(result.why_bogus != nullptr ? result.why_bogus : "no reason given", 300)),
                where, "neither their presence nor their absence can be trusted; check the zone's signatures and its DS record");
  const auto rcode = static_cast<unsigned>(result.rcode);
  if (rcode != kNoError && rcode != kNxDomain)
    return fail(fmt::format("no answer for {} records: the servers say {}", type_name(question.type), rcode_name(rcode)), where,
                "check that the zone's name servers answer, then try again");
  Answer out{.name = lower(question.name), .type = question.type, .rcode = rcode};
  out.dnssec = !validating ? Dnssec::not_checked : result.secure != 0 ? Dnssec::secure : Dnssec::insecure;
  if (result.answer_packet == nullptr || result.answer_len <= 0) return fail("libunbound gave no answer packet", where);
  auto message = parse_message({static_cast<const std::uint8_t*>(result.answer_packet), static_cast<std::size_t>(result.answer_len)});
  if (!message) {
    Error error = std::move(message).error();
    error.where.file = question.name;
    return fail(std::move(error));
  }
  follow_chain(out, message->answers);
  if (!out.records.empty()) return out;
  for (const Record& record : message->authority) {
    if (record.type != static_cast<std::uint16_t>(Type::soa)) continue;
    out.negative_ttl = std::min(record.ttl, record.minimum);
    out.negative_zone = record.name;
  }
  return out;
}

// Until all that were sent have arrived or the deadline has passed.
void await_queries(ub_ctx* context, const std::vector<std::unique_ptr<PendingQuery>>& pending,
                   std::chrono::steady_clock::time_point deadline) {
  const auto open = [&] { return std::ranges::any_of(pending, [](const auto& p) { return p->sent && !p->arrived; }); };
  while (open()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    if (left <= 0) return;
    pollfd readable{.fd = ub_fd(context), .events = POLLIN, .revents = 0};
    if (::poll(&readable, 1, static_cast<int>(std::min<long long>(left, 60'000))) < 0 && errno != EINTR) return;
    if (readable.revents != 0 && ub_process(context) != 0) return;
  }
}

}  // namespace

std::string_view name(Dnssec dnssec) {
  switch (dnssec) {
    case Dnssec::secure: return "secure";
    case Dnssec::insecure: return "insecure";
    case Dnssec::not_checked: return "not-checked";
  }
  return "not-checked";
}

std::string describe(const ResolverOptions& options) {
  const auto list = [](const std::vector<Server>& servers) {
    std::string out;
    for (const Server& server : servers) {
      out += out.empty() ? "" : ", ";
      out += server.port == 53 ? server.address : server_text(server);
    }
    return out;
  };
  std::string out;
  for (const Stub& stub : options.stubs) out += stub.zone + " via " + list(stub.servers) + "; ";
  return out + (options.forwarders.empty() ? "recursion from the root" : list(options.forwarders));
}

std::vector<std::string> Answer::texts() const {
  std::vector<std::string> out;
  if (type != Type::txt) return out;
  for (const Bytes& record : records)
    if (auto text = join_txt(record)) out.push_back(std::move(*text));
  return out;
}

std::vector<std::string> Answer::addresses() const {
  std::vector<std::string> out;
  const bool four = type == Type::a;
  if (!four && type != Type::aaaa) return out;
  for (const Bytes& record : records) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (record.size() != (four ? 4U : 16U)) continue;
    if (::inet_ntop(four ? AF_INET : AF_INET6, record.data(), text.data(), text.size()) != nullptr) out.emplace_back(text.data());
  }
  return out;
}

struct Resolver::State {
  State(Context made, const ResolverOptions& options)
      : context(std::move(made)), timeout(options.timeout), validating(!options.trust_anchors.empty()) {}
  Context context;
  std::chrono::milliseconds timeout;
  bool validating;
};

Resolver::Resolver(std::unique_ptr<State> state) : state_(std::move(state)) {}
Resolver::~Resolver() = default;
Resolver::Resolver(Resolver&&) noexcept = default;
Resolver& Resolver::operator=(Resolver&&) noexcept = default;

Result<Resolver> Resolver::make(const ResolverOptions& options) {
  Context context(ub_ctx_create(), &ub_ctx_delete);
  if (!context) return fail("libunbound could not be started");
  ub_ctx_debugout(context.get(), nullptr);  // what matters comes back as an error; nothing is printed
  ENTENTE_CHECK(unbound_did(ub_ctx_async(context.get(), 1), "a thread of its own"));
  ENTENTE_CHECK(set_servers(context.get(), options));
  if (options.forwarders.empty() && options.stubs.empty()) ENTENTE_CHECK(refuse_inner_networks(context.get()));
  ENTENTE_CHECK(set_trust_anchors(context.get(), options.trust_anchors));
  return Resolver(std::make_unique<State>(std::move(context), options));
}

std::vector<Result<Answer>> Resolver::query_all(const std::vector<Question>& questions) {
  ub_ctx* context = state_->context.get();
  const auto deadline = std::chrono::steady_clock::now() + state_->timeout;
  std::vector<std::unique_ptr<PendingQuery>> pending;
  for (const Question& question : questions) {
    auto& p = *pending.emplace_back(std::make_unique<PendingQuery>());
    if (!is_query_name(question.name)) continue;
    p.error = ub_resolve_async(context, question.name.c_str(), static_cast<int>(question.type), kInternet, &p, entente_dns_arrived, &p.id);
    p.sent = p.error == 0;
  }
  await_queries(context, pending, deadline);
  std::vector<Result<Answer>> out;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const Where where{.file = printable(questions[i].name, 300)};
    PendingQuery& p = *pending[i];
    if (!is_query_name(questions[i].name)) {
      out.emplace_back(fail("this name cannot be asked for", where, "labels of letters, digits, hyphens and underscores"));
    } else if (p.sent && !p.arrived) {
      ub_cancel(context, p.id);  // its callback will not be called
      out.emplace_back(fail(fmt::format("no answer for {} records within {} ms", type_name(questions[i].type), state_->timeout.count()),
                            where, "is the resolver reachable from here?"));
    } else if (p.error != 0 || p.result == nullptr) {
      out.emplace_back(
          fail(fmt::format("libunbound could not ask for {} records: {}", type_name(questions[i].type), ub_strerror(p.error)), where));
    } else {
      out.push_back(read_answer(questions[i], *p.result, state_->validating));
    }
  }
  return out;
}

Result<Answer> Resolver::query(const Question& question) { return std::move(query_all({question}).front()); }

}  // namespace entente::dns
