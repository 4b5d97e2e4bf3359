// The table of SPDX 2.3 clause 11, the commonest types first, searched from the front.
#include "measures/p6_supply/spdx_relations.h"

#include <algorithm>
#include <array>

namespace entente::measures::p6_supply {

namespace {

// SPDX 2.3 clause 11. Tools used to build or test something are among what it depends on.
constexpr std::array<SpdxRelation, 45> kRelationTypes{{
    {"DEPENDS_ON", RelationKind::depends_on, Direction::forward},
    {"CONTAINS", RelationKind::contains, Direction::forward},
    {"DEPENDENCY_OF", RelationKind::depends_on, Direction::backward},
    {"CONTAINED_BY", RelationKind::contains, Direction::backward},
    {"DESCRIBES"},
    {"DESCRIBED_BY"},
    {"BUILD_DEPENDENCY_OF", RelationKind::depends_on, Direction::backward},
    {"DEV_DEPENDENCY_OF", RelationKind::depends_on, Direction::backward},
    {"OPTIONAL_DEPENDENCY_OF", RelationKind::depends_on, Direction::backward},
    {"PROVIDED_DEPENDENCY_OF", RelationKind::depends_on, Direction::backward},
    {"TEST_DEPENDENCY_OF", RelationKind::depends_on, Direction::backward},
    {"RUNTIME_DEPENDENCY_OF", RelationKind::depends_on, Direction::backward},
    {"STATIC_LINK", RelationKind::depends_on, Direction::forward},
    {"DYNAMIC_LINK", RelationKind::depends_on, Direction::forward},
    {"HAS_PREREQUISITE", RelationKind::depends_on, Direction::forward},
    {"PREREQUISITE_FOR", RelationKind::depends_on, Direction::backward},
    {"BUILD_TOOL_OF", RelationKind::depends_on, Direction::backward},
    {"DEV_TOOL_OF", RelationKind::depends_on, Direction::backward},
    {"TEST_TOOL_OF", RelationKind::depends_on, Direction::backward},
    {"OPTIONAL_COMPONENT_OF", RelationKind::contains, Direction::backward},
    {"PACKAGE_OF", RelationKind::contains, Direction::backward},
    {"AMENDS"},
    {"ANCESTOR_OF"},
    {"COPY_OF"},
    {"DATA_FILE_OF"},
    {"DEPENDENCY_MANIFEST_OF"},
    {"DESCENDANT_OF"},
    {"DISTRIBUTION_ARTIFACT"},
    {"DOCUMENTATION_OF"},
    {"EXAMPLE_OF"},
    {"EXPANDED_FROM_ARCHIVE"},
    {"FILE_ADDED"},
    {"FILE_DELETED"},
    {"FILE_MODIFIED"},
    {"GENERATED_FROM"},
    {"GENERATES"},
    {"METAFILE_OF"},
    {"OTHER"},
    {"PATCH_APPLIED"},
    {"PATCH_FOR"},
    {"REQUIREMENT_DESCRIPTION_FOR"},
    {"SPECIFICATION_FOR"},
    {"TEST_CASE_OF"},
    {"TEST_OF"},
    {"VARIANT_OF"},
}};

}  // namespace

const SpdxRelation* find_spdx_relation(std::string_view name) {
  const auto found = std::find_if(kRelationTypes.begin(), kRelationTypes.end(), [&](const SpdxRelation& t) { return t.name == name; });
  return found == kRelationTypes.end() ? nullptr : &*found;
}

}  // namespace entente::measures::p6_supply
