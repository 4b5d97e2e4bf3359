// Mail addresses as the registry takes them: a careful part of RFC 5321 section 4.1.2. Plain value; thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "core/error.h"

namespace entente::registry {

// local@domain: the local part is an ASCII dot-atom of at most 64 bytes and keeps its case; the domain is a dns::Domain in lower case.
// Quoted local parts, comments, address literals, display names and internationalised local parts are refused.
class MailAddress {
 public:
  [[nodiscard]] static Result<MailAddress> parse(std::string_view text);
  [[nodiscard]] const std::string& str() const { return text_; }
  [[nodiscard]] std::string domain() const { return text_.substr(text_.rfind('@') + 1); }
  bool operator==(const MailAddress&) const = default;

 private:
  explicit MailAddress(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace entente::registry
