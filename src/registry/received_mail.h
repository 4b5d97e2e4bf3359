// A message that came back to a communication check, read far enough to know what it is: written by a person, sent by a program (RFC 3834
// and what programs do instead), or a report that delivery failed (RFC 3464). Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "core/error.h"

namespace entente::registry {

inline constexpr std::size_t kMaxReceivedMail = 1 << 20;

enum class ReceivedKind : std::uint8_t {
  reply,      // nothing says that a program sent it; who wrote it is not proven
  automatic,  // must not count as an answer
  bounce,     // the message did not arrive
};
[[nodiscard]] std::string_view name(ReceivedKind kind);

struct ReceivedMail {
  ReceivedKind kind = ReceivedKind::reply;
  std::string why;   // the field that says so: "Auto-Submitted: auto-replied"; empty for a reply
  std::string text;  // everything in it that may tell which message it is about: fields, body as sent, body decoded

  // Errors: longer than a message may be, no header section, a field that is none.
  [[nodiscard]] static Result<ReceivedMail> parse(std::string_view message);
};

}  // namespace entente::registry
