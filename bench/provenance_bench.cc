// Verification of Sigstore bundles: whole, from text to verdict, beside what it cannot go below: the libcrypto signature verifications it
// must make, measured in the same run. Counter "floor" of a bundle's row: those verifications alone, as a share of its time.
#include <benchmark/benchmark.h>
#include <openssl/evp.h>

#include "core/file.h"
#include "measures/p6_supply/test_provenance.h"
#include "test_support.h"

using namespace entente;
using namespace entente::measures::p6_supply::provenance;

namespace {

constexpr std::string_view kBenchArtifact = "an artefact\n";

void BM_LibcryptoP256Verify(benchmark::State& state) {
  const auto key_pair = measures::p6_supply::provenance::test::new_p256();
  const Bytes signature = measures::p6_supply::provenance::test::sign(key_pair, "message"),
              digest = hash(HashKind::sha256, as_bytes("message"));
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_pkey(nullptr, key_pair.get(), nullptr);
  EVP_PKEY_verify_init(context);
  for (auto _ : state) {
    if (EVP_PKEY_verify(context, signature.data(), signature.size(), digest.data(), digest.size()) != 1) state.SkipWithError("refused");
  }
  EVP_PKEY_CTX_free(context);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_LibcryptoP256Verify)->Unit(benchmark::kMicrosecond);

// A P-384 authority's signature over a certificate: what Fulcio's are.
void BM_LibcryptoP384Verify(benchmark::State& state) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-384"), EVP_PKEY_free);
  const Bytes digest = hash(HashKind::sha384, as_bytes("message"));
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr);
  EVP_PKEY_sign_init(context);
  Bytes signature(256);
  std::size_t size = signature.size();
  EVP_PKEY_sign(context, signature.data(), &size, digest.data(), digest.size());
  EVP_PKEY_verify_init(context);
  for (auto _ : state) {
    if (EVP_PKEY_verify(context, signature.data(), size, digest.data(), digest.size()) != 1) state.SkipWithError("refused");
  }
  EVP_PKEY_CTX_free(context);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_LibcryptoP384Verify)->Unit(benchmark::kMicrosecond);

// Our own small Sigstore: six P-256 verifications (certificate, SCT, signature, promise, checkpoint) and one Ed25519.
void BM_VerifyOwnBundle(benchmark::State& state) {
  measures::p6_supply::provenance::test::TinySigstore tiny;
  const std::string bundle = tiny.message_bundle(kBenchArtifact, tiny.times()).dump();
  const TrustRoot trust = tiny.trust();
  Policy policy;
  policy.identities = {{tiny.kIdentity, tiny.kIssuer}};
  const std::vector<Artifact> artifacts{Artifact::of_bytes(kBenchArtifact)};
  for (auto _ : state) {
    if (!verify(bundle, "bundle", artifacts, policy, trust).accepted) state.SkipWithError("refused");
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_VerifyOwnBundle)->Unit(benchmark::kMicrosecond);

// A real bundle of Sigstore's public instance: P-384 over the certificate, P-256 over SCT, signature, promise and checkpoint.
void BM_VerifySigstoreBundle(benchmark::State& state) {
  const auto shared = entente::test::shared_dir();
  if (!shared) {
    state.SkipWithError("no shared data");
    return;
  }
  const auto folder = *shared / "conformance/p6_supply/provenance";
  const auto cases = folder / "sigstore-conformance/test/assets/bundle-verify";
  const std::string bundle = read_file(cases / "happy-path-v0.3/bundle.sigstore.json").value(),
                    artifact = read_file(cases / "a.txt").value();
  const TrustRoot trust = TrustRoot::parse(read_file(folder / "sigstore-trusted_root-npm-seed.json").value(), "trusted_root.json").value();
  Policy policy;
  policy.identities = {
      {"https://github.com/sigstore-conformance/", "https://token.actions.githubusercontent.com", IdentityRule::Match::prefix}};
  const std::vector<Artifact> artifacts{Artifact::of_bytes(artifact)};
  for (auto _ : state) {
    if (!verify(bundle, "bundle", artifacts, policy, trust).accepted) state.SkipWithError("refused");
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_VerifySigstoreBundle)->Unit(benchmark::kMicrosecond);

void BM_ParseSigstoreBundle(benchmark::State& state) {
  const auto shared = entente::test::shared_dir();
  if (!shared) {
    state.SkipWithError("no shared data");
    return;
  }
  const std::string bundle =
      read_file(*shared /
                "conformance/p6_supply/provenance/sigstore-conformance/test/assets/bundle-verify/happy-path-v0.3/bundle.sigstore.json")
          .value();
  for (auto _ : state) {
    auto parsed = Bundle::parse(bundle, "bundle");
    benchmark::DoNotOptimize(parsed);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_ParseSigstoreBundle)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
