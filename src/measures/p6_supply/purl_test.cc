// Package URLs: canonical spellings, what is refused and where, round trips, and the way to advisory names.
#include "measures/p6_supply/purl.h"
#include "core/data.h"
#include "measures/p6_supply/index.h"
#include "measures/p6_supply/purl_types.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_support.h"

namespace entente::measures::p6_supply {
namespace {

using testing::HasSubstr;

std::string canonical(std::string_view text) {
  const auto purl = Purl::parse(text);
  EXPECT_TRUE(purl.has_value()) << text << ": " << (purl ? "" : purl.error().str());
  return purl ? purl->str() : "";
}

TEST(Purl, TakesItsPartsApart) {
  const auto purl =
      Purl::parse("pkg:NPM/%40Example/Left-Pad@1.3.0%2Bb1?vcs_URL=git%2Bhttps://example.org/x%3Fy%3D1&arch=&b=2#/./src/../lib//a%20b/");
  ASSERT_OK(purl);
  EXPECT_EQ(purl->type, "npm");
  EXPECT_EQ(purl->ns, "@Example");
  EXPECT_EQ(purl->name, "Left-Pad");
  EXPECT_EQ(purl->version, "1.3.0+b1");
  EXPECT_EQ(purl->subpath, "src/lib/a b");
  ASSERT_EQ(purl->qualifiers.size(), 2U) << "an empty value is no qualifier";
  EXPECT_EQ(purl->qualifier("vcs_url"), "git+https://example.org/x?y=1");
  EXPECT_EQ(purl->qualifier("arch"), std::nullopt);
  EXPECT_EQ(purl->str(), "pkg:npm/%40Example/Left-Pad@1.3.0%2Bb1?b=2&vcs_url=git%2Bhttps:%2F%2Fexample.org%2Fx%3Fy%3D1#src/lib/a%20b");
}

TEST(Purl, AtSigns) {
  EXPECT_EQ(Purl::parse("pkg:npm/@scope/name")->version, "");
  EXPECT_EQ(Purl::parse("pkg:npm/@scope/name")->ns, "@scope");
  EXPECT_EQ(Purl::parse("pkg:npm/@scope/name@1.0.0")->version, "1.0.0");
  EXPECT_EQ(Purl::parse("pkg:npm/%40scope/name@1.0.0")->ns, "@scope");
  EXPECT_EQ(canonical("pkg:brew/node@20@20.10.0"), "pkg:brew/node%4020@20.10.0");
  EXPECT_EQ(Purl::parse("pkg:npm/name@")->version, "");
  EXPECT_FALSE(Purl::parse("pkg:npm/@1.0.0").has_value());
  EXPECT_FALSE(Purl::parse("pkg:npm/@scope/@1.0.0").has_value());
}

TEST(Purl, FoldsByType) {
  EXPECT_EQ(canonical("pkg:pypi/Django_Extra.Thing@1.0RC1"), "pkg:pypi/django-extra.thing@1.0rc1");
  EXPECT_EQ(canonical("pkg:golang/github.com/BurntSushi/toml@V1"), "pkg:golang/github.com/BurntSushi/toml@V1");
  EXPECT_EQ(canonical("pkg:github/Example/Tool@V1"), "pkg:github/example/tool@V1");
  EXPECT_EQ(canonical("pkg:bitbucket/Example/Tool"), "pkg:bitbucket/example/tool");
  EXPECT_EQ(canonical("pkg:composer/Laravel/Framework"), "pkg:composer/laravel/framework");
  EXPECT_EQ(canonical("pkg:nuget/Newtonsoft.Json@13.0.1"), "pkg:nuget/Newtonsoft.Json@13.0.1");
  EXPECT_EQ(canonical("pkg:cargo/Inflector@0.11"), "pkg:cargo/Inflector@0.11");
  EXPECT_EQ(canonical("pkg:rpm/Fedora/NetworkManager@1.2"), "pkg:rpm/fedora/NetworkManager@1.2");
  EXPECT_EQ(canonical("pkg:deb/Debian/Curl@7"), "pkg:deb/debian/curl@7");
  EXPECT_EQ(canonical("pkg:oci/Image@SHA256%3AAB"), "pkg:oci/image@sha256:ab");
  EXPECT_EQ(canonical("pkg:maven/org.Example/Art@1-SNAPSHOT"), "pkg:maven/org.Example/Art@1-SNAPSHOT");
}

TEST(Purl, RefusesWithThePlace) {
  const auto error = [](std::string_view text) {
    const auto purl = Purl::parse(text);
    EXPECT_FALSE(purl.has_value()) << text;
    return purl ? Error{} : purl.error();
  };
  EXPECT_THAT(error("").what, HasSubstr("pkg:"));
  EXPECT_THAT(error("npm/x@1").what, HasSubstr("pkg:"));
  EXPECT_THAT(error("pkg:npm").what, HasSubstr("no '/'"));
  EXPECT_THAT(error("pkg:/name").what, HasSubstr("no '/'"));
  EXPECT_THAT(error("pkg:n_m/x").what, HasSubstr("type"));
  EXPECT_THAT(error("pkg:3d/x").what, HasSubstr("begin with a letter"));
  EXPECT_THAT(error("pkg:npm/").what, HasSubstr("no name"));
  EXPECT_THAT(error("pkg:npm/%zz").what, HasSubstr("hexadecimal"));
  EXPECT_EQ(error("pkg:npm/a%zz").where.offset, 9U);
  EXPECT_EQ(error("pkg:npm/a@1?x=%4").where.offset, 14U);
  EXPECT_THAT(error("pkg:npm/%ff%fe").what, HasSubstr("UTF-8"));
  EXPECT_THAT(error("pkg:npm/\xff").what, HasSubstr("UTF-8"));
  EXPECT_THAT(error("pkg:npm/a%00b").what, HasSubstr("NUL"));
  EXPECT_THAT(error("pkg:npm/a?x=1&X=2").what, HasSubstr("twice"));
  EXPECT_THAT(error("pkg:npm/a?1x=1").what, HasSubstr("digit"));
  EXPECT_THAT(error("pkg:npm/a?in%20x=1").what, HasSubstr("qualifier key"));
  EXPECT_THAT(error("pkg:npm/a?novalue").what, HasSubstr("without '='"));
  EXPECT_THAT(error("pkg:npm/a%2Fb/c").what, HasSubstr("encoded '/'"));
  EXPECT_THAT(error("pkg:pypi/ns/name").what, HasSubstr("no namespace"));
  EXPECT_THAT(error("pkg:maven/name@1").what, HasSubstr("needs a namespace"));
  EXPECT_THAT(error("pkg:npm/" + std::string(9000, 'a')).what, HasSubstr("8,192"));
}

TEST(PurlTypes, TheTableReadsAndItsErrorsNameThePlace) {
  const auto text = DataSet::embedded().file("supply/purl-types.json");
  ASSERT_OK(text);
  const auto types = read_purl_types(*text, "purl-types.json");
  ASSERT_OK(types);
  EXPECT_GE(types->size(), 40U);
  const auto bad = read_purl_types(R"({"types": {"npm": {"namespace": "perhaps"}}})", "t");
  ASSERT_FALSE(bad.has_value());
  EXPECT_EQ(bad.error().where.pointer, "/types/npm");
  EXPECT_FALSE(read_purl_types(R"({"types": {"npm": {"namespace": "optional", "name_pattern": "("}}})", "t").has_value());
  EXPECT_FALSE(read_purl_types("[]", "t").has_value());
}

TEST(PurlTypes, EachKindOfRuleActs) {
  const auto spelling = [](std::string_view text) -> std::string {
    const auto purl = Purl::parse(text);
    return purl ? purl->str() : purl.error().what;
  };
  EXPECT_EQ(spelling("pkg:pub/My-Package@1"), "pkg:pub/my_package@1");
  EXPECT_EQ(spelling("pkg:pypi/A_b@1.0RC1"), "pkg:pypi/a-b@1.0rc1");
  EXPECT_EQ(spelling("pkg:git/Host/owner/repo%201"), "pkg:git/Host/owner/repo%201");
  EXPECT_EQ(Purl::parse("pkg:git/host/owner/repo").value().name, "owner/repo");
  EXPECT_THAT(spelling("pkg:git/repo"), HasSubstr("needs a namespace"));
  EXPECT_THAT(spelling("pkg:swid/x@1"), HasSubstr("needs the qualifier tag_id"));
  EXPECT_THAT(spelling("pkg:cpan/A::B@1"), HasSubstr("holds no"));
  EXPECT_THAT(spelling("pkg:chrome-extension/abc"), HasSubstr("must match"));
  EXPECT_THAT(spelling("pkg:chrome-extension/hlepfoohegkhhmjieoechaddaejaokhf@1.2.3.4.5"), HasSubstr("must match"));
  EXPECT_EQ(spelling("pkg:mlflow/Model@1?repository_url=https://adb-1.azuredatabricks.net"),
            "pkg:mlflow/model@1?repository_url=https:%2F%2Fadb-1.azuredatabricks.net");
  EXPECT_EQ(spelling("pkg:mlflow/Model@1"), "pkg:mlflow/Model@1");
  EXPECT_EQ(spelling("pkg:unheard-of/Some/Name@V1"), "pkg:unheard-of/Some/Name@V1");
}

TEST(Purl, CanonicalSpellingIsAFixedPoint) {
  for (const char* text : {"pkg:golang/stdlib@1.20.1", "pkg:npm/a%2Fb@1", "pkg:generic/x@1%2F2?checksum=sha256:00%2Csha1:11",
                           "pkg:npm/%40s/n@1#a%3Fb/c%23d", "pkg:generic/%E2%82%AC@%25"}) {
    const auto first = Purl::parse(text);
    ASSERT_OK(first);
    const auto second = Purl::parse(first->str());
    ASSERT_OK(second);
    EXPECT_EQ(*first, *second) << text;
    EXPECT_EQ(first->str(), second->str());
    const auto built = Purl::build(*first);
    ASSERT_OK(built);
    EXPECT_EQ(*built, *first);
  }
}

TEST(PackageKey, NamesWithoutRegardToCase) {
  const AdvisorySource source = AdvisorySource::memory(
      "a.jsonl",
      R"({"id":"EX-1","modified":"2026-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"NuGet","name":"Example.Json"},"versions":["1.0.0"]}]})");
  Progress progress(Progress::Mode::silent);
  const auto index = AdvisoryIndex::from_memory(AdvisoryIndex::build_bytes(std::span(&source, 1), progress).value().bytes);
  ASSERT_OK(index);
  EXPECT_EQ(index->lookup("NuGet", "EXAMPLE.json", "1.0").verdict, Verdict::affected);
}

