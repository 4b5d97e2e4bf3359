// `entente keygen`: makes a key pair. The private key goes to a new file of mode 0600, the public one (a C2SP verifier key)
// beside it as .vkey and to standard output, where people copy it from. Nothing is ever overwritten.
#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "cli/cli.h"
#include "core/terminal.h"
#include "core/utf8.h"
#include "keys/keys.h"

namespace entente::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kKeygenExamples =
    R"(  entente keygen example.org/security --out security.key
      writes security.key (secret, mode 0600) and security.key.vkey (to publish), and prints the latter
  entente keygen example.org/security --out security.key --passphrase
      the same, the private key encrypted; asks twice, or takes ENTENTE_PASSPHRASE
  entente keygen witness.example/w1 --out witness.key --type cosignature
      a key of a witness, which cosigns the checkpoints of logs

A name is best a domain with a path: no spaces, no '+'. For a log, it is the log's origin.)";

struct KeygenOptions {
  std::string name, out, type = "ed25519";
  bool passphrase = false;
};

fs::path public_path(const fs::path& path) {
  fs::path out = path;
  out += ".vkey";
  return out;
}

Result<keys::VerifierKey> make_key(const KeygenOptions& given) {
  const keys::KeyType type = given.type == "cosignature" ? keys::KeyType::cosignature_v1 : keys::KeyType::ed25519;
  // The name is judged before anyone is asked for a passphrase.
  if (printable(given.name, 1024) != given.name || given.name.size() > 255)
    return fail(fmt::format("\"{}\" is no good name for a key", printable(given.name, 60)), {},
                "a name has at most 255 bytes and no invisible or control characters; best is a domain with a path");
  ENTENTE_TRY(const keys::SigningKey key, keys::SigningKey::generate(given.name, type));
  std::string passphrase;
  if (given.passphrase) {
    ENTENTE_TRY(passphrase, ask_passphrase("the new key " + given.out, PassphrasePrompt::confirm));
    // An empty one, as from an empty ENTENTE_PASSPHRASE, would silently write the key in the clear.
    if (passphrase.empty()) return fail("the passphrase is empty", {}, "set ENTENTE_PASSPHRASE to a passphrase, or leave out --passphrase");
  }
  ENTENTE_CHECK(keys::write_key_file(given.out, key, passphrase));
  return key.verifier();
}

int run_keygen(const Context& context, const KeygenOptions& given) {
  const auto key = make_key(given);
  if (!key) return report(context, key.error());
  const fs::path vkey_file = public_path(given.out);
  if (context.json) {
    print_json(Json{{"vkey", key->str()},
                    {"name", key->name()},
                    {"key_id", key->id_hex()},
                    {"type", given.type},
                    {"private_key_file", given.out},
                    {"public_key_file", vkey_file.string()},
                    {"encrypted", given.passphrase}});
    return kOk;
  }
  fmt::print("{}\n", key->str());
  if (!context.quiet) {
    fmt::print(stderr, "{} {} (keep it secret and keep a copy; mode 0600{})\n", paint(stderr, Colour::dim, "private key:"),
               printable(given.out), given.passphrase ? ", encrypted" : "");
    fmt::print(stderr, "{}  {} (publish it: who has it can check what this key signs)\n", paint(stderr, Colour::dim, "public key:"),
               printable(vkey_file.string()));
  }
  return kOk;
}

}  // namespace

void add_keygen(CLI::App& app, Context& context) {
  const auto given = std::make_shared<KeygenOptions>();
  CLI::App* command = add_command(app, context, "keygen", "make a key pair for signing statements, running a log or witnessing one",
                                  kKeygenExamples, [&context, given] { return run_keygen(context, *given); });
  command->add_option("name", given->name, "the key's name, such as example.org/security")->required()->type_name("NAME");
  command->add_option("-o,--out", given->out, "where to write the private key; the public one goes beside it as FILE.vkey")
      ->required()
      ->type_name("FILE");
  command->add_flag("--passphrase", given->passphrase, "encrypt the private key with a passphrase");
  command->add_option("--type", given->type, "ed25519 (statements, logs) or cosignature (witnesses)")
      ->check(CLI::IsMember({"ed25519", "cosignature"}))
      ->capture_default_str()
      ->type_name("TYPE");
}

}  // namespace entente::cli
