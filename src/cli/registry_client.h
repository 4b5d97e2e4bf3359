// What the commands on contacts and communication checks share: a registry asked over HTTP, a ledger's folder read into a State. Private to
// the room.
#pragma once

#include <string>

#include "cli/cli.h"
#include "http/client.h"
#include "ledger/ledger.h"
#include "registry/state.h"

namespace entente::cli {

class RegistryClient {
 public:
  explicit RegistryClient(std::string url);
  struct Answer {
    unsigned status = 0;
    JsonDocument document;
  };
  // `resource` below /api/v1. An error is what kept an answer from arriving, or one that is no JSON.
  [[nodiscard]] Result<Answer> get(const std::string& resource);
  [[nodiscard]] Result<Answer> post(const std::string& resource, std::string_view type, std::string_view body);
  // Sends a statement and waits until a checkpoint covers it. Refusals are errors in the registry's own words. A statement the ledger has
  // already counts as sent: then `leaf` is nothing.
  struct Sent {
    std::optional<registry::Leaf> leaf;
    std::string checkpoint;  // empty where it was sent before
  };
  [[nodiscard]] Result<Sent> submit(const std::string& statement);
  [[nodiscard]] Result<std::string> origin();  // of its ledger
  [[nodiscard]] const std::string& url() const { return url_; }
  // Whether the last answer was a refusal (4xx) of what was asked, rather than a server that could not.
  [[nodiscard]] bool refused() const { return status_ >= 400 && status_ < 500; }
  // Reports what an exchange ended with; the exit code: a refusal is a finding, all else an error.
  int report_failure(const Context& context, const Error& error) const;

 private:
  std::string url_;
  unsigned status_ = 0;  // of the last answer; 0: none arrived
  http::Client client_;
};

// The refusal an answer holds, in the registry's own words.
[[nodiscard]] tl::unexpected<Error> refusal(const RegistryClient::Answer& answer, const std::string& url);

struct ReadLedger {
  ledger::Ledger log;
  registry::State state;
};
[[nodiscard]] Result<ReadLedger> read_ledger(const std::filesystem::path& folder, const DataSet& data);

}  // namespace entente::cli
