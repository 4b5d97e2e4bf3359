// Host names, addresses and mailboxes, each by splitting at its separators and testing the pieces.
#include <algorithm>

#include "core/ascii.h"
#include "core/utf8.h"
#include "schema/formats.h"

namespace entente::schema {
namespace {

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

bool is_label(std::string_view label, Alphabet alphabet) {
  if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
  return std::all_of(label.begin(), label.end(),
                     [&](char c) { return is_alnum(c) || c == '-' || (alphabet == Alphabet::unicode && !is_ascii(c)); });
}

bool is_domain(std::string_view text, Alphabet alphabet) {
  if (text.empty() || text.size() > 253) return false;
  for (;;) {
    const std::size_t dot = text.find('.');
    if (!is_label(text.substr(0, dot), alphabet)) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_atext(char c, Alphabet alphabet) {
  if (!is_ascii(c)) return alphabet == Alphabet::unicode;
  return is_alnum(c) || std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

bool is_dot_string(std::string_view text, Alphabet alphabet) {
  if (text.empty() || text.front() == '.' || text.back() == '.' || text.find("..") != std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) { return c == '.' || is_atext(c, alphabet); });
}

bool is_quoted_string(std::string_view text, Alphabet alphabet) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
  text = text.substr(1, text.size() - 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') return false;
    if (text[i] == '\\' && ++i == text.size()) return false;
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7f || (c >= 0x80 && alphabet == Alphabet::ascii)) return false;
  }
  return true;
}

bool is_mailbox(std::string_view text, Alphabet alphabet) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || at > 64) return false;  // RFC 5321 section 4.5.3.1.1
  const std::string_view local = text.substr(0, at);
  std::string_view domain = text.substr(at + 1);
  if (!is_dot_string(local, alphabet) && !is_quoted_string(local, alphabet)) return false;
  if (!domain.starts_with('[')) return is_domain(domain, alphabet);
  if (!domain.ends_with(']')) return false;
  domain = domain.substr(1, domain.size() - 2);
  return domain.starts_with("IPv6:") ? is_ipv6(domain.substr(5)) : is_ipv4(domain);
}

}  // namespace

bool is_hostname(std::string_view text) { return is_domain(text, Alphabet::ascii); }
bool is_email(std::string_view text) { return is_mailbox(text, Alphabet::ascii); }
bool is_idn_email(std::string_view text) { return is_valid_utf8(text) && is_mailbox(text, Alphabet::unicode); }

bool is_ipv4(std::string_view text) {
  for (int part = 0; part < 4; ++part) {
    std::size_t digits = 0;
    int value = 0;
    while (digits < text.size() && digits < 4 && is_digit(text[digits])) value = value * 10 + (text[digits++] - '0');
    if (digits == 0 || digits > 3 || value > 255 || (digits > 1 && text[0] == '0')) return false;
    text.remove_prefix(digits);
    if (part < 3) {
      if (!text.starts_with('.')) return false;
      text.remove_prefix(1);
    }
  }
  return text.empty();
}

bool is_ipv6(std::string_view text) {
  int groups = 0;
  bool gap = false;
  if (text.starts_with("::")) {
    gap = true;
    text.remove_prefix(2);
    if (text.empty()) return true;
  }
  for (;;) {
    if (text.find(':') == std::string_view::npos && text.find('.') != std::string_view::npos) {
      if (!is_ipv4(text)) return false;
      groups += 2;
      break;
    }
    std::size_t digits = 0;
    while (digits < text.size() && is_hex_digit(text[digits])) ++digits;
    if (digits == 0 || digits > 4 || ++groups > 8) return false;
    text.remove_prefix(digits);
    if (text.empty()) break;
    if (text.starts_with("::")) {
      if (gap) return false;
      gap = true;
      text.remove_prefix(2);
      if (text.empty()) break;
    } else {
      if (!text.starts_with(':')) return false;
      text.remove_prefix(1);
    }
  }
  return gap ? groups < 8 : groups == 8;
}

}  // namespace entente::schema
