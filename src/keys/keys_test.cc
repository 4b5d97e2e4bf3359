// Keys: the verification rule's parts on every known small-order encoding, vkeys and signer keys including what the parser
// must refuse, key files on a real folder with real permissions.
#include "keys/keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <atomic>
#include <set>
#include <thread>

#include "core/digest.h"
#include "core/file.h"
#include "core/json.h"
#include "keys/ed25519_rule.h"
#include "test_support.h"

namespace entente::keys {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;

template <std::size_t N>
std::array<std::uint8_t, N> hex_array(std::string_view hex) {
  std::array<std::uint8_t, N> out{};
  const auto bytes = from_hex(hex);
  EXPECT_TRUE(bytes && bytes->size() == N) << hex;
  if (bytes && bytes->size() == N) std::copy(bytes->begin(), bytes->end(), out.begin());
  return out;
}

JsonDocument vectors() {
  auto doc = JsonDocument::read(test::source_dir() / "src/keys/testdata/ed25519.json");
  EXPECT_TRUE(doc) << doc.error().str();
  return *doc;
}

SigningKey test_key(std::string name = "keys.example/test", KeyType type = KeyType::ed25519) {
  const Digest seed = sha256("a seed for tests");
  return *SigningKey::from_seed(std::move(name), type, seed.view());
}

// ---- the rule ----

TEST(Ed25519Rule, PointEncodings) {
  const JsonDocument doc = vectors();
  const auto points = *json_array(doc.root(), "points");
  std::size_t small = 0;
  for (const JsonView p : points) {
    const std::string hex(*json_string(p, "hex"));
    SCOPED_TRACE(hex);
    const auto point = hex_array<32>(hex);
    EXPECT_EQ(is_canonical_point(point), *json_bool(p, "canonical"));
    EXPECT_EQ(is_small_order_point(point), *json_bool(p, "small_order"));
    small += *json_bool(p, "small_order") ? 1 : 0;
  }
  EXPECT_EQ(small, 14u);
}

TEST(Ed25519Rule, ScalarsEndBelowTheOrder) {
  auto order = hex_array<32>("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  EXPECT_FALSE(is_canonical_scalar(order));
  order[0] -= 1;
  EXPECT_TRUE(is_canonical_scalar(order));
  order[0] += 2;
  EXPECT_FALSE(is_canonical_scalar(order));
  auto top = hex_array<32>("0000000000000000000000000000000000000000000000000000000000000000");
  EXPECT_TRUE(is_canonical_scalar(top));
  top[31] = 0x10;
  EXPECT_TRUE(is_canonical_scalar(top));  // 2^252 is below the order
  top[31] = 0x20;
  EXPECT_FALSE(is_canonical_scalar(top));
}

TEST(Ed25519, SignatureOfAnotherScalarModuloTheOrderIsRefused) {
  const SigningKey key = test_key();
  const std::string message = "S + L has the same effect in the equation";
  Signature sig = key.sign(as_bytes(message));
  ASSERT_TRUE(verify_ed25519(key.verifier().key(), as_bytes(message), sig));
  const auto order = hex_array<32>("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += sig[32 + i] + order[i];
    sig[32 + i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  EXPECT_FALSE(verify_ed25519(key.verifier().key(), as_bytes(message), sig));
}

TEST(Ed25519, EveryFlippedBitIsNoticed) {
  const SigningKey key = test_key();
  const std::string message = "message";
  const Signature good = key.sign(as_bytes(message));
  EXPECT_EQ(good, key.sign(as_bytes(message)));  // deterministic
  for (std::size_t bit = 0; bit < 512; ++bit) {
    Signature bad = good;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    EXPECT_FALSE(verify_ed25519(key.verifier().key(), as_bytes(message), bad)) << bit;
  }
  for (std::size_t bit = 0; bit < 256; ++bit) {
    PublicKeyBytes bad = key.verifier().key();
    bad[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    EXPECT_FALSE(verify_ed25519(bad, as_bytes(message), good)) << bit;
  }
  EXPECT_FALSE(verify_ed25519(key.verifier().key(), as_bytes("messagf"), good));
  EXPECT_FALSE(verify_ed25519(key.verifier().key(), as_bytes(""), good));
}

TEST(Ed25519, LengthOtherThan64IsRefused) {
  const SigningKey key = test_key();
  const Signature sig = key.sign(as_bytes("m"));
  Bytes bytes(sig.begin(), sig.end());
  EXPECT_TRUE(key.verifier().verify(as_bytes("m"), bytes));
  bytes.push_back(0);
  EXPECT_FALSE(key.verifier().verify(as_bytes("m"), bytes));
  bytes.resize(63);
  EXPECT_FALSE(key.verifier().verify(as_bytes("m"), bytes));
  EXPECT_FALSE(key.verifier().verify(as_bytes("m"), {}));
}

TEST(Ed25519, ManyThreadsAgree) {
  const SigningKey key = test_key();
  std::vector<std::jthread> threads;
  std::atomic<int> good = 0;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const std::string message = fmt::format("{}/{}", t, i);
        if (key.verifier().verify(as_bytes(message), key.sign(as_bytes(message)))) ++good;
      }
    });
  threads.clear();
  EXPECT_EQ(good, 200);
}

// ---- names and verifier keys ----

TEST(KeyName, Rule) {
  for (const std::string_view good : {"a", "example.org/ledger", "Amélie", "日本.example", "a\u200bb", "x:y@z#", "\u007f"})
    EXPECT_TRUE(is_valid_key_name(good)) << good;
  for (const std::string_view bad :
       {"",       "a b",    "a+b",    "+",      "a\tb",   "a\nb",   "a\rb",    "\u0085", "a\u00a0b", "\u1680", "\u2000",
        "\u2005", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000x", "a\x01",  "\xff",     "a\xc3",  "\xed\xa0\x80"})
    EXPECT_FALSE(is_valid_key_name(bad)) << testing::PrintToString(bad);
  EXPECT_FALSE(is_valid_key_name(std::string_view("a\0b", 3)));
}

TEST(VerifierKey, RoundTripAndId) {
  const SigningKey key = test_key("log.example/2026");
  const VerifierKey& v = key.verifier();
  const std::string text = v.str();
  const auto again = VerifierKey::parse(text);
  ASSERT_OK(again);
  EXPECT_EQ(*again, v);
  EXPECT_EQ(again->str(), text);
  // The id by its definition.
  Bytes bytes = to_bytes("log.example/2026\n");
  bytes.push_back(0x01);
  bytes.insert(bytes.end(), v.key().begin(), v.key().end());
  EXPECT_EQ(v.id_hex(), sha256(bytes).hex().substr(0, 8));
  // The same key as a cosigner has another id.
  const auto cosigner = VerifierKey::make("log.example/2026", KeyType::cosignature_v1, v.key());
  ASSERT_OK(cosigner);
  EXPECT_NE(cosigner->id(), v.id());
  EXPECT_NE(*cosigner, v);
  EXPECT_EQ(*VerifierKey::parse(cosigner->str()), *cosigner);
}

TEST(VerifierKey, EveryOtherSpellingIsRefused) {
  const std::string good = test_key("a.example").verifier().str();
  ASSERT_OK(VerifierKey::parse(good));
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const char c : std::string_view("+ \n=aA0/\xff")) {
      if (good[i] == c) continue;
      std::string bad = good;
      bad[i] = c;
      const auto key = VerifierKey::parse(bad);
      EXPECT_FALSE(key) << bad;
    }
    EXPECT_FALSE(VerifierKey::parse(good.substr(0, i))) << i;
  }
  EXPECT_FALSE(VerifierKey::parse(good + "\n"));
  EXPECT_FALSE(VerifierKey::parse(good + "="));
  EXPECT_FALSE(VerifierKey::parse(" " + good));
}

TEST(VerifierKey, ErrorsSayWhatIsWrong) {
  const auto what = [](std::string_view text) { return VerifierKey::parse(text).error().what; };
  EXPECT_THAT(what("hello"), HasSubstr("two '+'"));
  EXPECT_THAT(what("+00000000+AAAA"), HasSubstr("key name"));
  EXPECT_THAT(what("a+0000000+AAAA"), HasSubstr("eight lower-case hex digits"));
  EXPECT_THAT(what("a+ABCDEF01+AAAA"), HasSubstr("eight lower-case hex digits"));
  EXPECT_THAT(what("a+00000000+A"), HasSubstr("base64"));
  EXPECT_THAT(what("a+00000000+"), HasSubstr("empty"));
  EXPECT_THAT(what("a+00000000+AQAA"), HasSubstr("32 bytes"));
  EXPECT_THAT(what("a+00000000+BgAA"), HasSubstr("type 0x06"));
  const std::string good = test_key("a").verifier().str();
  EXPECT_THAT(what("b" + good.substr(1)), HasSubstr("does not belong to this name"));
}

TEST(VerifierKey, KeysThatCanProveNothingAreRefused) {
  const JsonDocument doc = vectors();
  const auto points = *json_array(doc.root(), "points");
  for (const JsonView p : points) {
    const std::string hex(*json_string(p, "hex"));
    const bool usable = *json_bool(p, "canonical") && !*json_bool(p, "small_order");
    EXPECT_EQ(VerifierKey::make("a.example", KeyType::ed25519, hex_array<32>(hex)).has_value(), usable) << hex;
  }
  EXPECT_FALSE(VerifierKey::make("a b", KeyType::ed25519, test_key().verifier().key()));
  EXPECT_FALSE(VerifierKey::make("a", static_cast<KeyType>(2), test_key().verifier().key()));
}

// ---- signing keys ----

TEST(SigningKey, Rfc8032Vectors) {
  const JsonDocument doc = vectors();
  const auto cases = *json_array(doc.root(), "rfc8032");
  std::size_t count = 0;
  for (const JsonView c : cases) {
    const Bytes seed = *from_hex(*json_string(c, "seed"));
    const Bytes message = *from_hex(*json_string(c, "message"));
    const auto key = SigningKey::from_seed("v.example", KeyType::ed25519, seed);
    ASSERT_OK(key);
    EXPECT_EQ(to_hex(key->verifier().key()), *json_string(c, "public"));
    EXPECT_EQ(to_hex(key->sign(message)), *json_string(c, "signature"));
    EXPECT_TRUE(key->verifier().verify(message, key->sign(message)));
    ++count;
  }
  EXPECT_EQ(count, 3u);
}

TEST(SigningKey, TextRoundTrip) {
  for (const KeyType type : {KeyType::ed25519, KeyType::cosignature_v1}) {
    const auto key = SigningKey::generate("witness.example/w1", type);
    ASSERT_OK(key);
    const std::string text = key->str();
    const auto again = SigningKey::parse(text);
    ASSERT_OK(again);
    EXPECT_EQ(again->verifier(), key->verifier());
    EXPECT_EQ(again->verifier().type(), type);
    EXPECT_EQ(again->sign(as_bytes("x")), key->sign(as_bytes("x")));
    EXPECT_EQ(again->str(), text);
  }
}

TEST(SigningKey, BadTextIsRefused) {
  const std::string good = test_key("a.example").str();
  EXPECT_FALSE(SigningKey::parse(good.substr(1)));
  EXPECT_FALSE(SigningKey::parse(test_key("a.example").verifier().str()));
  EXPECT_FALSE(SigningKey::parse(good + "\n"));
  std::string other_name = good;
  other_name.replace(other_name.find("a.example"), 9, "b.example");
  const auto renamed = SigningKey::parse(other_name);
  ASSERT_FALSE(renamed);
  EXPECT_THAT(renamed.error().what, HasSubstr("does not belong"));
  EXPECT_FALSE(SigningKey::parse("PRIVATE+KEY+a+00000000+AQ=="));
  EXPECT_FALSE(SigningKey::from_seed("a", KeyType::ed25519, Bytes(31)));
  EXPECT_FALSE(SigningKey::from_seed("a b", KeyType::ed25519, Bytes(32)));
}

TEST(SigningKey, GeneratedKeysDifferAndMove) {
  std::set<std::string> seen;
  for (int i = 0; i < 32; ++i) seen.insert(SigningKey::generate("g.example")->verifier().str());
  EXPECT_EQ(seen.size(), 32u);
  SigningKey a = test_key("a.example");
  SigningKey b = test_key("b.example");
  a = std::move(b);
  EXPECT_EQ(a.verifier().name(), "b.example");
  const SigningKey c(std::move(a));
  EXPECT_EQ(c.verifier().name(), "b.example");
}

TEST(RandomBytes, FillTheSpan) {
  std::array<std::uint8_t, 64> a{};
  std::array<std::uint8_t, 64> b{};
  random_bytes(a);
  random_bytes(b);
  EXPECT_NE(a, b);
}

// ---- key files ----

class KeyFile : public testing::Test {
 protected:
  void SetUp() override {
    auto folder = TemporaryFolder::make("keys_test");
    ASSERT_OK(folder);
    folder_.emplace(std::move(*folder));
  }
  [[nodiscard]] fs::path path(std::string_view name = "key") const { return folder_->path() / name; }
  static unsigned mode(const fs::path& p) {
    struct stat st{};
    EXPECT_EQ(::stat(p.c_str(), &st), 0);
    return st.st_mode & 07777;
  }
  static std::string content(const fs::path& p) { return *read_file(p); }
  static void put(const fs::path& p, std::string_view text) {
    fs::remove(p);  // a private key is never written over
    ASSERT_OK(write_file_atomic(p, text, FileMode::secret));
  }
  std::optional<TemporaryFolder> folder_;
};

TEST_F(KeyFile, PlainRoundTrip) {
  const SigningKey key = test_key();
  ASSERT_OK(write_key_file(path(), key));
  EXPECT_EQ(mode(path()), 0600u);
  EXPECT_EQ(content(path()), key.str() + "\n");
  EXPECT_EQ(content(path("key.vkey")), key.verifier().str() + "\n");
  EXPECT_EQ(key_file_needs_passphrase(path()), false);
  const auto again = read_key_file(path());
  ASSERT_OK(again);
  EXPECT_EQ(again->verifier(), key.verifier());
  EXPECT_EQ(again->str(), key.str());
  EXPECT_OK(read_key_file(path(), "a passphrase nobody needs"));
  EXPECT_EQ(*read_verifier_key(path("key.vkey").string()), key.verifier());
  EXPECT_EQ(*read_verifier_key(key.verifier().str()), key.verifier());
}

TEST_F(KeyFile, PassphraseRoundTrip) {
  const SigningKey key = test_key();
  ASSERT_OK(write_key_file(path(), key, "correct horse"));
  EXPECT_EQ(mode(path()), 0600u);
  EXPECT_EQ(key_file_needs_passphrase(path()), true);
  const std::string line = content(path());
  EXPECT_TRUE(line.starts_with("ENCRYPTED+KEY+v1+"));
  EXPECT_EQ(line.find("PRIVATE"), std::string::npos);
  EXPECT_EQ(line.find(key.verifier().name()), std::string::npos);
  const auto again = read_key_file(path(), "correct horse");
  ASSERT_OK(again);
  EXPECT_EQ(again->str(), key.str());
  const auto none = read_key_file(path());
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().what, HasSubstr("needs a passphrase"));
  const auto wrong = read_key_file(path(), "correct horsf");
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().what, HasSubstr("wrong passphrase"));
  EXPECT_EQ(wrong.error().where.file, path().string());
  // The same key and passphrase never give the same file.
  ASSERT_OK(write_key_file(path("second"), key, "correct horse"));
  EXPECT_NE(content(path("second")), line);
}

