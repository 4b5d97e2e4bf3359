// Every answer of the API is JSON, refusals included; what it says is made harmless before it is shown.
#include "cli/registry_client.h"

#include <fmt/format.h>

#include "core/utf8.h"

namespace entente::cli {
namespace {

std::string client_text(JsonView object, std::string_view member) { return std::string(json_string(object, member).value_or("")); }

}  // namespace

RegistryClient::RegistryClient(std::string url)
    : url_(std::move(url)), client_({.max_body = 16 << 20, .private_addresses = http::PrivateAddresses::allow}) {
  while (url_.ends_with('/')) url_.pop_back();
}

Result<RegistryClient::Answer> RegistryClient::get(const std::string& resource) {
  status_ = 0;
  ENTENTE_TRY(const http::ClientResponse response, client_.get(url_ + "/api/v1" + resource));
  status_ = response.status;
  ENTENTE_TRY(JsonDocument document, JsonDocument::parse(response.body, url_, {.max_bytes = 16 << 20, .max_depth = 32}));
  return Answer{.status = response.status, .document = std::move(document)};
}

Result<RegistryClient::Answer> RegistryClient::post(const std::string& resource, std::string_view type, std::string_view body) {
  status_ = 0;
  ENTENTE_TRY(const http::ClientResponse response, client_.post(url_ + "/api/v1" + resource, type, body));
  status_ = response.status;
  ENTENTE_TRY(JsonDocument document, JsonDocument::parse(response.body, url_, {.max_bytes = 16 << 20, .max_depth = 32}));
  return Answer{.status = response.status, .document = std::move(document)};
}

int RegistryClient::report_failure(const Context& context, const Error& error) const {
  const int code = report(context, error);
  return refused() ? kFindings : code;
}

tl::unexpected<Error> refusal(const RegistryClient::Answer& answer, const std::string& url) {
  const JsonView said = answer.document.root();
  Error error{.what = fmt::format("the registry refuses ({}): {}", printable(client_text(said, "code"), 60),
                                  printable(client_text(said, "detail"), 2'000)),
              .where = {.file = url},
              .hint = printable(client_text(said, "hint"), 1'000)};
  if (json_string(said, "pointer")) error.where.pointer = printable(client_text(said, "pointer"), 200);
  return tl::unexpected<Error>(std::move(error));
}

Result<RegistryClient::Sent> RegistryClient::submit(const std::string& statement) {
  ENTENTE_TRY(const Answer answer, post("/statements?wait=published", "application/vnd.dsse.envelope.v1+json", statement));
  const JsonView said = answer.document.root();
  if (answer.status == 409 && client_text(said, "code") == "replay") return Sent{};
  if (answer.status != 201) return refusal(answer, url_);
  Sent out{.checkpoint = client_text(said, "checkpoint")};
  if (const auto leaf = json_int(said, "leaf"); leaf && *leaf >= 0) out.leaf = static_cast<registry::Leaf>(*leaf);
  return out;
}

Result<std::string> RegistryClient::origin() {
  ENTENTE_TRY(const Answer answer, get("/rules"));
  if (answer.status != 200) return refusal(answer, url_);
  return client_text(answer.document.root(), "log");
}

Result<ReadLedger> read_ledger(const std::filesystem::path& folder, const DataSet& data) {
  constexpr std::uint64_t kStep = 4096;
  ENTENTE_TRY(ledger::Ledger log, ledger::Ledger::open_read(folder));
  ReadLedger out{.log = std::move(log), .state = registry::State(data)};
  while (out.state.next_leaf() < out.log.size())
    ENTENTE_CHECK(out.log.each_entry(out.state.next_leaf(), kStep, [&](merkle::LeafIndex leaf, ByteView bytes) -> Result<void> {
      out.state.apply(leaf, as_text(bytes));
      return {};
    }));
  return out;
}

}  // namespace entente::cli
