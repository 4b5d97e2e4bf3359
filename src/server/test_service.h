// For tests: a registry's folder with a ledger in which every kind of record occurs, and its service in process, asked without sockets.
// Keys come from seeds, so the ledger's entries are the same in every run. Nothing here checks anything: tests do.
#pragma once

#include <gtest/gtest.h>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "core/file.h"
#include "ledger/ledger.h"
#include "registry/test_assessments.h"
#include "registry/test_registry.h"
#include "server/registry_service.h"

namespace entente::server::fixture {

namespace made = registry::fixture;

inline const keys::SigningKey& log_key() { return made::key("registry.example/ledger"); }

// What the second half of the life says: of events, checks, releases, commitments, memberships.
inline void tell_of_the_registry(made::World& w) {
  using made::dig, made::entry, made::key, made::org, made::sha;
  Json event{
      {"uid", "exercise"}, {"kind", "exercise"}, {"title", "Exercise <b>one</b>"}, {"language", "en"}, {"document", dig(sha("page"))}};
  event["organisation"] = org("bank");
  event["starts"] = "2027-01-02T09:00:00Z";
  event["ends"] = "2027-01-02T17:00:00Z";
  event["happened_at"] = event["at"] = w.now();
  w.append(entry("event", sha("page"), event, {&key("bank")}));
  Json round{{"round", "q4"},
             {"drawn_at", w.now()},
             {"drawn_from", {{"origin", "registry.example/ledger"}, {"size", 7}, {"sha256", sha("checkpoint")}}},
             {"merkle_root", dig(sha("root"))},
             {"entries", 3}};
  round["classes"] = Json::array({Json{{"class", "within-1h"}, {"count", 1}}, Json{{"class", "no-answer"}, {"count", 2}}});
  round["at"] = w.now();
  w.append(entry("comcheck-round", sha("root"), round, {&key("fay")}));
  const Json release{{"version", "2026.11"}, {"catalog", dig(sha("data"))}, {"controls", dig(sha("controls"))}, {"at", w.now()}};
  w.append(entry("catalogue-release", sha("data"), release, {&key("anna"), &key("ben")}));
  const Json commitment{{"scheme", "salted-sha256/v1"}, {"commitment", dig(sha("salted"))}, {"kind", "report"}, {"at", w.now()}};
  w.append(entry("commitment", sha("salted"), commitment, {&key("bank")}));
  const Json membership{{"organisation", org("bank")}, {"instrument", "manrs"},          {"status", "member"},
                        {"proof", dig(sha("list"))},   {"url", "https://list.example/"}, {"at", w.now()}};
  w.append(entry("instrument-membership", sha("list"), membership, {&key("bank")}));
  Json evidence{{"organisation", org("bank")}, {"document", dig(sha("policy"))}, {"kind", "policy"}, {"media_type", "application/pdf"}};
  evidence["controls"] = {"P5-01"};
  evidence["collected_at"] = evidence["at"] = w.now();
  w.append(entry("evidence", sha("policy"), evidence, {&key("bank")}));
  Json contacts{{"organisation", org("bank")}, {"commitment", dig(sha("contacts"))}};
  contacts["contacts"] = Json::array(
      {Json{{"role", "duty"}, {"commitment", dig(sha("duty"))}, {"channels", 2}, {"languages", {"en", "fr"}}, {"audience", "supporters"}}});
  contacts["at"] = w.now();
  w.append(entry("contact-set", sha("contacts"), contacts, {&key("bank")}));
}

// Some thirty statements: supporters of all statuses, an assessment that is disputed, imported records, an entry that is none.
inline void live(made::World& w) {
  using made::dig, made::entry, made::key, made::org, made::sha;
  w.found();
  const std::string bank = w.supporter("bank");
  w.supporter("other");
  const std::string gone = w.supporter("gone");
  w.append(w.domain_proof("bank", "bank", {&key("verifier")}));
  w.append(w.import({{"ngo", "Old <name> & \"more\""}, {"club", "=Club"}}, {&key("importer")}));
  const std::string assessment = w.put(made::assessment_of(w, "bank", made::all_rows(catalog::Status::not_satisfied)));
  Json dispute{{"organisation", org("bank")}, {"assessment", dig(assessment)}, {"control", "P5-01"}, {"by", org("bank")}};
  dispute["reason"] = "The scan met another host.";
  dispute["at"] = w.now();
  const std::string disputed = w.put(entry("finding-dispute", assessment, dispute, {&key("bank")}));
  Json decision{{"dispute", dig(disputed)}, {"organisation", org("bank")}, {"decision", "upheld"}, {"reason", "Looked at again."}};
  decision["at"] = w.now();
  w.append(entry("dispute-decision", disputed, decision, {&key("emil")}));
  tell_of_the_registry(w);
  w.append(w.about("withdrawal", "pledge", gone, "gone", {{"by", "organisation"}}, {&key("gone")}));
  w.append(w.key_set("bank", bank, {"bank", "bank-2"}, {&key("bank"), &key("bank-2")}));
  w.append(w.revocation("bank-2", "bank", "holder", {&key("bank")}));
  w.log.emplace_back("no statement \x01");
  w.state.apply(w.log.size() - 1, w.log.back());
  w.put(w.pledge("waiting"));
  w.append(w.approval("waiting", sha(w.log.back()), {&key("anna")}));
}

// A folder as `entente serve` and `entente publish` know it, with that ledger in it.
inline std::filesystem::path make_folder(const std::filesystem::path& folder, const made::World& w) {
  std::filesystem::create_directories(folder);
  auto ledger = ledger::Ledger::init(folder / "log", log_key()).value();
  EXPECT_TRUE(ledger.append(w.log, log_key()).has_value());
  return folder;
}

// A running service over such a folder, and its clock.
class TestService {
 public:
  enum class Mode { writable, read_only };
  using Adjust = std::function<void(RegistryOptions&, const std::filesystem::path& folder)>;  // options a test sets itself
  explicit TestService(Mode mode = Mode::writable, std::size_t max_queue = 4096, Adjust adjust = {})
      : folder_(TemporaryFolder::make("service").value()), adjust_(std::move(adjust)) {
    live(world);
    make_folder(folder_.path(), world);
    start(mode, max_queue);
  }
  void start(Mode mode, std::size_t max_queue = 4096) {
    RegistryOptions options{.log = folder_.path() / "log", .database = "sqlite::memory:", .public_url = "https://registry.example"};
    if (mode == Mode::writable) options.key = {std::shared_ptr<void>(), &log_key()};  // not owned
    options.max_queue = max_queue;
    options.follow = std::chrono::milliseconds(20);
    options.request_log = request_log;
    options.clock = [this] {
      if (on_clock) on_clock();
      return world.clock;
    };
    options.problem = [this](const Error& error) { problems.push_back(error.str()); };
    if (adjust_) adjust_(options, folder_.path());
    service.reset();
    service = RegistryService::start(std::move(options)).value();
  }
  http::Response ask(http::Method method, const std::string& target, std::string body = {}, http::Headers headers = {}) {
    const std::size_t mark = std::min(target.find('?'), target.size());
    http::Request request{.method = method,
                          .path = target.substr(0, mark),
                          .query = mark == target.size() ? std::string() : target.substr(mark + 1),
                          .body = std::move(body),
                          .peer = "192.0.2.7",
                          .headers = std::move(headers)};
    auto answered = std::make_shared<std::promise<http::Response>>();
    auto answer = answered->get_future();
    service->handler()(std::move(request), [answered](http::Response response) { answered->set_value(std::move(response)); });
    http::Response response = answer.get();
    if (response.later) response = response.later();
    if (response.shared_body) response.body = *response.shared_body;
    return response;
  }
  http::Response get(const std::string& target, http::Headers headers = {}) {
    return ask(http::Method::get, target, {}, std::move(headers));
  }
  http::Response api(const std::string& target, http::Headers headers = {}) { return get("/api/v1" + target, std::move(headers)); }
  // Sends a statement and, if it was taken, tells the world of it.
  http::Response post(const std::string& entry, const std::string& query = {}) {
    http::Response response = ask(http::Method::post, "/api/v1/statements" + query, entry);
    if (response.status == 201) world.append(entry);
    return response;
  }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }

  made::World world;
  std::function<void()> on_clock;  // called by the admission queue's thread
  std::string request_log;         // for the next start()
  std::vector<std::string> problems;
  std::unique_ptr<RegistryService> service;

 private:
  TemporaryFolder folder_;
  Adjust adjust_;
};

}  // namespace entente::server::fixture
