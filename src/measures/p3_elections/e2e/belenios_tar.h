// The outer form of a .bel archive: a tar of the oldest kind (Unix V7: no "ustar" mark), which general readers do not recognise safely.
#pragma once

#include "measures/p3_elections/e2e/record_check.h"

namespace entente::measures::p3_elections::e2e {

[[nodiscard]] bool looks_like_bel_tar(std::string_view bytes);
// Plain files with names of at most 99 bytes. Errors, with the offset: a header whose checksum is wrong, an entry that is no plain file,
// one that goes beyond the end, a name that comes twice, bytes after the end.
[[nodiscard]] Result<std::vector<RecordFile>> read_bel_tar(std::string_view bytes, const std::string& name);

}  // namespace entente::measures::p3_elections::e2e
