// Mirrors, monitors, witnesses and fork proofs as their operators run them: real programs, folders and loopback.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

#include "background_binary.h"
#include "core/file.h"
#include "core/json.h"
#include "http/client.h"
#include "keys/keys.h"
#include "ledger/cosign.h"
#include "ledger/http_source.h"
#include "ledger/ledger.h"
#include "ledger/witness.h"
#include "merkle/witness_protocol.h"
#include "run_binary.h"
#include "test_support.h"

namespace entente::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Follow : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(run_entente({"keygen", "log.example/e2e", "-o", in("log.key")}).code, 0);
    for (const char* w : {"w1", "w2"})
      ASSERT_EQ(run_entente({"keygen", std::string(w) + ".example", "--type", "cosignature", "-o", in(std::string(w) + ".key")}).code, 0);
    ASSERT_EQ(run_entente({"ledger", "init", in("log"), "--key", in("log.key")}).code, 0);
  }
  std::string in(const std::string& name) const { return (folder.path() / name).string(); }
  std::string file(const std::string& name, std::string_view content) const {
    EXPECT_OK(write_file_atomic(in(name), content));
    return in(name);
  }
  // Appends `count` entries that say `what`.
  void append(const std::string& log, const std::string& what, int count) const {
    std::vector<std::string> arguments{"ledger", "append", in(log), "--key", in("log.key")};
    for (int i = 0; i < count; ++i) arguments.push_back(file("entry-" + std::to_string(i), what + " " + std::to_string(i)));
    const auto run = run_entente(arguments);
    ASSERT_EQ(run.code, 0) << run.err;
  }
  // The log as it is, under another name: what its operator shows to somebody else from here on.
  void fork_log(const std::string& copy) const { std::filesystem::copy(in("log"), in(copy), std::filesystem::copy_options::recursive); }
  std::string vkey() const { return in("log.key.vkey"); }
  std::string note(const std::string& log) const { return read_file(in(log + "/checkpoint")).value(); }
  RunResult mirror(const std::string& source, const std::string& copy) const {
    return run_entente({"ledger", "mirror", in(source), in(copy), "--vkey", vkey(), "--once"});
  }
  TemporaryFolder folder = TemporaryFolder::make("entente-follow").value();
};

TEST_F(Follow, AMirrorOfAFolderIsALogItself) {
  append("log", "first", 5);
  const auto made = mirror("log", "copy");
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr("0 → 5 entries"));
  EXPECT_EQ(run_entente({"ledger", "show", in("copy"), "3"}).out, "first 3");
  append("log", "second", 300);
  ASSERT_EQ(mirror("log", "copy").code, 0);
  EXPECT_EQ(note("copy"), note("log"));
  const auto check = run_entente({"ledger", "fsck", in("copy"), "--vkey", vkey()});
  EXPECT_EQ(check.code, 0) << check.out;
  EXPECT_EQ(run_entente({"verify", in("copy"), "--log", vkey()}).code, 0);
  const auto receipt = run_entente({"ledger", "proof", in("copy"), "2", "-o", in("r.tlog-proof")});
  ASSERT_EQ(receipt.code, 0) << receipt.err;
  EXPECT_EQ(run_entente({"verify", in("r.tlog-proof"), "--entry", file("e", "first 2"), "--log", vkey()}).code, 0);
  // A copy of the copy.
  ASSERT_EQ(mirror("copy", "again").code, 0);
  EXPECT_EQ(note("again"), note("log"));
  EXPECT_EQ(mirror("copy", "again").code, 0);
  // It cannot be written to, even by who has the key.
  EXPECT_EQ(run_entente({"ledger", "append", in("copy"), "--key", in("log.key"), file("x", "x")}).code, 2);
  EXPECT_EQ(mirror("log", "log").code, 2);  // nor can a log become a mirror
}

