// The provider worlds of gocsaf/csaf, served by a real server on loopback, collected and judged by the real program. gocsaf's own
// expectations say for each requirement what its checker reports (0 information, 1 warning, 2 error): what it calls an error must not hold
// here, and what it passes must not fail here.
#include <gmock/gmock.h>

#include <algorithm>

#include "core/json.h"
#include "csaf/provider_metadata.h"
#include "http/server.h"
#include "run_binary.h"
#include "schema/schema.h"
#include "test_support.h"

namespace entente {
namespace {

namespace fs = std::filesystem;

struct HashChoice {
  bool sha256 = false, sha512 = false, forbid256 = false, forbid512 = false;
};

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) text.replace(at, from.size(), to);
}

// Go's templates, as far as these files use them: the URL, and blocks that stand or fall with a hash.
std::string rendered(std::string text, const std::string& url, const HashChoice& choice) {
  for (const auto& [name, on] : {std::pair{"EnableSha256", choice.sha256}, std::pair{"EnableSha512", choice.sha512}}) {
    const std::string begin = fmt::format("{{{{if .{}}}}}", name), end = "{{end}}";
    for (std::size_t at; (at = text.find(begin)) != std::string::npos;) {
      const std::size_t close = text.find(end, at);
      const std::string inside = text.substr(at + begin.size(), close - at - begin.size());
      text.replace(at, close + end.size() - at, on ? inside : std::string());
    }
  }
  replace_all(text, "{{.URL}}", url);
  return text;
}

class ProviderWorld {
 public:
  ProviderWorld(fs::path root, HashChoice choice) : root_(std::move(root)), choice_(choice) {
    server_ =
        http::Server::start({.threads = 1}, [this](http::Request request, http::Reply reply) { reply(answer(request.path)); }).value();
  }
  [[nodiscard]] std::string url() const { return server_->url(); }

 private:
  http::Response answer(std::string path) const {
    if (path.ends_with('/')) path += "index.html";
    const bool is256 = path.ends_with(".sha256"), is512 = path.ends_with(".sha512");
    if ((is256 && choice_.forbid256) || (is512 && choice_.forbid512)) return http::plain(403, "forbidden");
    if ((is256 && !choice_.sha256) || (is512 && !choice_.sha512)) return http::plain(404, "not found");
    const auto text = is_safe_relative_path(path.substr(1)) ? read_file(root_ / path.substr(1)) : Result<std::string>(fail("unsafe"));
    if (!text) return http::plain(404, "not found");
    http::Response out;
    out.body = rendered(*text, server_->url(), choice_);
    out.content_type = path.ends_with(".html") ? "text/html" : path.ends_with(".json") ? "application/json" : "text/plain";
    return out;
  }

  fs::path root_;
  HashChoice choice_;
  std::unique_ptr<http::Server> server_;
};

HashChoice choice_of(const std::string& name) {
  HashChoice out;
  out.sha256 = name.starts_with("sha256");
  out.sha512 = name.find("sha512-") != std::string::npos && name.find("sha512-") != name.find("forbid-sha512-") + 7;
  out.forbid256 = name.find("forbid-sha256") != std::string::npos;
  out.forbid512 = name.find("forbid-sha512") != std::string::npos;
  return out;
}

Json judged_by_the_program(const ProviderWorld& world, const fs::path& bundle, const std::string& path) {
  const auto collected =
      test::run_entente({"csaf", "collect", world.url() + path, "-o", bundle.string(), "--insecure-loopback", "--quiet"});
  EXPECT_EQ(collected.code, 0) << collected.err;
  const auto judged = test::run_entente({"csaf", "provider", bundle.string(), "--json"});
  EXPECT_EQ(judged.code, 1) << judged.err;  // without TLS no role is shown to be filled
  return Json::parse(judged.out, nullptr, false);
}

TEST(GocsafWorlds, OurVerdictsAgreeWithItsChecker) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const fs::path data = shared / "conformance/p6_supply/csaf/gocsaf/testdata";
  if (!fs::is_directory(data)) GTEST_SKIP() << "no " << data;
  const auto folder = TemporaryFolder::make("gocsaf").value();
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(data / "processor-requirements")) names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  ASSERT_EQ(names.size(), 11U);
  for (const std::string& name : names) {
    const bool rolie = name.ends_with("rolie.json");
    const HashChoice choice = choice_of(name);
    const ProviderWorld world(data / (rolie ? "simple-rolie-provider" : "simple-directory-provider"), choice);
    const Json verdict = judged_by_the_program(world, folder.path() / name, "/provider-metadata.json");
    ASSERT_TRUE(verdict.is_object()) << name;
    const auto expected = JsonDocument::read(data / "processor-requirements" / name);
    ASSERT_OK(expected);
    const auto list = as_array(expected->root());
    ASSERT_TRUE(list && list->size() == 20);
    for (const JsonView one : *list) {
      const auto number = static_cast<std::size_t>(json_int(one, "num").value());
      std::int64_t worst = 0;
      const auto messages = json_array(one, "messages");
      for (const JsonView m : *messages) worst = std::max(worst, json_int(m, "type").value());
      const Json& row = verdict["requirements"][number - 1];
      const std::string ours = row["verdict"], reason = row["reason"];
      // No hash file at all: its checker blames the feed and passes "integrity"; by the standard an advisory without a hash breaks
      // requirement 18, and a feed lists the files there are.
      if (!choice.sha256 && !choice.sha512 && (number == 18 || (rolie && number == 15))) continue;
      if (worst == 2) EXPECT_NE(ours, "held") << name << " " << number << ": " << reason;
      if (worst == 0) EXPECT_NE(ours, "failed") << name << " " << number << ": " << reason;
    }
    // What its warnings leave open the standard says: one hash file is enough.
    const bool any_hash = (choice.sha256 && !choice.forbid256) || (choice.sha512 && !choice.forbid512);
    EXPECT_EQ(verdict["requirements"][17]["verdict"], any_hash ? "held" : "failed") << name;
    for (const std::size_t number : {1, 2, 19, 20})
      EXPECT_EQ(verdict["requirements"][number - 1]["verdict"], "held") << name << " " << number;
    for (const std::size_t number : {12, 13, 14})
      EXPECT_EQ(verdict["requirements"][number - 1]["verdict"] == "held", !rolie) << name << " " << number;
    for (const std::size_t number : {15, 16})
      EXPECT_EQ(verdict["requirements"][number - 1]["verdict"] == "held", rolie) << name << " " << number;
    EXPECT_EQ(verdict["keys"][0]["fingerprint"], "A8914CA2F11139C6A69A0018FB3CD9B15DE61596");
  }
}

