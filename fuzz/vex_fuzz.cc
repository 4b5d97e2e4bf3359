// VEX documents on arbitrary bytes: never crashes. What is read is applied to an SBOM whose one component the seeds name; a statement
// either suppresses something or says why not.
#include <cstdlib>

#include "measures/p6_supply/vex.h"

using namespace entente;
using namespace entente::measures::p6_supply;

namespace {

const Sbom& small_sbom() {
  static const Sbom sbom =
      parse_sbom(
          R"({"bomFormat":"CycloneDX","specVersion":"1.6","serialNumber":"urn:uuid:0d4ab6a2-5a5e-4c7e-9c8b-3a1f6d0e7b21","components":[
        {"type":"library","bom-ref":"a","name":"a","version":"1.0.0","purl":"pkg:npm/a@1.0.0","components":[{"type":"library","bom-ref":"b","name":"b","version":"2.0.0","purl":"pkg:npm/b@2.0.0"}]}]})",
          "sbom.json")
          .value();
  return sbom;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto document = parse_vex(std::string_view(reinterpret_cast<const char*>(data), size), "fuzz.json");
  if (!document) return 0;
  ScanResult scan;
  scan.advisories.push_back({.name = "CVE-2026-0001", .aliases = {"GHSA-aaaa-bbbb-cccc"}});
  scan.vulnerabilities.push_back({.component = 0, .advisory = 0});
  scan.vulnerabilities.push_back({.component = 1, .advisory = 0});
  const VexOutcome outcome = apply_vex(small_sbom(), scan, std::span(&*document, 1));
  if (outcome.verdicts.size() != 2 || outcome.unused.size() > document->statements.size()) std::abort();
  if (outcome.unused.size() == document->statements.size() && outcome.suppressed > 0) std::abort();
  return 0;
}