TEST_F(Follow, StaticFilesAreMirroredAndVerified) {
  append("log", "entry", 700);
  ASSERT_EQ(run_entente({"ledger", "export", in("log"), in("www")}).code, 0);
  const auto verified = run_entente({"verify", in("www"), "--log", vkey()});
  ASSERT_EQ(verified.code, 0) << verified.out << verified.err;
  EXPECT_THAT(verified.out, HasSubstr("700 entries and the tiles above them lead to root"));
  ASSERT_EQ(mirror("www", "copy").code, 0);
  EXPECT_EQ(note("copy"), note("log"));
  // A forged entry with a leaf hash to match: every tile is checked up to the root.
  const auto log = ledger::Ledger::open_read(in("log"));
  ASSERT_OK(log);
  std::string bundle = read_file(in("www/tile/entries/001")).value();
  bundle[5] = static_cast<char>(bundle[5] ^ 1);
  const auto entries = ledger::split_bundle(as_bytes(bundle), 256);
  ASSERT_OK(entries);
  std::string tile = read_file(in("www/tile/0/001")).value();
  tile.replace(0, 32, as_text(merkle::leaf_hash(entries->front()).view()));
  ASSERT_OK(write_file_atomic(in("www/tile/entries/001"), bundle));
  ASSERT_OK(write_file_atomic(in("www/tile/0/001"), tile));
  const auto forged = mirror("www", "copy2");
  EXPECT_EQ(forged.code, 2);
  EXPECT_THAT(forged.err, HasSubstr("tile/0/001 does not have the hash"));
  const auto bad = run_entente({"verify", in("www"), "--log", vkey()});
  EXPECT_EQ(bad.code, 1);
  EXPECT_THAT(bad.out, HasSubstr("tile/0/001"));
}

// The copy may be a mirror's folder, its URL, or static files.
TEST_F(Follow, RepairTakesEntriesFromACopy) {
  append("log", "first", 40);
  ASSERT_EQ(mirror("log", "copy").code, 0);
  ASSERT_EQ(run_entente({"ledger", "export", in("log"), in("static")}).code, 0);
  const std::string whole = read_file(in("log/entries")).value();
  BackgroundBinary server({"ledger", "serve", in("copy"), "--read-only", "--listen", "127.0.0.1:0"}, in("serve.err"));
  for (const std::string& copy : {in("copy"), in("static"), server.line()}) {
    std::string damaged = whole;
    damaged[1] ^= 2;
    damaged[200] ^= 1;
    ASSERT_OK(write_file_atomic(in("log/entries"), damaged));
    EXPECT_EQ(run_entente({"ledger", "repair", in("log")}).code, 1);
    const auto done = run_entente({"ledger", "repair", in("log"), "--from", copy, "--allow-private"});
    EXPECT_EQ(done.code, 0) << copy << done.out << done.err;
    EXPECT_THAT(done.out, HasSubstr("brought back 1 bundles"));
    EXPECT_EQ(read_file(in("log/entries")).value(), whole);
  }
  append("log", "later", 1);

  // Nothing left but the keys.
  std::filesystem::remove_all(in("log"));
  std::filesystem::create_directory(in("log"));
  const auto again = run_entente({"ledger", "repair", in("log"), "--from", in("copy"), "--vkey", vkey(), "--new-signing-journal"});
  EXPECT_EQ(again.code, 0) << again.out << again.err;
  EXPECT_EQ(read_file(in("log/entries")).value(), whole);
  append("log", "later", 1);

  // Another history under the same key.
  std::filesystem::remove_all(in("other"));
  ASSERT_EQ(run_entente({"ledger", "init", in("other"), "--key", in("log.key")}).code, 0);
  append("other", "unheard of", 3);
  const auto refused = run_entente({"ledger", "repair", in("log"), "--from", in("other")});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("does not fit"));
}

TEST_F(Follow, AMonitorPrintsWhatIsNew) {
  append("log", "first", 3);
  const std::vector<std::string> watch{"ledger", "monitor", in("log"), "--vkey", vkey(), "--state", in("watch"), "--once", "--json"};
  const auto first = run_entente(watch);
  ASSERT_EQ(first.code, 0) << first.err;
  std::vector<Json> lines;
  for (std::size_t at = 0; at < first.out.size(); at = first.out.find('\n', at) + 1)
    lines.push_back(Json::parse(first.out.substr(at, first.out.find('\n', at) - at)));
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[1]["event"], "entry");
  EXPECT_EQ(lines[1]["index"], 1);
  EXPECT_EQ(lines[1]["text"], "first 1");
  EXPECT_EQ(lines[3]["event"], "checkpoint");
  EXPECT_EQ(lines[3]["size"], 3);
  append("log", "second", 1);
  const auto second = run_entente({"ledger", "monitor", in("log"), "--vkey", vkey(), "--state", in("watch"), "--once"});
  ASSERT_EQ(second.code, 0) << second.err;
  EXPECT_THAT(second.out, HasSubstr("second 0"));
  EXPECT_THAT(second.out, Not(HasSubstr("first")));
  EXPECT_EQ(run_entente({"ledger", "monitor", in("log"), "--vkey", in("w1.key.vkey"), "--state", in("other"), "--once"}).code, 2);
}

