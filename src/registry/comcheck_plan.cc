// A plan's canonical text has its members in fixed order; a plan that is read must write itself again to the same bytes, so that its digest
// is one thing only.
#include <fmt/format.h>

#include <algorithm>

#include "core/ascii.h"
#include "registry/comcheck.h"
#include "statement/statement.h"

namespace entente::registry {
namespace {

constexpr std::string_view kPlanFormat = "entente-comcheck-plan/v1";
constexpr std::string_view kAskedFormat = "entente-comcheck-asked/v1";
constexpr std::chrono::seconds kLongestWindow = std::chrono::days{92};

std::string plan_text(JsonView object, std::string_view member) { return std::string(json_string(object, member).value_or("")); }
Result<Digest> plan_digest(JsonView object, std::string_view member) { return Digest::from_hex(plan_text(object, member)); }

bool is_round_slug(std::string_view text) {
  return !text.empty() && text.size() <= 64 && text.front() != '-' && text.back() != '-' &&
         std::ranges::all_of(text, [](char c) { return is_digit(c) || is_lower(c) || c == '-'; });
}
bool is_answer_page(std::string_view page) {
  return (page.starts_with("https://") || page.starts_with("http://")) && page.size() <= 300 &&
         std::ranges::all_of(page, [](char c) { return c > 0x20 && c < 0x7f && c != '#' && c != '<' && c != '>' && c != '"'; });
}

Result<void> check_plan(const ComcheckPlan& plan) {
  if (!is_round_slug(plan.round))
    return fail("a round's name is lower-case letters, digits and inner hyphens, at most 64", {.pointer = "/round"},
                "for instance 2026-q4-duty");
  if (plan.ends <= plan.starts || plan.ends - plan.starts > kLongestWindow)
    return fail("the window must end after it starts, and last 92 days at most", {.pointer = "/window"});
  if (plan.spread.count() < 1 || plan.starts + plan.spread > plan.ends)
    return fail("the spread must be at least a second and lie within the window", {.pointer = "/spread"});
  if (!is_answer_page(plan.page)) return fail("the page for answers must be an http(s) address without a fragment", {.pointer = "/page"});
  if (plan.contacts == 0)
    return fail("there is nobody to ask", {.pointer = "/contacts"}, "contacts must be deposited, of these roles, with a mail address");
  if (plan.contacts > kMostComcheckContacts) return fail("a round asks at most 100,000 contacts");
  return {};
}

std::optional<std::string> first_mail_address(const Contact& contact) {
  for (const Channel& channel : contact.channels)
    if (channel.kind == ChannelKind::email || channel.kind == ChannelKind::pgp_mail) return lower(channel.address);
  return std::nullopt;
}

}  // namespace

Json AskedList::json() const {
  Json out{{"format", kAskedFormat}, {"salt", to_base64(salt)}, {"contacts", Json::array()}};
  for (const AskedContact& contact : contacts) {
    Json members = Json::array();
    for (const AskedMember& m : contact.members) members.push_back(Json{{"supporter", m.supporter}, {"commitment", m.commitment.hex()}});
    out["contacts"].push_back(std::move(members));
  }
  return out;
}

Result<AskedList> AskedList::from(JsonView object) {
  if (plan_text(object, "format") != kAskedFormat) return fail("this is no list of contacts to ask");
  AskedList out;
  ENTENTE_TRY(const Bytes salt, from_base64(plan_text(object, "salt")));
  if (salt.size() != out.salt.size()) return fail("a salt is 32 bytes in base64", {.pointer = "/salt"});
  std::ranges::copy(salt, out.salt.begin());
  const auto list = json_array(object, "contacts");
  if (!list) return fail("the contacts are missing", {.pointer = "/contacts"});
  for (const JsonView item : *list) {
    AskedContact contact;
    const auto members = as_array(item);
    if (!members || members->size() == 0) return fail("a contact without members", {.pointer = "/contacts"});
    for (const JsonView member : *members) {
      ENTENTE_TRY(const Digest commitment, plan_digest(member, "commitment"));
      contact.members.push_back({.supporter = plan_text(member, "supporter"), .commitment = commitment});
    }
    out.contacts.push_back(std::move(contact));
  }
  return out;
}

Digest AskedList::digest() const { return sha256(json_compact(json())); }

AskedList list_contacts(const std::vector<ContactDocument>& documents, const std::vector<std::string>& roles, const ContactSalt& salt) {
  std::map<std::string, AskedContact> by_address;
  for (const ContactDocument& document : documents) {
    for (const Contact& contact : document.contacts) {
      const auto commitment = contact.commitment();
      const auto address = first_mail_address(contact);
      if (!commitment || !address || std::ranges::find(roles, contact.role) == roles.end()) continue;
      by_address[*address].members.push_back({.supporter = document.organisation, .commitment = *commitment});
    }
  }
  AskedList out{.salt = salt};
  for (auto& [address, contact] : by_address) {
    std::ranges::sort(contact.members, {}, &AskedMember::commitment);
    out.contacts.push_back(std::move(contact));
  }
  std::ranges::sort(out.contacts, {}, [](const AskedContact& c) { return c.members.front().commitment; });  // not in the order of addresses
  return out;
}

Json ComcheckPlan::json() const {
  return Json{{"format", kPlanFormat},
              {"round", round},
              {"registry", origin},
              {"mode", "exercise"},
              {"window", Json{{"starts", format_time(starts)}, {"ends", format_time(ends)}}},
              {"spread", spread.count()},
              {"roles", roles},
              {"page", page},
              {"secret", secret.hex()},
              {"questions", questions.hex()},
              {"asked", asked.hex()},
              {"contacts", contacts}};
}

Result<ComcheckPlan> ComcheckPlan::from(JsonView object) {
  ComcheckPlan out{.round = plan_text(object, "round"), .origin = plan_text(object, "registry")};
  const auto window = json_get(object, "window");
  if (plan_text(object, "format") != kPlanFormat || !window) return fail("this is no plan of a communication check");
  ENTENTE_TRY(out.starts, parse_time(plan_text(*window, "starts")));
  ENTENTE_TRY(out.ends, parse_time(plan_text(*window, "ends")));
  out.spread = std::chrono::seconds(std::clamp<std::int64_t>(json_int(object, "spread").value_or(0), 0, kLongestWindow.count()));
  const auto roles = json_array(object, "roles");
  if (!roles) return fail("the roles are missing", {.pointer = "/roles"});
  for (const JsonView role : *roles) out.roles.emplace_back(as_string(role).value_or(""));
  out.page = plan_text(object, "page");
  ENTENTE_TRY(out.secret, plan_digest(object, "secret"));
  ENTENTE_TRY(out.questions, plan_digest(object, "questions"));
  ENTENTE_TRY(out.asked, plan_digest(object, "asked"));
  out.contacts = static_cast<std::uint64_t>(std::max<std::int64_t>(json_int(object, "contacts").value_or(0), 0));
  ENTENTE_CHECK(check_plan(out));
  if (json_compact(out.json()) != json_compact(to_json(object))) return fail("the plan is not in its canonical form");
  return out;
}

Result<Digest> ComcheckPlan::commitment(const ContactSalt& salt) const {
  ENTENTE_CHECK(check_plan(*this));
  return statement::commitment(salt, sha256(json_compact(json())));
}

}  // namespace entente::registry
