// What is read of the message is what the signature covers: fields that would be shown, and those that say how the body is read, must stand
// once, so that the signed one is the one read. The answer is the first line of the sender's own that has the form of one: what follows is
// not looked at, so that a mail is one try. Parts and lines are looked for only when a signature holds.
#include "registry/comcheck_reply.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/ascii.h"
#include "core/utf8.h"
#include "registry/mail_text.h"
#include "registry/received_mail.h"

namespace entente::registry {
namespace {

constexpr std::size_t kMostOwnLines = 20;
constexpr std::size_t kLongestTry = 40;  // or the longest answer
constexpr std::int64_t kEndOf9999 = 253'402'300'799;

std::string organisational(const std::string& domain, const dns::PublicSuffixList& suffixes) {
  const auto parsed = dns::Domain::parse(domain);
  if (!parsed) return {};
  std::string out = suffixes.registrable_domain(*parsed);
  return out;
}

// RFC 7489 section 3.1.1, relaxed. Of names nobody can own, none is aligned with another.
bool is_aligned(const std::string& one, const std::string& other, const dns::PublicSuffixList& suffixes) {
  const std::string a = organisational(one, suffixes);
  return !a.empty() && a == organisational(other, suffixes);
}

Result<std::string> from_contact(const DkimMessage& message, const ReplyFacts& facts, const dns::PublicSuffixList& suffixes) {
  for (const std::string_view name :
       {"from", "subject", "date", "message-id", "content-type", "content-transfer-encoding", "content-disposition"})
    if (message.all(name).size() > 1) return fail(fmt::format("the message has more than one {} field", name));
  const auto from = message.only("from");
  if (!from) return fail("the message has no From field");
  ENTENTE_TRY(std::string domain, mailbox_domain(*from));
  if (std::ranges::none_of(facts.domains, [&](const std::string& own) { return is_aligned(own, domain, suffixes); }))
    return fail(fmt::format("it is from {}, which is no domain of the contact's", domain));
  return domain;
}

Result<void> check_cover(const DkimMessage& message, const DkimSignature& signature, const ReplyFacts& facts) {
  if (!signature.covers("subject")) return fail("the signature does not cover Subject");
  const bool dated = signature.covers("date") && message.only("date");
  if (!dated && !(signature.covers("message-id") && message.only("message-id")))
    return fail("the signature covers neither Date nor Message-ID");
  for (const std::string_view name : mail_fields_that_decide_reading(message))
    if (!signature.covers(name)) return fail(fmt::format("the signature does not cover {}, which decides how the text is read", name));
  Instant when;
  if (signature.signed_at) {
    when = *signature.signed_at;
  } else if (dated) {
    ENTENTE_TRY(when, parse_mail_date(*message.only("date")));
  } else {
    return fail("nothing that is signed says when it was written");
  }
  if (when + kReplyClockError < facts.sent) return fail("it was signed before the question was asked");
  if (when > facts.now + kReplyClockError) return fail("it is dated ahead of now");
  return {};
}

// Blanks of ASCII, and the no-break space that some programs put into empty lines.
std::string_view without_blanks_around(std::string_view line) {
  constexpr std::string_view kNoBreak = "\u00A0";
  while (true) {
    if (!line.empty() && (line.front() == ' ' || line.front() == '\t'))
      line.remove_prefix(1);
    else if (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r'))
      line.remove_suffix(1);
    else if (line.starts_with(kNoBreak))
      line.remove_prefix(kNoBreak.size());
    else if (line.ends_with(kNoBreak))
      line.remove_suffix(kNoBreak.size());
    else
      return line;
  }
}

// A line that cannot be meant as the answer: a greeting, a line before a quotation ("… wrote:"), a sentence. Such a line is passed over, so
// it must never be taken for the right answer: whoever writes several gains nothing.
bool is_no_try(std::string_view line, const ComcheckQuestion& question) {
  std::size_t longest = kLongestTry;
  for (const std::string& answer : question.answers) longest = std::max(longest, answer.size());
  if (line.size() > longest || line.ends_with(':')) return true;
  constexpr std::array<std::string_view, 13> kGreetings{"hello", "hi",      "hey",    "dear",     "good", "greetings", "bonjour",
                                                        "salut", "bonsoir", "madame", "monsieur", "cher", "chère"};
  const std::string word = lower(line.substr(0, line.find_first_of(" ,.;!\t")));
  return std::ranges::find(kGreetings, word) != kGreetings.end();
}

bool first_try_is_right(std::string_view text, const ComcheckQuestion& question) {
  std::size_t own = 0;
  while (!text.empty() && own < kMostOwnLines) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = without_blanks_around(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '>') continue;
    ++own;
    if (!is_no_try(line, question)) return is_right_answer(question, line);
  }
  return false;
}

std::string proof_text(const DkimSignature& signature, std::string_view message, const std::string& key) {
  return fmt::format("d={}; s={}; a={}; message={}; key={}", signature.domain, signature.selector, name(signature.algorithm),
                     sha256(message).hex(), printable(key, kMaxDkimKeyRecord));
}

}  // namespace

Result<Instant> parse_mail_date(std::string_view text) {
  if (text.size() > 100) return fail("the date is too long");
  // RFC 5322 allows comments, which libcurl does not know.
  const std::string plain(text.substr(0, text.find('(')));
  const time_t seconds = curl_getdate(plain.c_str(), nullptr);
  // Beyond that nothing is a date, and Instant would overflow.
  if (seconds < 0 || seconds > kEndOf9999) return fail(fmt::format("\"{}\" is no date", printable(text, 60)));
  return Instant{} + std::chrono::seconds(seconds);
}

Result<ProvenReply> prove_reply(std::string_view message, const ReplyFacts& facts, const dns::PublicSuffixList& suffixes,
                                const DkimLookup& lookup) {
  ENTENTE_TRY(const ReceivedMail received, ReceivedMail::parse(message));
  if (received.kind != ReceivedKind::reply) return fail(fmt::format("a program sent it ({})", received.why));
  ENTENTE_TRY(const DkimMessage mail, DkimMessage::parse(message));
  ENTENTE_TRY(const std::string from, from_contact(mail, facts, suffixes));
  std::string why = "it bears no DKIM signature";
  for (const DkimVerdict& verdict : verify_dkim(mail, lookup, facts.now)) {
    if (!verdict.failed.empty()) {
      why = verdict.failed;
      continue;
    }
    if (!is_aligned(verdict.signature->domain, from, suffixes)) {
      why = fmt::format("{} signed it, and it is from {}", verdict.signature->domain, from);
      continue;
    }
    if (const auto covered = check_cover(mail, *verdict.signature, facts); !covered) {
      why = covered.error().what;
      continue;
    }
    const std::string text = mail_plain_text(mail);
    if (text.find(facts.nonce) == std::string::npos) return fail("the code is not in its text", {}, "reply with the message quoted below");
    return ProvenReply{.right = first_try_is_right(text, *facts.question),
                       .proof = proof_text(*verdict.signature, message, verdict.key_record)};
  }
  return fail(why);
}

}  // namespace entente::registry
