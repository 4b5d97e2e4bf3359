// Signs mail by DKIM with a key made for the test, through OpenSSL. What is hashed comes from registry/dkim.h, which the examples of RFC
// 6376 and RFC 8463 hold to the specification (src/registry/dkim_test.cc).
#pragma once

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "registry/dkim.h"

namespace entente::test {

class DkimSigner {
 public:
  static DkimSigner rsa(unsigned bits = 2'048) { return DkimSigner(EVP_RSA_gen(bits), registry::DkimAlgorithm::rsa_sha256); }
  static DkimSigner ed25519() {
    return DkimSigner(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), registry::DkimAlgorithm::ed25519_sha256);
  }
  [[nodiscard]] std::string key_text() const {  // of p=
    if (algorithm_ == registry::DkimAlgorithm::ed25519_sha256) {
      Bytes raw(32);
      std::size_t size = raw.size();
      EVP_PKEY_get_raw_public_key(key_.get(), raw.data(), &size);
      return to_base64(raw);
    }
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key_.get(), &der);
    const Bytes bytes(der, der + size);
    OPENSSL_free(der);
    return to_base64(bytes);
  }
  [[nodiscard]] std::string record() const {
    return "v=DKIM1; k=" + std::string(algorithm_ == registry::DkimAlgorithm::rsa_sha256 ? "rsa" : "ed25519") + "; p=" + key_text();
  }

  struct How {
    std::string domain = "alpha.example", selector = "desk";
    std::string fields = "from:to:subject:date:message-id";
    std::string more;  // tags besides: "t=1796000000; "
    std::string forms = "relaxed/relaxed";
  };
  // The message with a DKIM-Signature field before it. Line ends CRLF.
  [[nodiscard]] std::string sign(const std::string& message, const How& how) const {
    const auto body_form = how.forms.ends_with("/relaxed") ? registry::DkimForm::relaxed : registry::DkimForm::simple;
    const auto parsed = registry::DkimMessage::parse(message).value();
    const std::string hash = to_base64(sha256(registry::canonical_body(parsed.body, body_form)).view());
    const std::string head = "DKIM-Signature: v=1; a=" + std::string(name(algorithm_)) + "; c=" + how.forms + "; d=" + how.domain +
                             "; s=" + how.selector + ";\r\n " + how.more + "h=" + how.fields + ";\r\n bh=" + hash + "; b=";
    // Read with a signature of one byte, to learn what is signed.
    const auto unsigned_message = registry::DkimMessage::parse(head + "AA==\r\n" + message).value();
    const auto signature = registry::DkimSignature::parse(unsigned_message.fields.front().value()).value();
    const std::string text = registry::dkim_signed_text(unsigned_message, signature, unsigned_message.fields.front());
    return head + to_base64(signature_over(text)) + "\r\n" + message;
  }

 private:
  DkimSigner(EVP_PKEY* key, registry::DkimAlgorithm algorithm) : key_(key, &EVP_PKEY_free), algorithm_(algorithm) {}
  [[nodiscard]] Bytes signature_over(const std::string& text) const {
    const bool rsa = algorithm_ == registry::DkimAlgorithm::rsa_sha256;
    const Digest hash = sha256(text);
    const ByteView input = rsa ? as_bytes(text) : hash.view();
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    Bytes out(1'024);
    std::size_t size = out.size();
    EVP_DigestSignInit(context, nullptr, rsa ? EVP_sha256() : nullptr, nullptr, key_.get());
    EVP_DigestSign(context, out.data(), &size, input.data(), input.size());
    EVP_MD_CTX_free(context);
    out.resize(size);
    return out;
  }
  std::shared_ptr<EVP_PKEY> key_;
  registry::DkimAlgorithm algorithm_;
};

}  // namespace entente::test