TEST(GocsafWorlds, TrailingGarbageIsNoValidDocument) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const fs::path data = shared / "conformance/p6_supply/csaf/gocsaf/testdata";
  if (!fs::is_directory(data)) GTEST_SKIP() << "no " << data;
  const auto folder = TemporaryFolder::make("gocsaf").value();
  const fs::path copy = folder.path() / "world";
  fs::copy(data / "simple-directory-provider", copy, fs::copy_options::recursive);
  fs::permissions(copy / "white/avendor-advisory-0004.json", fs::perms::owner_all);
  fs::copy(data / "csaf-documents/trailing-garbage-data/avendor-advisory-0004.json", copy / "white/avendor-advisory-0004.json",
           fs::copy_options::overwrite_existing);
  const ProviderWorld world(copy, {.sha256 = true, .sha512 = true});
  const Json verdict = judged_by_the_program(world, folder.path() / "bundle", "/provider-metadata.json");
  EXPECT_EQ(verdict["requirements"][0]["verdict"], "failed");
  EXPECT_EQ(verdict["requirements"][17]["verdict"], "failed");
  EXPECT_EQ(verdict["requirements"][18]["verdict"], "failed");
}

TEST(GocsafWorlds, PlainHttpAndLoopbackAreRefusedByDefault) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const ProviderWorld world(shared / "conformance/p6_supply/csaf/gocsaf/testdata/simple-rolie-provider", {});
  const auto folder = TemporaryFolder::make("gocsaf").value();
  const auto refused =
      test::run_entente({"csaf", "collect", world.url() + "/provider-metadata.json", "-o", (folder.path() / "b").string(), "--json"});
  EXPECT_EQ(refused.code, 2) << refused.err;
  EXPECT_THAT(refused.out, ::testing::HasSubstr("only https:// is asked"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "b")) << "nothing is left behind";
}

// Our rules for provider-metadata.json against OASIS's schema, on the two documents of gocsaf and on each of them with one member changed.
TEST(ProviderMetadataRules, SayWhatTheSchemaSays) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const fs::path data = shared / "conformance/p6_supply/csaf";
  if (!fs::is_directory(data)) GTEST_SKIP() << "no " << data;
  Json schema = Json::parse(test::slurp(data / "oasis/json_schema/provider_json_schema.json"));
  // The publisher is the advisory schema's.
  schema["properties"]["publisher"] = Json::parse(
      R"({"type":"object","required":["category","name","namespace"],"properties":{"category":{"type":"string","enum":["coordinator","discoverer","other","translator","user","vendor"]},
          "name":{"type":"string","minLength":1},"namespace":{"type":"string","format":"uri"},"contact_details":{"type":"string","minLength":1},"issuing_authority":{"type":"string","minLength":1}}})");
  const auto compiled = schema::Schema::compile(json_compact(schema), "provider_json_schema.json");
  ASSERT_OK(compiled);
  const Json values[] = {nullptr,
                         true,
                         5,
                         "",
                         "text",
                         "https://x.example/feed.json",
                         "2026-01-01T00:00:00Z",
                         Json::array(),
                         Json::object(),
                         Json::array({"https://x.example/a.json", "https://x.example/a.json"})};
  int compared = 0;
  for (const char* world : {"simple-rolie-provider", "simple-directory-provider"}) {
    const Json good =
        Json::parse(rendered(test::slurp(data / "gocsaf/testdata" / world / "provider-metadata.json"), "https://v.example", {}));
    const auto compare = [&](const Json& document) {
      const std::string text = json_compact(document);
      const auto parsed = JsonDocument::parse(text, "m");
      ASSERT_OK(parsed);
      const auto ours = csaf::ProviderMetadata::parse(text, "m");
      ASSERT_OK(ours);
      const bool valid = compiled->is_valid(parsed->root());
      EXPECT_EQ(ours->issues.empty(), valid) << text
                                             << (ours->issues.empty() ? "" : "\n" + ours->issues[0].pointer + " " + ours->issues[0].what);
      ++compared;
    };
    compare(good);
    const Json flat = good.flatten();
    for (const auto& [pointer, value] : flat.items()) {
      for (std::string at = pointer; !at.empty(); at = at.substr(0, at.rfind('/'))) {
        for (const Json& other : values) {
          Json changed = good;
          changed[Json::json_pointer(at)] = other;
          compare(changed);
        }
        Json without = good;
        const Json::json_pointer where(at);
        Json& parent = without[where.parent_pointer()];
        if (parent.is_object())
          parent.erase(where.back());
        else
          parent.erase(std::stoul(where.back()));
        compare(without);
      }
    }
  }
  EXPECT_GT(compared, 300);
}

}  // namespace
}  // namespace entente
