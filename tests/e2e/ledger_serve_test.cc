// `entente ledger serve` as a user runs it: entries go in over HTTP, tiles come out, signals stop it, a restart finds everything. The log
// served is then checked by a program of another make (tests/independent/check_log.mjs on Node), which must also reject a forged one.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <chrono>
#include <cstdlib>

#include "background_binary.h"
#include "core/json.h"
#include "http/client.h"
#include "http/server.h"
#include "ledger/batch_stream.h"
#include "ledger/format.h"
#include "merkle/receipt.h"
#include "run_binary.h"
#include "test_support.h"

namespace entente {
namespace {

using test::BackgroundBinary;
using test::run_entente;
using testing::HasSubstr;

class LedgerServe : public testing::Test {
 protected:
  void SetUp() override {
    auto made = TemporaryFolder::make("serve-e2e");
    ASSERT_OK(made);
    temporary.emplace(std::move(*made));
    key = path("log.key");
    folder = path("log");
    ASSERT_EQ(run_entente({"keygen", "log.example/served", "-o", key}).code, 0);
    ASSERT_EQ(run_entente({"ledger", "init", folder, "--key", key}).code, 0);
    auto vkey = keys::read_verifier_key(key + ".vkey");
    ASSERT_OK(vkey);
    verifier.emplace(std::move(*vkey));
  }
  [[nodiscard]] std::string path(const std::string& name) const { return (temporary->path() / name).string(); }
  void serve(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"ledger", "serve", folder, "--listen", "127.0.0.1:0", "--publish-every", "20"};
    if (std::ranges::find(more, "--read-only") == more.end()) arguments.insert(arguments.end(), {"--key", key});
    arguments.insert(arguments.end(), more.begin(), more.end());
    server = std::make_unique<BackgroundBinary>(arguments, path("serve.err"));
    base = server->line();
    ASSERT_THAT(base, testing::StartsWith("http://127.0.0.1:")) << read_file(path("serve.err")).value_or("");
  }
  http::ClientResponse get(const std::string& resource, const http::Headers& headers = {}) {
    auto response = client.get(base + resource, headers);
    EXPECT_OK(response);
    return response.value_or(http::ClientResponse{});
  }
  http::ClientResponse post(const std::string& resource, std::string_view body) {
    auto response = client.post(base + resource, "application/octet-stream", body);
    EXPECT_OK(response);
    return response.value_or(http::ClientResponse{});
  }
  static std::string entry(std::size_t i) { return "entry number " + std::to_string(i) + std::string(i % 50, '.'); }
  // `count` entries in one batch, published.
  void add_many(std::size_t count) {
    std::vector<std::string> entries;
    for (std::size_t i = 0; i < count; ++i) entries.push_back(entry(i));
    ASSERT_EQ(post("/add-batch?wait=published", ledger::write_batch_stream(entries)).status, 200U);
  }
  [[nodiscard]] int independent_check(const std::string& url, std::string& output) const {
    const std::string out = path("check.out");
    const std::string command = "node " + test::shell_quote((test::source_dir() / "tests/independent/check_log.mjs").string()) + " " +
                                test::shell_quote(url) + " " + test::shell_quote(verifier->str()) + " >" + test::shell_quote(out) + " 2>&1";
    const int status = std::system(command.c_str());
    output = read_file(out).value_or("");
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  std::optional<TemporaryFolder> temporary;
  std::string key, folder, base;
  std::optional<keys::VerifierKey> verifier;
  std::unique_ptr<BackgroundBinary> server;
  http::Client client{{.private_addresses = http::PrivateAddresses::allow}};
};

TEST_F(LedgerServe, AddsReadsStopsAndRestarts) {
  serve();
  EXPECT_EQ(post("/add", "first").body, "{\"index\":0,\"size\":1}\n");
  EXPECT_EQ(post("/add", "first").body, "{\"index\":0,\"size\":1}\n");
  const auto published = post("/add?wait=published", "second");
  const auto answer = JsonDocument::parse(published.body, "answer");
  ASSERT_OK(answer);
  const auto receipt = merkle::Receipt::parse(json_string(answer->root(), "receipt").value_or(""));
  ASSERT_OK(receipt);
  EXPECT_EQ(receipt->index, 1U);
  EXPECT_OK(merkle::verify_receipt(*receipt, as_bytes(std::string_view("second")), *verifier));
  const auto batch = post("/add-batch", ledger::write_batch_stream({"third", "second", "fourth"}));
  EXPECT_EQ(batch.body, "{\"indices\":[2,1,3],\"size\":4}\n");
  EXPECT_EQ(post("/add", std::string(65'536, 'x')).status, 413U);
  EXPECT_EQ(post("/add-batch", std::string_view("\0\1", 2)).status, 400U);

  server->signal(SIGTERM);
  EXPECT_EQ(server->exit_code(), 0);
  EXPECT_THAT(read_file(path("serve.err")).value_or(""), HasSubstr("stopping"));

  serve();  // what was only integrated was published on the way out
  const auto checkpoint = merkle::verify_checkpoint(get("/checkpoint").body, *verifier);
  ASSERT_OK(checkpoint);
  EXPECT_EQ(checkpoint->checkpoint.size, 4U);
  EXPECT_EQ(get("/entry/3").body, "fourth");
  EXPECT_EQ(get("/tile/entries/000.p/4").body, ledger::write_batch_stream({"first", "second", "third", "fourth"}));
  EXPECT_EQ(post("/add", "third").body, "{\"index\":2,\"size\":4}\n");
  server->signal(SIGINT);
  EXPECT_EQ(server->exit_code(), 0);
  EXPECT_EQ(run_entente({"ledger", "fsck", folder}).code, 0);
}

TEST_F(LedgerServe, TilesWithTheirHeaders) {
  serve();
  add_many(300);
  const auto tile = get("/tile/0/000");
  EXPECT_EQ(tile.status, 200U);
  EXPECT_EQ(tile.content_type, "application/octet-stream");
  EXPECT_EQ(tile.header("Access-Control-Allow-Origin"), "*");
  EXPECT_THAT(std::string(tile.header("Cache-Control")), HasSubstr("immutable"));
  std::string leaves;
  for (std::size_t i = 0; i < 256; ++i) leaves += as_text(merkle::leaf_hash(as_bytes(entry(i))).view());
  EXPECT_EQ(tile.body, leaves);
  EXPECT_EQ(get("/tile/0/000", {{"If-None-Match", std::string(tile.header("ETag"))}}).status, 304U);
  EXPECT_EQ(get("/tile/0/001.p/44").body.size(), std::size_t{44 * 32});
  EXPECT_EQ(get("/tile/0/001").status, 404U);
  EXPECT_EQ(get("/tile/1/000.p/1").body.size(), 32U);
  const auto bundle = get("/tile/entries/000");  // the client offers gzip and unpacks
  EXPECT_EQ(bundle.header("Content-Encoding"), "gzip");
  std::vector<std::string> first;
  for (std::size_t i = 0; i < 256; ++i) first.push_back(entry(i));
  EXPECT_EQ(bundle.body, ledger::write_batch_stream(first));
}

TEST_F(LedgerServe, ReadOnlyBesideAWriter) {
  ASSERT_EQ(run_entente({"ledger", "append", folder, "--key", key, key + ".vkey"}).code, 0);
  serve({"--read-only", "--prefix", "/logs/x"});
  EXPECT_EQ(get("/entry/0").body, read_file(key + ".vkey").value_or(""));
  EXPECT_EQ(post("/add", "x").status, 413U);  // no body is taken at all
  EXPECT_EQ(post("/add", "").status, 405U);
  EXPECT_EQ(get("/entry/1").status, 404U);
  ASSERT_EQ(run_entente({"ledger", "append", folder, "--key", key, key}).code, 0);
  std::string second;
  for (int i = 0; i < 100 && second.empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    if (const auto response = get("/entry/1"); response.status == 200) second = response.body;
  }
  EXPECT_EQ(second, read_file(key).value_or("?"));
}

TEST_F(LedgerServe, SurvivesKill) {
  serve();
  std::size_t acknowledged = 0;
  for (std::size_t i = 0; i < 50; ++i)
    if (post("/add", entry(i)).status == 200) ++acknowledged;
  server->signal(SIGKILL);
  EXPECT_EQ(server->exit_code(), 128 + SIGKILL);
  serve();
  EXPECT_EQ(acknowledged, 50U);
  for (std::size_t i = 0; i < 50; ++i) {
    const auto again = JsonDocument::parse(post("/add", entry(i)).body, "answer");
    ASSERT_OK(again);
    EXPECT_EQ(json_int(again->root(), "index"), static_cast<std::int64_t>(i));
  }
}

// A restart does not depend on what the log holds: reads are answered at once, adds find every old entry again. ENTENTE_SOAK=1: with ten
// million entries, within a second.
TEST_F(LedgerServe, RestartsAtOnceHoweverLargeTheLog) {
  const bool soak = std::getenv("ENTENTE_SOAK") != nullptr;
  const std::size_t batches = soak ? 160 : 2;
  constexpr std::size_t kBatch = 62'500;
  const auto small = [](std::size_t i) { return fmt::format("{:064}", i); };
  serve();
  for (std::size_t b = 0; b < batches; ++b) {
    std::vector<std::string> entries;
    for (std::size_t i = 0; i < kBatch; ++i) entries.push_back(small(b * kBatch + i));
    ASSERT_EQ(post(b + 1 < batches ? "/add-batch" : "/add-batch?wait=published", ledger::write_batch_stream(entries)).status, 200U);
  }
  ASSERT_EQ(post("/add", "the last").status, 200U);  // perhaps not signed yet
  server->signal(SIGKILL);
  EXPECT_EQ(server->exit_code(), 128 + SIGKILL);
  const auto start = std::chrono::steady_clock::now();
  serve();
  const auto checkpoint = merkle::verify_checkpoint(get("/checkpoint").body, *verifier);
  const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  ASSERT_OK(checkpoint);
  EXPECT_GE(checkpoint->checkpoint.size, batches * kBatch);
  for (const std::size_t i : {std::size_t{0}, batches * kBatch / 2, batches * kBatch - 1}) {
    const auto again = JsonDocument::parse(post("/add", small(i)).body, "answer");
    ASSERT_OK(again);
    EXPECT_EQ(json_int(again->root(), "index"), static_cast<std::int64_t>(i));
  }
  EXPECT_EQ(post("/add", "the last").body, fmt::format("{{\"index\":{0},\"size\":{1}}}\n", batches * kBatch, batches * kBatch + 1));
  const double adding = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  fmt::print("restart with {} entries: first answer after {:.2f} s, all adds answered after {:.2f} s\n", batches * kBatch, took, adding);
  if (soak) EXPECT_LT(took, 1.0);
}

TEST_F(LedgerServe, AppendsFromElsewhere) {
  serve();
  ASSERT_OK(write_file_atomic(path("a"), "entry a"));
  ASSERT_OK(write_file_atomic(path("b"), "entry b"));
  const auto plain = run_entente({"ledger", "append", "--url", base, path("a"), path("b"), path("a")});
  EXPECT_EQ(plain.code, 0) << plain.err;
  EXPECT_EQ(plain.out, "0\n1\n0\n");
  const auto kept =
      run_entente({"ledger", "append", "--url", base + "/", "--receipts", path("receipts"), "--vkey", key + ".vkey", path("b")});
  EXPECT_EQ(kept.code, 0) << kept.err;
  const auto receipt = merkle::Receipt::parse(read_file(path("receipts/1.tlog-proof")).value_or(""));
  ASSERT_OK(receipt);
  EXPECT_OK(merkle::verify_receipt(*receipt, as_bytes(std::string_view("entry b")), *verifier));
  ASSERT_EQ(run_entente({"keygen", "log.example/served", "-o", path("other.key")}).code, 0);
  const auto wrong =
      run_entente({"ledger", "append", "--url", base, "--receipts", path("more"), "--vkey", path("other.key.vkey"), path("b")});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("receipt does not verify"));
  server->signal(SIGTERM);
  EXPECT_EQ(server->exit_code(), 0);
  const auto gone = run_entente({"ledger", "append", "--url", base, path("a")});
  EXPECT_EQ(gone.code, 2);
  EXPECT_THAT(gone.err, HasSubstr("is the server running"));
  EXPECT_THAT(run_entente({"ledger", "append", path("a")}).err, HasSubstr("append needs DIR and --key, or --url"));
}

TEST_F(LedgerServe, UsageErrors) {
  EXPECT_EQ(run_entente({"ledger", "serve", folder}).code, 2);
  EXPECT_THAT(run_entente({"ledger", "serve", folder, "--read-only", "--listen", "nowhere"}).err, HasSubstr("is not ADDRESS:PORT"));
  EXPECT_THAT(run_entente({"ledger", "serve", folder, "--read-only", "--listen", "localhost:0"}).err, HasSubstr("not an IP address"));
  EXPECT_THAT(run_entente({"ledger", "serve", path("absent"), "--read-only", "--listen", "127.0.0.1:0"}).err, HasSubstr("absent"));
  EXPECT_THAT(run_entente({"ledger", "serve", folder, "--read-only", "--prefix", "x"}).err, HasSubstr("prefix"));
  serve();
  const auto second = run_entente({"ledger", "serve", folder, "--key", key, "--listen", "127.0.0.1:0"});
  EXPECT_EQ(second.code, 2);
}

// A server that passes on what the real one says, but for what `change` alters.
class Forger {
 public:
  using Change = std::function<void(std::string& body)>;
  Forger(std::string base, std::map<std::string, Change> changes) : base_(std::move(base)), changes_(std::move(changes)) {
    auto started = http::Server::start({.threads = 1}, [this](http::Request request, http::Reply reply) {
      auto response = client_.get(base_ + request.path);
      if (!response) return reply(http::plain(502, response.error().what));
      if (const auto it = changes_.find(request.path); it != changes_.end()) {
        it->second(response->body);
        ++changed;
      }
      reply({.status = response->status, .content_type = response->content_type, .body = std::move(response->body)});
    });
    if (!started) throw std::runtime_error(started.error().str());
    server_ = std::move(*started);
  }
  [[nodiscard]] std::string url() const { return server_->url(); }
  std::atomic<int> changed{0};

 private:
  const std::string base_;
  const std::map<std::string, Change> changes_;
  http::Client client_{{.private_addresses = http::PrivateAddresses::allow}};
  std::unique_ptr<http::Server> server_;
};

TEST_F(LedgerServe, AnIndependentCheckerAccepts) {
  if (std::system("node --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "no node: install Debian's nodejs to run the independent checker";
  serve();
  std::string output;
  EXPECT_EQ(independent_check(base, output), 0) << output;  // the empty log
  add_many(70'000 / 10);                                    // three levels would need 65,537; two with partials
  EXPECT_EQ(independent_check(base, output), 0) << output;
  EXPECT_THAT(output, testing::StartsWith("7000 entries, root "));
}

TEST_F(LedgerServe, AnIndependentCheckerRejectsForgeries) {
  if (std::system("node --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "no node: install Debian's nodejs to run the independent checker";
  serve();
  add_many(1000);
  const auto flip = [](std::size_t at) { return [at](std::string& body) { body.at(at) = static_cast<char>(body.at(at) ^ 1); }; };
  // Another entry in the place of number 263, with its leaf hash: tile and bundle agree, only the path to the root shows it.
  const std::string lie = "a forged entry";
  const auto forge_leaf = [&](std::string& body) { body.replace(32 * 7, 32, as_text(merkle::leaf_hash(as_bytes(lie)).view())); };
  const auto forge_entry = [&](std::string& body) {
    auto entries = ledger::parse_batch(body);
    ASSERT_OK(entries);
    entries->at(7) = lie;
    body = ledger::write_batch_stream(*entries);
  };
  std::string output;
  for (const std::map<std::string, Forger::Change>& changes : std::vector<std::map<std::string, Forger::Change>>{
           {{"/tile/0/001", forge_leaf}, {"/tile/entries/001", forge_entry}},
           {{"/tile/0/003.p/232", flip(231 * 32)}},
           {{"/tile/1/000.p/3", flip(40)}},
           {{"/tile/entries/002", flip(100)}},
           {{"/tile/entries/003.p/232", [](std::string& body) { body.pop_back(); }}},
           {{"/checkpoint", flip(30)}},
       }) {
    const Forger forger(base, changes);
    EXPECT_EQ(independent_check(forger.url(), output), 1) << changes.begin()->first << ": " << output;
    EXPECT_THAT(output, HasSubstr("not right: ")) << changes.begin()->first;
    EXPECT_GT(forger.changed, 0) << changes.begin()->first;
  }
}

}  // namespace
}  // namespace entente