TEST_F(Follow, ASplitViewBecomesAProofThatVerifyConfirms) {
  append("log", "common", 5);
  fork_log("other");
  append("log", "for us", 4);
  append("other", "for them", 2);
  const auto look = [&](const std::string& log) {
    return run_entente({"ledger", "monitor", in(log), "--vkey", vkey(), "--state", in("watch"), "--once"});
  };
  ASSERT_EQ(mirror("other", "copy").code, 0);
  ASSERT_EQ(look("other").code, 0);
  for (const RunResult& found : {look("log"), mirror("log", "copy")}) {
    EXPECT_EQ(found.code, 1) << found.err;
    ASSERT_THAT(found.out, HasSubstr("FORK"));
    const std::string proof = found.out.substr(found.out.rfind(" /") + 1, found.out.rfind('\n') - found.out.rfind(" /") - 1);
    const auto confirmed = run_entente({"verify", proof, "--log", vkey()});
    EXPECT_EQ(confirmed.code, 1);
    EXPECT_THAT(confirmed.out, HasSubstr("FINDING"));
    EXPECT_THAT(confirmed.out, HasSubstr("forked: it signed 7 entries"));
    EXPECT_THAT(confirmed.out, HasSubstr("and 9 entries with root"));
    EXPECT_THAT(confirmed.out, HasSubstr("Confirmed"));
    EXPECT_EQ(Json::parse(run_entente({"verify", proof, "--log", vkey(), "--json"}).out)["checks"][0]["outcome"], "finding");
    // Against another log it proves nothing, nor with a byte changed.
    ASSERT_EQ(run_entente({"keygen", "log.example/e2e", "-o", in("x" + sha256(proof).hex() + ".key")}).code, 0);
    const auto other_key = run_entente({"verify", proof, "--log", in("x" + sha256(proof).hex() + ".key.vkey")});
    EXPECT_EQ(other_key.code, 1);
    EXPECT_THAT(other_key.out, HasSubstr("proves nothing"));
    std::string bytes = read_file(proof).value();
    bytes[bytes.find("log.example/e2e") + 16] ^= 1;
    EXPECT_THAT(run_entente({"verify", file("flipped.proof", bytes), "--log", vkey()}).out, Not(HasSubstr("Confirmed")));
  }
  EXPECT_EQ(look("other").code, 0);  // it goes on with what it knows
  EXPECT_EQ(note("copy"), note("other"));
}

TEST_F(Follow, CoseReceiptsVerify) {
  append("log", "entry", 3);
  ASSERT_EQ(run_entente({"ledger", "proof", in("log"), "1", "--cose"}).code, 2);  // needs the key
  const auto made = run_entente({"ledger", "proof", in("log"), "1", "--cose", "--key", in("log.key"), "-o", in("r.cose")});
  ASSERT_EQ(made.code, 0) << made.err;
  const auto good = run_entente({"verify", in("r.cose"), "--entry", file("e", "entry 1"), "--log", vkey()});
  EXPECT_EQ(good.code, 0) << good.out << good.err;
  EXPECT_THAT(good.out, HasSubstr("entry 1 is in the log log.example/e2e of size 3"));
  EXPECT_EQ(run_entente({"verify", in("r.cose"), "--entry", file("e", "entry 2"), "--log", vkey()}).code, 1);
  EXPECT_EQ(run_entente({"ledger", "proof", in("log"), "1", "--cose", "--key", in("w1.key")}).code, 2);
}

// ---- witnesses, over HTTP ----

