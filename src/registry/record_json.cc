// Plain transcription, one function a record.
#include "registry/record_json.h"

#include <fmt/format.h>
#include <algorithm>
#include <iterator>

#include "catalog/control.h"

namespace entente::registry {
namespace {

// Stands in a JSON string as it is.
bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
}

void put_text(Json& out, const char* member, const std::string& value) {
  if (!value.empty()) out[member] = value;
}

void put_time(Json& out, const char* member, const std::optional<Instant>& value) {
  if (value) out[member] = format_time(*value);
}

template <class List, class Make>
void put_list(Json& out, const char* member, const List& list, const Make& make) {
  if (list.empty()) return;
  Json array = Json::array();
  for (const auto& item : list) array.push_back(make(item));
  out[member] = std::move(array);
}

std::string hex_of(const Digest& digest) { return digest.hex(); }

Json dates_json(const Supporter& s) {
  Json out = Json::object();
  put_text(out, "signed_on", s.dates.signed_on);
  put_text(out, "published_on", s.dates.published_on);
  put_text(out, "signed_no_later_than", s.dates.signed_no_later_than);
  if (s.pledge.envelope != Digest()) out["pledged_at"] = format_time(s.pledge.at);
  put_time(out, "approved_at", s.approved_at);
  put_time(out, "renewed_until", s.renewed_until);
  put_time(out, "ended_at", s.ended_at);
  return out;
}

Json pledge_json(const Pledge& pledge) {
  Json out = {{"leaf", pledge.leaf}, {"envelope", pledge.envelope.hex()}, {"at", format_time(pledge.at)}};
  out["text"] = {{"language", pledge.language}};
  put_text(out["text"], "version", pledge.version);
  out["text"]["sha256"] = pledge.text.hex();
  out["principles"] = principles_json(pledge.principles);
  put_list(out, "reservations", pledge.reservations,
           [](const Reservation& r) { return Json{{"principle", r.principle}, {"text", r.text}}; });
  if (!pledge.why.empty()) out["why"] = {{"language", pledge.why_language}, {"text", pledge.why}};
  put_list(out, "domains", pledge.domains, [](const std::string& d) { return Json(d); });
  return out;
}

Json key_json(const OwnKey& key) {
  Json out = {{"vkey", key.key.str()}, {"leaf", key.added}, {"from", format_time(key.from)}};
  put_time(out, "until", key.until);
  put_time(out, "doubtful_since", key.doubtful_since);
  if (key.end != KeyEnd::none) {
    out["ended"] = std::string(name(key.end));
    out["ended_leaf"] = key.ended;
  }
  return out;
}

Json domain_json(const ProvenDomain& d) {
  Json out = {{"domain", d.domain}, {"leaf", d.leaf},           {"at", format_time(d.at)}, {"until", format_time(d.until)},
              {"method", d.method}, {"dnssec", name(d.dnssec)}, {"vantages", d.vantages}};
  put_text(out, "key", d.key);
  out["evidence"] = d.evidence.hex();
  return out;
}

Json mailbox_json(const ConfirmedMailbox& m) {
  return {{"leaf", m.leaf}, {"at", format_time(m.at)},         {"until", format_time(m.until)}, {"stage", m.stage},
          {"key", m.key},   {"commitment", m.commitment.hex()}};
}

Json membership_json(const Membership& m) {
  Json out = {{"instrument", m.instrument}, {"basis", name(m.basis)}, {"leaf", m.leaf}};
  put_text(out, "since", m.since);
  if (m.ended) out["ended"] = true;
  put_text(out, "url", m.url);
  if (m.proof) out["proof"] = m.proof->hex();
  return out;
}

Json review_json(const PeerReview& r) {
  Json out = {{"leaf", r.leaf}, {"envelope", r.envelope.hex()}, {"at", format_time(r.at)}, {"reviewer", r.reviewer}};
  if (r.assessment) out["assessment"] = r.assessment->hex();
  out["report"] = r.report.hex();
  put_text(out, "url", r.url);
  put_list(out, "controls", r.controls, [](const catalog::ControlId& c) { return Json(c.str()); });
  if (r.answer) out["answer"] = r.answer->hex();
  return out;
}

Json contacts_json(const ContactSet& set) {
  Json out = {{"leaf", set.leaf}, {"at", format_time(set.at)}, {"commitment", set.commitment.hex()}};
  put_list(out, "contacts", set.contacts, [](const ContactEntry& c) {
    Json row = {{"role", c.role}, {"commitment", c.commitment.hex()}, {"channels", c.channels}};
    put_list(row, "languages", c.languages, [](const std::string& l) { return Json(l); });
    row["audience"] = c.audience;
    return row;
  });
  return out;
}

Json evidence_json(const EvidenceItem& e) {
  Json out = {{"leaf", e.leaf}, {"at", format_time(e.at)}, {"document", e.document.hex()}, {"kind", e.kind}};
  put_text(out, "media_type", e.media_type);
  put_text(out, "url", e.url);
  put_list(out, "controls", e.controls, [](const catalog::ControlId& c) { return Json(c.str()); });
  return out;
}

Json vote_json(const Vote& vote) { return {{"person", vote.person}, {"leaf", vote.leaf}, {"at", format_time(vote.at)}}; }

void put_detail(Json& out, const SupporterDetail& d) {
  put_list(out, "former_names", d.former_names, [](const std::string& n) { return Json(n); });
  put_list(out, "memberships", d.memberships, membership_json);
  put_list(out, "domains", d.domains, domain_json);
  if (d.mailbox) out["mailbox"] = mailbox_json(*d.mailbox);
  if (d.assessment) out["assessment"] = d.assessment->hex();
  put_list(out, "assessments", d.assessments, [](Leaf leaf) { return Json(leaf); });
  put_list(out, "disputes", d.disputes, hex_of);
  put_list(out, "reviews", d.reviews, review_json);
  if (d.contacts) out["contacts"] = contacts_json(*d.contacts);
  put_list(out, "evidence", d.evidence, evidence_json);
  put_text(out, "reason", d.reason);
  put_text(out, "successor", d.successor);
  put_list(out, "predecessors", d.predecessors, [](const std::string& p) { return Json(p); });
  put_text(out, "source", d.source);
  if (d.claim) out["claim"] = pledge_json(d.claim->pledge);
}

}  // namespace

