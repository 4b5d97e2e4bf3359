// At most once: between the intent and the mail server's word nothing can tell whether a message went out, so a crash there costs the
// contact its check (it is left out of the result), never a second message. What the server refused for now is tried again by the next
// run; what it refused for good counts as bounced, and the contact's next mail address is tried.
#include "cli/comcheck_send.h"

#include <fmt/format.h>

#include <algorithm>

#include "registry/comcheck_mail.h"

namespace entente::cli {
namespace {

using registry::AskedContact;
using registry::ComcheckEvent;
using registry::ComcheckEventKind;
using registry::ComcheckProgress;

// send_mail() tells in words what happened; only a refusal, or a server that never was there, is sure to have sent nothing.
ComcheckEventKind fate_of(const Error& error) {
  const std::string& what = error.what;
  const auto says = [&](std::string_view text) { return what.find(text) != std::string::npos; };
  if (says("(the server says: 5")) return ComcheckEventKind::refused;
  if (says("(the server says: 4") || says("offers no STARTTLS") || says("libcurl could not be started")) return ComcheckEventKind::deferred;
  if (says("was not reached") && !says("Operation timed out") && !says("Timeout was reached")) return ComcheckEventKind::deferred;
  return ComcheckEventKind::unsure;
}

// The first in drawn order that mail reaches and that did not fail before.
std::optional<std::size_t> next_channel(const registry::ComcheckRecord& record, const AskedContact& asked, const registry::Contact& contact,
                                        const ComcheckProgress& progress) {
  for (const std::size_t i :
       registry::draw_channels(record.drawn->seed.seed, record.plan.round, asked.members.front(), contact.channels.size()))
    if (is_mail(contact.channels[i]) && std::ranges::find(progress.used_channels, i) == progress.used_channels.end()) return i;
  return std::nullopt;
}

bool may_be_sent(const ComcheckProgress& p) { return !p.open_intent && !p.gone && !p.answered && (!p.sent || p.bounced); }

Result<void> send_one(const registry::ComcheckRecord& record, const AskedContact& asked, const registry::Contact& contact,
                      std::size_t channel, const ComcheckSender& sender, Instant time) {
  ENTENTE_TRY(const registry::MailAddress to, registry::MailAddress::parse(contact.channels[channel].address));
  registry::ComcheckMail mail{.from = sender.mail.from, .to = to, .plan = &record.plan, .role = contact.role};
  for (const registry::AskedMember& member : asked.members) mail.organisations.push_back(member.supporter);
  mail.nonce = registry::comcheck_nonce(record.secret, record.plan.round, asked.members.front());
  mail.question = &question_of(record, asked);
  mail.replies = sender.replies == MailReplies::offered;
  mail.date = time;
  mail.language = registry::mail_language(contact);
  ENTENTE_TRY(const std::string message, registry::compose(registry::comcheck_message(mail)));
  return registry::send_mail(sender.mail.server, sender.mail.from, to, message);
}

// Notes the intent if the contact may still be sent to; nothing where somebody else was faster.
Result<bool> claim(const registry::ComcheckFolder& round, const std::string& id, std::size_t channel, Instant time) {
  bool mine = false;
  ENTENTE_CHECK(round.update([&](const std::vector<ComcheckEvent>& events) -> Result<std::vector<ComcheckEvent>> {
    const auto progress = registry::comcheck_progress(events);
    const auto it = progress.find(id);
    mine = !registry::closed_at(events) && (it == progress.end() || may_be_sent(it->second));
    if (!mine) return std::vector<ComcheckEvent>();
    return std::vector{ComcheckEvent{.kind = ComcheckEventKind::intent, .at = time, .contact = id, .channel = channel}};
  }));
  return mine;
}

void count_fate(ComcheckSent& out, ComcheckEventKind kind) {
  if (kind == ComcheckEventKind::sent) ++out.sent;
  if (kind == ComcheckEventKind::deferred) ++out.deferred;
  if (kind == ComcheckEventKind::refused) ++out.refused;
  if (kind == ComcheckEventKind::unsure) ++out.unsure;
  if (kind == ComcheckEventKind::gone) ++out.gone;
}

Result<void> ask_contact(const registry::ComcheckFolder& round, const registry::ContactFolder& contacts, const ComcheckSender& sender,
                         const AskedContact& asked, const ComcheckProgress& progress, const std::function<Instant()>& clock,
                         ComcheckSent& out) {
  const auto whole = [&] { return std::chrono::floor<std::chrono::seconds>(clock()); };
  const auto contact = find_contact(contacts, asked);
  if (!contact) {
    count_fate(out, ComcheckEventKind::gone);
    return round.append(
        {.kind = ComcheckEventKind::gone, .at = whole(), .contact = asked.id(), .detail = "no document is deposited any more"});
  }
  // With one address only, a refusal is final; where another is left, it is the next.
  const auto channel = next_channel(round.record(), asked, *contact, progress);
  if (!channel) return {};
  ENTENTE_TRY(const bool mine, claim(round, asked.id(), *channel, whole()));
  if (!mine) return {};
  const Instant time = whole();
  const auto sent = send_one(round.record(), asked, *contact, *channel, sender, time);
  ComcheckEvent event{
      .kind = sent ? ComcheckEventKind::sent : fate_of(sent.error()), .at = time, .contact = asked.id(), .channel = *channel};
  if (sent)
    event.detail = !contact->hours ? "unknown" : registry::within(*contact->hours, time) ? "within" : "outside";
  else
    out.problems.push_back(sent.error().what);  // not into the events: a server's words may hold the address
  count_fate(out, event.kind);
  return round.append(std::move(event));
}

}  // namespace

std::optional<registry::Contact> find_contact(const registry::ContactFolder& contacts, const AskedContact& asked) {
  for (const registry::AskedMember& member : asked.members) {
    const auto document = contacts.find(member.supporter);
    if (!document || !*document) continue;
    for (const registry::Contact& contact : (*document)->contacts) {
      const auto commitment = contact.commitment();
      if (commitment && *commitment == member.commitment) return contact;
    }
  }
  return std::nullopt;
}

bool is_mail(const registry::Channel& channel) {
  return channel.kind == registry::ChannelKind::email || channel.kind == registry::ChannelKind::pgp_mail;
}

const registry::ComcheckQuestion& question_of(const registry::ComcheckRecord& record, const AskedContact& asked) {
  const auto& list = record.questions.list;
  return list[registry::draw(record.drawn->seed.seed, record.plan, asked.members.front(), list.size()).question];
}

Result<ComcheckSent> send_due(const registry::ComcheckFolder& round, const registry::ContactFolder& contacts, const ComcheckSender& sender,
                              const std::function<Instant()>& clock, const std::function<bool()>& stop) {
  const registry::ComcheckRecord& record = round.record();
  if (!record.drawn) return fail("the round was not drawn", {}, "entente registry comcheck draw");
  ENTENTE_TRY(const auto events, round.events());
  if (registry::closed_at(events)) return fail("the round is closed");
  const auto progress = registry::comcheck_progress(events);
  ComcheckSent out;
  for (const AskedContact& asked : record.asked.contacts) {
    const auto it = progress.find(asked.id());
    const ComcheckProgress so_far = it == progress.end() ? ComcheckProgress{} : it->second;
    if (!may_be_sent(so_far)) continue;
    const Instant time = clock();
    if (time >= record.plan.ends) break;
    if (time < registry::draw(record.drawn->seed.seed, record.plan, asked.members.front()).send_at) {
      ++out.waiting;
      continue;
    }
    if (stop()) break;
    ENTENTE_CHECK(ask_contact(round, contacts, sender, asked, so_far, clock, out));
  }
  return out;
}

const AskedContact* contact_of_mail(const registry::ComcheckRecord& record, const std::string& text) {
  const AskedContact* out = nullptr;
  for (const AskedContact& asked : record.asked.contacts) {
    const std::string nonce = registry::comcheck_nonce(record.secret, record.plan.round, asked.members.front());
    if (text.find(registry::comcheck_message_id(nonce)) == std::string::npos && text.find(nonce) == std::string::npos) continue;
    if (out != nullptr) return nullptr;
    out = &asked;
  }
  return out;
}

}  // namespace entente::cli
