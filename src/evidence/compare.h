// What lies in a bundle's folder against what its manifest lists. Internal to the room.
#pragma once

#include <vector>

#include "evidence/bundle.h"
#include "evidence/folder.h"

namespace entente::evidence {

// Missing and extra files, links, devices, folders without a listed file, sizes that differ; contents are not read. By path.
[[nodiscard]] Result<std::vector<Problem>> compare_names(const Folder& folder, const std::vector<Evidence>& entries,
                                                         const BundleLimits& limits);

}  // namespace entente::evidence
