// Lines one by one; then what only the whole file can tell (fields that lack or come twice, expiry). The armour of a signature is decoded
// here: base64, the CRC-24 of RFC 4880 section 6.1, and the header of one signature packet.
#include "csaf/security_txt.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <utility>

#include "core/ascii.h"
#include "core/bytes.h"
#include "core/utf8.h"
#include "csaf/web_url.h"

namespace entente::csaf {
namespace {

using Level = SecurityTxtNote::Level;

constexpr std::string_view kSignedBegin = "-----BEGIN PGP SIGNED MESSAGE-----";
constexpr std::string_view kSignatureBegin = "-----BEGIN PGP SIGNATURE-----";
constexpr std::string_view kSignatureEnd = "-----END PGP SIGNATURE-----";
constexpr std::array<std::string_view, 7> kUriFields{"acknowledgments", "canonical", "contact", "csaf", "encryption", "hiring", "policy"};
constexpr std::int64_t kLongExpiryDays = 366;
constexpr std::size_t kMostTxtNotes = 1'000;  // of one level, so that what is only worth a remark cannot push an error out
constexpr std::size_t kMostTxtFields = 1'000;

struct TxtLine {
  std::string_view text;  // without its end
  std::uint64_t number = 0;
};

std::vector<TxtLine> lines_of_txt(std::string_view text) {
  std::vector<TxtLine> out;
  for (std::uint64_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    out.push_back({line, number});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

// RFC 5646 by form: a primary tag of two or three letters, then subtags of up to eight letters or digits.
bool is_language_tag(std::string_view tag) {
  bool first = true;
  while (true) {
    const std::size_t end = std::min(tag.find('-'), tag.size());
    const std::string_view part = tag.substr(0, end);
    if (first ? part.size() < 2 || part.size() > 3 || !std::ranges::all_of(part, is_alpha)
              : part.empty() || part.size() > 8 || !std::ranges::all_of(part, is_alnum))
      return false;
    if (end == tag.size()) return true;
    tag.remove_prefix(end + 1);
    first = false;
  }
}

std::string_view trimmed_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::uint32_t crc24(ByteView bytes) {
  std::uint32_t crc = 0xB704CE;
  for (const std::uint8_t byte : bytes) {
    crc ^= static_cast<std::uint32_t>(byte) << 16;
    for (int bit = 0; bit < 8; ++bit) crc = (crc << 1) ^ ((crc & 0x800000) != 0 ? 0x1864CFBU : 0U);
  }
  return crc & 0xFFFFFF;
}

// One packet of tag 2 that fills the bytes (RFC 4880, section 4.2), its length in one, two or five octets.
bool is_signature_packet(ByteView b) {
  if (b.size() < 3 || (b[0] & 0x80) == 0) return false;
  const bool newer = (b[0] & 0x40) != 0;
  if ((newer ? b[0] & 0x3F : (b[0] & 0x3F) >> 2) != 2) return false;
  std::size_t header = 2, length = b[1];
  if (newer && b[1] >= 192 && b[1] < 224) {
    header = 3;
    length = ((std::size_t{b[1]} - 192) << 8) + b[2] + 192;
  } else if (!newer && (b[0] & 3) == 1) {
    header = 3;
    length = std::size_t{b[1]} << 8 | b[2];
  } else if (newer ? b[1] >= 224 : (b[0] & 3) != 0) {
    return false;  // no signature is that long
  }
  return header + length == b.size();
}

class SecurityTxtReader {
 public:
  SecurityTxtReader(SecurityTxt& out, Instant at, std::string_view url) : out_(out), at_(at), url_(url) {}

  void read(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) {
      note(Level::error, "bom_in_file", "the file begins with a byte order mark");
      text.remove_prefix(3);
    }
    if (!is_valid_utf8(text)) note(Level::error, "utf8", "the file is not UTF-8");
    const std::vector<TxtLine> lines = lines_of_txt(text);
    const bool any_signed = std::ranges::any_of(lines, [](const TxtLine& l) { return l.text == kSignedBegin; });
    if (any_signed)
      read_signed(lines, text);
    else
      for (const TxtLine& line : lines) read_line(line);
    check_whole();
    if (!text.empty() && !text.ends_with('\n'))
      note(Level::error, "no_line_separators", "the last line does not end with a line feed", lines.size());
  }

 private:
  void note(Level level, std::string_view code, std::string what, std::optional<std::uint64_t> line = {}) {
    std::size_t& of_level = noted_[static_cast<std::size_t>(level)];
    if (of_level == kMostTxtNotes) return;
    ++of_level;
    out_.notes.push_back({level, code, std::move(what), line});
  }

  void read_signed(const std::vector<TxtLine>& lines, std::string_view text) {
    out_.is_signed = true;
    std::size_t i = 0;
    while (lines[i].text != kSignedBegin) ++i;
    if (i != 0) note(Level::error, "signed_format_issue", "a signed file must begin with the line " + std::string(kSignedBegin), 1);
    for (++i; i < lines.size() && !lines[i].text.empty(); ++i) {}  // Hash: …
    bool nested = false;
    for (++i; i < lines.size() && lines[i].text != kSignatureBegin; ++i) {
      nested = nested || lines[i].text == kSignedBegin;
      read_line({lines[i].text.starts_with("- ") ? lines[i].text.substr(2) : lines[i].text, lines[i].number});
    }
    if (i >= lines.size()) return note(Level::error, "pgp_data_error", "the signed message has no signature block");
    const std::size_t begin = ++i;
    while (i < lines.size() && lines[i].text != kSignatureEnd) ++i;
    if (i >= lines.size()) return note(Level::error, "pgp_data_error", "the signature block does not end");
    check_armour({lines.begin() + static_cast<std::ptrdiff_t>(begin), lines.begin() + static_cast<std::ptrdiff_t>(i)});
    for (++i; i < lines.size(); ++i) {
      nested = nested || lines[i].text == kSignedBegin;
      if (!lines[i].text.empty() && !nested) {
        note(Level::error, "data_after_sig", "there is text after the signature", lines[i].number);
        break;
      }
    }
    if (nested) note(Level::error, "pgp_data_error", "there is more than one signed message");
    if (text.ends_with("\n\n") || text.ends_with("\n\r\n"))
      note(Level::error, "too_many_line_separators", "a signed file ends with one line feed, not more");
  }

  // The lines between BEGIN and END: headers, an empty line, base64, "=" and the checksum.
  void check_armour(const std::vector<TxtLine>& lines) {
    std::size_t i = 0;
    for (; i < lines.size() && !trimmed_blanks(lines[i].text).empty(); ++i)
      if (lines[i].text.find(": ") == std::string_view::npos)
        return note(Level::error, "pgp_data_error", "a header line of the signature block is none", lines[i].number);
    std::string body, checksum;
    for (++i; i < lines.size(); ++i) {
      const std::string_view line = trimmed_blanks(lines[i].text);
      if (line.starts_with('=') && line.size() == 5)
        checksum = line.substr(1);
      else
        body += line;
    }
    const auto bytes = from_base64(body);
    if (!bytes || bytes->empty()) return note(Level::error, "pgp_error", "the signature is not base64");
    if (!checksum.empty()) {
      const auto sum = from_base64(checksum);
      if (!sum || sum->size() != 3 || (std::uint32_t{(*sum)[0]} << 16 | std::uint32_t{(*sum)[1]} << 8 | (*sum)[2]) != crc24(*bytes))
        return note(Level::error, "pgp_error", "the checksum of the signature does not hold");
    }
    if (!is_signature_packet(*bytes)) note(Level::error, "pgp_signature_error", "the block holds no OpenPGP signature");
  }

  void read_line(const TxtLine& line) {
    if (trimmed_blanks(line.text).empty()) return;
    if (line.text.starts_with('#')) {
      if (out_.comments.size() < 1'000) out_.comments.emplace_back(line.text);
      return;
    }
    const std::size_t colon = line.text.find(':');
    if (colon == std::string_view::npos)
      return note(Level::error, "invalid_line", "the line is neither a field nor a comment", line.number);
    std::string_view name = line.text.substr(0, colon), value = line.text.substr(colon + 1);
    if (name.ends_with(' ') || name.ends_with('\t')) note(Level::error, "prec_ws", "there is a blank before the colon", line.number);
    name = trimmed_blanks(name);
    if (name.empty()) return note(Level::error, "empty_key", "the field has no name", line.number);
    if (!value.empty() && value.front() != ' ') note(Level::error, "no_space", "no space follows the colon", line.number);
    value = trimmed_blanks(value);
    if (value.empty()) return note(Level::error, "empty_value", "the field has no value", line.number);
    if (out_.fields.size() == kMostTxtFields) {
      if (!std::exchange(too_many_fields_, true))
        note(Level::error, "too_many_fields", fmt::format("only the first {} fields are read", kMostTxtFields), line.number);
      return;
    }
    out_.fields.push_back({lower(name), std::string(value), line.number});
    read_field(out_.fields.back());
  }

  void read_field(const SecurityTxtField& field) {
    if (std::ranges::find(kUriFields, field.name) != kUriFields.end()) {
      if (!is_uri(field.value))
        note(Level::error, "no_uri", fmt::format("the value of {} is no URI", field.name), field.line);
      else if (lower(field.value.substr(0, 5)) == "http:")
        note(Level::error, "no_https", fmt::format("the web address of {} does not begin with https://", field.name), field.line);
      if (field.name == "csaf" && !field.value.ends_with("/provider-metadata.json"))
        note(Level::error, "no_csaf_file", "the CSAF field does not point to a provider-metadata.json", field.line);
    } else if (field.name == "expires") {
      read_expires(field);
    } else if (field.name == "preferred-languages") {
      std::string_view rest = field.value;
      for (bool more = true, ok = true; more && ok;) {
        const std::size_t end = std::min(rest.find(','), rest.size());
        ok = is_language_tag(trimmed_blanks(rest.substr(0, end)));
        if (!ok) note(Level::error, "invalid_lang", "a language is no RFC 5646 tag", field.line);
        more = end < rest.size();
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    } else {
      note(Level::notification, "unknown_field", fmt::format("RFC 9116 knows no field \"{}\"", printable(field.name, 80)), field.line);
    }
  }

  void read_expires(const SecurityTxtField& field) {
    const auto time = parse_time(field.value);
    if (!time) return note(Level::error, "invalid_expiry", "the value of Expires is no RFC 3339 time", field.line);
    out_.expires = *time;
    if (*time < at_)
      note(Level::error, "expired", "it expired at " + format_time(*time), field.line);
    else if (days_between(at_, *time) > kLongExpiryDays)
      note(Level::recommendation, "long_expiry", "it expires more than a year ahead", field.line);
  }

  void check_whole() {
    const auto count = [&](std::string_view name) {
      return std::ranges::count_if(out_.fields, [&](const SecurityTxtField& f) { return f.name == name; });
    };
    if (count("expires") == 0) note(Level::error, "no_expire", "there is no field Expires");
    if (count("expires") > 1) note(Level::error, "multi_expire", "Expires comes more than once");
    if (count("preferred-languages") > 1) note(Level::error, "multi_lang", "Preferred-Languages comes more than once");
    if (count("contact") == 0) note(Level::error, "no_contact", "there is no field Contact");
    const auto canonical = out_.values("canonical");
    if (!url_.empty() && !canonical.empty() && std::ranges::find(canonical, url_) == canonical.end())
      note(Level::error, "no_canonical_match", "no Canonical field is the address it was found at");
    if (count("encryption") == 0 && !out_.contact_addresses().empty())
      note(Level::recommendation, "no_encryption", "a contact is a mail address, and no Encryption field names a key");
    if (count("csaf") > 1) note(Level::recommendation, "multiple_csaf_fields", "there is more than one CSAF field");
    if (!out_.is_signed)
      note(Level::recommendation, "not_signed", "it is not signed");
    else if (canonical.empty())
      note(Level::recommendation, "no_canonical", "a signed file should have a Canonical field");
  }

  SecurityTxt& out_;
  Instant at_;
  std::string_view url_;
  std::array<std::size_t, 3> noted_{};  // by level
  bool too_many_fields_ = false;
};

}  // namespace

bool SecurityTxt::valid() const {
  return std::ranges::none_of(notes, [](const SecurityTxtNote& n) { return n.level == Level::error; });
}

std::vector<std::string> SecurityTxt::values(std::string_view name) const {
  std::vector<std::string> out;
  for (const SecurityTxtField& field : fields)
    if (field.name == name) out.push_back(field.value);
  return out;
}

std::vector<std::string> SecurityTxt::contact_addresses() const {
  std::vector<std::string> out;
  for (const std::string& value : values("contact")) {
    if (lower(std::string_view(value).substr(0, 7)) != "mailto:") continue;
    const std::string address = value.substr(7, value.find('?') == std::string::npos ? std::string::npos : value.find('?') - 7);
    const std::size_t at = address.find('@');
    if (at != std::string::npos && at > 0 && address.find('.', at) != std::string::npos && !address.ends_with('.')) out.push_back(address);
  }
  return out;
}

Result<SecurityTxt> SecurityTxt::parse(std::string_view text, Instant at, std::string_view url) {
  if (text.size() > kMaxSecurityTxtBytes)
    return fail(fmt::format("larger than {} bytes", kMaxSecurityTxtBytes), {.file = "security.txt"}, "this is no security.txt");
  SecurityTxt out;
  SecurityTxtReader(out, at, url).read(text);
  return out;
}

}  // namespace entente::csaf
