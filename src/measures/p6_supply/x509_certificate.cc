// Reading a certificate: OpenSSL decodes it; names, Fulcio's extensions and the list of signed certificate timestamps are taken out
// once, so that a verification afterwards is comparisons and signatures only.
#include "measures/p6_supply/x509_certificate.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <ctime>

namespace entente::measures::p6_supply::provenance {
namespace {

constexpr std::string_view kFulcioArc = "1.3.6.1.4.1.57264.1.";
constexpr std::string_view kSctList = "1.3.6.1.4.1.11129.2.4.2";
constexpr std::uint8_t kDerSequence = 0x30, kDerExtensions = 0xa3;  // the latter: [3] EXPLICIT, RFC 5280 4.1
constexpr std::size_t kMaxScts = 16;
constexpr int kFirstUtf8StringField = 8;  // the older ones are bare bytes, those from 8 on DER UTF8Strings

using X509Handle = std::unique_ptr<X509, decltype(&X509_free)>;

std::string object_text(const ASN1_OBJECT* object) {
  char text[128] = {};
  const int size = OBJ_obj2txt(text, sizeof text, object, 1);
  return size > 0 && size < static_cast<int>(sizeof text) ? std::string(text, static_cast<std::size_t>(size)) : std::string();
}

ByteView octets(const ASN1_STRING* string) { return {ASN1_STRING_get0_data(string), static_cast<std::size_t>(ASN1_STRING_length(string))}; }

std::optional<Instant> instant_of(const ASN1_TIME* time) {
  std::tm tm{};
  if (ASN1_TIME_to_tm(time, &tm) != 1) return std::nullopt;
  return Instant(std::chrono::seconds(timegm(&tm)));
}

struct DerItem {
  std::uint8_t tag;
  ByteView whole, content;
};
// Takes the first DER value off `rest`; tags of one byte, lengths of up to three.
std::optional<DerItem> next_der(ByteView& rest) {
  if (rest.size() < 2) return std::nullopt;
  std::size_t size = rest[1], header = 2;
  if (size >= 0x80) {
    const std::size_t bytes = size & 0x7f;
    if (bytes == 0 || bytes > 3 || rest.size() < 2 + bytes) return std::nullopt;
    size = 0;
    for (std::size_t i = 0; i < bytes; ++i) size = size << 8 | rest[2 + i];
    header += bytes;
  }
  if (rest.size() - header < size) return std::nullopt;
  const DerItem out{rest[0], rest.first(header + size), rest.subspan(header, size)};
  rest = rest.subspan(header + size);
  return out;
}

// The content where the whole text is one value of that tag.
std::optional<ByteView> der_content(ByteView der, std::uint8_t tag) {
  const auto item = next_der(der);
  return item && item->tag == tag && der.empty() ? std::optional(item->content) : std::nullopt;
}

void append_bytes(Bytes& out, ByteView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

Bytes der_value(std::uint8_t tag, const Bytes& content) {
  Bytes out{tag};
  const std::size_t size = content.size();
  if (size < 0x80) {
    out.push_back(static_cast<std::uint8_t>(size));
  } else {
    const unsigned bytes = size < 0x100 ? 1 : size < 0x10000 ? 2 : 3;
    out.push_back(static_cast<std::uint8_t>(0x80 | bytes));
    for (unsigned i = bytes; i-- > 0;) out.push_back(static_cast<std::uint8_t>(size >> (8 * i)));
  }
  append_bytes(out, content);
  return out;
}

// SEQUENCE OF Extension without the one whose object identifier is the SCT list's.
std::optional<Bytes> extensions_without_scts(ByteView extensions) {
  static constexpr std::uint8_t kOid[] = {0x06, 0x0a, 0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x04, 0x02};
  auto list = der_content(extensions, kDerSequence);
  if (!list) return std::nullopt;
  Bytes out;
  while (!list->empty()) {
    const auto extension = next_der(*list);
    if (!extension) return std::nullopt;
    if (!as_text(extension->content).starts_with(as_text(kOid))) append_bytes(out, extension->whole);
  }
  return der_value(kDerSequence, out);
}

// Takes n bytes, or a vector with a two-byte length, off the front.
struct SctReader {
  ByteView rest;
  std::optional<ByteView> take(std::size_t n) {
    if (rest.size() < n) return std::nullopt;
    const ByteView out = rest.first(n);
    rest = rest.subspan(n);
    return out;
  }
  std::optional<ByteView> vector() {
    const auto size = take(2);
    return size ? take(static_cast<std::size_t>((*size)[0]) << 8 | (*size)[1]) : std::nullopt;
  }
};

std::optional<Sct> parse_sct(ByteView bytes) {
  SctReader in{bytes};
  const auto head = in.take(1 + 32 + 8);
  if (!head || (*head)[0] != 0) return std::nullopt;  // version 1 is written 0
  Sct out;
  std::copy_n(head->begin() + 1, 32, out.log_id.bytes.begin());
  for (std::size_t i = 33; i < 41; ++i) out.milliseconds = out.milliseconds << 8 | (*head)[i];
  const auto extensions = in.vector();
  const auto algorithms = in.take(2);
  const auto signature = in.vector();
  if (!extensions || !algorithms || !signature || !in.rest.empty()) return std::nullopt;
  out.extensions.assign(extensions->begin(), extensions->end());
  out.hash = (*algorithms)[0];
  out.algorithm = (*algorithms)[1];
  out.signature.assign(signature->begin(), signature->end());
  return out;
}

Result<std::vector<Sct>> parse_scts(ByteView extension) {
  const auto list = der_content(extension, 0x04);
  SctReader outer{list ? *list : ByteView{}};
  const auto items = outer.vector();
  if (!items || !outer.rest.empty()) return fail("the list of signed certificate timestamps is malformed");
  std::vector<Sct> out;
  for (SctReader in{*items}; !in.rest.empty();) {
    const auto item = in.vector();
    auto sct = item ? parse_sct(*item) : std::nullopt;
    if (!sct || out.size() == kMaxScts) return fail("a signed certificate timestamp is malformed");
    out.push_back(std::move(*sct));
  }
  return out;
}

std::vector<std::string> subject_names(X509* x509) {
  std::vector<std::string> out;
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(x509, NID_subject_alt_name, nullptr, nullptr)), GENERAL_NAMES_free);
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_URI) out.emplace_back(as_text(octets(name->d.uniformResourceIdentifier)));
    if (name->type == GEN_EMAIL) out.emplace_back(as_text(octets(name->d.rfc822Name)));
    if (name->type == GEN_OTHERNAME && object_text(name->d.otherName->type_id) == std::string(kFulcioArc) + "7" &&
        name->d.otherName->value->type == V_ASN1_UTF8STRING)
      out.emplace_back(as_text(octets(name->d.otherName->value->value.utf8string)));
  }
  return out;
}