TEST_F(KeyFile, DamagedBoxesAreRefused) {
  ASSERT_OK(write_key_file(path(), test_key(), "pass"));
  const std::string line = content(path());
  const std::size_t salt = line.find("v1+") + 3;
  for (const std::size_t at : {salt, salt + 26, line.size() - 10}) {  // salt, nonce, box
    std::string bad = line;
    bad[at] = bad[at] == 'A' ? 'B' : 'A';
    put(path("bad"), bad);
    const auto key = read_key_file(path("bad"), "pass");
    ASSERT_FALSE(key);
    EXPECT_THAT(key.error().what, HasSubstr("wrong passphrase, or the key file was altered"));
  }
  for (const std::string_view bad :
       {"ENCRYPTED+KEY+v1+", "ENCRYPTED+KEY+v1+AAAA+AAAA+AAAA", "ENCRYPTED+KEY+v1+a+b", "ENCRYPTED+KEY+v2+AAAA+AAAA+AAAA",
        "ENCRYPTED+KEY+v1+AAAAAAAAAAAAAAAAAAAAAA==+AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+"}) {
    put(path("bad"), bad);
    EXPECT_FALSE(read_key_file(path("bad"), "pass")) << bad;
  }
}

TEST_F(KeyFile, OthersMustNotRead) {
  ASSERT_OK(write_key_file(path(), test_key()));
  for (const mode_t m : {0640, 0604, 0620, 0602, 0610, 0777}) {
    ASSERT_EQ(::chmod(path().c_str(), m), 0);
    const auto key = read_key_file(path());
    ASSERT_FALSE(key) << m;
    EXPECT_THAT(key.error().what, HasSubstr("can be used by others"));
    EXPECT_EQ(key.error().hint, "chmod 600 " + path().string());
    EXPECT_FALSE(key_file_needs_passphrase(path()));
  }
  for (const mode_t m : {0600, 0400}) {
    ASSERT_EQ(::chmod(path().c_str(), m), 0);
    EXPECT_OK(read_key_file(path()));
  }
}

