// A round's events are told in order by whoever sends and whoever takes answers; what they add up to is reckoned anew each time. An intent
// with nothing after it was a program's last word: the message may have gone out or not, so it is neither sent again nor held against the
// contact.
#include <algorithm>
#include <array>

#include "registry/comcheck.h"

namespace entente::registry {
namespace {

constexpr std::array<std::string_view, 11> kEventNames{"intent",   "sent",       "deferred", "refused", "unsure", "wrong",
                                                       "answered", "auto-reply", "bounced",  "gone",    "closed"};

void take_event(ComcheckProgress& progress, const ComcheckEvent& event) {
  using Kind = ComcheckEventKind;
  if (event.kind == Kind::intent) {
    progress.open_intent = true;
    progress.intended = event.at;
  }
  const bool tells_of_sending = event.kind == Kind::deferred || event.kind == Kind::refused || event.kind == Kind::sent ||
                                event.kind == Kind::bounced || event.kind == Kind::auto_reply || event.kind == Kind::answered;
  if (tells_of_sending) progress.open_intent = false;
  if (!progress.sent && (event.kind == Kind::auto_reply || event.kind == Kind::answered)) progress.sent = progress.intended;
  switch (event.kind) {
    case Kind::sent:
      progress.sent = event.at;
      progress.hours = event.detail;
      progress.bounced = false;
      break;
    case Kind::refused:
    case Kind::bounced:
      progress.bounced = true;
      progress.used_channels.push_back(event.channel);
      break;
    case Kind::wrong: ++progress.wrong; break;
    case Kind::answered:
      if (!progress.answered) {
        progress.answered = event.at;
        progress.how = event.detail;
        progress.proof = event.proof;
      }
      break;
    case Kind::auto_reply: progress.auto_reply = true; break;
    case Kind::gone: progress.gone = true; break;
    case Kind::intent:
    case Kind::deferred:
    case Kind::unsure:
    case Kind::closed: break;
  }
}

}  // namespace

std::string_view name(ComcheckEventKind kind) { return kEventNames[static_cast<std::size_t>(kind)]; }

Json ComcheckEvent::json() const {
  Json out{{"event", name(kind)}, {"at", format_time(at)}};
  if (!contact.empty()) {
    out["contact"] = contact;
    out["channel"] = channel;
  }
  if (!detail.empty()) out["detail"] = detail;
  if (!proof.empty()) out["proof"] = proof;
  return out;
}

Result<ComcheckEvent> ComcheckEvent::from(JsonView object) {
  const auto kind = std::ranges::find(kEventNames, json_string(object, "event").value_or(""));
  if (kind == kEventNames.end()) return fail("there is no such event", {.pointer = "/event"});
  ComcheckEvent out{.kind = static_cast<ComcheckEventKind>(kind - kEventNames.begin()),
                    .contact = std::string(json_string(object, "contact").value_or("")),
                    .channel = static_cast<std::size_t>(std::clamp<std::int64_t>(json_int(object, "channel").value_or(0), 0, 1'000)),
                    .detail = std::string(json_string(object, "detail").value_or("")),
                    .proof = std::string(json_string(object, "proof").value_or(""))};
  ENTENTE_TRY(out.at, parse_time(json_string(object, "at").value_or("")));
  return out;
}

std::map<std::string, ComcheckProgress> comcheck_progress(const std::vector<ComcheckEvent>& events) {
  std::map<std::string, ComcheckProgress> out;
  for (const ComcheckEvent& event : events) {
    if (event.kind == ComcheckEventKind::closed) break;
    take_event(out[event.contact], event);
  }
  return out;
}

std::optional<Instant> closed_at(const std::vector<ComcheckEvent>& events) {
  const auto it = std::ranges::find(events, ComcheckEventKind::closed, &ComcheckEvent::kind);
  return it == events.end() ? std::nullopt : std::optional(it->at);
}

std::string_view latency_class(Instant sent, Instant answered) {
  const auto took = answered - sent;
  if (took <= std::chrono::hours{1}) return "within-1h";
  if (took <= std::chrono::hours{4}) return "within-4h";
  if (took <= std::chrono::hours{24}) return "within-24h";
  if (took <= std::chrono::hours{72}) return "within-72h";
  return "late";
}

std::optional<std::string_view> result_class(const ComcheckProgress& p) {
  if (p.answered && p.sent) return latency_class(*p.sent, *p.answered);
  if (p.open_intent) return std::nullopt;
  if (p.bounced) return "bounced";
  if (!p.sent) return std::nullopt;
  return p.auto_reply ? "auto-reply" : "no-answer";
}

}  // namespace entente::registry
