// What the steps of `entente registry comcheck` share: their options, where a round lies, and the sending of a statement that is kept
// beside it. Private to the room.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/cli.h"
#include "cli/registry_client.h"
#include "cli/smtp_options.h"
#include "registry/comcheck_folder.h"

namespace entente::cli {

struct ComcheckGiven {
  std::string folder, round, private_folder, log;
  std::string start, end, spread, public_url, key, send, checkpoint, mail, reason;
  std::vector<std::string> roles;
  std::string resolver = "root", trust_anchors, public_suffixes;
  bool watch = false, at_once = false, replies = false, keep = false;
  SmtpGiven smtp;
};

struct Places {
  std::filesystem::path log, private_folder;
  [[nodiscard]] std::filesystem::path rounds() const { return private_folder / "comcheck"; }
};
[[nodiscard]] Places places(const ComcheckGiven& given);
[[nodiscard]] Result<registry::ComcheckFolder> open_round(const ComcheckGiven& given);

// A refusal that no newer entry of the ledger can undo: the key may not say this. A copy that is behind knows less than the registry of
// all else, so that is left to the registry.
[[nodiscard]] std::optional<Error> refused_key(const registry::State& state, const std::string& statement, const std::string& key_file);

struct KeptStatement {
  std::string statement;
  std::filesystem::path file;   // where it lies
  std::string_view if_refused;  // how to go on after a refusal: "the round may be planned again …"
  std::string_view if_lost;     // and besides `registry send` where no answer came: ", or plan again …"; may be empty
};
// Sends it and waits until a checkpoint covers it. What was sent before counts as sent. Where it fails, that was reported with how to go
// on, and the error is the exit code.
[[nodiscard]] tl::expected<RegistryClient::Sent, int> send_kept(const Context& context, const std::string& url, const KeptStatement& kept);

// comcheck_answer.cc: the subcommand answer.
void add_answer_options(CLI::App& answer, ComcheckGiven& given);
[[nodiscard]] Result<int> run_comcheck_answer(const Context& context, const ComcheckGiven& given);

// cmd_registry_comcheck_close.cc: the subcommands close and show.
[[nodiscard]] Result<int> run_comcheck_close(const Context& context, const ComcheckGiven& given);
[[nodiscard]] Result<int> run_comcheck_show(const Context& context, const ComcheckGiven& given);

}  // namespace entente::cli