class Witnessed : public Follow {
 protected:
  // A program that prints where it listens.
  struct Running {
    std::unique_ptr<BackgroundBinary> process;
    std::string address;
    const std::string& url() const { return address; }
    int stop(int signal) const {
      process->signal(signal);
      return process->exit_code();
    }
  };
  static Running start(const std::vector<std::string>& arguments) {
    Running out{.process = std::make_unique<BackgroundBinary>(arguments), .address = {}};
    const std::string line = out.process->line();
    const auto at = line.find("http://");
    EXPECT_NE(at, std::string::npos) << line;
    if (at != std::string::npos) out.address = line.substr(at);
    return out;
  }
  Running witness(const std::string& name) const {
    return start({"ledger", "witness", in(name), "--key", in(name + ".key"), "--log", vkey(), "--listen", "127.0.0.1:0"});
  }
  static http::ClientOptions local() { return {.private_addresses = http::PrivateAddresses::allow}; }
  static ledger::Answer post(const std::string& url, const std::string& body) {
    const auto answer = ledger::web_post(local())(url + "/add-checkpoint", body);
    EXPECT_OK(answer);
    return answer ? *answer : ledger::Answer{0, "", ""};
  }
  keys::VerifierKey log_key() const { return keys::read_verifier_key(vkey()).value(); }
  std::string body(const std::string& log, std::uint64_t from) const {
    const auto opened = ledger::Ledger::open_read(in(log)).value();
    return merkle::AddCheckpoint{.old_size = from, .proof = opened.consistency(from, opened.size()).value(), .note = note(log)}.str();
  }
  std::string policy(const std::string& url1, const std::string& url2, const std::string& rule) const {
    return file("policy", "log " + log_key().str() + "\nwitness w1 " + keys::read_verifier_key(in("w1.key.vkey"))->str() + " " + url1 +
                              "\nwitness w2 " + keys::read_verifier_key(in("w2.key.vkey"))->str() + " " + url2 + "\n" + rule);
  }
};

TEST_F(Witnessed, TheWholeConversation) {
  append("log", "first", 5);
  auto w1 = witness("w1");
  EXPECT_EQ(post(w1.url(), "rubbish").status, 400U);
  const ledger::Answer unknown = post(w1.url(), body("log", 3));
  EXPECT_EQ(unknown.status, 409U);
  EXPECT_EQ(unknown.content_type, "text/x.tlog.size");
  EXPECT_EQ(unknown.body, "0\n");
  const ledger::Answer first = post(w1.url(), body("log", 0));
  EXPECT_EQ(first.status, 200U);
  const auto w1_key = keys::read_verifier_key(in("w1.key.vkey"));
  ASSERT_OK(w1_key);
  EXPECT_OK(merkle::read_cosignature(merkle::Note::parse(note("log"))->text, first.body, *w1_key));

  const std::string old_body = body("log", 0);
  append("log", "second", 300);
  fork_log("other");
  ASSERT_EQ(run_entente({"keygen", "stranger.example", "-o", in("stranger.key")}).code, 0);
  ASSERT_EQ(run_entente({"ledger", "init", in("stranger"), "--key", in("stranger.key")}).code, 0);
  EXPECT_EQ(post(w1.url(), "old 0\n\n" + note("stranger")).status, 404U);
  std::string forged = body("log", 5);
  forged[forged.size() - 10] = forged[forged.size() - 10] == 'A' ? 'B' : 'A';
  EXPECT_EQ(post(w1.url(), forged).status, 403U);
  merkle::AddCheckpoint bad = merkle::AddCheckpoint::parse(body("log", 5)).value();
  bad.proof[0] = sha256("x");
  EXPECT_EQ(post(w1.url(), bad.str()).status, 422U);
  EXPECT_EQ(post(w1.url(), body("log", 5)).status, 200U);
  EXPECT_EQ(post(w1.url(), old_body).body, "305\n");  // 409

  // Killed and started again: it still knows.
  w1.stop(SIGKILL);
  w1 = witness("w1");
  EXPECT_EQ(post(w1.url(), body("log", 5)).body, "305\n");
  // Two at once: one wins.
  append("log", "third", 1);
  const std::string next = body("log", 305);
  append("other", "instead", 2);
  const std::string instead = body("other", 305);
  unsigned status[2] = {};
  {
    std::jthread a([&] { status[0] = post(w1.url(), next).status; });
    std::jthread b([&] { status[1] = post(w1.url(), instead).status; });
  }
  EXPECT_TRUE((status[0] == 200 && status[1] == 409) || (status[0] == 409 && status[1] == 200)) << status[0] << " " << status[1];
  // Monitors read what it cosigned.
  const auto shown = ledger::web_get(local())(w1.url() + "/" + ledger::origin_hash("log.example/e2e") + "/checkpoint");
  ASSERT_OK(shown);
  EXPECT_EQ(merkle::verify_checkpoint(shown->body, log_key(), {*w1_key})->note.cosigned.size(), 1U);
  EXPECT_EQ(w1.stop(SIGTERM), 0);
}

