// Releases of distributions: what tools write into `distro`, what is left open because it is ambiguous, which products belong to a release,
// and that a scan calls nothing clean whose release, product or source package is not known.
#include "measures/p6_supply/distribution_release.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "measures/p6_supply/portfolio.h"
#include "measures/p6_supply/scan.h"
#include "test_support.h"

namespace entente::measures::p6_supply {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string distro_ecosystem(const std::string& purl, std::string_view system = {}) {
  const auto parsed = Purl::parse(purl);
  if (!parsed) return parsed.error().what;
  const auto key = distribution_key(*parsed, system);
  return key ? key->ecosystem : "none";
}

std::string distro_name(const std::string& purl) {
  const auto key = distribution_key(Purl::parse(purl).value(), {});
  return key ? key->name + (key->name_kind == PackageNameKind::perhaps_binary ? " (binary?)" : "") : "none";
}

TEST(DistributionRelease, RedHat) {
  EXPECT_EQ(distro_ecosystem("pkg:rpm/redhat/bash@5.1-9.el9?distro=rhel-9.4"), "Red Hat:enterprise_linux:9") << "as syft writes it";
  EXPECT_EQ(distro_ecosystem("pkg:rpm/redhat/bash@4.2-33.el7?distro=redhat-7.7"), "Red Hat:enterprise_linux:7") << "as Trivy writes it";
  EXPECT_EQ(distro_ecosystem("pkg:rpm/rhel/bash@5.2-1.el10?distro=rhel-10.1"), "Red Hat:enterprise_linux:10");
  EXPECT_EQ(distro_ecosystem("pkg:rpm/redhat/bash@5?distro=9"), "Red Hat:enterprise_linux:9");
  EXPECT_EQ(distro_ecosystem("pkg:rpm/redhat/nodejs@18-1.module%2Bel8.9.0%2B1?distro=rhel-8.9"), "Red Hat") << "which stream is not said";
  EXPECT_EQ(distro_ecosystem("pkg:rpm/redhat/bash@5-1.el9?distro=rhel-9.2&repository_id=rhel-9-for-x86_64-baseos-eus-rpms"), "Red Hat");
  EXPECT_EQ(distro_ecosystem("pkg:rpm/redhat/bash@5?distro=fedora-40"), "Red Hat") << "another distribution's number";
  EXPECT_EQ(distro_ecosystem("pkg:rpm/redhat/bash@5?distro=rhel"), "Red Hat");
  EXPECT_EQ(distro_ecosystem("pkg:rpm/fedora/bash@5?distro=fedora-40"), "none") << "no ecosystem of OSV";
  EXPECT_EQ(distro_ecosystem("pkg:rpm/amzn/bash@5?distro=amzn-2023"), "none");
  EXPECT_EQ(distro_ecosystem("pkg:rpm/oracle/bash@5?distro=oracle-9.1"), "none");
}

TEST(DistributionRelease, Suse) {
  EXPECT_EQ(distro_ecosystem("pkg:rpm/sles/a@1?distro=sles-15.5"), "SUSE:15 SP5");
  EXPECT_EQ(distro_ecosystem("pkg:rpm/suse/a@1?distro=suse-15.5"), "SUSE:15 SP5");
  EXPECT_EQ(distro_ecosystem("pkg:rpm/suse/a@1?distro=sles_sap-12.5"), "SUSE:12 SP5");
  EXPECT_EQ(distro_ecosystem("pkg:rpm/suse/a@1?distro=SUSE%20Linux%20Enterprise%20Server%2015%20SP5"), "SUSE:15 SP5");
  EXPECT_EQ(distro_ecosystem("pkg:rpm/suse/a@1?distro=sles-16.0"), "SUSE:16.0");
  EXPECT_EQ(distro_ecosystem("pkg:rpm/suse/a@1?distro=sle-micro-5.5"), "SUSE:Linux Enterprise Micro 5.5");
  EXPECT_EQ(distro_ecosystem("pkg:rpm/suse/a@1?distro=sl-micro-6.0"), "SUSE:Linux Micro 6.0");
  EXPECT_EQ(distro_ecosystem("pkg:rpm/suse/a@1?distro=sles-15"), "SUSE") << "which service pack is not said";
  EXPECT_EQ(distro_ecosystem("pkg:rpm/suse/a@1?distro=suse-5.5"), "SUSE");
  EXPECT_EQ(distro_ecosystem("pkg:rpm/opensuse/a@1?distro=opensuse-leap-15.6"), "openSUSE:Leap 15.6");
  EXPECT_EQ(distro_ecosystem("pkg:rpm/opensuse-leap/a@1?distro=opensuse-leap-15.6"), "openSUSE:Leap 15.6");
  EXPECT_EQ(distro_ecosystem("pkg:rpm/opensuse/a@1?distro=openSUSE%20Leap%2015.6"), "openSUSE:Leap 15.6");
  EXPECT_EQ(distro_ecosystem("pkg:rpm/opensuse/a@1?distro=opensuse-leap-micro-5.5"), "openSUSE:Leap Micro 5.5");
  EXPECT_EQ(distro_ecosystem("pkg:rpm/opensuse/a@1?distro=opensuse-tumbleweed-20260801"), "openSUSE:Tumbleweed");
  EXPECT_EQ(distro_ecosystem("pkg:rpm/opensuse/a@1?distro=opensuse-42.3"), "openSUSE");
}

TEST(DistributionRelease, TheOthers) {
  EXPECT_EQ(distro_ecosystem("pkg:rpm/azurelinux/a@1?distro=azurelinux-3.0"), "Azure Linux:3");
  EXPECT_EQ(distro_ecosystem("pkg:rpm/mariner/a@1?distro=mariner-2.0"), "Azure Linux:2");
  EXPECT_EQ(distro_ecosystem("pkg:rpm/cbl-mariner/a@1?distro=cbl-mariner-2.0.20240123"), "Azure Linux:2");
  EXPECT_EQ(distro_ecosystem("pkg:rpm/alma/a@1?distro=alma-9.4"), "AlmaLinux:9");
  EXPECT_EQ(distro_ecosystem("pkg:rpm/mageia/a@1?distro=mageia-9"), "Mageia:9");
  EXPECT_EQ(distro_ecosystem("pkg:apk/alpaquita/a@1?distro=alpaquita-stream"), "Alpaquita:stream");
  EXPECT_EQ(distro_ecosystem("pkg:apk/alpaquita/a@1?distro=alpaquita-23"), "Alpaquita:23");
  EXPECT_EQ(distro_ecosystem("pkg:apk/bellsoft-hardened-containers/a@1?distro=bellsoft-hardened-containers-25"),
            "BellSoft Hardened Containers:25");
  EXPECT_EQ(distro_ecosystem("pkg:rpm/openeuler/a@1-4.oe2403sp2?distro=openeuler-24.03"), "openEuler:24.03-LTS-SP2") << "the tag tells";
  EXPECT_EQ(distro_ecosystem("pkg:rpm/openEuler/a@1-4.oe2203?distro=openEuler-22.03"), "openEuler:22.03-LTS");
  EXPECT_EQ(distro_ecosystem("pkg:rpm/openeuler/a@1-4?distro=openEuler-22.03-LTS-SP3"), "openEuler:22.03-LTS-SP3");
  EXPECT_EQ(distro_ecosystem("pkg:rpm/openeuler/a@1-4?distro=openeuler-22.03"), "openEuler") << "any of five service packs";
  EXPECT_EQ(distro_ecosystem("pkg:rpm/openeuler/a@1-4.oe2203sp3?distro=openeuler-24.03"), "openEuler") << "they contradict each other";
  EXPECT_EQ(distro_ecosystem("pkg:rpm/openeuler/a@1-4.oe2309?distro=openeuler-23.09"), "openEuler") << "no long-term release";
  EXPECT_EQ(distro_ecosystem("pkg:rpm/openeuler/a@1-4.oe1?distro=openeuler-20.03"), "openEuler") << "one tag for all service packs";
}

TEST(DistributionRelease, FromTheOperatingSystemOfTheSbom) {
  EXPECT_EQ(distro_ecosystem("pkg:rpm/redhat/a@1", "rhel-9.4"), "Red Hat:enterprise_linux:9");
  EXPECT_EQ(distro_ecosystem("pkg:deb/debian/a@1", "debian-12"), "Debian:12");
  EXPECT_EQ(distro_ecosystem("pkg:apk/alpaquita/a@1", "alpaquita-stream"), "Alpaquita:stream");
  EXPECT_EQ(distro_ecosystem("pkg:rpm/suse/a@1", "suse linux enterprise server-15.5"), "SUSE:15 SP5");
  EXPECT_EQ(distro_ecosystem("pkg:deb/debian/a@1", "ubuntu-22.04"), "Debian") << "another distribution";
  EXPECT_EQ(distro_ecosystem("pkg:deb/debian/a@1?distro=debian-11", "debian-12"), "Debian:11") << "the purl's own comes first";
}

TEST(DistributionRelease, SourcePackages) {
  EXPECT_EQ(distro_name("pkg:rpm/suse/libopenssl3@3?upstream=openssl-3-3.0.8-150500.5.42.1.src.rpm"), "openssl-3");
  EXPECT_EQ(distro_name("pkg:rpm/suse/libopenssl3@3?upstream=openssl-3"), "openssl-3");
  EXPECT_EQ(distro_name("pkg:rpm/suse/libopenssl3@3"), "libopenssl3 (binary?)");
  EXPECT_EQ(distro_name("pkg:rpm/suse/openssl-3@3?arch=src"), "openssl-3");
  EXPECT_EQ(distro_name("pkg:rpm/suse/a@3?upstream=odd.src.rpm"), "a (binary?)");
  EXPECT_EQ(distro_name("pkg:rpm/redhat/openssl-libs@3?upstream=openssl-3.0.7-27.el9.src.rpm"), "openssl-libs") << "Red Hat names packages";
  EXPECT_EQ(distro_name("pkg:deb/debian/libcurl4@7.88?upstream=curl%407.88"), "curl");
  EXPECT_EQ(distro_name("pkg:deb/debian/curl@7.88"), "curl") << "dpkg leaves the source out where it has the same name";
}

TEST(DistributionRelease, ProductsOfARelease) {
  const auto match = [](std::string_view asked, std::string_view listed) { return static_cast<int>(release_match(asked, listed)); };
  constexpr int kNo = 0, kPerhaps = 1, kYes = 2;
  EXPECT_EQ(match("Red Hat:enterprise_linux:9", "Red Hat:enterprise_linux:9::baseos"), kYes);
  EXPECT_EQ(match("Red Hat:enterprise_linux:9", "Red Hat:enterprise_linux:9::appstream"), kYes);
  EXPECT_EQ(match("Red Hat:enterprise_linux:9", "Red Hat:enterprise_linux:8::baseos"), kNo);
  EXPECT_EQ(match("Red Hat:enterprise_linux:1", "Red Hat:enterprise_linux:10.0"), kNo);
  EXPECT_EQ(match("Red Hat:enterprise_linux:10", "Red Hat:enterprise_linux:10.1"), kYes);
  EXPECT_EQ(match("Red Hat:enterprise_linux:9", "Red Hat:rhel_eus:9.2::baseos"), kPerhaps);
  EXPECT_EQ(match("Red Hat:enterprise_linux:7", "Red Hat:rhel_software_collections:3::el7"), kPerhaps);
  EXPECT_EQ(match("Red Hat:enterprise_linux:9", "Red Hat:openshift:4.12::el8"), kNo);
  EXPECT_EQ(match("Red Hat:enterprise_linux:9", "SUSE:15 SP5"), kNo);
  EXPECT_EQ(match("SUSE:15 SP5", "SUSE:Linux Enterprise Module for Basesystem 15 SP5"), kYes);
  EXPECT_EQ(match("SUSE:15 SP5", "SUSE:Linux Enterprise Server 15 SP5-LTSS"), kYes);
  EXPECT_EQ(match("SUSE:15 SP5", "SUSE:Package Hub 15 SP5"), kYes);
  EXPECT_EQ(match("SUSE:12 SP5", "SUSE:Linux Enterprise Server LTSS Extended Security 12 SP5"), kYes);
  EXPECT_EQ(match("SUSE:12 SP5", "SUSE:Linux Enterprise Module for Containers 12"), kYes) << "one module for all service packs";
  EXPECT_EQ(match("SUSE:15 SP5", "SUSE:Linux Enterprise Server 15 SP4-LTSS"), kNo);
  EXPECT_EQ(match("SUSE:15 SP5", "SUSE:Linux Enterprise Micro 5.5"), kNo);
  EXPECT_EQ(match("SUSE:15 SP5", "SUSE:Linux Enterprise Server 16.0"), kNo);
  EXPECT_EQ(match("SUSE:5 SP5", "SUSE:Linux Enterprise Server 15 SP5"), kNo);
  EXPECT_EQ(match("SUSE:15 SP5", "SUSE:Enterprise Storage 7.1"), kPerhaps);
  EXPECT_EQ(match("SUSE:Linux Enterprise Micro 5.5", "SUSE:Linux Enterprise Micro 5.5"), kYes);
  EXPECT_EQ(match("SUSE:Linux Enterprise Micro 5.5", "SUSE:Linux Enterprise Micro for Rancher 5.5"), kPerhaps);
  EXPECT_EQ(match("SUSE:Linux Enterprise Micro 5.5", "SUSE:Linux Enterprise Module for Basesystem 15 SP5"), kNo);
  EXPECT_EQ(match("Debian:12", "Debian:12"), kYes);
  EXPECT_EQ(match("Debian:12", "Debian:13"), kNo);
}

// --- Through an index -------------------------------------------------------------------------------------------------------

std::string distro_advisory(std::string_view id, std::string_view ecosystem, std::string_view name, std::string_view fixed) {
  return fmt::format(R"({{"id":"{}","modified":"2026-01-01T00:00:00Z","affected":[{{"package":{{"ecosystem":"{}","name":"{}"}},)"
                     R"("ranges":[{{"type":"ECOSYSTEM","events":[{{"introduced":"0"}},{{"fixed":"{}"}}]}}]}}]}})"
                     "\n",
                     id, ecosystem, name, fixed);
}

AdvisoryIndex distro_index() {
  const std::string lines = distro_advisory("EX-RH-1", "Red Hat:enterprise_linux:9::baseos", "bash", "0:5.1.8-9.el9") +
                            distro_advisory("EX-RH-2", "Red Hat:enterprise_linux:9::appstream", "nginx", "1:1.20.1-20.el9") +
                            distro_advisory("EX-RH-3", "Red Hat:enterprise_linux:8::baseos", "bash", "0:9.9-1.el8") +
                            distro_advisory("EX-RH-4", "Red Hat:rhel_extras_other:9", "docker", "0:2-1.el9") +
                            distro_advisory("EX-SU-1", "SUSE:Linux Enterprise Module for Basesystem 15 SP5", "openssl-3", "3.0.8-2") +
                            distro_advisory("EX-SU-2", "SUSE:Linux Enterprise Server 15 SP4-LTSS", "openssl-3", "9.0-1") +
                            distro_advisory("EX-OS-1", "openSUSE:Leap 15.6", "openssl-3", "3.1.4-2") +
                            distro_advisory("EX-EU-1", "openEuler:22.03-LTS-SP3", "curl", "7.79.1-30.oe2203sp3");
  const AdvisorySource source = AdvisorySource::memory("distributions.jsonl", lines);
  Progress progress(Progress::Mode::silent);
  return AdvisoryIndex::from_memory(AdvisoryIndex::build_bytes(std::span(&source, 1), progress).value().bytes).value();
}

Sbom distro_sbom(const std::vector<std::string>& purls, std::string_view more = {}) {
  std::string components(more);
  for (const std::string& purl : purls)
    components += fmt::format(R"({}{{"type":"library","name":"{}","purl":"{}"}})", components.empty() ? "" : ",", purl, purl);
  return parse_sbom(fmt::format(R"({{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{}]}})", components), "d.json").value();
}

// "id" of each match, in document order; "?reason" for each component that is not evaluated.
std::vector<std::string> distro_scan(const Sbom& sbom) {
  const AdvisoryIndex index = distro_index();
  const ScanResult r = scan(sbom, std::span(&index, 1), nullptr);
  std::vector<std::string> out;
  for (const Vulnerability& v : r.vulnerabilities) out.emplace_back(r.advisories[v.advisory].name);
  for (const NotEvaluated& n : r.not_evaluated) out.push_back("?" + std::string(why_text(n.why)));
  return out;
}

TEST(DistributionRelease, ScanAsksEveryProductOfTheRelease) {
  EXPECT_THAT(distro_scan(distro_sbom({"pkg:rpm/redhat/bash@5.1.8-6.el9?distro=rhel-9.4",
                                       "pkg:rpm/redhat/nginx@1.20.1-14.el9?epoch=1&distro=rhel-9.4",
                                       "pkg:rpm/redhat/bash@5.1.8-9.el9?distro=rhel-9.4", "pkg:rpm/redhat/zlib@1-1.el9?distro=rhel-9.4"})),
              ElementsAre("EX-RH-1", "EX-RH-2"));
  EXPECT_THAT(distro_scan(distro_sbom({"pkg:rpm/sles/libopenssl3@3.0.8-1?distro=sles-15.5&upstream=openssl-3-3.0.8-1.src.rpm"})),
              ElementsAre("EX-SU-1"));
  EXPECT_THAT(distro_scan(distro_sbom({"pkg:rpm/opensuse/openssl-3@3.1.4-1?arch=x86_64&distro=opensuse-leap-15.6"})),
              ElementsAre("EX-OS-1"));
  EXPECT_THAT(distro_scan(distro_sbom({"pkg:rpm/openeuler/curl@7.79.1-29.oe2203sp3?arch=src&distro=openeuler-22.03"})),
              ElementsAre("EX-EU-1"));
}

TEST(DistributionRelease, NothingDoubtfulIsClean) {
  const std::string no_advisories = "?no advisories of this ecosystem at hand";
  const std::string no_source = "?no source package is named, and advisories name these";
  EXPECT_THAT(distro_scan(distro_sbom({"pkg:rpm/redhat/docker@1-1.el9?distro=rhel-9.4"})), ElementsAre(no_advisories))
      << "another product may be where it comes from";
  EXPECT_THAT(distro_scan(distro_sbom({"pkg:rpm/redhat/bash@5?distro=rhel-7.9"})), ElementsAre(no_advisories))
      << "a release not in the index";
  EXPECT_THAT(distro_scan(distro_sbom({"pkg:rpm/redhat/bash@5"})), ElementsAre(no_advisories));
  EXPECT_THAT(distro_scan(distro_sbom({"pkg:rpm/sles/libopenssl3@3.0.8-1?distro=sles-15.5"})), ElementsAre(no_source));
  EXPECT_THAT(distro_scan(distro_sbom({"pkg:rpm/sles/zlib@1?arch=src&distro=sles-15.5"})), IsEmpty()) << "a source no advisory names";
  EXPECT_THAT(distro_scan(distro_sbom({"pkg:rpm/sles/openssl-3@1?arch=src&distro=sles-15.6"})), ElementsAre(no_advisories));
}

TEST(DistributionRelease, OperatingSystemComponent) {
  const std::string_view rhel = R"({"type":"operating-system","name":"rhel","version":"9.4"})";
  const Sbom sbom = distro_sbom({"pkg:rpm/redhat/bash@5.1.8-6.el9"}, rhel);
  EXPECT_EQ(operating_system(sbom), "rhel-9.4");
  EXPECT_THAT(distro_scan(sbom), testing::Contains("EX-RH-1"));
  const Sbom two = distro_sbom({}, std::string(rhel) + R"(,{"type":"operating-system","name":"debian","version":"12"})");
  EXPECT_EQ(operating_system(two), "") << "of two, neither";
}

TEST(DistributionRelease, VersionsThatRepeatTheNameAreRead) {
  const std::string lines =
      distro_advisory("EX-1", "Mageia:9", "gtk+2.0", "gtk+2.0-2.24.33-5.1.mga9") + distro_advisory("EX-2", "Mageia:9", "odd", "odd-ball-1");
  const AdvisorySource source = AdvisorySource::memory("names.jsonl", lines);
  Progress progress(Progress::Mode::silent);
  const auto index = AdvisoryIndex::from_memory(AdvisoryIndex::build_bytes(std::span(&source, 1), progress).value().bytes).value();
  EXPECT_EQ(index.lookup("Mageia:9", "gtk+2.0", "2.24.33-4.mga9").matches.size(), 1U) << "as text it would be below every number";
  EXPECT_EQ(index.lookup("Mageia:9", "gtk+2.0", "2.24.33-5.1.mga9").verdict, Verdict::clean);
  EXPECT_EQ(index.lookup("Mageia:9", "odd", "odd-apple-1").matches.size(), 1U) << "only in front of a number";
}

TEST(DistributionRelease, PortfolioKnowsTheProducts) {
  Portfolio::Builder builder;
  builder.add("nine", "", {}, distro_sbom({"pkg:rpm/redhat/bash@5.1.8-6.el9?distro=rhel-9.4"}), {});
  builder.add("eight", "", {}, distro_sbom({"pkg:rpm/redhat/bash@5.1.8-6.el8?distro=rhel-8.9"}), {});
  const auto portfolio = Portfolio::from_memory(builder.bytes().value());
  ASSERT_OK(portfolio);
  const auto who = [&](std::string_view ecosystem) {
    const std::string line = distro_advisory("EX-1", ecosystem, "bash", "0:5.1.8-9.el9");
    const AdvisorySource source = AdvisorySource::memory("one.jsonl", line);
    Progress progress(Progress::Mode::silent);
    const auto index = AdvisoryIndex::from_memory(AdvisoryIndex::build_bytes(std::span(&source, 1), progress).value().bytes).value();
    const auto record = parse_osv(line, "one.json").value();
    const PortfolioAnswer answer = portfolio->who_ships(index, std::span(&record, 1));
    std::vector<std::string> out;
    for (const std::uint32_t entry : answer.entries) out.emplace_back(portfolio->entry(entry).name);
    for (const PortfolioVersion& v : answer.unsure) out.push_back("?" + std::string(portfolio->entry(v.entries[0]).name));
    return out;
  };
  EXPECT_THAT(who("Red Hat:enterprise_linux:9::baseos"), ElementsAre("nine"));
  EXPECT_THAT(who("Red Hat:rhel_eus:9.2::baseos"), ElementsAre("?nine")) << "whether it is of that channel is not known";
  EXPECT_THAT(who("Red Hat:openshift:4.12::el7"), IsEmpty());
}

}  // namespace
}  // namespace entente::measures::p6_supply
