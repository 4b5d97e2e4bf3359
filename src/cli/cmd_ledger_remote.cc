// `entente ledger append --url`: the client's side of POST /add. Each file is one request on one connection; with receipts, each is
// verified against the log's key before it is written, so that what lies on the disk afterwards is proof and not a promise.
#include <fmt/format.h>
#include <cstdio>

#include "cli/ledger.h"
#include "core/file.h"
#include "core/utf8.h"
#include "http/client.h"
#include "merkle/receipt.h"

namespace entente::cli {
namespace {

namespace fs = std::filesystem;

// What the server said, as one error with the URL as its place.
tl::unexpected<Error> refused(const std::string& url, const http::ClientResponse& response) {
  const std::string said = response.body.substr(0, response.body.find('\n'));
  std::string hint;
  if (response.status == 429 || response.status == 503)
    hint = fmt::format("try again in {} s; what was added keeps its index",
                       response.header("Retry-After").empty() ? "a few" : response.header("Retry-After"));
  return fail(fmt::format("the log answered {}: {}", response.status, said), {.file = url}, std::move(hint));
}

Result<merkle::LeafIndex> added_index(const JsonDocument& answer) {
  const auto index = json_int(answer.root(), "index");
  if (!index || *index < 0) return fail("the log's answer has no index", answer.where("/index"));
  return static_cast<merkle::LeafIndex>(*index);
}

Result<fs::path> keep_receipt(const JsonDocument& answer, merkle::LeafIndex index, const std::string& entry, const RemoteAppend& given,
                              const keys::VerifierKey& key) {
  const auto text = json_string(answer.root(), "receipt");
  if (!text) return fail("the log's answer has no receipt", answer.where("/receipt"));
  ENTENTE_TRY(const merkle::Receipt receipt, merkle::Receipt::parse(*text));
  if (receipt.index != index)
    return fail(fmt::format("the receipt is for entry {}, the answer for {}", receipt.index, index), {.file = answer.name()});
  if (const auto good = merkle::verify_receipt(receipt, as_bytes(entry), key); !good)
    return fail("the log's receipt does not verify: " + good.error().what, {.file = answer.name()},
                "do not rely on this entry; ask the log's operator");
  fs::path path = fs::path(given.receipts) / fmt::format("{}.tlog-proof", index);
  ENTENTE_CHECK(write_file_atomic(path, *text));
  return path;
}

}  // namespace

Result<int> append_remote(const Context& context, const RemoteAppend& given, const std::vector<std::string>& entries) {
  std::optional<keys::VerifierKey> key;
  if (!given.receipts.empty()) {
    if (given.vkey.empty()) return fail("receipts are verified before they are written: that needs the log's key", {}, "give --vkey");
    ENTENTE_TRY(key, keys::read_verifier_key(given.vkey));
    ENTENTE_CHECK(make_folders(given.receipts));
  }
  std::string url = given.url;
  while (url.ends_with('/')) url.pop_back();
  url += key || given.wait == "published" ? "/add?wait=published" : "/add";
  // The user names this server; it may well be the machine next door.
  http::Client client({.private_addresses = http::PrivateAddresses::allow});
  Json rows = Json::array();
  for (const std::string& entry : entries) {
    ENTENTE_TRY(const http::ClientResponse response, client.post(url, "application/octet-stream", entry));
    if (response.status != 200 && response.status != 202) return refused(url, response);
    ENTENTE_TRY(const JsonDocument answer, JsonDocument::parse(response.body, url));
    ENTENTE_TRY(const merkle::LeafIndex index, added_index(answer));
    if (response.status == 202)
      return fail(fmt::format("entry {} is in the log and durable, but no checkpoint that covers it was published in time", index),
                  {.file = url}, "the log's operator knows (healthz); send it again later: it keeps its index");
    Json row = to_json(answer.root());
    std::string note;
    if (key) {
      ENTENTE_TRY(const fs::path path, keep_receipt(answer, index, entry, given, *key));
      row["receipt_file"] = path.string();
      note = "  " + path.string();
    }
    if (context.json)
      rows.push_back(std::move(row));
    else
      fmt::print("{}{}\n", index, printable(note));
  }
  if (context.json) print_json({{"url", given.url}, {"added", std::move(rows)}});
  return kOk;
}

}  // namespace entente::cli
