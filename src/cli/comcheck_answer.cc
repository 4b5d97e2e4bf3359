// `entente registry comcheck answer`: a mail that came back. Automatic replies and bounces are noted; a person's reply counts where the
// contact's domain vouches for it. The mail itself holds an address, so it is kept only if that is asked for.
#include <fmt/format.h>

#include <memory>
#include <optional>

#include "cli/comcheck_send.h"
#include "cli/comcheck_steps.h"
#include "cli/serve_signup.h"
#include "core/file.h"
#include "core/utf8.h"
#include "registry/comcheck_reply.h"
#include "registry/received_mail.h"

namespace entente::cli {
namespace {

namespace fs = std::filesystem;
using registry::AskedContact;
using registry::ComcheckEvent;
using registry::ComcheckEventKind;
using registry::ComcheckFolder;

// What became of the mail: whether it was noted, as what, and the words for it.
struct Noted {
  bool noted = false, counted = false;
  std::string why;
};

Result<Noted> note_automatic(const ComcheckFolder& round, const AskedContact& asked, const registry::ReceivedMail& mail) {
  ENTENTE_CHECK(round.update([&](const std::vector<ComcheckEvent>& events) -> Result<std::vector<ComcheckEvent>> {
    if (registry::closed_at(events)) return fail("the round is closed");
    const auto kind = mail.kind == registry::ReceivedKind::bounce ? ComcheckEventKind::bounced : ComcheckEventKind::auto_reply;
    std::size_t channel = 0;  // the one that was written to last
    for (const ComcheckEvent& event : events)
      if (event.contact == asked.id() && event.kind == ComcheckEventKind::sent) channel = event.channel;
    return std::vector{ComcheckEvent{.kind = kind, .at = whole_now(), .contact = asked.id(), .channel = channel, .detail = mail.why}};
  }));
  return Noted{.noted = true, .why = mail.why};
}

// `unasked` gets the error of a question that no resolver answered: then nothing is known of the key, not even that it is missing.
Result<registry::DkimLookup> key_lookup(const ComcheckGiven& given, std::optional<Error>& unasked) {
  ENTENTE_TRY(const dns::ResolverOptions options, resolver_options(given.resolver, given.trust_anchors));
  ENTENTE_TRY(dns::Resolver resolver, dns::Resolver::make(options));
  return [shared = std::make_shared<dns::Resolver>(std::move(resolver)),
          &unasked](const std::string& name) -> Result<std::vector<std::string>> {
    auto answer = shared->query({name, dns::Type::txt});
    if (!answer) unasked = answer.error();
    if (!answer) return fail(std::move(answer).error());
    return answer->texts();
  };
}

Result<dns::PublicSuffixList> read_suffixes(const ComcheckGiven& given) {
  const fs::path file = suffix_list(given.public_suffixes);
  return file.empty() ? dns::PublicSuffixList::builtin() : dns::PublicSuffixList::from_file(file);
}

std::optional<Instant> asked_at(const std::vector<ComcheckEvent>& events, const AskedContact& asked) {
  const auto progress = registry::comcheck_progress(events);
  const auto it = progress.find(asked.id());
  if (it == progress.end()) return std::nullopt;
  return it->second.sent ? it->second.sent : it->second.intended;
}

// As the page judges an answer (server/comcheck.cc).
std::vector<ComcheckEvent> judge_reply(const std::vector<ComcheckEvent>& events, const AskedContact& asked,
                                       const registry::ProvenReply& reply, Noted& out) {
  const auto progress = registry::comcheck_progress(events).at(asked.id());
  ComcheckEvent event{
      .kind = ComcheckEventKind::answered, .at = whole_now(), .contact = asked.id(), .detail = "mail", .proof = reply.proof};
  if (progress.answered) {
    out.why = "this check was answered before";
  } else if (registry::closed_at(events)) {
    out.why = "the round is closed";
  } else if (progress.wrong >= registry::kMostComcheckTries) {
    out.why = "there were too many wrong answers to this check";
  } else if (!reply.right) {
    out.noted = true;
    out.why = "its first line is not the answer: noted as a wrong one";
    event = {.kind = ComcheckEventKind::wrong, .at = event.at, .contact = event.contact};
  } else {
    out.noted = out.counted = true;
  }
  return out.noted ? std::vector{std::move(event)} : std::vector<ComcheckEvent>();
}

Result<Noted> take_reply(const ComcheckGiven& given, const ComcheckFolder& round, const AskedContact& asked, const std::string& text) {
  const registry::ComcheckRecord& record = round.record();
  ENTENTE_TRY(const registry::ContactFolder contacts, registry::ContactFolder::open(places(given).private_folder / "contacts"));
  const auto contact = find_contact(contacts, asked);
  ENTENTE_TRY(const auto events, round.events());
  const auto sent = asked_at(events, asked);
  if (!contact || !sent) return Noted{.why = "nobody was asked there, or the contact is not deposited any more"};
  registry::ReplyFacts facts{.nonce = registry::comcheck_nonce(record.secret, record.plan.round, asked.members.front()),
                             .question = &question_of(record, asked),
                             .sent = *sent,
                             .now = now()};
  for (const registry::Channel& channel : contact->channels)
    if (const auto address = registry::MailAddress::parse(channel.address); is_mail(channel) && address)
      facts.domains.push_back(address->domain());
  ENTENTE_TRY(const dns::PublicSuffixList suffixes, read_suffixes(given));
  std::optional<Error> unasked;
  ENTENTE_TRY(const registry::DkimLookup lookup, key_lookup(given, unasked));
  const auto reply = registry::prove_reply(text, facts, suffixes, lookup);
  if (!reply && unasked)
    return fail("the key that signed the reply could not be asked for: " + unasked->what, unasked->where,
                "nothing was noted: try again, or name another resolver with --resolver");
  if (!reply) return Noted{.why = reply.error().what};
  Noted out;
  // Before the event that names it: what is told to be there must be.
  const fs::path kept = round.path() / "replies" / (sha256(text).hex() + ".eml");
  if (reply->right && given.keep) {
    ENTENTE_CHECK(make_folders(kept.parent_path()));
    ENTENTE_CHECK(write_file_atomic(kept, text, FileMode::secret));
  }
  ENTENTE_CHECK(round.update([&](const std::vector<ComcheckEvent>& latest) -> Result<std::vector<ComcheckEvent>> {
    return judge_reply(latest, asked, *reply, out);
  }));
  return out;
}

void print_noted(const Context& context, registry::ReceivedKind kind, const Noted& noted) {
  if (context.json)
    print_json({{"kind", name(kind)}, {"why", noted.why}, {"noted", noted.noted}, {"counted", noted.counted}});
  else if (noted.counted)
    fmt::print("a reply by mail: counted\n");
  else if (noted.noted && kind != registry::ReceivedKind::reply)
    fmt::print("{} ({}): noted, not an answer\n", name(kind), printable(noted.why));
  else
    fmt::print("a reply by mail: not counted, since {}\n", printable(noted.why));
}

}  // namespace

void add_answer_options(CLI::App& answer, ComcheckGiven& given) {
  answer.add_option("--mail", given.mail, "the message; - for standard input")->required()->type_name("FILE");
  answer.add_flag("--keep", given.keep, "keep a mail that counts in the round's folder (it holds an address), as its party's proof");
  answer
      .add_option("--resolver", given.resolver, "where DKIM keys are asked for: a resolver's address, or root (recursion in this process)")
      ->capture_default_str()
      ->type_name("ADDR[:PORT]");
  answer.add_option("--trust-anchors", given.trust_anchors, "DNSSEC trust anchors (/usr/share/dns/root.key)")->type_name("FILE");
  answer.add_option("--public-suffixes", given.public_suffixes, "the Public Suffix List (default: Debian's, else the one built in)")
      ->type_name("FILE");
}

Result<int> run_comcheck_answer(const Context& context, const ComcheckGiven& given) {
  ENTENTE_TRY(const ComcheckFolder round, open_round(given));
  ENTENTE_TRY(const std::string text, read_input(given.mail, registry::kMaxReceivedMail));
  ENTENTE_TRY(const registry::ReceivedMail mail, registry::ReceivedMail::parse(text));
  const AskedContact* asked = contact_of_mail(round.record(), mail.text);
  if (asked == nullptr || !round.record().drawn) {
    if (context.json)
      print_json({{"kind", name(mail.kind)}, {"why", "the message names no check of this round"}, {"noted", false}, {"counted", false}});
    else
      fmt::print("the message names no check of this round\n");
    return kFindings;
  }
  ENTENTE_TRY(const Noted noted,
              mail.kind == registry::ReceivedKind::reply ? take_reply(given, round, *asked, text) : note_automatic(round, *asked, mail));
  print_noted(context, mail.kind, noted);
  return noted.counted || (noted.noted && mail.kind != registry::ReceivedKind::reply) ? kOk : kFindings;
}

}  // namespace entente::cli
