// Choosing among what there is by what a client prefers: Accept-Encoding (RFC 9110 section 12.5.3) and Accept-Language (section 12.5.4, by
// the look-up of RFC 4647 section 3.4). Any bytes may come in: what is no such list counts as no preference. Pure, thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace entente::http {

enum class ContentCoding : std::uint8_t { identity, gzip, brotli };
[[nodiscard]] std::string_view coding_text(ContentCoding coding);  // "identity", "gzip", "br"

// The one of `offered` with the greatest weight, the first among equals; identity where none is acceptable, or identity is weighed higher.
// An absent or empty field gives identity.
[[nodiscard]] ContentCoding choose_coding(std::string_view accept_encoding, std::span<const ContentCoding> offered);

// The one of `offered` (language tags, at least one) the client likes best; the first where the field says nothing of any. "fr-CA" finds
// "fr", "pt" finds "pt-BR".
[[nodiscard]] const std::string& choose_language(std::string_view accept_language, std::span<const std::string> offered);

// The entity tag of the same content in a coding: "\"abc\"" gives "\"abc-gz\"", "\"abc-br\"", and itself for identity.
[[nodiscard]] std::string coded_etag(std::string_view etag, ContentCoding coding);

}  // namespace entente::http