TEST_F(Witnessed, CosignaturesMakeAReceiptThatMeetsThePolicy) {
  append("log", "entry", 5);
  const auto w1 = witness("w1");
  const auto w2 = witness("w2");
  const std::string trust = policy(w1.url(), w2.url(), "group both all w1 w2\nquorum both\n");
  const auto parsed = merkle::Policy::parse(read_file(trust).value());
  ASSERT_OK(parsed);
  const auto log = ledger::Ledger::open_read(in("log"));
  ASSERT_OK(log);
  auto cosigner = ledger::Cosigner::start(*parsed, log_key(), ledger::web_post(local()), ledger::web_get(local()));
  ASSERT_OK(cosigner);
  const auto asked = (*cosigner)->ask_at_start(note("log"));
  ASSERT_OK(asked);
  EXPECT_EQ(asked->answered, 2U);
  const auto cosigned = (*cosigner)->cosign(note("log"), 0, [&](auto from, auto to) { return log->consistency(from, to); });
  ASSERT_OK(cosigned);

  merkle::Receipt receipt = log->receipt(2).value();
  const std::string plain = file("plain.tlog-proof", receipt.str());
  receipt.checkpoint = *cosigned;
  const std::string full = file("full.tlog-proof", receipt.str());
  const std::string entry = file("e", "entry 2");
  const auto good = run_entente({"verify", full, "--entry", entry, "--policy", trust});
  EXPECT_EQ(good.code, 0) << good.out << good.err;
  EXPECT_THAT(good.out, HasSubstr("quorum is reached: all of (w1, w2)"));
  EXPECT_THAT(good.out, HasSubstr("cosigned by w2.example"));
  const auto bare = run_entente({"verify", plain, "--entry", entry, "--policy", trust});
  EXPECT_EQ(bare.code, 1);
  EXPECT_THAT(bare.out, HasSubstr("quorum is not reached"));
  const auto broken = run_entente({"verify", full, "--entry", entry, "--policy", file("bad", "quorum nobody\n")});
  EXPECT_EQ(broken.code, 2);
  EXPECT_THAT(broken.err, HasSubstr("bad:1"));
}

TEST_F(Witnessed, AMirrorWithAKeyCosignsWhatItHolds) {
  append("log", "entry", 5);
  const auto mirrored = [&](const std::string& key) {
    return run_entente({"ledger", "mirror", in("log"), in("held"), "--vkey", vkey(), "--key", in(key), "--once"});
  };
  const auto wrong = mirrored("log.key");
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("must be of type cosignature"));
  ASSERT_EQ(mirrored("w1.key").code, 0);
  const auto own = keys::read_verifier_key(in("w1.key.vkey"));
  ASSERT_OK(own);
  EXPECT_EQ(merkle::verify_checkpoint(note("held"), log_key(), {*own})->note.cosigned.size(), 1U);
}

