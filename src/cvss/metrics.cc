// The metrics of all versions as tables: keys, names in the JSON schemas, values. The order of the values is that of the weights in the
// formulas; in 4.0 the worst comes first, so that a value's index is its severity level (v4.0 specification, section 8.2).
#include "cvss/cvss.h"

namespace entente::cvss {
namespace {

using Values = std::array<Metric::Value, 6>;
using enum Group;

// The same values and, behind them, "not defined".
constexpr Values or_undefined(Values values, std::string_view letter = "X") {
  for (Metric::Value& v : values) {
    if (!v.letter.empty()) continue;
    v = {letter, "NOT_DEFINED"};
    break;
  }
  return values;
}

constexpr Values kVector3 = {{{"N", "NETWORK"}, {"A", "ADJACENT_NETWORK"}, {"L", "LOCAL"}, {"P", "PHYSICAL"}}};
constexpr Values kLowHigh = {{{"L", "LOW"}, {"H", "HIGH"}}};
constexpr Values kNoneLowHigh = {{{"N", "NONE"}, {"L", "LOW"}, {"H", "HIGH"}}};
constexpr Values kHighLowNone = {{{"H", "HIGH"}, {"L", "LOW"}, {"N", "NONE"}}};
constexpr Values kInteraction3 = {{{"N", "NONE"}, {"R", "REQUIRED"}}};
constexpr Values kScope3 = {{{"U", "UNCHANGED"}, {"C", "CHANGED"}}};
constexpr Values kMaturity3 = {{{"U", "UNPROVEN"}, {"P", "PROOF_OF_CONCEPT"}, {"F", "FUNCTIONAL"}, {"H", "HIGH"}, {"X", "NOT_DEFINED"}}};
constexpr Values kRemediation3 = {
    {{"O", "OFFICIAL_FIX"}, {"T", "TEMPORARY_FIX"}, {"W", "WORKAROUND"}, {"U", "UNAVAILABLE"}, {"X", "NOT_DEFINED"}}};
constexpr Values kConfidence3 = {{{"U", "UNKNOWN"}, {"R", "REASONABLE"}, {"C", "CONFIRMED"}, {"X", "NOT_DEFINED"}}};
constexpr Values kRequirement = {{{"H", "HIGH"}, {"M", "MEDIUM"}, {"L", "LOW"}, {"X", "NOT_DEFINED"}}};

constexpr std::array<Metric, 22> kMetrics3 = {{
    {"AV", "attackVector", base, kVector3},
    {"AC", "attackComplexity", base, kLowHigh},
    {"PR", "privilegesRequired", base, kNoneLowHigh},
    {"UI", "userInteraction", base, kInteraction3},
    {"S", "scope", base, kScope3},
    {"C", "confidentialityImpact", base, kHighLowNone},
    {"I", "integrityImpact", base, kHighLowNone},
    {"A", "availabilityImpact", base, kHighLowNone},
    {"E", "exploitCodeMaturity", threat, kMaturity3},
    {"RL", "remediationLevel", threat, kRemediation3},
    {"RC", "reportConfidence", threat, kConfidence3},
    {"CR", "confidentialityRequirement", environmental, kRequirement},
    {"IR", "integrityRequirement", environmental, kRequirement},
    {"AR", "availabilityRequirement", environmental, kRequirement},
    {"MAV", "modifiedAttackVector", environmental, or_undefined(kVector3)},
    {"MAC", "modifiedAttackComplexity", environmental, or_undefined(kLowHigh)},
    {"MPR", "modifiedPrivilegesRequired", environmental, or_undefined(kNoneLowHigh)},
    {"MUI", "modifiedUserInteraction", environmental, or_undefined(kInteraction3)},
    {"MS", "modifiedScope", environmental, or_undefined(kScope3)},
    {"MC", "modifiedConfidentialityImpact", environmental, or_undefined(kHighLowNone)},
    {"MI", "modifiedIntegrityImpact", environmental, or_undefined(kHighLowNone)},
    {"MA", "modifiedAvailabilityImpact", environmental, or_undefined(kHighLowNone)},
}};

constexpr Values kImpact2 = {{{"N", "NONE"}, {"P", "PARTIAL"}, {"C", "COMPLETE"}}};
constexpr Values kExploitability2 = {{{"U", "UNPROVEN"}, {"POC", "PROOF_OF_CONCEPT"}, {"F", "FUNCTIONAL"}, {"H", "HIGH"}}};
constexpr Values kRemediation2 = {{{"OF", "OFFICIAL_FIX"}, {"TF", "TEMPORARY_FIX"}, {"W", "WORKAROUND"}, {"U", "UNAVAILABLE"}}};
constexpr Values kConfidence2 = {{{"UC", "UNCONFIRMED"}, {"UR", "UNCORROBORATED"}, {"C", "CONFIRMED"}}};
constexpr Values kDamage2 = {{{"N", "NONE"}, {"L", "LOW"}, {"LM", "LOW_MEDIUM"}, {"MH", "MEDIUM_HIGH"}, {"H", "HIGH"}}};
constexpr Values kTargets2 = {{{"N", "NONE"}, {"L", "LOW"}, {"M", "MEDIUM"}, {"H", "HIGH"}}};
constexpr Values kRequirement2 = {{{"L", "LOW"}, {"M", "MEDIUM"}, {"H", "HIGH"}, {"ND", "NOT_DEFINED"}}};

constexpr std::array<Metric, 14> kMetrics2 = {{
    {"AV", "accessVector", base, {{{"L", "LOCAL"}, {"A", "ADJACENT_NETWORK"}, {"N", "NETWORK"}}}},
    {"AC", "accessComplexity", base, {{{"H", "HIGH"}, {"M", "MEDIUM"}, {"L", "LOW"}}}},
    {"Au", "authentication", base, {{{"M", "MULTIPLE"}, {"S", "SINGLE"}, {"N", "NONE"}}}},
    {"C", "confidentialityImpact", base, kImpact2},
    {"I", "integrityImpact", base, kImpact2},
    {"A", "availabilityImpact", base, kImpact2},
    {"E", "exploitability", threat, or_undefined(kExploitability2, "ND")},
    {"RL", "remediationLevel", threat, or_undefined(kRemediation2, "ND")},
    {"RC", "reportConfidence", threat, or_undefined(kConfidence2, "ND")},
    {"CDP", "collateralDamagePotential", environmental, or_undefined(kDamage2, "ND")},
    {"TD", "targetDistribution", environmental, or_undefined(kTargets2, "ND")},
    {"CR", "confidentialityRequirement", environmental, kRequirement2},
    {"IR", "integrityRequirement", environmental, kRequirement2},
    {"AR", "availabilityRequirement", environmental, kRequirement2},
}};

constexpr Values kVector4 = {{{"N", "NETWORK"}, {"A", "ADJACENT"}, {"L", "LOCAL"}, {"P", "PHYSICAL"}}};
constexpr Values kAttackRequirements4 = {{{"N", "NONE"}, {"P", "PRESENT"}}};
constexpr Values kInteraction4 = {{{"N", "NONE"}, {"P", "PASSIVE"}, {"A", "ACTIVE"}}};
constexpr Values kMaturity4 = {{{"A", "ATTACKED"}, {"P", "PROOF_OF_CONCEPT"}, {"U", "UNREPORTED"}, {"X", "NOT_DEFINED"}}};
constexpr Values kSubsequentOrSafety4 = {{{"S", "SAFETY"}, {"H", "HIGH"}, {"L", "LOW"}, {"N", "NONE"}, {"X", "NOT_DEFINED"}}};
constexpr Values kRecovery4 = {{{"A", "AUTOMATIC"}, {"U", "USER"}, {"I", "IRRECOVERABLE"}, {"X", "NOT_DEFINED"}}};
constexpr Values kEffort4 = {{{"L", "LOW"}, {"M", "MODERATE"}, {"H", "HIGH"}, {"X", "NOT_DEFINED"}}};
constexpr Values kUrgency4 = {{{"Clear", "CLEAR"}, {"Green", "GREEN"}, {"Amber", "AMBER"}, {"Red", "RED"}, {"X", "NOT_DEFINED"}}};

constexpr std::array<Metric, 32> kMetrics4 = {{
    {"AV", "attackVector", base, kVector4},
    {"AC", "attackComplexity", base, kLowHigh},
    {"AT", "attackRequirements", base, kAttackRequirements4},
    {"PR", "privilegesRequired", base, kNoneLowHigh},
    {"UI", "userInteraction", base, kInteraction4},
    {"VC", "vulnConfidentialityImpact", base, kHighLowNone},
    {"VI", "vulnIntegrityImpact", base, kHighLowNone},
    {"VA", "vulnAvailabilityImpact", base, kHighLowNone},
    {"SC", "subConfidentialityImpact", base, kHighLowNone},
    {"SI", "subIntegrityImpact", base, kHighLowNone},
    {"SA", "subAvailabilityImpact", base, kHighLowNone},
    {"E", "exploitMaturity", threat, kMaturity4},
    {"CR", "confidentialityRequirement", environmental, kRequirement},
    {"IR", "integrityRequirement", environmental, kRequirement},
    {"AR", "availabilityRequirement", environmental, kRequirement},
    {"MAV", "modifiedAttackVector", environmental, or_undefined(kVector4)},
    {"MAC", "modifiedAttackComplexity", environmental, or_undefined(kLowHigh)},
    {"MAT", "modifiedAttackRequirements", environmental, or_undefined(kAttackRequirements4)},
    {"MPR", "modifiedPrivilegesRequired", environmental, or_undefined(kNoneLowHigh)},
    {"MUI", "modifiedUserInteraction", environmental, or_undefined(kInteraction4)},
    {"MVC", "modifiedVulnConfidentialityImpact", environmental, or_undefined(kHighLowNone)},
    {"MVI", "modifiedVulnIntegrityImpact", environmental, or_undefined(kHighLowNone)},
    {"MVA", "modifiedVulnAvailabilityImpact", environmental, or_undefined(kHighLowNone)},
    {"MSC", "modifiedSubConfidentialityImpact", environmental, or_undefined(kHighLowNone)},
    {"MSI", "modifiedSubIntegrityImpact", environmental, kSubsequentOrSafety4},
    {"MSA", "modifiedSubAvailabilityImpact", environmental, kSubsequentOrSafety4},
    {"S", "Safety", supplemental, {{{"N", "NEGLIGIBLE"}, {"P", "PRESENT"}, {"X", "NOT_DEFINED"}}}},
    {"AU", "Automatable", supplemental, {{{"N", "NO"}, {"Y", "YES"}, {"X", "NOT_DEFINED"}}}},
    {"R", "Recovery", supplemental, kRecovery4},
    {"V", "valueDensity", supplemental, {{{"D", "DIFFUSE"}, {"C", "CONCENTRATED"}, {"X", "NOT_DEFINED"}}}},
    {"RE", "vulnerabilityResponseEffort", supplemental, kEffort4},
    {"U", "providerUrgency", supplemental, kUrgency4},
}};
static_assert(kMetrics4.size() == kMaxMetrics);

}  // namespace

std::span<const Metric> metrics(Version version) {
  switch (version) {
    case Version::v2: return kMetrics2;
    case Version::v30:
    case Version::v31: return kMetrics3;
    case Version::v40: return kMetrics4;
  }
  return kMetrics4;
}

}  // namespace entente::cvss
