// The command line: one file a subcommand (cmd_<name>.cc), each with one function that adds it to the app. A command parses
// options, calls a room, prints. Exit codes: 0 ok, 1 findings, 2 usage or input error.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "core/data.h"
#include "core/error.h"
#include "core/json.h"
#include "core/progress.h"
#include "core/time.h"
#include "evidence/bundle.h"
#include "keys/keys.h"

namespace entente::cli {

inline constexpr int kOk = 0;
inline constexpr int kFindings = 1;
inline constexpr int kError = 2;

// Options every command shares, and what main() does with the result.
struct Context {
  bool json = false;         // --json: the result as one JSON document on standard output, nothing else there
  bool quiet = false;        // --quiet: no progress, no chatter
  std::string data_folder;   // --data DIR; empty: the embedded data
  std::function<int()> run;  // set by the chosen command's callback; main() calls it after parsing

  [[nodiscard]] Progress::Mode progress() const { return quiet ? Progress::Mode::silent : Progress::Mode::automatic; }
  // The embedded data, or the folder given with --data (read once).
  [[nodiscard]] Result<const DataSet*> data() const;
};

// Prints "error: …" with place and hint to standard error (as {"error":{…}} on standard output too with --json); returns kError.
int report(const Context& context, const Error& error);

// A subcommand with the manners all share: description, examples in the footer of --help, and --json/--quiet/--data/--color/--threads
// accepted after the subcommand as well. `run` is called after parsing.
CLI::App* add_command(CLI::App& parent, Context& context, std::string name, std::string description, const std::string& examples,
                      std::function<int()> run);

// Prints a JSON document with a final newline to standard output.
void print_json(const Json& value);

// Asks for a passphrase on the terminal without echo; from ENTENTE_PASSPHRASE if that is set. `confirm` asks twice.
enum class PassphrasePrompt { once, confirm };
[[nodiscard]] Result<std::string> ask_passphrase(std::string_view what, PassphrasePrompt prompt);

// Statements and attestations are signed with keys of type Ed25519; a witness's key must sign nothing but cosignatures (docs/keys.md).
[[nodiscard]] Result<void> check_statement_key(const keys::SigningKey& key, std::string_view file);

// A private key file; asks for its passphrase if it has one.
[[nodiscard]] Result<keys::SigningKey> read_signing_key(const std::string& path);

// Where CLI11's type name of an option goes over into what its checks add: "N:UINT in [0 - 9]", "WHEN:{auto,never}". A colon of the word
// itself ("ADDR[:PORT]") is none. The end of `type` if nothing is added.
[[nodiscard]] std::size_t end_of_value_word(std::string_view type);

// Now, without the part of a second: statements carry whole seconds, so that two of one second are never out of order.
[[nodiscard]] Instant whole_now();

// The value of an option that is a time (RFC 3339) or a day; errors name the option.
enum class TimeForm { time_or_date, time, date };
[[nodiscard]] Result<Instant> parse_time_option(std::string_view option, std::string_view text, TimeForm form = TimeForm::time_or_date);

// One sentence for each kind of evidence in the bundle that no engine reads: it is not judged, and most often it is misspelt.
[[nodiscard]] std::vector<std::string> unread_kinds(const evidence::Bundle& bundle);
// Prints "warning: …" lines to standard error. Not silenced by --quiet: what is warned of changes the result.
void print_warnings(const std::vector<std::string>& warnings);

// An error about a bundle that lies in a temporary folder, told of the path the user gave.
[[nodiscard]] Error as_given(Error error, const std::filesystem::path& folder, const std::string& given);

// Checks that an option or argument is a whole number from 0 to 2^64 − 1 in decimal digits; CLI11 alone lets "-1" wrap around.
[[nodiscard]] CLI::Validator whole_number();

// The commands.
void add_assess(CLI::App& app, Context& context);
void add_assessment(CLI::App& app, Context& context);
void add_attest(CLI::App& app, Context& context);
void add_controls(CLI::App& app, Context& context);
void add_csaf(CLI::App& app, Context& context);
void add_csaf_provider(CLI::App& csaf, Context& context);  // collect and provider, below csaf
void add_elections(CLI::App& app, Context& context);
void add_evidence(CLI::App& app, Context& context);
void add_generate_manual(CLI::App& app, Context& context);  // not listed
void add_keygen(CLI::App& app, Context& context);
void add_ledger(CLI::App& app, Context& context);
void add_publish(CLI::App& app, Context& context);
void add_registry(CLI::App& app, Context& context);
void add_serve(CLI::App& app, Context& context);
void add_reproduce(CLI::App& app, Context& context);
void add_supply(CLI::App& app, Context& context);
void add_verify(CLI::App& app, Context& context);

// The program's whole tree of commands: help, shared options and all of the above. `context` must outlive `app`.
void build_app(CLI::App& app, Context& context);

// Parses, runs, returns the exit code. Never throws.
int main(int argc, const char* const* argv);

}  // namespace entente::cli