// A log, two witnesses, a mirror and a monitor, all as programs over loopback.
TEST_F(Witnessed, AServedLogWithItsWitnessesMirrorAndMonitor) {
  const auto w1 = witness("w1");
  auto w2 = witness("w2");
  const std::string trust = policy(w1.url(), w2.url(), "group both all w1 w2\nquorum both\n");
  const std::vector<std::string> serve{"ledger", "serve",    in("log"),     "--key",           in("log.key"), "--policy",
                                       trust,    "--listen", "127.0.0.1:0", "--publish-every", "50"};
  auto log = start(serve);
  http::Client client(local());
  const auto add = [&](const std::string& entry) {
    return client.post(log.url() + "/add?wait=published", "application/octet-stream", entry);
  };
  for (const char* entry : {"one", "two", "three"}) {
    const auto added = add(entry);
    ASSERT_OK(added);
    ASSERT_EQ(added->status, 200U) << added->body;
  }
  // What is published carries both cosignatures, so whoever demands them is content.
  const auto follow = [&](const std::string& source, const std::string& copy) {
    return run_entente({"ledger", "mirror", source, in(copy), "--policy", trust, "--once", "--allow-private"});
  };
  const auto mirrored = follow(log.url(), "copy");
  ASSERT_EQ(mirrored.code, 0) << mirrored.err;
  EXPECT_EQ(run_entente({"ledger", "show", in("copy"), "2"}).out, "three");
  ASSERT_EQ(run_entente({"ledger", "proof", in("copy"), "1", "-o", in("r.tlog-proof")}).code, 0);
  EXPECT_EQ(run_entente({"verify", in("r.tlog-proof"), "--entry", file("e", "two"), "--policy", trust}).code, 0);
  const auto watched = run_entente({"ledger", "monitor", log.url(), "--policy", trust, "--state", in("watch"), "--once", "--allow-private",
                                    "--witness", w1.url(), "--witness", w2.url()});
  EXPECT_EQ(watched.code, 0) << watched.err;
  EXPECT_THAT(watched.out, HasSubstr("three"));
  // The mirror, served, can be followed in turn.
  const auto served_copy = start({"ledger", "serve", in("copy"), "--read-only", "--listen", "127.0.0.1:0"});
  ASSERT_EQ(follow(served_copy.url(), "again").code, 0);
  EXPECT_EQ(note("again"), note("copy"));

  // A witness is down: nothing is published until it is back, and nothing is lost.
  const std::string before = note("log");
  w2.stop(SIGKILL);
  const auto integrated = client.post(log.url() + "/add?wait=integrated", "application/octet-stream", "four");
  ASSERT_OK(integrated);
  EXPECT_EQ(integrated->status, 200U) << integrated->body;
  const auto health = [&] { return client.get(log.url() + "/healthz")->status; };
  for (int i = 0; i < 200 && health() != 503; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_EQ(health(), 503U);
  EXPECT_THAT(client.get(log.url() + "/healthz")->body, HasSubstr("quorum"));
  EXPECT_EQ(note("log"), before);
  const std::string port = w2.url().substr(w2.url().rfind(':') + 1);
  w2 = start({"ledger", "witness", in("w2"), "--key", in("w2.key"), "--log", vkey(), "--listen", "127.0.0.1:" + port});
  const auto five = add("five");
  ASSERT_OK(five);
  EXPECT_EQ(five->status, 200U) << five->body;
  EXPECT_EQ(health(), 200U);
  EXPECT_EQ(log.stop(SIGTERM), 0);

  // The disk is put back to an older state: the witnesses know better, and the log is not started.
  ASSERT_EQ(follow(in("log"), "copy").code, 0);
  log = start(serve);
  EXPECT_EQ(log.stop(SIGTERM), 0);
  ASSERT_EQ(run_entente({"ledger", "init", in("empty"), "--key", in("log.key")}).code, 0);
  std::vector<std::string> put_back = serve;
  put_back[2] = in("empty");
  const auto refused = run_entente(put_back);
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("entries signed by this log's key; this log has 0"));
}

TEST_F(Witnessed, ADiskPutBackIsNoticedAtStart) {
  append("log", "entry", 5);
  fork_log("backup");
  append("log", "more", 3);
  const auto w1 = witness("w1");
  ASSERT_EQ(post(w1.url(), body("log", 0)).status, 200U);
  const auto parsed = merkle::Policy::parse(read_file(policy(w1.url(), "", "quorum w1\n")).value());
  ASSERT_OK(parsed);
  auto cosigner = ledger::Cosigner::start(*parsed, log_key(), ledger::web_post(local()), ledger::web_get(local()));
  ASSERT_OK(cosigner);
  const auto refused = (*cosigner)->ask_at_start(note("backup"));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("shows a checkpoint of 8 entries signed by this log's key; this log has 5"));
}

TEST_F(Witnessed, AMonitorComparesWithAWitness) {
  append("log", "common", 5);
  fork_log("other");
  append("log", "for us", 1);
  append("other", "for the witness", 1);
  const auto w1 = witness("w1");
  const std::vector<std::string> watch{"ledger",    "monitor", in("log"),   "--vkey", vkey(),           "--state",
                                       in("watch"), "--once",  "--witness", w1.url(), "--allow-private"};
  EXPECT_EQ(run_entente(watch).code, 0);  // it has seen nothing yet
  ASSERT_EQ(post(w1.url(), body("other", 0)).status, 200U);
  const auto found = run_entente(watch);
  EXPECT_EQ(found.code, 1) << found.err;
  EXPECT_THAT(found.out, HasSubstr("FORK"));
}

}  // namespace
}  // namespace entente::test
