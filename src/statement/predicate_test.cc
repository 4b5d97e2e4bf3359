// The predicate schemas, tried on every example of docs/statements.md: each is valid, and each change that should matter is refused.
#include <functional>
#include <set>

#include "core/file.h"
#include "statement/statement.h"
#include "test_support.h"

namespace entente::statement {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Example {
  std::string kind;  // "assessment/v1"
  std::string json;
};

// Each "## <kind>/v<n>" of the page with the ```json block below it.
std::vector<Example> examples() {
  const auto page = read_file(test::source_dir() / "docs/statements.md");
  EXPECT_OK(page);
  std::vector<Example> out;
  std::string kind;
  for (std::size_t at = 0; at < page->size();) {
    const std::size_t end = std::min(page->find('\n', at), page->size());
    const std::string line = page->substr(at, end - at);
    at = end + 1;
    if (line.starts_with("## ")) kind = line.substr(3);
    if (line != "```json") continue;
    const std::size_t close = page->find("\n```", at);
    out.push_back({kind, page->substr(at, close - at)});
    at = close + 1;
  }
  return out;
}

Result<void> check_text(const Json& json) {
  ENTENTE_TRY(const Statement statement, Statement::parse(json_compact(json), "example"));
  return check_predicate(statement, DataSet::embedded());
}

// Every value below `root`, by JSON pointer.
std::vector<Json::json_pointer> pointers(const Json& root) {
  std::vector<Json::json_pointer> out;
  const std::function<void(const Json&, const Json::json_pointer&)> walk = [&](const Json& value, const Json::json_pointer& at) {
    out.push_back(at);
    if (value.is_object())
      for (const auto& [key, child] : value.items()) walk(child, at / key);
    if (value.is_array())
      for (std::size_t i = 0; i < value.size(); ++i) walk(value[i], at / i);
  };
  walk(root, Json::json_pointer("/predicate"));
  return out;
}

// The pointer with '*' for each index: "/predicate/changes/*/to".
std::string general(Json::json_pointer at) {
  std::string out;
  for (; !at.empty(); at.pop_back())
    out = (std::isdigit(static_cast<unsigned char>(at.back().front())) != 0 ? "/*" : "/" + at.back()) + out;
  return out;
}

// The document with the value at `at` replaced.
Json with(Json document, const Json::json_pointer& at, Json value) {
  document[at] = std::move(value);
  return document;
}

TEST(Predicate, EverySchemaHasAnExampleAndEveryExampleIsValid) {
  std::set<std::string> kinds;
  for (const Example& example : examples()) {
    const Json json = Json::parse(example.json);
    EXPECT_OK(check_text(json));
    EXPECT_EQ(json["predicateType"], std::string(kPredicateBase) + example.kind);
    kinds.insert(example.kind);
  }
  std::set<std::string> schemas;
  for (std::string path : DataSet::embedded().list("schemas/predicate/")) {
    path = path.substr(path.rfind('/') + 1);
    schemas.insert(path.substr(0, path.rfind("-v")) + "/" + path.substr(path.rfind("-v") + 1, path.rfind('.') - path.rfind("-v") - 1));
  }
  EXPECT_EQ(kinds, schemas);
  EXPECT_GE(kinds.size(), 12u);
}

// An unknown member is refused in every object, at any depth.
TEST(Predicate, UnknownMembersAreRefusedEverywhere) {
  std::size_t tried = 0;
  for (const Example& example : examples()) {
    const Json json = Json::parse(example.json);
    for (const auto& at : pointers(json["predicate"])) {
      if (!json[at].is_object()) continue;
      const auto checked = check_text(with(json, at / "surprise", "x"));
      ASSERT_FALSE(checked.has_value()) << example.kind << " " << at.to_string();
      EXPECT_THAT(checked.error().where.pointer, StartsWith("/predicate"));
      ++tried;
    }
  }
  EXPECT_GT(tried, 60u);
}

// A value of another type is refused everywhere (only a correction's new value may be of several).
TEST(Predicate, WrongTypesAreRefusedEverywhere) {
  // In the short run two of the five types a place, by turns.
  const std::size_t step = std::getenv("ENTENTE_SOAK") != nullptr ? 1 : 3;
  std::size_t tried = 0, turn = 0;
  for (const Example& example : examples()) {
    const Json json = Json::parse(example.json);
    for (const auto& at : pointers(json["predicate"])) {
      const bool free_value = example.kind == "correction/v1" && at.back() == "to";
      for (const Json& wrong : {Json(true), Json(-1.5), Json(""), Json::array(), Json::object()}) {
        if (++turn % step != 0 || (free_value && !wrong.is_structured())) continue;
        EXPECT_FALSE(check_text(with(json, at, wrong)).has_value()) << example.kind << " " << at.to_string() << " := " << wrong;
        ++tried;
      }
    }
  }
  EXPECT_GT(tried, 500u);
}

// Leaving a member out is refused, except where the page's schema says that it may be left out.
TEST(Predicate, RequiredMembersAreRequired) {
  // '*' stands for the elements of an array; that there is at least one is tried where an example has no more.
  const std::set<std::string> optional = {"assessment/v1 /predicate/controls/*",
                                          "assessment/v1 /predicate/controls/*/evidence",
                                          "catalogue-release/v1 /predicate/crosswalk",
                                          "catalogue-release/v1 /predicate/url",
                                          "comcheck-round/v1 /predicate/classes/*",
                                          "commitment/v1 /predicate/reveal_by",
                                          "confirmation-request/v1 /predicate/language",
                                          "contact-set/v1 /predicate/contacts/*",
                                          "contact-set/v1 /predicate/contacts/*/languages",
                                          "contact-set/v1 /predicate/contacts/*/languages/*",
                                          "correction/v1 /predicate/changes/*",
                                          "disclosure/v1 /predicate/received",
                                          "domain-proof/v1 /predicate/key",
                                          "election-review/v1 /predicate/codes",
                                          "election-review/v1 /predicate/codes/*",
                                          "election-review/v1 /predicate/title",
                                          "election-step/v1 /predicate/previous",
                                          "event/v1 /predicate/ends",
                                          "event/v1 /predicate/happened_at",
                                          "event/v1 /predicate/openness",
                                          "import/v1 /predicate/source/url",
                                          "import/v1 /predicate/source/commit",
                                          "import/v1 /predicate/records/*/organisation/name",
                                          "import/v1 /predicate/records/*/organisation/category",
                                          "import/v1 /predicate/records/*/organisation/country",
                                          "import/v1 /predicate/records/*/dates",
                                          "import/v1 /predicate/records/*/source/id",
                                          "import/v1 /predicate/records/*/source/line",
                                          "import/v1 /predicate/records/*/source/values",
                                          "import/v1 /predicate/records/*/defects",
                                          "event/v1 /predicate/organisation",
                                          "event/v1 /predicate/place",
                                          "event/v1 /predicate/place/country",
                                          "event/v1 /predicate/status",
                                          "event/v1 /predicate/uid",
                                          "event/v1 /predicate/url",
                                          "evidence/v1 /predicate/controls",
                                          "evidence/v1 /predicate/controls/*",
                                          "evidence/v1 /predicate/url",
                                          "finding-dispute/v1 /predicate/by",
                                          "finding-dispute/v1 /predicate/evidence",
                                          "instrument-membership/v1 /predicate/since",
                                          "key-revocation/v1 /predicate/organisation",
                                          "peer-review/v1 /predicate/answer",
                                          "peer-review/v1 /predicate/assessment",
                                          "peer-review/v1 /predicate/controls/*",
                                          "peer-review/v1 /predicate/url",
                                          "pledge/v1 /predicate/domains",
                                          "pledge/v1 /predicate/organisation/country",
                                          "pledge/v1 /predicate/organisation/lei",
                                          "pledge/v1 /predicate/organisation/names",
                                          "pledge/v1 /predicate/organisation/nature",
                                          "pledge/v1 /predicate/organisation/register_number",
                                          "pledge/v1 /predicate/organisation/ror",
                                          "pledge/v1 /predicate/organisation/website",
                                          "pledge/v1 /predicate/organisation/wikidata",
                                          "pledge/v1 /predicate/principles",
                                          "pledge/v1 /predicate/principles/*",
                                          "pledge/v1 /predicate/reservations",
                                          "pledge/v1 /predicate/reservations/*/principle",
                                          "pledge/v1 /predicate/text/version",
                                          "pledge/v1 /predicate/why",
                                          "registry-rules/v1 /predicate/previous",
                                          "registry-rules/v1 /predicate/roster/*",
                                          "reveal/v1 /predicate/content/url",
                                          "succession/v1 /predicate/on"};
  std::set<std::string> may_be_left_out;
  for (const Example& example : examples()) {
    const Json json = Json::parse(example.json);
    for (const auto& at : pointers(json["predicate"])) {
      Json less = json;
      if (Json& parent = less[at.parent_pointer()]; parent.is_array())
        parent.erase(std::stoul(at.back()));
      else
        parent.erase(at.back());
      if (check_text(less)) may_be_left_out.insert(example.kind + " " + general(at));
    }
  }
  EXPECT_EQ(may_be_left_out, optional);
}

// Digests and times have one spelling; a digest changed in predicate or subject no longer matches.
TEST(Predicate, DigestsAndTimesAreExact) {
  for (const Example& example : examples()) {
    const Json json = Json::parse(example.json);
    for (const auto& at : pointers(json["predicate"])) {
      if (!json[at].is_string()) continue;
      std::string text = json[at];
      if (at.back() == "sha256") {
        std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c; });
        EXPECT_FALSE(check_text(with(json, at, text)).has_value()) << at.to_string();
        EXPECT_FALSE(check_text(with(json, at, text.substr(1))).has_value()) << at.to_string();
      } else if (text.ends_with("Z") && text.size() == 20) {
        for (const std::string& wrong :
             {text.substr(0, 19), text.substr(0, 19) + "+00:00", text.substr(0, 10), "2026-02-30T00:00:00Z" + std::string(), text + "\n"})
          EXPECT_FALSE(check_text(with(json, at, wrong)).has_value()) << at.to_string() << " " << wrong;
      }
    }
    Json other = json;
    for (auto& subject : other["subject"]) subject["digest"]["sha256"] = sha256("something else").hex();
    const auto checked = check_text(other);
    ASSERT_FALSE(checked.has_value()) << example.kind;
    EXPECT_THAT(checked.error().what, HasSubstr("not a subject")) << example.kind;
  }
}