Json principles_json(std::uint16_t principles) {
  Json out = Json::array();
  for (int p = 1; p <= 9; ++p)
    if ((principles >> p & 1) != 0) out.push_back(p);
  return out;
}

Json record_json(const Supporter& s) {
  Json out = s.identity.json();
  out["status"] = std::string(name(s.status));
  out["counts"] = counts(s.status);
  out["dates"] = dates_json(s);
  if (s.pledge.envelope != Digest()) out["pledge"] = pledge_json(s.pledge);
  put_list(out, "keys", s.keys, key_json);
  put_detail(out, s.detail());
  out["leaves"] = {{"record", s.record_leaf}, {"identity", s.identity_leaf}, {"status", s.status_leaf}, {"changed", s.changed_leaf}};
  put_list(out, "statements", s.statements, [](Leaf leaf) { return Json(leaf); });
  return out;
}

Json record_json(const Entry& entry) {
  Json out = {{"leaf", entry.leaf}, {"envelope", entry.envelope.hex()}, {"kind", entry.kind ? Json(name(*entry.kind)) : Json()}};
  out["disposition"] = name(entry.disposition);
  if (entry.kind) out["at"] = format_time(entry.at);
  put_text(out, "supporter", entry.supporter);
  put_list(out, "signers", entry.signers, [](const std::string& k) { return Json(k); });
  if (entry.ignored) {
    Json why = {{"code", name(entry.ignored->code)}, {"what", entry.ignored->what}};
    put_text(why, "pointer", entry.ignored->pointer);
    put_text(why, "hint", entry.ignored->hint);
    out["ignored"] = std::move(why);
  }
  return out;
}

std::string record_text(const Entry& entry) {
  const bool plain = is_plain(entry.supporter) && std::all_of(entry.signers.begin(), entry.signers.end(), is_plain);
  if (!plain || !entry.kind || entry.ignored) return json_compact(record_json(entry));
  std::string out;
  const auto put = std::back_inserter(out);
  fmt::format_to(put, R"({{"leaf":{},"envelope":"{}","kind":"{}","disposition":"{}","at":"{}")", entry.leaf, entry.envelope.hex(),
                 name(*entry.kind), name(entry.disposition), format_time(entry.at));
  if (!entry.supporter.empty()) fmt::format_to(put, R"(,"supporter":"{}")", entry.supporter);
  for (const std::string& signer : entry.signers)
    fmt::format_to(put, R"({}"{}")", &signer == entry.signers.data() ? ",\"signers\":[" : ",", signer);
  out += entry.signers.empty() ? "}" : "]}";
  return out;
}

Json record_json(const Assessment& a) {
  Json out = {{"leaf", a.leaf}, {"envelope", a.envelope.hex()}, {"supporter", a.supporter}, {"at", format_time(a.at)}};
  out["document"] = a.document.hex();
  out["bundle"] = a.bundle.hex();
  out["catalog"] = {{"version", a.catalog_version}, {"sha256", a.catalog.hex()}};
  out["signer"] = a.signer;
  put_text(out, "person", a.person);
  put_list(out, "controls", a.controls, [](const AssessedControl& c) {
    Json row = {{"control", c.control.str()},
                {"status", catalog::to_string(c.status)},
                {"class", std::string(1, catalog::letter(c.evidence_class))},
                {"weight", c.weight}};
    put_text(row, "reason", c.reason);
    put_list(row, "evidence", c.evidence, hex_of);
    if (c.evidence.empty() && c.evidence_count > 0) {
      row["evidence_count"] = c.evidence_count;
      row["evidence_list"] = c.evidence_list.hex();
    }
    return row;
  });
  return out;
}

