// A provider of advisories as a table of addresses and what they answer, with an OpenPGP key made by librnp for this run: what tests serve,
// alter and judge.
#pragma once

#include <fmt/format.h>
#include <rnp/rnp.h>
#include <rnp/rnp_err.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "csaf/fetch_log.h"
#include "csaf/provider_check.h"

namespace entente::test {

// Signs with a fresh Ed25519 key; empty texts if librnp fails.
class PgpSigner {
 public:
  PgpSigner() {
    rnp_ffi_create(&ffi_, "GPG", "GPG");
    char* results = nullptr;
    rnp_generate_key_json(ffi_, R"({"primary":{"type":"EDDSA","userid":"Advisories <psirt@vendor.example>","usage":["sign"]}})", &results);
    rnp_buffer_destroy(results);
    rnp_locate_key(ffi_, "userid", "Advisories <psirt@vendor.example>", &key_);
  }
  PgpSigner(const PgpSigner&) = delete;
  PgpSigner& operator=(const PgpSigner&) = delete;
  ~PgpSigner() {
    rnp_key_handle_destroy(key_);
    rnp_ffi_destroy(ffi_);
  }

  [[nodiscard]] std::string fingerprint() const {
    char* text = nullptr;
    if (rnp_key_get_fprint(key_, &text) != RNP_SUCCESS) return {};
    std::string out = text;
    rnp_buffer_destroy(text);
    return out;
  }
  [[nodiscard]] std::string public_key() const {
    rnp_output_t output = nullptr;
    rnp_output_to_memory(&output, 0);
    rnp_key_export(key_, output, RNP_KEY_EXPORT_ARMORED | RNP_KEY_EXPORT_PUBLIC | RNP_KEY_EXPORT_SUBKEYS);
    return taken(output);
  }
  [[nodiscard]] std::string sign(std::string_view data) const {
    rnp_input_t input = nullptr;
    rnp_output_t output = nullptr;
    rnp_op_sign_t op = nullptr;
    rnp_input_from_memory(&input, reinterpret_cast<const std::uint8_t*>(data.data()), data.size(), false);
    rnp_output_to_memory(&output, 0);
    rnp_op_sign_detached_create(&op, ffi_, input, output);
    rnp_op_sign_set_armor(op, true);
    rnp_op_sign_add_signature(op, key_, nullptr);
    rnp_op_sign_execute(op);
    rnp_op_sign_destroy(op);
    rnp_input_destroy(input);
    return taken(output);
  }

 private:
  static std::string taken(rnp_output_t output) {
    std::uint8_t* bytes = nullptr;
    std::size_t size = 0;
    std::string out;
    if (rnp_output_memory_get_buf(output, &bytes, &size, false) == RNP_SUCCESS) out.assign(reinterpret_cast<const char*>(bytes), size);
    rnp_output_destroy(output);
    return out;
  }
  rnp_ffi_t ffi_ = nullptr;
  rnp_key_handle_t key_ = nullptr;
};

struct CsafWorld {
  static constexpr std::string_view kOrigin = "https://vendor.example";
  static constexpr std::string_view kMetadata = "https://vendor.example/.well-known/csaf/provider-metadata.json";

  std::map<std::string, std::string> answers;  // URL → body; what is not here answers 404
  std::map<std::string, unsigned> statuses;    // URL → another status, with no body
  PgpSigner signer;

  // Two advisories, by ROLIE and by directory, hashed and signed; found by all three ways.
  CsafWorld() {
    add_advisory("2026/va-2026-0001.json", "VA-2026-0001", "2026-03-02T09:00:00Z", "CVE-2026-1001");
    add_advisory("2026/va-2026-0002.json", "VA-2026-0002", "2026-05-04T09:00:00Z", "CVE-2026-1002");
    publish();
  }

  static std::string advisory(std::string_view id, std::string_view date, std::string_view cve) {
    return fmt::format(
        R"({{"document":{{"category":"csaf_base","csaf_version":"2.0","distribution":{{"tlp":{{"label":"WHITE"}}}},)"
        R"("publisher":{{"category":"vendor","name":"Vendor","namespace":"https://vendor.example"}},"title":"Advisory {0}",)"
        R"("tracking":{{"id":"{0}","initial_release_date":"{1}","current_release_date":"{1}","status":"final","version":"1",)"
        R"("revision_history":[{{"date":"{1}","number":"1","summary":"first"}}]}}}},"vulnerabilities":[{{"cve":"{2}"}}]}})"
        "\n",
        id, date, cve);
  }