TEST(PackageKey, BitnamiRevisionsAreNoPreReleases) {
  EXPECT_EQ(package_version(Purl::parse("pkg:bitnami/activemq@5.15.12-3?arch=amd64").value()), "5.15.12");
  EXPECT_EQ(package_version(Purl::parse("pkg:bitnami/activemq@5.15.12-rc.1").value()), "5.15.12-rc.1");
  EXPECT_EQ(package_version(Purl::parse("pkg:bitnami/activemq@5.15.12").value()), "5.15.12");
}

TEST(PackageKey, AdvisoryNames) {
  const auto key = [](std::string_view text) -> std::string {
    const auto k = package_key(Purl::parse(text).value());
    return k ? k->ecosystem + " | " + k->name : "none";
  };
  EXPECT_EQ(key("pkg:npm/%40scope/name@1"), "npm | @scope/name");
  EXPECT_EQ(key("pkg:npm/lodash"), "npm | lodash");
  EXPECT_EQ(key("pkg:pypi/Zope.Interface__x"), "PyPI | zope-interface-x");
  EXPECT_EQ(key("pkg:golang/github.com/BurntSushi/toml@v1.0.0"), "Go | github.com/BurntSushi/toml");
  EXPECT_EQ(key("pkg:golang/stdlib@1.2"), "Go | stdlib");
  EXPECT_EQ(key("pkg:golang/google.golang.org/genproto@v0#googleapis/api"), "Go | google.golang.org/genproto");
  EXPECT_EQ(key("pkg:cargo/rand@0.7"), "crates.io | rand");
  EXPECT_EQ(key("pkg:maven/org.example/art@1"), "Maven | org.example:art");
  EXPECT_EQ(key("pkg:composer/laravel/framework"), "Packagist | laravel/framework");
  EXPECT_EQ(key("pkg:deb/debian/libcurl4@7.88?upstream=curl%407.88&distro=debian-12"), "Debian:12 | curl");
  EXPECT_EQ(key("pkg:deb/debian/curl@7?distro=debian-12.5"), "Debian:12 | curl");
  EXPECT_EQ(key("pkg:deb/debian/curl@7?distro=bookworm"), "Debian:12 | curl");
  EXPECT_EQ(key("pkg:deb/debian/curl@7?distro=sid"), "Debian | curl");
  EXPECT_EQ(key("pkg:deb/debian/curl@7"), "Debian | curl");
  EXPECT_EQ(key("pkg:deb/ubuntu/curl@7?distro=ubuntu-22.04"), "Ubuntu:22.04:LTS | curl");
  EXPECT_EQ(key("pkg:deb/ubuntu/curl@7?distro=ubuntu-23.04"), "Ubuntu:23.04 | curl");
  EXPECT_EQ(key("pkg:deb/ubuntu/curl@7?distro=ubuntu-22.10"), "Ubuntu:22.10 | curl");
  EXPECT_EQ(key("pkg:apk/alpine/musl@1?distro=3.19.1"), "Alpine:v3.19 | musl");
  EXPECT_EQ(key("pkg:apk/alpine/musl@1?distro=alpine-3.19.1"), "Alpine:v3.19 | musl");
  EXPECT_EQ(key("pkg:apk/alpine/musl@1?distro=edge"), "Alpine | musl");
  EXPECT_EQ(key("pkg:apk/wolfi/musl@1?distro=wolfi-20230201"), "Wolfi | musl");
  EXPECT_EQ(key("pkg:rpm/rocky/curl@7?distro=rocky-9.3"), "Rocky Linux:9 | curl");
  EXPECT_EQ(key("pkg:rpm/photon/curl@7?distro=photon-3.0"), "Photon OS:3.0 | curl");
  EXPECT_EQ(package_version(Purl::parse("pkg:rpm/rocky/curl@7.76-1?epoch=2").value()), "2:7.76-1");
  EXPECT_EQ(package_version(Purl::parse("pkg:rpm/rocky/curl@7.76-1").value()), "7.76-1");
  EXPECT_EQ(package_version(Purl::parse("pkg:npm/a@1.0.0?epoch=2").value()), "1.0.0");
  EXPECT_EQ(key("pkg:rpm/redhat/openssl@3?upstream=openssl-3-1.src.rpm"), "Red Hat | openssl");
  EXPECT_EQ(key("pkg:apk/alpine/musl@1"), "Alpine | musl");
  EXPECT_EQ(key("pkg:vscode-extension/publisher/name"), "VSCode | publisher.name");
  EXPECT_EQ(key("pkg:generic/openssl@3"), "none");
  EXPECT_EQ(key("pkg:oci/image@sha256:00"), "none");
  EXPECT_EQ(key("pkg:deb/unknown/curl"), "none");
}

TEST(PackageKey, Pep503) {
  EXPECT_EQ(pep503_name("Foo._-Bar"), "foo-bar");
  EXPECT_EQ(pep503_name("foo"), "foo");
  EXPECT_EQ(pep503_name("_a_"), "-a-");
  EXPECT_EQ(pep503_name(""), "");
}

}  // namespace
}  // namespace entente::measures::p6_supply