Json record_json(const Dispute& d) {
  Json out = {{"leaf", d.leaf},           {"envelope", d.envelope.hex()},     {"at", format_time(d.at)},
              {"supporter", d.supporter}, {"assessment", d.assessment.hex()}, {"control", d.control}};
  put_text(out, "by", d.by);
  put_text(out, "by_person", d.by_person);
  out["reason"] = d.reason;
  out["state"] = std::string(name(d.state));
  out["due"] = format_time(d.due());
  if (d.decided) out["decided_leaf"] = *d.decided;
  put_text(out, "decision_reason", d.decision_reason);
  return out;
}

Json record_json(const Event& e) {
  Json out = {{"uid", e.uid}, {"leaf", e.leaf}, {"envelope", e.envelope.hex()}, {"at", format_time(e.at)}, {"sequence", e.sequence}};
  out["kind"] = e.kind;
  out["title"] = e.title;
  out["language"] = e.language;
  put_text(out, "url", e.url);
  put_text(out, "place", e.place);
  put_text(out, "country", e.country);
  put_text(out, "openness", e.openness);
  put_text(out, "supporter", e.supporter);
  put_time(out, "starts", e.starts);
  put_time(out, "ends", e.ends);
  put_time(out, "happened_at", e.happened_at);
  if (e.cancelled) out["cancelled"] = true;
  out["document"] = e.document.hex();
  return out;
}

Json record_json(const ComcheckRound& r) {
  Json out = {{"round", r.round}, {"leaf", r.leaf}, {"at", format_time(r.at)}, {"drawn_at", format_time(r.drawn_at)}};
  out["checkpoint"] = r.checkpoint.hex();
  out["tree_size"] = r.tree_size;
  out["merkle_root"] = r.merkle_root.hex();
  out["classes"] = Json::object();
  for (const auto& [latency, count] : r.classes) out["classes"][latency] = count;
  return out;
}

Json record_json(const CatalogueRelease& r) {
  return {{"version", r.version}, {"leaf", r.leaf}, {"at", format_time(r.at)}, {"sha256", r.sha256.hex()}, {"controls", r.controls.hex()}};
}

Json record_json(const Commitment& c) {
  Json out = {{"commitment", c.commitment.hex()}, {"leaf", c.leaf}, {"at", format_time(c.at)}, {"kind", c.kind}, {"holder", c.holder}};
  put_time(out, "reveal_by", c.reveal_by);
  if (c.revealed) out["revealed_leaf"] = *c.revealed;
  if (c.content) out["content"] = c.content->hex();
  return out;
}

Json record_json(const Pending& p) {
  Json out = {{"what", p.what == Pending::What::approval ? "approval" : "removal"},
              {"supporter", p.supporter},
              {"about", p.about.hex()},
              {"since", format_time(p.since)},
              {"leaf", p.leaf},
              {"needed", p.needed}};
  put_list(out, "for", p.for_it, vote_json);
  put_list(out, "against", p.against, vote_json);
  return out;
}

Json record_json(const Rules& r) {
  Json out = {{"leaf", r.leaf}, {"envelope", r.envelope.hex()}, {"at", format_time(r.at)}, {"log", r.log}, {"registry", r.registry}};
  out["text"] = r.text.hex();
  out["quorum"] = {{"approval", r.quorum.approval}, {"removal", r.quorum.removal}, {"keys", r.quorum.keys}, {"rules", r.quorum.rules}};
  if (r.persons(Role::witness) > 0) out["quorum"]["witnesses"] = r.witnesses_needed();
  out["windows"] = {{"past_seconds", r.windows.past.count()},          {"future_seconds", r.windows.future.count()},
                    {"assessment_days", r.windows.assessment.count()}, {"key_loss_wait_days", r.windows.key_loss_wait.count()},
                    {"renewal_days", r.windows.renewal.count()},       {"domain_proof_days", r.windows.domain_proof.count()}};
  put_list(out, "texts", r.texts, [](const CallTextRule& t) {
    Json text{{"language", t.language}};
    if (!t.version.empty()) text["version"] = t.version;
    text["sha256"] = t.sha256.hex();
    return text;
  });
  put_list(out, "roster", r.roster,
           [](const RosterKey& k) { return Json{{"role", name(k.role)}, {"person", k.person}, {"vkey", k.key.str()}}; });
  return out;
}

}  // namespace entente::registry