  void add_advisory(const std::string& path, std::string_view id, const std::string& date, std::string_view cve) {
    const std::string url = base() + path;
    answers[url] = advisory(id, date, cve);
    attest(url);
    index_ += path + "\n";
    changes_ = fmt::format("\"{}\",\"{}\"\n", path, date) + changes_;
    links_ += fmt::format(R"(<a href="{0}">{0}</a>)", path.substr(path.find('/') + 1));
    entries_ += fmt::format(
        R"({0}{{"id":"{1}","title":"Advisory {1}","published":"{2}","updated":"{2}","content":{{"type":"application/json","src":"{3}"}},)"
        R"("format":{{"schema":"https://docs.oasis-open.org/csaf/csaf/v2.0/csaf_json_schema.json","version":"2.0"}},)"
        R"("link":[{{"rel":"self","href":"{3}"}},{{"rel":"hash","href":"{3}.sha256"}},{{"rel":"signature","href":"{3}.asc"}}]}})",
        entries_.empty() ? "" : ",", id, date, url);
  }
  // The hash and signature files of what stands at `url`.
  void attest(const std::string& url) {
    answers[url + ".sha256"] = sha256(answers[url]).hex() + "  " + url.substr(url.rfind('/') + 1) + "\n";
    answers[url + ".asc"] = signer.sign(answers[url]);
  }

  static std::string base() { return std::string(kOrigin) + "/csaf/"; }

  void publish() {
    answers[base() + "index.txt"] = index_;
    answers[base() + "changes.csv"] = changes_;
    answers[base()] = R"(<html><a href="2026/">2026</a></html>)";
    answers[base() + "2026/"] = "<html>" + links_ + "</html>";
    answers[base() + "feed.json"] = fmt::format(
        R"({{"feed":{{"id":"feed","title":"Advisories","link":[{{"rel":"self","href":"{0}feed.json"}},{{"rel":"service","href":"{0}service.json"}}],)"
        R"("category":[{{"scheme":"urn:ietf:params:rolie:category:information-type","term":"csaf"}}],"updated":"2026-05-04T09:00:00Z","entry":[{1}]}}}})",
        base(), entries_);
    answers[base() + "service.json"] = fmt::format(
        R"({{"service":{{"workspace":[{{"title":"CSAF","collection":[{{"title":"WHITE","href":"{}feed.json","categories":{{"category":[]}}}}]}}]}}}})",
        base());
    answers[base() + "key.asc"] = signer.public_key();
    answers[std::string(kMetadata)] = metadata("csaf_trusted_provider");
    answers["https://csaf.data.security.vendor.example/"] = answers[std::string(kMetadata)];
    answers[std::string(kOrigin) + "/.well-known/security.txt"] =
        fmt::format("Contact: mailto:psirt@vendor.example\nExpires: 2099-01-01T00:00:00Z\nCSAF: {}\n", kMetadata);
  }

  [[nodiscard]] std::string metadata(std::string_view role) const {
    return fmt::format(
        R"({{"canonical_url":"{0}","distributions":[{{"directory_url":"{1}","rolie":{{"feeds":[{{"summary":"all","tlp_label":"WHITE","url":"{1}feed.json"}}]}}}}],)"
        R"("last_updated":"2026-05-04T09:00:00Z","list_on_CSAF_aggregators":true,"metadata_version":"2.0","mirror_on_CSAF_aggregators":true,)"
        R"("public_openpgp_keys":[{{"fingerprint":"{2}","url":"{1}key.asc"}}],)"
        R"("publisher":{{"category":"vendor","name":"Vendor","namespace":"https://vendor.example"}},"role":"{3}"}})",
        kMetadata, base(), signer.fingerprint(), role);
  }

  // What a collection of all of it records.
  [[nodiscard]] csaf::FetchLog log(Instant at) const {
    csaf::FetchLog out{.asked = "vendor.example", .started = at, .finished = at};
    const std::string metadata_url(kMetadata);
    for (const auto& [way, url] : {std::pair<std::string, std::string>{"well-known", metadata_url},
                                   {"security.txt", std::string(kOrigin) + "/.well-known/security.txt"},
                                   {"dns", "https://csaf.data.security.vendor.example/"}})
      out.discovery.push_back({way, url, way == "dns" ? url : metadata_url, ""});
    for (const auto& [url, body] : answers)
      out.requests.push_back(
          {.purpose = purpose_of(url), .url = url, .at = at, .status = 200, .sha256 = sha256(body), .size = body.size()});
    return out;
  }
  static csaf::Purpose purpose_of(std::string_view url) {
    using csaf::Purpose;
    const std::pair<std::string_view, Purpose> endings[] = {{".sha256", Purpose::hash},
                                                            {"key.asc", Purpose::key},
                                                            {".asc", Purpose::signature},
                                                            {"feed.json", Purpose::feed},
                                                            {"service.json", Purpose::service},
                                                            {"security.txt", Purpose::security_txt},
                                                            {"index.txt", Purpose::index},
                                                            {"changes.csv", Purpose::changes},
                                                            {"metadata.json", Purpose::metadata},
                                                            {".example/", Purpose::metadata},
                                                            {"/", Purpose::listing}};
    for (const auto& [ending, purpose] : endings)
      if (url.ends_with(ending)) return purpose;
    return Purpose::advisory;
  }

 private:
  std::string index_, changes_, links_, entries_;
};

}  // namespace entente::test
