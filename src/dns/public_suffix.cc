// A thin layer over libpsl, which answers from a compiled automaton (built in) or from the list's rules read from a file. Names arrive as
// Domain, so they are lower-case A-labels, which both forms of the list hold beside their Unicode spelling.
#include "dns/public_suffix.h"

#include <libpsl.h>

namespace entente::dns {
namespace {

const psl_ctx_t* suffix_list(const std::shared_ptr<const void>& list) { return static_cast<const psl_ctx_t*>(list.get()); }

}  // namespace

Result<PublicSuffixList> PublicSuffixList::builtin() {
  const psl_ctx_t* list = psl_builtin();
  if (list == nullptr) return fail("libpsl holds no public suffix list", {}, "give the list as a file");
  return PublicSuffixList(std::shared_ptr<const void>(list, [](const void*) {}), "libpsl's own");
}

Result<PublicSuffixList> PublicSuffixList::from_file(const std::filesystem::path& path) {
  psl_ctx_t* list = psl_load_file(path.c_str());
  if (list == nullptr) return fail("the public suffix list cannot be read", {.file = path.string()}, "see https://publicsuffix.org/list/");
  std::shared_ptr<const void> owned(list, [](const void* p) { psl_free(static_cast<psl_ctx_t*>(const_cast<void*>(p))); });
  if (psl_suffix_count(list) == 0)
    return fail("this file holds no public suffix", {.file = path.string()}, "see https://publicsuffix.org/list/");
  return PublicSuffixList(std::move(owned), path.string());
}

bool PublicSuffixList::is_public_suffix(const Domain& domain) const {
  return psl_is_public_suffix(suffix_list(list_), domain.str().c_str()) != 0;
}

std::string PublicSuffixList::registrable_domain(const Domain& domain) const {
  const char* found = psl_registrable_domain(suffix_list(list_), domain.str().c_str());
  return found != nullptr ? found : "";
}

}  // namespace entente::dns
