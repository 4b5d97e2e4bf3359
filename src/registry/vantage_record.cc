// What was seen as JSON and back. A TXT record is written as its joined text, since that is what it means: where its strings were cut is
// lost, and reading cuts them anew. Reading takes only what writing gives: the caller writes what was read again and compares.
#include <arpa/inet.h>

#include "core/bytes.h"
#include "core/utf8.h"
#include "registry/vantage.h"

namespace entente::registry {
namespace {

constexpr std::size_t kMaxRecordedItems = 256;  // names, pages or records of one list

Json text_or_bytes(std::string_view text) {
  if (is_valid_utf8(text)) return std::string(text);
  return Json{{"base64", to_base64(as_bytes(text))}};
}

Json answer_json(const AskedName& asked) {
  Json out{{"name", asked.question.name}, {"type", dns::type_name(asked.question.type)}};
  if (!asked.answer) {
    out["error"] = asked.answer.error().what;
    return out;
  }
  const dns::Answer& answer = *asked.answer;
  out["rcode"] = dns::rcode_name(answer.rcode);
  out["dnssec"] = std::string(dns::name(answer.dnssec));
  if (!answer.chain.empty()) out["cname"] = answer.chain;
  out["records"] = Json::array();
  const std::vector<std::string> records = answer.type == dns::Type::txt ? answer.texts() : answer.addresses();
  for (const std::string& record : records) out["records"].push_back(text_or_bytes(record));
  if (!records.empty()) out["ttl"] = answer.ttl;
  if (answer.negative_ttl) out["negative"] = Json{{"zone", answer.negative_zone}, {"ttl", *answer.negative_ttl}};
  return out;
}

Json page_json(const AskedPage& asked) {
  Json out{{"url", asked.url}};
  if (!asked.page) {
    out["error"] = asked.page.error().what;
    return out;
  }
  out["status"] = asked.page->status;
  if (!asked.page->location.empty()) out["location"] = text_or_bytes(asked.page->location);
  out["body"] = text_or_bytes(asked.page->body);
  return out;
}

// What text_or_bytes() wrote.
Result<std::string> recorded_text(JsonView value) {
  if (const auto text = as_string(value)) return std::string(*text);
  const auto base64 = json_string(value, "base64");
  if (!base64) return fail("neither text nor bytes");
  ENTENTE_TRY(const Bytes bytes, from_base64(*base64));
  return std::string(as_text(bytes));
}

Bytes txt_rdata(std::string_view text) {
  Bytes out;
  do {
    const std::string_view part = text.substr(0, 255);
    out.push_back(static_cast<std::uint8_t>(part.size()));
    out.insert(out.end(), part.begin(), part.end());
    text.remove_prefix(part.size());
  } while (!text.empty());
  return out;
}

Result<Bytes> recorded_rdata(dns::Type type, const std::string& text) {
  if (type == dns::Type::txt) return txt_rdata(text);
  Bytes out(type == dns::Type::a ? 4 : 16);
  if (::inet_pton(type == dns::Type::a ? AF_INET : AF_INET6, text.c_str(), out.data()) != 1) return fail("not an address");
  return out;
}

std::optional<dns::Type> recorded_type(std::string_view name) {
  for (const dns::Type type : {dns::Type::txt, dns::Type::a, dns::Type::aaaa})
    if (dns::type_name(type) == name) return type;
  return std::nullopt;
}

std::optional<dns::Dnssec> recorded_dnssec(std::string_view name) {
  for (const dns::Dnssec dnssec : {dns::Dnssec::secure, dns::Dnssec::insecure, dns::Dnssec::not_checked})
    if (dns::name(dnssec) == name) return dnssec;
  return std::nullopt;
}

Result<std::uint32_t> recorded_ttl(JsonView object) {
  const auto ttl = json_int(object, "ttl");
  if (!ttl || *ttl < 0 || *ttl > INT32_MAX) return fail("a TTL is missing or out of range");
  return static_cast<std::uint32_t>(*ttl);
}

Result<void> read_records(JsonView object, dns::Answer& answer) {
  const auto records = json_array(object, "records");
  if (!records || records->size() > kMaxRecordedItems) return fail("records are missing or too many");
  for (const JsonView record : *records) {
    ENTENTE_TRY(const std::string text, recorded_text(record));
    ENTENTE_TRY(Bytes rdata, recorded_rdata(answer.type, text));
    answer.records.push_back(std::move(rdata));
  }
  if (!answer.records.empty()) { ENTENTE_TRY(answer.ttl, recorded_ttl(object)); }
  return {};
}

Result<dns::Answer> recorded_answer(JsonView object, const dns::Question& question) {
  const auto rcode = json_string(object, "rcode").value_or("");
  const auto dnssec = recorded_dnssec(json_string(object, "dnssec").value_or(""));
  if (!dnssec || (rcode != dns::rcode_name(dns::kNoError) && rcode != dns::rcode_name(dns::kNxDomain)))
    return fail("an answer has no known rcode or DNSSEC status");
  dns::Answer out{.name = question.name,
                  .type = question.type,
                  .rcode = rcode == dns::rcode_name(dns::kNoError) ? dns::kNoError : dns::kNxDomain,
                  .dnssec = *dnssec};
  if (const auto chain = json_array(object, "cname")) {
    if (chain->size() > kMaxRecordedItems) return fail("a chain of aliases is too long");
    for (const JsonView target : *chain) out.chain.emplace_back(as_string(target).value_or(""));
  }
  ENTENTE_CHECK(read_records(object, out));
  if (const auto negative = json_get(object, "negative")) {
    ENTENTE_TRY(out.negative_ttl, recorded_ttl(*negative));
    out.negative_zone = json_string(*negative, "zone").value_or("");
  }
  return out;
}

Result<AskedName> recorded_name(JsonView object) {
  const auto type = recorded_type(json_string(object, "type").value_or(""));
  if (!type) return fail("a type of records is not known here");
  dns::Question question{std::string(json_string(object, "name").value_or("")), *type};
  if (!dns::is_query_name(question.name)) return fail("a name that cannot be asked for");
  if (const auto error = json_string(object, "error")) return AskedName{std::move(question), fail(std::string(*error))};
  ENTENTE_TRY(dns::Answer answer, recorded_answer(object, question));
  return AskedName{std::move(question), std::move(answer)};
}

Result<AskedPage> recorded_page(JsonView object) {
  std::string url(json_string(object, "url").value_or(""));
  if (const auto error = json_string(object, "error")) return AskedPage{std::move(url), fail(std::string(*error))};
  const auto status = json_int(object, "status");
  const auto body = json_get(object, "body");
  if (!status || *status < 100 || *status > 999 || !body) return fail("a page has no status or body");
  FetchedPage page{.status = static_cast<unsigned>(*status)};
  ENTENTE_TRY(page.body, recorded_text(*body));
  if (const auto location = json_get(object, "location")) { ENTENTE_TRY(page.location, recorded_text(*location)); }
  return AskedPage{std::move(url), std::move(page)};
}

}  // namespace

Json observation_json(const Observation& observation) {
  Json out{{"name", observation.vantage}, {"resolver", observation.resolver}, {"names", Json::array()}};
  for (const AskedName& asked : observation.names) out["names"].push_back(answer_json(asked));
  if (!observation.pages.empty()) {
    out["pages"] = Json::array();
    for (const AskedPage& asked : observation.pages) out["pages"].push_back(page_json(asked));
  }
  return out;
}

Result<Observation> observation_from(JsonView object) {
  Observation out{.vantage = std::string(json_string(object, "name").value_or("")),
                  .resolver = std::string(json_string(object, "resolver").value_or(""))};
  const auto names = json_array(object, "names");
  if (!names || names->size() > kMaxRecordedItems) return fail("the names asked for are missing or too many", {.pointer = "/names"});
  for (const JsonView name : *names) {
    ENTENTE_TRY(AskedName asked, recorded_name(name));
    out.names.push_back(std::move(asked));
  }
  const auto pages = json_array(object, "pages");
  if (!pages) return out;
  if (pages->size() > kMaxRecordedItems) return fail("the pages asked for are too many", {.pointer = "/pages"});
  for (const JsonView page : *pages) {
    ENTENTE_TRY(AskedPage asked, recorded_page(page));
    out.pages.push_back(std::move(asked));
  }
  return out;
}

}  // namespace entente::registry