std::string fault_as_leaf(X509* x509, std::uint32_t flags) {
  if ((flags & EXFLAG_INVALID) != 0) return "an extension is malformed";
  if ((flags & EXFLAG_CRITICAL) != 0) return "it has a critical extension that is not understood";
  if ((flags & EXFLAG_CA) != 0) return "it is a certificate authority's";
  if ((flags & EXFLAG_KUSAGE) == 0 || (X509_get_key_usage(x509) & KU_DIGITAL_SIGNATURE) == 0)
    return "its key usage is not digitalSignature";
  if ((flags & EXFLAG_XKUSAGE) == 0 || (X509_get_extended_key_usage(x509) & XKU_CODE_SIGN) == 0)
    return "its extended key usage is not codeSigning";
  return {};
}

}  // namespace

Result<Certificate> Certificate::from_der(ByteView der) {
  if (der.size() > kMaxBytes) return fail("a certificate of more than 64 KiB");
  const unsigned char* at = der.data();
  const X509Handle x509(d2i_X509(nullptr, &at, static_cast<long>(der.size())), X509_free);
  ERR_clear_error();
  if (!x509 || at != der.data() + der.size()) return fail("not an X.509 certificate in DER");
  auto state = std::make_shared<State>();
  X509_up_ref(x509.get());
  state->x509 = std::shared_ptr<x509_st>(x509.get(), X509_free);
  state->der.assign(der.begin(), der.end());
  EVP_PKEY* key = X509_get0_pubkey(x509.get());
  if (key == nullptr) return fail("a certificate whose public key cannot be read");
  ENTENTE_TRY(state->key, PublicKey::from_native(key));
  const auto from = instant_of(X509_get0_notBefore(x509.get())), to = instant_of(X509_get0_notAfter(x509.get()));
  if (!from || !to) return fail("a certificate whose validity cannot be read");
  state->not_before = *from;
  state->not_after = *to;
  state->identities = subject_names(x509.get());
  for (int i = 0; i < X509_get_ext_count(x509.get()); ++i) {
    X509_EXTENSION* extension = X509_get_ext(x509.get(), i);
    const std::string oid = object_text(X509_EXTENSION_get_object(extension));
    const ByteView value = octets(X509_EXTENSION_get_data(extension));
    if (oid == kSctList) {
      ENTENTE_TRY(state->scts, parse_scts(value));
    } else if (oid.starts_with(kFulcioArc) && oid.size() <= kFulcioArc.size() + 3) {
      const int number = std::atoi(oid.c_str() + kFulcioArc.size());
      const auto text = number >= kFirstUtf8StringField ? der_content(value, 0x0c) : std::optional(value);
      if (text) state->fields.emplace(number, as_text(*text));
    }
  }
  const std::uint32_t flags = X509_get_extension_flags(x509.get());
  state->self_issued = (flags & EXFLAG_SI) != 0;
  const bool may_sign = (flags & EXFLAG_KUSAGE) == 0 || (X509_get_key_usage(x509.get()) & KU_KEY_CERT_SIGN) != 0;
  state->authority = (flags & EXFLAG_CA) != 0 && (flags & (EXFLAG_INVALID | EXFLAG_CRITICAL)) == 0 && may_sign;
  if (const long length = X509_get_pathlen(x509.get()); length >= 0) state->path_length = length;
  state->leaf_fault = fault_as_leaf(x509.get(), flags);
  ERR_clear_error();
  Certificate out;
  out.state_ = std::move(state);
  return out;
}

