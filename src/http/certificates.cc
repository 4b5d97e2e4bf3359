// OpenSSL reads one certificate after another until there is none left; what is no certificate (a key, a comment) is passed over.
#include "http/certificates.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <memory>

#include "core/file.h"

namespace entente::http {
namespace {
constexpr std::uint64_t kMaxCertificateBytes = 16 << 20;
}

Result<std::string> read_certificates(const std::filesystem::path& file) {
  ENTENTE_TRY(std::string text, read_file(file, kMaxCertificateBytes));
  const std::unique_ptr<BIO, decltype(&BIO_free)> in(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free);
  if (!in) return fail("out of memory", {.file = file.string()});
  std::size_t count = 0;
  ERR_clear_error();
  while (X509* one = PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)) {
    X509_free(one);
    ++count;
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (count > 0 && at_end) return text;
  return fail(count == 0 && at_end ? "holds no certificate" : fmt::format("certificate {} does not read", count + 1),
              {.file = file.string()}, "a PEM file is wanted: -----BEGIN CERTIFICATE----- and so on");
}

}  // namespace entente::http