Json example(std::string_view kind) {
  for (const Example& e : examples())
    if (e.kind == kind) return Json::parse(e.json);
  ADD_FAILURE() << "no example for " << kind;
  return {};
}

TEST(Predicate, RulesThatTheSchemasAdd) {
  using P = Json::json_pointer;
  Json json = example("approval/v1");
  json["predicate"].erase("reason");
  EXPECT_FALSE(check_text(json).has_value()) << "a refusal needs a reason";
  EXPECT_OK(check_text(with(json, P("/predicate/decision"), "approved")));
  json = example("withdrawal/v1");
  json["predicate"].erase("reason");
  EXPECT_FALSE(check_text(json).has_value());
  EXPECT_OK(check_text(with(json, P("/predicate/by"), "organisation")));
  json = example("assessment/v1");
  std::swap(json["predicate"]["principles"][3], json["predicate"]["principles"][4]);
  EXPECT_FALSE(check_text(json).has_value()) << "principles stand in order";
  std::swap(json["predicate"]["principles"][3], json["predicate"]["principles"][4]);
  EXPECT_OK(check_text(json));
  json["predicate"]["principles"].push_back(json["predicate"]["principles"][9]);
  EXPECT_FALSE(check_text(json).has_value()) << "and there are ten";
  EXPECT_FALSE(check_text(with(example("assessment/v1"), P("/predicate/principles/1/score"), 1.01)).has_value());
  EXPECT_FALSE(check_text(with(example("event/v1"), P("/predicate/url"), "http://plain.example/")).has_value());
  json = example("event/v1");
  json["predicate"].erase("happened_at");
  EXPECT_OK(check_text(json));
  json["predicate"].erase("ends");
  EXPECT_FALSE(check_text(json).has_value()) << "an event says when it is";
  json = example("key-set/v1");
  json["predicate"].erase("proof");
  EXPECT_FALSE(check_text(json).has_value()) << "keys given after a loss rest on a domain proof";
  EXPECT_OK(check_text(with(json, P("/predicate/cause"), "rotation")));
  json = example("key-revocation/v1");
  json["predicate"].erase("reason");
  EXPECT_FALSE(check_text(json).has_value()) << "the registry says why";
  EXPECT_OK(check_text(with(json, P("/predicate/by"), "holder")));
  json = example("assessment/v1");
  json["predicate"]["controls"][4]["evidence_list"] = Json{{"count", 5}, {"sha256", sha256("list").hex()}};
  EXPECT_FALSE(check_text(json).has_value()) << "digests or the digest of their list, not both";
  json["predicate"]["controls"][4].erase("evidence");
  EXPECT_OK(check_text(json));
  EXPECT_FALSE(check_text(with(example("assessment/v1"), P("/predicate/controls/0/weight"), 0.75)).has_value());
  for (const char* name : {" Bank", "Bank ", "Bank\nBank", ""})
    EXPECT_FALSE(check_text(with(example("pledge/v1"), P("/predicate/organisation/name"), name)).has_value()) << name;
  EXPECT_FALSE(check_text(with(example("domain-proof/v1"), P("/predicate/dnssec"), "bogus")).has_value());
}

