// A round's statement is written before it is sent, so whatever becomes of the answer it can be sent again.
#include "cli/comcheck_steps.h"

#include <fmt/format.h>

#include "cli/registry_folder.h"

namespace entente::cli {

namespace fs = std::filesystem;

Places places(const ComcheckGiven& given) {
  const RegistryFolder folder(given.folder);
  return {.log = given.log.empty() ? folder.log() : fs::path(given.log),
          .private_folder = given.private_folder.empty() ? folder.private_files() : fs::path(given.private_folder)};
}

Result<registry::ComcheckFolder> open_round(const ComcheckGiven& given) {
  ENTENTE_TRY(const ledger::Ledger log, ledger::Ledger::open_read(places(given).log));
  return registry::ComcheckFolder::open(places(given).rounds(), given.round, log.verifier());
}

std::optional<Error> refused_key(const registry::State& state, const std::string& statement, const std::string& key_file) {
  const registry::Verdict verdict = state.check(statement, now());
  if (verdict) return std::nullopt;
  const registry::Code code = verdict.error().code;
  if (code != registry::Code::not_entitled && code != registry::Code::unknown_key) return std::nullopt;
  return Error{.what = fmt::format("the ledger's rules refuse this key ({}): {}", registry::name(code), verdict.error().what),
               .where = {.file = key_file},
               .hint = "nothing was written; a round is run with a key of the monitor's or of an officer"};
}

tl::expected<RegistryClient::Sent, int> send_kept(const Context& context, const std::string& url, const KeptStatement& kept) {
  RegistryClient client(url);
  auto sent = client.submit(kept.statement);
  if (sent) return std::move(*sent);
  Error error = sent.error();
  if (!error.hint.empty()) error.hint += "; ";
  if (client.refused())
    error.hint += kept.if_refused;
  else
    error.hint += fmt::format("the statement is kept, go on with: entente registry send {} {}{}", url, kept.file.string(), kept.if_lost);
  return tl::unexpected(client.report_failure(context, error));
}

}  // namespace entente::cli
