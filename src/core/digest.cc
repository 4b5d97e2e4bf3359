// SHA-256 over OpenSSL. The EVP_MD is fetched once and never freed; each thread keeps one context, so a digest of a
// short input costs the compression function and little else.
#include "core/digest.h"

#include <openssl/evp.h>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace entente {
namespace {

const EVP_MD* algorithm() {
  static const EVP_MD* md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return md;
}

EVP_MD_CTX* context(void* p) { return static_cast<EVP_MD_CTX*>(p); }

// OpenSSL fails here only when it cannot work at all (no provider, no memory): there is no sensible way on.
void require(int ok) {
  if (ok != 1) {
    std::fputs("entente: OpenSSL cannot compute SHA-256 on this machine\n", stderr);
    std::abort();
  }
}

EVP_MD_CTX* started() {
  EVP_MD_CTX* ctx = EVP_MD_CTX_new();
  require(ctx != nullptr && EVP_DigestInit_ex2(ctx, algorithm(), nullptr) == 1);
  return ctx;
}

struct ThreadContext {
  EVP_MD_CTX* ctx = started();
  ~ThreadContext() { EVP_MD_CTX_free(ctx); }
};

}  // namespace

Result<Digest> Digest::from_hex(std::string_view text) {
  if (text.size() != 64) return fail("a SHA-256 digest has 64 hex digits", {}, "write it as `sha256sum` prints it");
  ENTENTE_TRY(const Bytes bytes, entente::from_hex(text));
  return from_bytes(bytes);
}

Result<Digest> Digest::from_bytes(ByteView bytes) {
  Digest d;
  if (bytes.size() != d.bytes.size()) return fail("a SHA-256 digest has 32 bytes");
  std::copy(bytes.begin(), bytes.end(), d.bytes.begin());
  return d;
}

Sha256::Sha256() : context_(started()) {}
Sha256::~Sha256() { EVP_MD_CTX_free(context(context_)); }
Sha256::Sha256(Sha256&& other) noexcept : context_(std::exchange(other.context_, nullptr)) {}
Sha256& Sha256::operator=(Sha256&& other) noexcept {
  std::swap(context_, other.context_);
  return *this;
}

void Sha256::update(ByteView data) { require(EVP_DigestUpdate(context(context_), data.data(), data.size())); }

Digest Sha256::finish() {
  Digest d;
  require(EVP_DigestFinal_ex(context(context_), d.bytes.data(), nullptr));
  require(EVP_DigestInit_ex2(context(context_), nullptr, nullptr));
  return d;
}

Digest sha256(ByteView data) { return sha256_of({data}); }

Digest sha256_of(std::initializer_list<ByteView> parts) {
  thread_local ThreadContext thread;
  for (const ByteView part : parts) require(EVP_DigestUpdate(thread.ctx, part.data(), part.size()));
  Digest d;
  require(EVP_DigestFinal_ex(thread.ctx, d.bytes.data(), nullptr));
  require(EVP_DigestInit_ex2(thread.ctx, nullptr, nullptr));
  return d;
}

}  // namespace entente