TEST(Predicate, ARevealMustOpenItsCommitment) {
  using P = Json::json_pointer;
  Json json = example("reveal/v1");
  const std::string salt = to_base64(Bytes(32, 9));
  for (const Json& wrong : {with(json, P("/predicate/salt"), salt), with(json, P("/predicate/content/sha256"), sha256("other").hex())}) {
    const auto checked = check_text(wrong);
    ASSERT_FALSE(checked.has_value());
    EXPECT_THAT(checked.error().what, HasSubstr("do not give the commitment"));
  }
  // 43 digits whose last has spare bits set: the pattern allows it, base64 does not.
  EXPECT_FALSE(check_text(with(json, P("/predicate/salt"), std::string(43, '/') + "=")).has_value());
}

TEST(Predicate, CommitmentsAreSaltedDigests) {
  const Json reveal = example("reveal/v1")["predicate"];
  const auto salt = from_base64(reveal["salt"].get<std::string>());
  ASSERT_OK(salt);
  const auto made = commitment(*salt, Digest::from_hex(reveal["content"]["sha256"].get<std::string>()).value());
  ASSERT_OK(made);
  EXPECT_EQ(made->hex(), reveal["commitment"]["sha256"].get<std::string>()) << "the page was computed by another program";
  EXPECT_FALSE(commitment(Bytes(31), sha256("x")).has_value());
  EXPECT_FALSE(commitment(Bytes(33), sha256("x")).has_value());
}

TEST(Predicate, UnknownTypesSaySo) {
  Statement s;
  s.subjects = {{"a", sha256("a")}};
  s.predicate = Json::object();
  for (const char* type : {"https://slsa.dev/provenance/v1", "https://entente.example/predicate/assessment/v2",
                           "https://entente.example/predicate/../../catalog/v1", "https://entente.example/predicate/assessment",
                           "https://entente.example/predicate/assessment/v1/", "https://entente.example/predicate/assessment/v01",
                           "https://entente.example/predicate//v1", "https://entente.example/predicate/Assessment/v1"}) {
    s.predicate_type = type;
    const auto checked = check_predicate(s, DataSet::embedded());
    ASSERT_FALSE(checked.has_value()) << type;
    EXPECT_EQ(checked.error().where.pointer, "/predicateType");
    EXPECT_FALSE(checked.error().hint.empty());
  }
}

}  // namespace
}  // namespace entente::statement
