// `entente registry contacts`: an organisation's side of its points of contact. `make` draws salts and signs commitments; `send` gives the
// statement to the ledger and the document to the registry; the rest reads, checks and erases.
#include <fmt/format.h>

#include <memory>

#include "cli/cmd_registry.h"
#include "cli/registry_client.h"
#include "core/file.h"
#include "core/utf8.h"
#include "registry/contacts.h"
#include "registry/make_statement.h"
#include "registry/party_request.h"

namespace entente::cli {
namespace {

namespace fs = std::filesystem;
using registry::ContactDocument;
using registry::RequestKind;
using registry::ShownContact;

constexpr const char* kContactsExamples = R"(  entente registry contacts make contacts.json --key alpha.key --out opened.json
      draws salts, writes opened.json (keep it) and opened.dsse.json (the statement for the ledger)
  entente registry contacts show opened.json --entry 0
      one contact alone with its salt, for somebody to check
  entente registry contacts open opened.json --url https://registry.example
      whether it is what the ledger was told
  entente registry contacts send https://registry.example opened.json
      the statement to the ledger, then the document to the registry
  entente registry contacts read https://registry.example beta --key alpha.key --as alpha
      another supporter's contacts, as far as alpha may see them
  entente registry contacts erase https://registry.example alpha --key alpha.key

The document: docs/contacts.md. Nothing of it enters the ledger.)";

struct ContactsGiven {
  std::string file, out, key, url, log, id, reader;
  std::optional<std::size_t> entry;
};

fs::path statement_beside(const fs::path& opened) { return fs::path(opened).replace_extension(".dsse.json"); }

Result<ContactDocument> read_contacts(const std::string& file, const Context& context) {
  ENTENTE_TRY(const DataSet* data, context.data());
  ENTENTE_TRY(const std::string text, read_input(file, registry::kMaxContactDocument));
  return ContactDocument::parse(text, input_name(file), *data);
}

// The salts of a set that the ledger holds are in one file only: nothing is written over.
Result<void> check_new(const fs::path& file) {
  std::error_code ignored;
  if (!fs::exists(fs::symlink_status(file, ignored))) return {};
  return fail(
      "the file exists; nothing is overwritten", {.file = file.string()},
      "choose another with --out, or remove it if the ledger never got its statement: without its salts the contacts could not be shown");
}

Result<int> run_contacts_make(const Context& context, const ContactsGiven& given) {
  ENTENTE_TRY(const DataSet* data, context.data());
  if (given.file == "-" && given.out.empty()) return fail("--out is needed with standard input");
  const fs::path opened = given.out.empty() ? fs::path(given.file).replace_extension(".opened.json") : fs::path(given.out);
  for (const fs::path& file : {opened, statement_beside(opened)}) ENTENTE_CHECK(check_new(file));
  ENTENTE_TRY(ContactDocument document, read_contacts(given.file, context));
  ENTENTE_TRY(const keys::SigningKey key, read_signing_key(given.key));
  ENTENTE_CHECK(check_statement_key(key, given.key));
  document.draw_salts();
  ENTENTE_TRY(const Json predicate, registry::contact_set_predicate(document, whole_now()));
  ENTENTE_TRY(const std::string statement, registry::make_statement(registry::Kind::contact_set, predicate, {&key}, *data));
  ENTENTE_CHECK(write_file_atomic(opened, json_pretty(document.json()), FileMode::secret));
  ENTENTE_CHECK(write_file_atomic(statement_beside(opened), statement));
  print_warnings(document.warnings());
  if (context.json) {
    print_json({{"opened", opened.string()}, {"statement", statement_beside(opened).string()}, {"sha256", sha256(statement).hex()}});
  } else {
    fmt::print("{}  the document with its salts: keep it, show it to whom you choose\n{}  the statement for the ledger\n", opened.string(),
               statement_beside(opened).string());
    if (!context.quiet) fmt::print(stderr, "next: entente registry contacts send URL {}\n", opened.string());
  }
  return kOk;
}

void print_contact(const registry::Contact& contact) {
  fmt::print("{}  {}  {}\n", contact.role, name(contact.tlp), printable(contact.name, 200));
  for (const registry::Channel& channel : contact.channels) fmt::print("  {:9} {}\n", name(channel.kind), printable(channel.address, 300));
  fmt::print("  languages {}{}\n", fmt::join(contact.languages, ", "),
             contact.hours ? fmt::format("; {} now ({})", within(*contact.hours, now()) ? "within its hours" : "outside its hours",
                                         contact.hours->time_zone)
                           : std::string());
}

Result<int> run_contacts_show(const Context& context, const ContactsGiven& given) {
  ENTENTE_TRY(const ContactDocument document, read_contacts(given.file, context));
  if (given.entry) {
    if (*given.entry >= document.contacts.size())
      return fail(fmt::format("there is no entry {}: the document has {} contacts, the first is 0", *given.entry, document.contacts.size()),
                  {.file = given.file, .pointer = fmt::format("/contacts/{}", *given.entry)});
    print_json(ShownContact{.organisation = document.organisation, .contact = document.contacts[*given.entry]}.json());
    return kOk;
  }
  if (context.json) {
    print_json(document.json());
    return kOk;
  }
  fmt::print("contacts of {}\n", document.organisation);
  for (const registry::Contact& contact : document.contacts) print_contact(contact);
  return kOk;
}

// The contact set as GET /supporters/{id}/contacts tells it.
Result<registry::ContactSet> told_set(JsonView answer) {
  registry::ContactSet out;
  const auto set = json_get(answer, "set");
  if (!set || !as_object(*set)) return fail("the ledger holds no contact set of this supporter");
  out.leaf = static_cast<registry::Leaf>(json_int(*set, "leaf").value_or(0));
  ENTENTE_TRY(out.commitment, Digest::from_hex(json_string(*set, "commitment").value_or("")));
  const auto rows = json_array(answer, "contacts");
  if (!rows) return out;
  for (const JsonView row : *rows) {
    registry::ContactEntry entry{.role = std::string(json_string(row, "role").value_or("")),
                                 .channels = static_cast<std::uint32_t>(json_int(row, "channels").value_or(0)),
                                 .audience = std::string(json_string(row, "audience").value_or(""))};
    ENTENTE_TRY(entry.commitment, Digest::from_hex(json_string(row, "commitment").value_or("")));
    if (const auto languages = json_array(row, "languages"))
      for (const JsonView language : *languages) entry.languages.emplace_back(as_string(language).value_or(""));
    out.contacts.push_back(std::move(entry));
  }
  return out;
}

// What the ledger was told of the organisation's contacts. That it was told nothing is a finding like any other difference.
struct SetInLedger {
  std::optional<registry::ContactSet> set;
  Error why;  // where there is none
};
Result<SetInLedger> set_in_ledger(const Context& context, const ContactsGiven& given, const std::string& organisation) {
  SetInLedger out{.why = {.what = "the ledger holds no contact set of this supporter", .where = {.file = given.url + given.log}}};
  if (!given.url.empty()) {
    RegistryClient client(given.url);
    ENTENTE_TRY(const auto answer, client.get("/supporters/" + organisation + "/contacts"));
    if (client.refused()) out.why = refusal(answer, client.url()).value();
    if (client.refused()) return out;
    if (answer.status != 200) return refusal(answer, client.url());
    const auto set = json_get(answer.document.root(), "set");
    if (!set || !as_object(*set)) return out;
    ENTENTE_TRY(out.set, told_set(answer.document.root()));
    return out;
  }
  ENTENTE_TRY(const DataSet* data, context.data());
  ENTENTE_TRY(const ReadLedger read, read_ledger(given.log, *data));
  const registry::Supporter* supporter = read.state.supporter(organisation);
  if (supporter == nullptr) out.why.what = fmt::format("the ledger knows no supporter \"{}\"", organisation);
  if (supporter != nullptr && supporter->detail().contacts) out.set = *supporter->detail().contacts;
  return out;
}

Result<int> run_contacts_open(const Context& context, const ContactsGiven& given) {
  if (given.log.empty() == given.url.empty()) return fail("give either --log or --url");
  ENTENTE_TRY(const DataSet* data, context.data());
  ENTENTE_TRY(const std::string text, read_file(given.file, registry::kMaxContactDocument));
  ENTENTE_TRY(const JsonDocument any, JsonDocument::parse(text, given.file, {.max_bytes = registry::kMaxContactDocument, .max_depth = 16}));
  Result<void> opened;
  SetInLedger told;
  std::string what;
  if (json_get(any.root(), "contact")) {
    ENTENTE_TRY(const ShownContact shown, ShownContact::parse(text, given.file, *data));
    ENTENTE_TRY(told, set_in_ledger(context, given, shown.organisation));
    const auto row = told.set ? row_of(shown.contact, *told.set) : std::nullopt;
    opened = !told.set ? Result<void>(fail(told.why))
             : row     ? registry::opens(shown.contact, told.set->contacts[*row])
                       : Result<void>(fail("the ledger's latest contact set of this supporter has no such contact"));
    what = fmt::format("the {} contact of {}", shown.contact.role, shown.organisation);
  } else {
    ENTENTE_TRY(const ContactDocument document, ContactDocument::parse(text, given.file, *data));
    ENTENTE_TRY(told, set_in_ledger(context, given, document.organisation));
    opened = told.set ? registry::opens(document, *told.set) : Result<void>(fail(told.why));
    what = fmt::format("all {} contacts of {}", document.contacts.size(), document.organisation);
  }
  if (context.json)
    print_json({{"opens", opened.has_value()},
                {"leaf", told.set ? Json(told.set->leaf) : Json()},
                {"why", opened ? Json() : Json(opened.error().what)}});
  else if (opened)
    fmt::print("{}: as committed to at leaf {}\n", what, told.set->leaf);
  else
    report(context, opened.error());
  return opened ? kOk : kFindings;
}

Result<int> run_contacts_send(const Context& context, const ContactsGiven& given) {
  ENTENTE_TRY(const ContactDocument document, read_contacts(given.file, context));
  ENTENTE_TRY(const std::string statement, read_file(statement_beside(given.file), 1 << 20));
  RegistryClient client(given.url);
  const auto sent = client.submit(statement);
  if (!sent) return client.report_failure(context, sent.error());
  ENTENTE_TRY(const auto answer,
              client.post("/supporters/" + document.organisation + "/contacts", "application/json", json_compact(document.json())));
  if (answer.status != 201) return client.report_failure(context, refusal(answer, client.url()).value());
  if (context.json)
    print_json(to_json(answer.document.root()));
  else
    fmt::print("leaf {}: {} contacts deposited\n", json_int(answer.document.root(), "leaf").value_or(-1), document.contacts.size());
  return kOk;
}

Result<RegistryClient::Answer> send_request(const ContactsGiven& given, RequestKind kind, RegistryClient& client) {
  ENTENTE_TRY(const keys::SigningKey key, read_signing_key(given.key));
  ENTENTE_CHECK(check_statement_key(key, given.key));
  ENTENTE_TRY(const std::string origin, client.origin());
  const std::string request = registry::sign_request({.kind = kind,
                                                      .origin = origin,
                                                      .by = given.reader.empty() ? given.id : given.reader,
                                                      .about = given.id,
                                                      .nonce = registry::fresh_nonce(),
                                                      .at = now()},
                                                     key);
  return client.post(fmt::format("/supporters/{}/contacts/{}", given.id, kind == RequestKind::contact_read ? "read" : "erase"),
                     "application/vnd.dsse.envelope.v1+json", request);
}

Result<int> run_contacts_read(const Context& context, const ContactsGiven& given) {
  RegistryClient client(given.url);
  Result<RegistryClient::Answer> answer =
      given.key.empty() ? client.get("/supporters/" + given.id + "/contacts") : send_request(given, RequestKind::contact_read, client);
  if (!answer) return fail(answer.error());
  if (answer->status != 200) return client.report_failure(context, refusal(*answer, client.url()).value());
  // What is shown must be what the ledger committed to, whoever the registry is.
  ENTENTE_TRY(const DataSet* data, context.data());
  ENTENTE_TRY(const registry::ContactSet set, told_set(answer->document.root()));
  const auto rows = json_array(answer->document.root(), "contacts");
  const bool deposited = json_bool(answer->document.root(), "deposited").value_or(true);
  std::size_t i = 0;
  for (const JsonView row : *rows) {
    const registry::ContactEntry& entry = set.contacts.at(i++);
    const auto contact = json_get(row, "contact");
    if (!contact) {
      if (!context.json)
        fmt::print("{}  {}\n", printable(entry.role, 40),
                   deposited ? fmt::format("for {} only", printable(entry.audience, 40)) : std::string("not deposited"));
      continue;
    }
    const Json shown{{"organisation", Json{{"id", given.id}}}, {"contact", to_json(*contact)}};
    ENTENTE_TRY(const ShownContact read, ShownContact::parse(json_compact(shown), given.url, *data));
    ENTENTE_CHECK(registry::opens(read.contact, entry));
    if (!context.json) print_contact(read.contact);
  }
  if (context.json) print_json(to_json(answer->document.root()));
  return kOk;
}

Result<int> run_contacts_erase(const Context& context, const ContactsGiven& given) {
  RegistryClient client(given.url);
  ENTENTE_TRY(const auto answer, send_request(given, RequestKind::contact_erase, client));
  if (answer.status != 200) return client.report_failure(context, refusal(answer, client.url()).value());
  if (context.json)
    print_json(to_json(answer.document.root()));
  else
    fmt::print("{}\n", json_bool(answer.document.root(), "erased").value_or(false) ? "erased" : "there was nothing to erase");
  return kOk;
}

}  // namespace

