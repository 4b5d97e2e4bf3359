// The finding for control P3-04, "voting software in use is the approved one": the hash list of each machine is held against the trusted
// build's, as sets. Several lists of a trusted build are taken together. A machine that differs and is quarantined is not in use.
#include "core/utf8.h"
#include "measures/p3_elections/findings.h"
#include "measures/p3_elections/trusted_build.h"

namespace entente::measures::p3_elections {

namespace {

struct MachineState {
  const evidence::Evidence* evidence = nullptr;
  std::string name;
  bool quarantined = false;
  std::vector<HashDifference> differs;
};

constexpr std::string_view kTrustedKind = "elections.trusted-build", kMachineKind = "elections.machine-hashes";
constexpr std::size_t kMaxRowsOfMachine = 1'000;

}  // namespace

Finding software_finding(const FindingContext& context) {
  Finding finding;
  finding.control = kSoftwareApproved;
  HashList trusted;
  std::vector<UnreadEvidence> bad;
  std::vector<MachineState> machines;
  for (const evidence::Evidence* entry : context.bundle.of_kind(kTrustedKind)) {
    finding.evidence.push_back(entry->sha256);
    const auto text = context.bundle.read(*entry);
    auto list = text ? HashList::parse(*text, entry->path) : Result<HashList>(fail(text.error()));
    if (!list) {
      bad.push_back({entry, list.error()});
      continue;
    }
    for (auto& [name, digest] : list->files) {
      const auto [place, added] = trusted.files.emplace(name, digest);
      if (!added && place->second != digest)
        bad.push_back({entry, Error{"two lists of the trusted build give different digests of " + printable(name, 200),
                                    {.file = entry->path},
                                    "keep the list of the build in use"}});
    }
  }
  for (const evidence::Evidence* entry : context.bundle.of_kind(kMachineKind)) {
    finding.evidence.push_back(entry->sha256);
    const auto text = context.bundle.read(*entry);
    auto list = text ? HashList::parse(*text, entry->path) : Result<HashList>(fail(text.error()));
    if (!list)
      bad.push_back({entry, list.error()});
    else
      machines.push_back({entry, list->machine.empty() ? std::string(path_in_profile(*entry)) : list->machine, list->quarantined,
                          differences(trusted, *list)});
  }
  if (unreadable(finding, bad)) return finding;

  std::uint64_t equal = 0, quarantined = 0, in_use = 0;
  const MachineState* worst = nullptr;
  for (const MachineState& machine : machines) {
    const bool same = machine.differs.empty();
    if (same) ++equal;
    if (!same && machine.quarantined) ++quarantined;
    if (!same && !machine.quarantined) {
      ++in_use;
      if (worst == nullptr || machine.differs.size() > worst->differs.size()) worst = &machine;
    }
    if (!same && finding.places.size() < kMaxPlaces) finding.places.push_back({machine.evidence->sha256, ""});
    std::size_t shown = 0;
    for (const HashDifference& one : machine.differs) {
      if (shown++ == kMaxRowsOfMachine) break;
      finding.rows.push_back({{"machine", printable(machine.name, 200)},
                              {"quarantined", machine.quarantined},
                              {"file", printable(one.name, 400)},
                              {"difference", to_string(one.kind)}});
    }
  }
  finding.status = in_use == 0 && quarantined == 0                      ? Status::satisfied
                   : in_use == 0 && equal * 100 >= machines.size() * 99 ? Status::partial
                                                                        : Status::not_satisfied;
  finding.summary = fmt::format("{} of {} have exactly the {} of the trusted build", equal, count_of(machines.size(), "machine"),
                                count_of(trusted.files.size(), "file"));
  if (quarantined > 0) finding.summary += fmt::format("; {} that differ are quarantined", quarantined);
  if (in_use > 0) finding.summary += fmt::format("; {} that differ are in use", in_use);
  finding.summary += ".";
  finding.detail = {{"machines", machines.size()},
                    {"machines_equal", equal},
                    {"machines_quarantined", quarantined},
                    {"machines_different_in_use", in_use},
                    {"files_of_trusted_build", trusted.files.size()}};
  if (worst != nullptr)
    finding.fix =
        fmt::format("take {} out of use: {} {}, the first {}", printable(worst->name, 200), count_of(worst->differs.size(), "file"),
                    worst->differs.size() == 1 ? "differs" : "differ", printable(worst->differs.front().name, 200));
  else if (finding.status != Status::satisfied)
    finding.fix = "install the trusted build on the quarantined machines and take their hashes again";
  return finding;
}

}  // namespace entente::measures::p3_elections