TEST_F(KeyFile, ModeIsRightUnderAnyUmask) {
  const mode_t before = ::umask(0);
  const auto written = write_key_file(path(), test_key());
  ::umask(before);
  ASSERT_OK(written);
  EXPECT_EQ(mode(path()), 0600u);
}

TEST_F(KeyFile, NothingIsEverOverwritten) {
  put(path(), "precious\n");
  auto written = write_key_file(path(), test_key());
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().what, HasSubstr("never overwritten"));
  EXPECT_EQ(content(path()), "precious\n");
  EXPECT_FALSE(fs::exists(path("key.vkey")));

  put(path("other.vkey"), "precious too\n");
  written = write_key_file(path("other"), test_key());
  ASSERT_FALSE(written);
  EXPECT_EQ(content(path("other.vkey")), "precious too\n");
  EXPECT_FALSE(fs::exists(path("other")));

  fs::create_symlink(path("nowhere"), path("link"));
  EXPECT_FALSE(write_key_file(path("link"), test_key()));
  EXPECT_FALSE(fs::exists(path("nowhere")));
}

TEST_F(KeyFile, AbsentFolderOrStrangeFiles) {
  const auto written = write_key_file(path("no/such/key"), test_key());
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().hint, "the folder does not exist");
  EXPECT_FALSE(read_key_file(path("absent")));
  EXPECT_FALSE(read_key_file(folder_->path()));
  put(path("large"), std::string(20'000, 'a'));
  EXPECT_FALSE(read_key_file(path("large")));
  put(path("empty"), "");
  EXPECT_FALSE(read_key_file(path("empty")));
  put(path("text"), "this is a letter\n");
  const auto text = read_key_file(path("text"));
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().where.file, path("text").string());
}