void add_registry_contacts(CLI::App& registry_app, Context& context) {
  CLI::App* group =
      add_command(registry_app, context, "contacts", "points of contact: make, send, read, check, erase", kContactsExamples, {});
  group->require_subcommand(1);
  const auto given = std::make_shared<ContactsGiven>();
  using Run = Result<int> (*)(const Context&, const ContactsGiven&);
  const auto add = [&](const char* name, const char* what, Run run) {
    return add_command(*group, context, name, what, kContactsExamples, [&context, given, run] {
      const auto code = run(context, *given);
      return code ? *code : report(context, code.error());
    });
  };
  CLI::App* make = add("make", "draw salts and sign the commitments", run_contacts_make);
  make->add_option("document", given->file, "the contact document")->required()->type_name("FILE");
  make->add_option("--key", given->key, "the organisation's private key file")->required()->type_name("FILE");
  make->add_option("--out", given->out, "the document with salts (default: beside the document, .opened.json)")->type_name("FILE");
  CLI::App* show = add("show", "show a document, or one contact alone", run_contacts_show);
  show->add_option("document", given->file, "the document with salts")->required()->type_name("FILE");
  show->add_option("--entry", given->entry, "print this contact alone with its salt, from 0, for somebody to check")->type_name("N");
  CLI::App* open = add("open", "check a document, or one contact, against the ledger", run_contacts_open);
  open->add_option("document", given->file, "a document with salts, or one contact as `show --entry` prints it")
      ->required()
      ->type_name("FILE");
  open->add_option("--log", given->log, "the ledger's folder, or a mirror's")->type_name("DIR");
  open->add_option("--url", given->url, "a registry to ask")->type_name("URL");
  CLI::App* send = add("send", "send the statement, then deposit the document", run_contacts_send);
  send->add_option("url", given->url, "the registry's address")->required()->type_name("URL");
  send->add_option("document", given->file, "the document with salts; its statement lies beside it")->required()->type_name("FILE");
  CLI::App* read = add("read", "a supporter's contacts as far as one may see them", run_contacts_read);
  CLI::App* erase = add("erase", "have one's own contacts erased", run_contacts_erase);
  for (CLI::App* command : {read, erase}) {
    command->add_option("url", given->url, "the registry's address")->required()->type_name("URL");
    command->add_option("id", given->id, "the supporter's id")->required()->type_name("ID");
  }
  auto* key = read->add_option("--key", given->key, "the reader's private key file")->type_name("FILE");
  read->add_option("--as", given->reader, "the reader's id")->type_name("ID")->needs(key);
  erase->add_option("--key", given->key, "the organisation's private key file")->required()->type_name("FILE");
}

}  // namespace entente::cli
