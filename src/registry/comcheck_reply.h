// A mail a person sent in answer to a communication check. It counts as the page's answer does if a domain of the contact's vouches for it
// by DKIM (dkim.h): only then is it shown that it came from there, unchanged. Pure but for the look-up; thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dns/public_suffix.h"
#include "registry/comcheck.h"
#include "registry/dkim.h"

namespace entente::registry {

inline constexpr std::chrono::seconds kReplyClockError = std::chrono::hours{1};  // of the sender's clock

struct ReplyFacts {
  std::string nonce;                           // the code that was sent
  const ComcheckQuestion* question = nullptr;  // that was asked
  std::vector<std::string> domains;            // of the contact's mail addresses, lower case
  Instant sent;                                // when it was asked
  Instant now;
};
struct ProvenReply {
  bool right = false;  // its first line that has the form of an answer is one
  // "d=alpha.example; s=sel; a=rsa-sha256; message=<SHA-256 of the message as it lies here>; key=<the key record>"
  std::string proof;
};
// Errors say what is missing. Asked for: written by a person as far as RFC 3834 tells; one From, whose domain and the contact's have the
// same registrable domain; a DKIM signature that holds, of a domain aligned with From in the same way, over From, Subject, Date or
// Message-ID, each field that decides how the body is read (mail_text.h), and the whole body; signed (or, where the signature does not say,
// dated) after the question, an hour's error of clocks allowed; the code in the text.
[[nodiscard]] Result<ProvenReply> prove_reply(std::string_view message, const ReplyFacts& facts, const dns::PublicSuffixList& suffixes,
                                              const DkimLookup& lookup);

// RFC 5322 section 3.3: "Fri, 11 Jul 2003 21:00:37 -0700 (PDT)".
// Errors: no date, before 1970, after 9999.
[[nodiscard]] Result<Instant> parse_mail_date(std::string_view text);

}  // namespace entente::registry
