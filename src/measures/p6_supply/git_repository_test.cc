// Repositories and commits: the spellings of an address, what commit ranges say of single commits, and that everything else stays open.
#include "measures/p6_supply/git_repository.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "measures/p6_supply/index_update.h"
#include "measures/p6_supply/portfolio.h"
#include "measures/p6_supply/scan.h"
#include "test_support.h"

namespace entente::measures::p6_supply {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::string commit_of(char digit) { return std::string(40, digit); }

TEST(GitRepository, Spellings) {
  for (const char* same :
       {"https://github.com/Example/Lib.git", "http://github.com/example/lib", "git+https://github.com/example/lib.git",
        "git://github.com/example/lib", "git+ssh://git@github.com/example/lib.git", "git@github.com:example/lib.git",
        "github.com/example/lib/", "https://www.github.com/example/lib", "https://user:word@github.com/example/lib?x=1#y"})
    EXPECT_EQ(git_repository(same), "github.com/example/lib") << same;
  EXPECT_EQ(git_repository("https://Git.example.org/Some/Lib"), "git.example.org/Some/Lib") << "the path may tell cases apart";
  for (const char* none : {"", "lib", "https://", "https://github.com", "file:///home/lib", "https:///lib"})
    EXPECT_EQ(git_repository(none), "") << none;
}

TEST(GitRepository, VcsUrls) {
  const auto read = [](std::string_view url) {
    const VcsReference r = vcs_reference(url);
    return r.repository + " " + r.revision;
  };
  EXPECT_EQ(read("git+https://git.example.org/lib.git@" + commit_of('a')), "git.example.org/lib " + commit_of('a'));
  EXPECT_EQ(read("git+ssh://git@git.example.org/lib@v1.2#sub/folder"), "git.example.org/lib v1.2");
  EXPECT_EQ(read("https://git.example.org/lib@release/1.0"), "git.example.org/lib release/1.0");
  EXPECT_EQ(read("https://git.example.org/lib"), "git.example.org/lib ");
  EXPECT_EQ(read("git@github.com:example/lib.git"), "github.com/example/lib ");
  EXPECT_TRUE(is_commit(commit_of('F')));
  EXPECT_FALSE(is_commit("abcdef0"));
  EXPECT_FALSE(is_commit(std::string(40, 'g')));
}

TEST(GitRepository, PackagesAskedForAsRepositories) {
  const auto asked = [](const std::string& purl) {
    const auto parsed = Purl::parse(purl).value();
    const auto key = package_key(parsed);
    return key ? fmt::format("{} {} {}", key->ecosystem, key->name, package_version(parsed)) : "none";
  };
  EXPECT_EQ(asked("pkg:github/Example/Lib@v1.2"), "GIT github.com/example/lib v1.2");
  EXPECT_EQ(asked("pkg:bitbucket/example/lib@1"), "GIT bitbucket.org/example/lib 1");
  EXPECT_EQ(asked("pkg:generic/lib@1.2?vcs_url=git%2Bhttps://git.example.org/lib%40" + commit_of('a')),
            "GIT git.example.org/lib " + commit_of('a'));
  EXPECT_EQ(asked("pkg:generic/lib@1.2?vcs_url=https://git.example.org/lib"), "GIT git.example.org/lib 1.2");
  EXPECT_EQ(asked("pkg:npm/lib@1.2.0?vcs_url=git%2Bhttps://git.example.org/lib%40" + commit_of('a')), "npm lib 1.2.0")
      << "a registry knows it";
  EXPECT_EQ(asked("pkg:generic/lib@1.2"), "none");
}

std::string git_range(std::string_view repo, std::string_view events) {
  return fmt::format(R"({{"type":"GIT","repo":"{}","events":[{}]}})", repo, events);
}
std::string git_event(std::string_view kind, char commit) {
  return fmt::format(R"({{"{}":"{}"}})", kind, commit == '0' ? "0" : commit_of(commit));
}
std::string git_record(std::string_view id, std::string_view ranges, std::string_view rest = {}) {
  return fmt::format(R"({{"id":"{}","modified":"2026-01-01T00:00:00Z","affected":[{{"ranges":[{}]{}}}]}})", id, ranges, rest);
}

std::string git_records() {
  const std::string repo = "https://github.com/example/lib";
  return git_record("EX-1", git_range(repo, git_event("introduced", 'a') + "," + git_event("fixed", 'b')),
                    R"(,"versions":["v1.0","v1.1"])") +
         "\n" +
         git_record("EX-2", git_range(repo, git_event("introduced", '0') + "," + git_event("fixed", 'b')) + "," +
                                git_range(repo + ".git", git_event("introduced", 'c') + "," + git_event("last_affected", 'd'))) +
         "\n";
}

AdvisoryIndex git_index() {
  const AdvisorySource source = AdvisorySource::memory("git.jsonl", git_records());
  Progress progress(Progress::Mode::silent);
  return AdvisoryIndex::from_memory(AdvisoryIndex::build_bytes(std::span(&source, 1), progress).value().bytes).value();
}

// "EX-1" for affected, "?EX-2" for undecided.
std::vector<std::string> git_answer(const AdvisoryIndex& index, std::string_view version) {
  const Answer answer = index.lookup("GIT", "https://github.com/Example/lib", version);
  std::vector<std::string> out;
  for (const Match& m : answer.matches) out.emplace_back(index.record_id(m.record));
  for (const Undecided& u : answer.undecided) out.push_back("?" + std::string(index.record_id(u.record)));
  return out;
}

TEST(GitRepository, WhatCommitRangesSayOfSingleCommits) {
  const AdvisoryIndex index = git_index();
  EXPECT_THAT(git_answer(index, commit_of('a')), ElementsAre("EX-1", "?EX-2")) << "where it was introduced";
  EXPECT_THAT(git_answer(index, commit_of('A')), ElementsAre("EX-1", "?EX-2")) << "digits have no case";
  EXPECT_THAT(git_answer(index, commit_of('b')), ElementsAre("?EX-2"))
      << "repaired, but EX-2 has a second range, which this commit does not end";
  EXPECT_THAT(git_answer(index, commit_of('c')), ElementsAre("EX-2", "?EX-1"));
  EXPECT_THAT(git_answer(index, commit_of('d')), ElementsAre("EX-2", "?EX-1")) << "the last affected";
  EXPECT_THAT(git_answer(index, commit_of('e')), ElementsAre("?EX-1", "?EX-2")) << "only the history could tell";
  EXPECT_THAT(git_answer(index, "v1.1"), ElementsAre("EX-1", "?EX-2")) << "a listed tag";
  EXPECT_THAT(git_answer(index, "v1.2"), ElementsAre("?EX-1", "?EX-2")) << "a tag nobody lists";
  EXPECT_EQ(index.lookup("GIT", "github.com/example/lib", commit_of('e')).verdict, Verdict::ecosystem_not_evaluated);
  EXPECT_EQ(index.lookup("GIT", "github.com/example/other", commit_of('a')).verdict, Verdict::ecosystem_not_evaluated)
      << "nothing is known of a repository without commit ranges";
}

TEST(GitRepository, RepairedEverywhereIsClean) {
  const auto facts = git_facts(
      parse_osv(git_record("EX-3", git_range("https://git.example.org/lib", git_event("introduced", 'a') + "," + git_event("fixed", 'b'))),
                "r")
          .value());
  ASSERT_EQ(facts.size(), 1U);
  EXPECT_THAT(facts.begin()->second.affected, UnorderedElementsAre(commit_of('a')));
  EXPECT_THAT(facts.begin()->second.repaired, UnorderedElementsAre(commit_of('b')));
  const auto torn = git_facts(
      parse_osv(git_record("EX-4", git_range("https://git.example.org/lib", git_event("introduced", 'a') + "," + git_event("fixed", 'a'))),
                "r")
          .value());
  EXPECT_THAT(torn.begin()->second.affected, IsEmpty()) << "introduced and repaired at once says nothing";
  EXPECT_THAT(torn.begin()->second.repaired, IsEmpty());
}

TEST(GitRepository, InAScanAndAPortfolio) {
  const AdvisoryIndex index = git_index();
  const std::string components = fmt::format(
      R"({{"type":"library","name":"old","purl":"pkg:github/example/lib@{}"}},{{"type":"library","name":"new","purl":"pkg:github/example/lib@{}"}},)"
      R"({{"type":"library","name":"other","purl":"pkg:github/example/unheard@v1"}})",
      commit_of('a'), commit_of('e'));
  const Sbom sbom =
      parse_sbom(fmt::format(R"({{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{}]}})", components), "g.json").value();
  const ScanResult r = scan(sbom, std::span(&index, 1), nullptr);
  ASSERT_EQ(r.vulnerabilities.size(), 1U);
  EXPECT_EQ(r.vulnerabilities[0].component, 0U);
  ASSERT_EQ(r.not_evaluated.size(), 2U);
  EXPECT_EQ(r.not_evaluated[0].why, NotEvaluatedWhy::history_needed);
  EXPECT_EQ(r.not_evaluated[0].detail, "github.com/example/lib");
  EXPECT_EQ(r.not_evaluated[1].why, NotEvaluatedWhy::ecosystem_not_in_index);

  Portfolio::Builder builder;
  builder.add("one", "", {}, sbom, {});
  const auto portfolio = Portfolio::from_memory(builder.bytes().value());
  ASSERT_OK(portfolio);
  const auto record = parse_osv(git_records().substr(0, git_records().find('\n')), "one.json").value();
  const PortfolioAnswer who = portfolio->who_ships(index, std::span(&record, 1));
  EXPECT_EQ(who.hits.size(), 1U);
  EXPECT_EQ(who.unsure.size(), 1U);
}

TEST(GitRepository, KeptForUpdates) {
  const auto record = parse_osv(git_records().substr(0, git_records().find('\n')), "one.json").value();
  const auto again = parse_osv(osv_json(record), "again.json");
  ASSERT_OK(again);
  ASSERT_EQ(again->affected.size(), 1U);
  EXPECT_EQ(again->affected[0].ranges[0].repo, "https://github.com/example/lib");
}

}  // namespace
}  // namespace entente::measures::p6_supply