Result<Certificate> Certificate::from_pem(std::string_view pem) {
  if (pem.size() > 2 * kMaxBytes) return fail("a certificate of more than 128 KiB of PEM");
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  const X509Handle x509(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free);
  ERR_clear_error();
  if (!x509) return fail("not a certificate in PEM", {}, "it starts with -----BEGIN CERTIFICATE-----");
  unsigned char* der = nullptr;
  const int size = i2d_X509(x509.get(), &der);
  if (size <= 0) return fail("a certificate that cannot be written again");
  const Bytes bytes(der, der + size);
  OPENSSL_free(der);
  return from_der(bytes);
}

std::optional<std::string> Certificate::field(FulcioField field) const {
  const auto found = state_->fields.find(static_cast<int>(field));
  return found == state_->fields.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::string> Certificate::oidc_issuer() const {
  auto issuer = field(FulcioField::issuer_v2);
  return issuer ? issuer : field(FulcioField::issuer_v1);
}

bool Certificate::issued_by(const Certificate& issuer) const {
  const bool good = X509_check_issued(issuer.native(), native()) == X509_V_OK && X509_verify(native(), issuer.key().native()) == 1;
  ERR_clear_error();
  return good;
}

// Cut out of the bytes as they are: decoding and encoding the certificate anew costs more than verifying the timestamp.
Bytes Certificate::precertificate_tbs() const {
  ByteView certificate = state_->der;
  auto outer = next_der(certificate);
  auto tbs = outer ? next_der(outer->content) : std::nullopt;
  if (!tbs) return {};
  Bytes out;
  while (!tbs->content.empty()) {
    const auto field = next_der(tbs->content);
    if (!field) return {};
    if (field->tag != kDerExtensions) {
      append_bytes(out, field->whole);
      continue;
    }
    const auto rest = extensions_without_scts(field->content);
    if (!rest) return {};
    append_bytes(out, der_value(kDerExtensions, *rest));
  }
  return der_value(kDerSequence, out);
}

}  // namespace entente::measures::p6_supply::provenance
