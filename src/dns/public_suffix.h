// The Public Suffix List (https://publicsuffix.org) through libpsl: which names are those below which strangers register names ("gouv.fr",
// "co.uk", also the list's private part such as "github.io"). Nobody can prove to be the owner of such a name. Immutable; thread-safe.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/error.h"
#include "dns/name.h"

namespace entente::dns {

class PublicSuffixList {
 public:
  // What libpsl was built with: as old as the package. Errors: libpsl was built without a list.
  [[nodiscard]] static Result<PublicSuffixList> builtin();
  // A list in its text form or as compiled by psl-make-dafsa ("/usr/share/publicsuffix/public_suffix_list.dat"). A file without any
  // suffix is an error.
  [[nodiscard]] static Result<PublicSuffixList> from_file(const std::filesystem::path& path);

  // A name of the list, or matched by its rules; a top-level domain that is not listed counts as one (the list's rule "*").
  [[nodiscard]] bool is_public_suffix(const Domain& domain) const;
  // The public suffix and one label more: "diplomatie.gouv.fr" for "www.diplomatie.gouv.fr"; empty for a public suffix.
  [[nodiscard]] std::string registrable_domain(const Domain& domain) const;
  // "libpsl's own" or the file's path: for records of what was judged by which list.
  [[nodiscard]] const std::string& origin() const { return origin_; }

 private:
  PublicSuffixList(std::shared_ptr<const void> list, std::string origin) : list_(std::move(list)), origin_(std::move(origin)) {}
  std::shared_ptr<const void> list_;  // psl_ctx_t
  std::string origin_;
};

}  // namespace entente::dns
