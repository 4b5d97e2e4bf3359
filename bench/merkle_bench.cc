// Hashing of Merkle leaves and nodes on one core, beside a reused, fetched-once OpenSSL EVP context over the same data in the same run.
#include <benchmark/benchmark.h>
#include <openssl/evp.h>

#include <random>
#include <vector>

#include "merkle/hashing.h"
#include "merkle/tree.h"

namespace {

using entente::ByteView;
using entente::Digest;

constexpr std::size_t kNodes = 4096;

std::vector<Digest> children() {
  std::mt19937_64 rng(1);
  std::vector<Digest> out(2 * kNodes);
  for (Digest& d : out)
    for (auto& byte : d.bytes) byte = static_cast<std::uint8_t>(rng());
  return out;
}

struct Evp {
  EVP_MD* md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_MD_CTX* ctx = EVP_MD_CTX_new();
  ~Evp() {
    EVP_MD_CTX_free(ctx);
    EVP_MD_free(md);
  }
  void hash(std::uint8_t prefix, const std::uint8_t* data, std::size_t size, Digest& out) {
    EVP_DigestInit_ex2(ctx, md, nullptr);
    EVP_DigestUpdate(ctx, &prefix, 1);
    EVP_DigestUpdate(ctx, data, size);
    EVP_DigestFinal_ex(ctx, out.bytes.data(), nullptr);
  }
};

void nodes_interleaved(benchmark::State& state) {
  const std::vector<Digest> in = children();
  std::vector<Digest> out(kNodes);
  for (auto _ : state) {
    entente::merkle::node_hashes(in, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(kNodes) * state.iterations());
}
BENCHMARK(nodes_interleaved);

void nodes_openssl_evp(benchmark::State& state) {
  const std::vector<Digest> in = children();
  std::vector<Digest> out(kNodes);
  Evp evp;
  for (auto _ : state) {
    for (std::size_t i = 0; i < kNodes; ++i) evp.hash(1, in[2 * i].bytes.data(), 64, out[i]);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(kNodes) * state.iterations());
}
BENCHMARK(nodes_openssl_evp);

std::vector<std::vector<std::uint8_t>> entries(std::size_t size) {
  std::mt19937_64 rng(2);
  std::vector<std::vector<std::uint8_t>> out(1024, std::vector<std::uint8_t>(size));
  for (auto& entry : out)
    for (auto& byte : entry) byte = static_cast<std::uint8_t>(rng());
  return out;
}

void leaves_interleaved(benchmark::State& state) {
  const auto in = entries(static_cast<std::size_t>(state.range(0)));
  const std::vector<ByteView> views(in.begin(), in.end());
  std::vector<Digest> out(in.size());
  for (auto _ : state) {
    entente::merkle::leaf_hashes(views, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(in.size()) * state.iterations());
  state.SetBytesProcessed(static_cast<std::int64_t>(in.size() * in[0].size()) * state.iterations());
}
BENCHMARK(leaves_interleaved)->Arg(128)->Arg(1024);

void leaves_openssl_evp(benchmark::State& state) {
  const auto in = entries(static_cast<std::size_t>(state.range(0)));
  std::vector<Digest> out(in.size());
  Evp evp;
  for (auto _ : state) {
    for (std::size_t i = 0; i < in.size(); ++i) evp.hash(0, in[i].data(), in[i].size(), out[i]);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(in.size()) * state.iterations());
  state.SetBytesProcessed(static_cast<std::int64_t>(in.size() * in[0].size()) * state.iterations());
}
BENCHMARK(leaves_openssl_evp)->Arg(128)->Arg(1024);

}  // namespace

BENCHMARK_MAIN();