TEST_F(KeyFile, VerifierKeyFromTextOrPath) {
  ASSERT_OK(write_key_file(path(), test_key()));
  const auto secret = read_verifier_key(path().string());
  ASSERT_FALSE(secret);
  EXPECT_THAT(secret.error().what, HasSubstr("private key"));
  const auto neither = read_verifier_key("neither");
  ASSERT_FALSE(neither);
  EXPECT_THAT(neither.error().what, HasSubstr("neither a file nor a verifier key"));
  put(path("two"), test_key().verifier().str() + "\n" + test_key().verifier().str() + "\n");
  const auto two = read_verifier_key(path("two").string());
  ASSERT_FALSE(two);
  EXPECT_THAT(two.error().what, HasSubstr("more than one line"));
  EXPECT_FALSE(read_verifier_key(""));
  EXPECT_FALSE(read_verifier_key(std::string(100'000, 'a')));
}

// What an editor of another system makes of a key file.
TEST_F(KeyFile, LineEndsAndByteOrderMarks) {
  const SigningKey key = test_key();
  const std::string vkey = key.verifier().str();
  for (const std::string_view end : {"", "\n", "\r\n"}) {
    put(path("public"), vkey + std::string(end));
    EXPECT_EQ(read_verifier_key(path("public").string()), key.verifier());
    put(path("private"), key.str() + std::string(end));
    EXPECT_OK(read_key_file(path("private")));
  }
  for (const std::string& bad : {vkey + "\r", vkey + "\n\n", vkey + "\r\n\r\n", " " + vkey}) {
    put(path("public"), bad);
    EXPECT_FALSE(read_verifier_key(path("public").string())) << bad;
  }
  put(path("public"), "\xef\xbb\xbf" + vkey + "\r\n");
  const auto marked = read_verifier_key(path("public").string());
  ASSERT_FALSE(marked);
  EXPECT_THAT(marked.error().what, HasSubstr("byte order mark"));
  EXPECT_THAT(marked.error().hint, HasSubstr("without BOM"));
  EXPECT_EQ(marked.error().where.file, path("public").string());
  put(path("private"), "\xef\xbb\xbf" + key.str() + "\n");
  const auto marked_private = read_key_file(path("private"));
  ASSERT_FALSE(marked_private);
  EXPECT_THAT(marked_private.error().what, HasSubstr("byte order mark"));
  put(path("public"), "\xff\xfe" + vkey);
  const auto wide = read_verifier_key(path("public").string());
  ASSERT_FALSE(wide);
  EXPECT_THAT(wide.error().what, HasSubstr("UTF-16"));
}

TEST_F(KeyFile, ThePublicPartIsNoPrivateKey) {
  ASSERT_OK(write_key_file(path("org.key"), test_key()));
  const auto given = read_key_file(path("org.key.vkey"));
  ASSERT_FALSE(given);
  EXPECT_THAT(given.error().what, HasSubstr("this is a public key (keys.example/test), a private one is expected"));
  EXPECT_THAT(given.error().hint, testing::EndsWith(path("org.key").string()));
  EXPECT_FALSE(key_file_needs_passphrase(path("org.key.vkey")));
  put(path("renamed"), test_key().verifier().str() + "\n");
  const auto renamed = read_key_file(path("renamed"));
  ASSERT_FALSE(renamed);
  EXPECT_THAT(renamed.error().hint, HasSubstr("without .vkey"));
}

}  // namespace
}  // namespace entente::keys
