// What the JSON Schema Test Suite does not look at: messages, pointers, places, order, bounds, errors of compilation. The
// keywords' verdicts are tested by tests/conformance/json_schema_suite_test.cc; a few are here for machines without it.
#include "schema/schema.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <thread>

#include "core/data.h"
#include "test_support.h"

namespace entente::schema {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

JsonDocument parse(const std::string& text) { return JsonDocument::parse(text, "instance.json").value(); }

Schema compile(const std::string& text, const CompileOptions& options = {}) {
  auto schema = Schema::compile(text, "schema.json", options);
  EXPECT_TRUE(schema.has_value()) << schema.error().str();
  return *schema;
}

Error compile_error(const std::string& text, const CompileOptions& options = {}) {
  const auto schema = Schema::compile(text, "schema.json", options);
  EXPECT_FALSE(schema.has_value()) << text;
  return schema ? Error{} : schema.error();
}

std::vector<std::string> violations(const std::string& schema, const std::string& instance, std::size_t most = 20) {
  const Schema compiled = compile(schema);
  const JsonDocument document = parse(instance);
  std::vector<std::string> out;
  for (const Violation& v : compiled.validate(document.root(), most)) out.push_back(v.instance + " | " + v.keyword + " | " + v.message);
  EXPECT_EQ(out.empty(), compiled.is_valid(document.root()));
  return out;
}

TEST(Messages, NameTheValueAndTheRule) {
  const std::pair<std::string, std::pair<std::string, std::string>> cases[] = {
      {R"({"type":["string","null"]})", {"12", " | /type | must be of type null or string, but is the number 12"}},
      {R"({"type":"integer"})", {"1.5", " | /type | must be of type integer, but is the number 1.5"}},
      {R"({"const":"a"})", {"[1,2,3]", " | /const | must be \"a\", but is an array of 3 items"}},
      {R"({"enum":["a",null,4]})", {"\"b\"", " | /enum | is \"b\", but must be one of: \"a\", null, 4"}},
      {R"({"minimum":3})", {"2.5", " | /minimum | 2.5 is less than 3"}},
      {R"({"exclusiveMaximum":3})", {"3", " | /exclusiveMaximum | 3 is not less than 3"}},
      {R"({"multipleOf":0.01})", {"0.015", " | /multipleOf | 0.015 is not a multiple of 0.01"}},
      {R"({"minLength":2})", {"\"\\u00e9\"", " | /minLength | \"\xc3\xa9\" is shorter than 2 characters, it has 1"}},
      {R"({"maxLength":1})", {"\"abc\"", " | /maxLength | \"abc\" is longer than 1 character, it has 3"}},
      {R"({"pattern":"^x"})", {"\"y\"", " | /pattern | \"y\" does not match the pattern ^x"}},
      {R"({"format":"date"})", {"\"y\"", " | /format | \"y\" is not an RFC 3339 date"}},
      {R"({"minItems":1})", {"[]", " | /minItems | has 0 items, fewer than the 1 needed"}},
      {R"({"maxProperties":1})", {R"({"a":1,"b":2})", " | /maxProperties | has 2 members, more than the 1 allowed"}},
      {R"({"uniqueItems":true})",
       {"[1,{\"a\":2},1.0,{\"a\":2}]", "/2 | /uniqueItems | repeats item 0 of an array whose items must be unique"}},
      {R"({"required":["a"]})", {"{}", " | /required | the property \"a\" is missing"}},
      {R"({"additionalProperties":false})", {R"({"a/b":1})", "/a~1b | /additionalProperties | the property \"a/b\" is not allowed here"}},
      {R"({"prefixItems":[true],"items":false})", {"[1,2]", "/1 | /items | one item too many: only 1 is allowed"}},
      {R"({"contains":{"type":"string"}})", {"[1]", " | /contains | 0 of its 1 item is of the form needed, at least 1 must be"}},
      {R"({"contains":true,"maxContains":1})", {"[1,2]", " | /maxContains | 2 of its items are of the form counted, at most 1 may be"}},
      {R"({"propertyNames":{"maxLength":1}})",
       {R"({"ab":1})", "/ab | /propertyNames | the property name \"ab\" is not allowed here: \"ab\" is longer than 1 character, it has 2"}},
      {R"({"dependentRequired":{"a":["b"]}})",
       {R"({"a":1})", " | /dependentRequired | the property \"b\" is missing, which must be there where \"a\" is"}},
      {R"({"dependentSchemas":{"a":false}})", {R"({"a":1})", " | /dependentSchemas | the property \"a\" is not allowed here"}},
      {R"({"not":{}})", {"1", " | /not | matches a form that is not allowed here"}},
      {R"({"oneOf":[true,{"type":"string"},{}]})", {"1", " | /oneOf | matches form 1 and form 3 of the 3, but must match exactly one"}},
      {R"({"unevaluatedProperties":false})",
       {R"({"a":1})", "/a | /unevaluatedProperties | the property \"a\" is not allowed here: no part of the schema describes it"}},
      {R"({"unevaluatedItems":false})", {"[1]", "/0 | /unevaluatedItems | this item is not allowed: no part of the schema describes it"}},
      {R"({"properties":{"a":false}})", {R"({"a":1})", "/a | /properties/a | nothing is allowed here"}},
      {"false", {"1", " |  | nothing is allowed here"}},
  };
  for (const auto& [schema, rest] : cases) EXPECT_THAT(violations(schema, rest.first), ElementsAre(rest.second)) << schema;
}

TEST(Messages, AreShortAndSafeForATerminal) {
  const auto found = violations(R"({"maxLength":5})", "\"\\u001b[2J\\u202e" + std::string(10'000, 'x') + "\"");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_LT(found[0].size(), 200u);
  EXPECT_EQ(found[0].find('\x1b'), std::string::npos);
  EXPECT_EQ(found[0].find("\u202e"), std::string::npos);
  const auto many = violations(
      R"({"enum":[)" +
          [] {
            std::string s = "0";
            for (int i = 1; i < 500; ++i) s += fmt::format(",{}", i);
            return s;
          }() +
          "]}",
      "\"x\"");
  EXPECT_THAT(many, ElementsAre(AllOf(HasSubstr("0, 1, 2"), HasSubstr(" more"))));
  EXPECT_LT(many[0].size(), 300u);
}

TEST(Pointers, ReferencesAreResolvedInTheKeywordPointer) {
  EXPECT_THAT(violations(R"({"properties":{"name":{"$ref":"#/$defs/na~1me"}},"$defs":{"na/me":{"minLength":1}}})", R"({"name":""})"),
              ElementsAre(StartsWith("/name | /$defs/na~1me/minLength | ")));
  CompileOptions options;
  options.documents["https://example.org/name"] = R"({"$defs":{"n":{"$anchor":"n","minLength":1}}})";
  const Schema schema = compile(R"({"items":{"$ref":"https://example.org/name#n"}})", options);
  const auto found = schema.validate(parse(R"(["a",""])").root());
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].instance, "/1");
  EXPECT_EQ(found[0].keyword, "https://example.org/name#/$defs/n/minLength");
}

TEST(Order, IsThatOfTheDocumentAndBounded) {
  const std::string schema =
      R"({"allOf":[{"properties":{"b":{"type":"string"}}},{"properties":{"a":{"type":"string"},"b":{"minimum":5}}}],"required":["z"]})";
  const auto found = violations(schema, R"({"a":1,"b":2})");
  ASSERT_EQ(found.size(), 4u);
  EXPECT_THAT(found, ElementsAre(StartsWith(" | /required"), StartsWith("/a | /allOf/1"), StartsWith("/b | /allOf/0"),
                                 StartsWith("/b | /allOf/1")));
  EXPECT_EQ(violations(schema, R"({"a":1,"b":2})", 2).size(), 2u);
  EXPECT_EQ(violations(schema, R"({"a":1,"b":2})", 0).size(), 1u) << "an invalid instance never looks valid";
}

TEST(Branches, TheOneThatCameFurthestIsShown) {
  const std::string schema = R"({"anyOf":[
    {"type":"string"},
    {"properties":{"kind":{"const":"x"},"size":{"type":"integer"}},"required":["kind"]},
    {"properties":{"kind":{"const":"y"},"size":{"type":"object","properties":{"w":{"type":"integer"}}}},"required":["kind"]}]})";
  EXPECT_THAT(violations(schema, R"({"kind":"y","size":{"w":"wide"}})"),
              ElementsAre(" | /anyOf | matches none of the 3 forms allowed; form 3 comes closest, and is missed because:",
                          "/size/w | /anyOf/2/properties/size/properties/w/type | must be of type integer, but is a string"));
  EXPECT_THAT(violations(R"({"oneOf":[{"type":"integer"},{"type":"string","minLength":3}]})", "\"ab\""),
              ElementsAre(HasSubstr("form 2 comes closest"), HasSubstr("shorter than 3")));
  EXPECT_THAT(violations(R"({"anyOf":[{"minimum":3}]})", "1"),
              ElementsAre(HasSubstr("does not match the one form"), HasSubstr("1 is less than 3")));
}

TEST(Branches, StayBehindTheLineThatAnnouncesThem) {
  const auto found =
      violations(R"({"anyOf":[{"properties":{"b":{"type":"string"}}}],"properties":{"a":{"type":"string"}}})", R"({"a":1,"b":1})");
  EXPECT_THAT(found, ElementsAre(StartsWith(" | /anyOf"), StartsWith("/b | /anyOf/0"), StartsWith("/a | ")));
}

TEST(Check, SaysWhereInTheFile) {
  const Schema schema = compile(R"({"properties":{"a":{"items":{"minimum":3}}}})");
  const JsonDocument document = parse("{\n  \"a\": [3,\n        1]\n}");
  const auto result = check(schema, document);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().where.str(), "instance.json:3:9 (at /a/1)");
  EXPECT_EQ(result.error().what, "1 is less than 3");
  EXPECT_THAT(result.error().hint, HasSubstr("/properties/a/items/minimum"));
  EXPECT_OK(check(schema, parse(R"({"a":[3]})")));
}

TEST(Check, ABranchsReasonIsInTheOneLine) {
  const auto result = check(compile(R"({"anyOf":[{"properties":{"b":{"type":"string"}}},false]})"), parse(R"({"b":1})"));
  ASSERT_FALSE(result.has_value());
  EXPECT_THAT(result.error().what, AllOf(HasSubstr("form 1"), EndsWith("because: /b must be of type string, but is the number 1")));
}

TEST(Compile, ErrorsSayWhatAndWhere) {
  const std::pair<const char*, std::pair<const char*, const char*>> cases[] = {
      {R"([])", {"a schema is an object, true or false", ""}},
      {R"({"type":"strin"})", {"\"strin\" is no type", "/type"}},
      {R"({"type":["string",1]})", {"1 is no type", "/type/1"}},
      {R"({"properties":{"a":{"minLength":-1}}})", {"whole number of zero or more", "/properties/a/minLength"}},
      {R"({"minLength":1.5})", {"whole number", "/minLength"}},
      {R"({"maximum":"3"})", {"must be a number, not \"3\"", "/maximum"}},
      {R"({"multipleOf":0})", {"greater than zero", "/multipleOf"}},
      {R"({"required":["a",1]})", {"array of strings", "/required/1"}},
      {R"({"properties":{"a":1}})", {"a schema is an object, true or false", "/properties/a"}},
      {R"({"properties":[]})", {"must be an object", "/properties"}},
      {R"({"items":[true]})", {"prefixItems", "/items"}},
      {R"({"allOf":[]})", {"not empty", "/allOf"}},
      {R"({"enum":1})", {"must be an array", "/enum"}},
      {R"x({"pattern":"a(?=b)"})x", {"look-ahead is not supported at offset 1", "/pattern"}},
      {R"({"patternProperties":{"(":{}}})", {"unclosed group", "/patternProperties/("}},
      {R"({"$ref":"#/$defs/x"})", {"leads to /$defs/x, which does not exist (there is no \"$defs\")", "/$ref"}},
      {R"({"$ref":"#x"})", {"there is no anchor \"x\"", "/$ref"}},
      {R"({"$ref":"#/title","title":"x"})", {"is not a schema", "/$ref"}},
      {R"({"items":{"$ref":"https://example.org/x#/y"}})", {"https://example.org/x, which is not among the schemas given", "/items/$ref"}},
      {R"({"$ref":"a b"})", {"not a URI reference", "/$ref"}},
      {R"({"$ref":"#/%zz"})", {"not a URI reference", "/$ref"}},
      {R"({"$schema":"https://json-schema.org/draft/2019-09/schema"})", {"unknown JSON Schema draft", "/$schema"}},
      {R"({"$id":"https://example.org/a#b"})", {"no fragment", "/$id"}},
      {R"({"$defs":{"a":{"$id":"https://example.org/a"},"b":{"$id":"https://example.org/a"}}})",
       {"two schemas have the $id", "/$defs/b/$id"}},
      {R"({"$defs":{"a":{"$anchor":"x"},"b":{"$anchor":"x"}}})", {"a second anchor \"x\"", "/$defs/b/$anchor"}},
      {R"({"$anchor":7})", {"must be a name", "/$anchor"}},
  };
  for (const auto& [text, expected] : cases) {
    const Error error = compile_error(text);
    EXPECT_THAT(error.what, HasSubstr(expected.first)) << text;
    EXPECT_EQ(error.where.pointer, expected.second) << text;
    EXPECT_EQ(error.where.file, "schema.json") << text;
    EXPECT_TRUE(error.where.line.has_value()) << text;
  }
  EXPECT_EQ(compile_error("{\"a\":}").where.str().substr(0, 15), "schema.json:1:6");
}

TEST(Compile, LoopsThatNeverGoIntoTheInstanceAreErrors) {
  for (const char* text :
       {R"({"$ref":"#"})", R"({"allOf":[{"$ref":"#"}]})",
        R"({"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}})",
        R"({"anyOf":[{"type":"string"},{"not":{"$ref":"#"}}]})", R"({"if":{"$ref":"#"}})", R"({"dependentSchemas":{"a":{"$ref":"#"}}})",
        R"({"$schema":"http://json-schema.org/draft-07/schema#","definitions":{"a":{"oneOf":[{"$ref":"#/definitions/a"}]}}})"}) {
    const Error error = compile_error(text);
    EXPECT_THAT(error.what, HasSubstr("leads back to itself")) << text;
    EXPECT_TRUE(error.where.line.has_value());
  }
  EXPECT_TRUE(compile(R"({"properties":{"a":{"$ref":"#"}},"items":{"$ref":"#"},"additionalProperties":{"$ref":"#"}})")
                  .is_valid(parse(R"({"a":{"a":[{}]}})").root()));
}

TEST(Compile, AFaultInAnUnusedDefinitionIsFound) {
  EXPECT_EQ(compile_error(R"({"$defs":{"never":{"type":"nope"}}})").where.pointer, "/$defs/never/type");
}

TEST(Evaluation, ALoopThroughDynamicScopeEndsWithAMessage) {
  // The static target of the $dynamicRef is harmless; the one in scope is the root, which leads there again.
  const Schema schema = compile(R"({"$id":"https://example.org/root","$dynamicAnchor":"x","$ref":"inner",
    "$defs":{"inner":{"$id":"inner","$dynamicRef":"#x","$defs":{"x":{"$dynamicAnchor":"x"}}}}})");
  const auto found = schema.validate(parse("1").root());
  ASSERT_EQ(found.size(), 1u);
  EXPECT_THAT(found[0].message, HasSubstr("not decided"));
  EXPECT_FALSE(schema.is_valid(parse("1").root()));
}

TEST(Evaluation, BranchesThatMultiplyAreStopped) {
  CompileOptions options;
  options.max_steps = 100'000;
  const Schema schema = compile(
      R"({"anyOf":[{"type":"array","items":{"$ref":"#"},"minItems":1},{"items":{"$ref":"#"},"type":"array","minItems":1}]})", options);
  const JsonDocument deep = parse(std::string(100, '[') + std::string(100, ']'));
  const auto found = schema.validate(deep.root());
  ASSERT_EQ(found.size(), 1u);
  EXPECT_THAT(found[0].message, HasSubstr("beyond 100000 steps"));
  EXPECT_FALSE(schema.is_valid(deep.root()));
}

TEST(Evaluation, ALongChainOfReferencesIsBoundedNotACrash) {
  std::string text = R"({"$ref":"#/$defs/0","$defs":{)";
  for (int i = 0; i < 4'000; ++i) text += fmt::format(R"("{}":{{"$ref":"#/$defs/{}"}},)", i, i + 1);
  text += R"("4000":{"type":"string"}}})";
  const auto found = compile(text).validate(parse("1").root());
  ASSERT_EQ(found.size(), 1u);
  EXPECT_THAT(found[0].message, HasSubstr("not decided"));
}

TEST(Evaluation, TheDeepestInstanceAndSchemaFitTheStack) {
  const Schema schema =
      compile(R"({"$ref":"#/$defs/a","$defs":{"a":{"allOf":[{"$ref":"#/$defs/b"}]},"b":{"anyOf":[{"items":{"$ref":"#"}}]}}})");
  EXPECT_TRUE(schema.is_valid(parse(std::string(128, '[') + std::string(128, ']')).root()));
}

TEST(Evaluation, UniqueItemsIsNotQuadratic) {
  std::string text = "[";
  for (int i = 0; i < 300'000; ++i) text += fmt::format("{{\"k\":{}}},", i);
  const Schema schema = compile(R"({"uniqueItems":true})");
  EXPECT_TRUE(schema.is_valid(parse(text + "-1]").root()));
  const auto found = schema.validate(parse(text + "{\"k\":17.0}]").root());
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].instance, "/300000");
  EXPECT_THAT(found[0].message, HasSubstr("repeats item 17 "));
}

TEST(Evaluation, IntegersAreExactAtTheEdges) {
  const Schema schema = compile(R"({"maximum":9223372036854775807})");
  EXPECT_TRUE(schema.is_valid(parse("9223372036854775807").root()));
  EXPECT_FALSE(schema.is_valid(parse("9223372036854775808").root()));
  EXPECT_FALSE(schema.is_valid(parse("18446744073709551615").root()));
}

TEST(Formats, AssertOrAnnotate) {
  CompileOptions annotate;
  annotate.formats = FormatMode::annotate;
  EXPECT_FALSE(compile(R"({"format":"uuid"})").is_valid(parse("\"x\"").root()));
  EXPECT_TRUE(compile(R"({"format":"uuid"})", annotate).is_valid(parse("\"x\"").root()));
  EXPECT_TRUE(compile(R"({"format":"x-own"})").is_valid(parse("\"x\"").root()));
  EXPECT_TRUE(compile(R"({"format":"uuid"})").is_valid(parse("7").root()));
}

TEST(Drafts, KeywordsMeanWhatTheirDraftSays) {
  const auto valid = [](const char* draft, const char* rest, const char* instance) {
    return compile(fmt::format(R"({{"$schema":"{}",{}}})", draft, rest)).is_valid(parse(instance).root());
  };
  const char* draft4 = "http://json-schema.org/draft-04/schema#";
  const char* draft7 = "http://json-schema.org/draft-07/schema#";
  const char* draft2020 = "https://json-schema.org/draft/2020-12/schema";
  EXPECT_FALSE(valid(draft7, R"("items":[true],"additionalItems":false)", "[1,2]"));
  EXPECT_TRUE(valid(draft2020, R"("prefixItems":[true],"additionalItems":false)", "[1,2]"));
  EXPECT_TRUE(valid(draft7, R"("prefixItems":[false])", "[1]"));
  EXPECT_TRUE(valid(draft7, R"("$ref":"#/definitions/a","maximum":1,"definitions":{"a":{}})", "2")) << "nothing counts beside $ref";
  EXPECT_FALSE(valid(draft2020, R"("$ref":"#/$defs/a","maximum":1,"$defs":{"a":{}})", "2"));
  EXPECT_TRUE(valid(draft7, R"("dependentRequired":{"a":["b"]})", R"({"a":1})"));
  EXPECT_FALSE(valid(draft2020, R"("dependencies":{"a":["b"]})", R"({"a":1})")) << "kept for compatibility";
  EXPECT_TRUE(valid(draft7, R"("contains":true,"minContains":2)", "[1]"));
  EXPECT_FALSE(valid(draft4, R"("minimum":1,"exclusiveMinimum":true)", "1"));
  EXPECT_TRUE(valid(draft4, R"("const":1)", "2"));
  EXPECT_FALSE(valid("https://json-schema.org/draft-07/schema", R"("const":1)", "2")) << "https is taken for http";
}

TEST(Drafts, TheMetaSchemasAcceptThemselves) {
  for (const std::string& path : DataSet::embedded().list("schemas/meta/")) {
    const auto text = DataSet::embedded().file(path);
    ASSERT_OK(text);
    const JsonDocument document = parse(std::string(*text));
    const auto draft = json_string(document.root(), "$schema");
    ASSERT_TRUE(draft) << path;
    const Schema meta = compile(fmt::format(R"({{"$schema":"{}","{}":"{}"}})", *draft, "$ref", *draft));
    EXPECT_OK(check(meta, document));
    EXPECT_FALSE(meta.is_valid(parse(R"({"type":"nope"})").root())) << path;
    EXPECT_FALSE(meta.is_valid(parse(R"({"properties":{"a":{"minLength":-1}}})").root())) << path;
  }
}

TEST(Documents, AreFoundByRetrievalUriAndById) {
  CompileOptions options;
  options.documents["https://example.org/given-as"] =
      R"({"$id":"https://example.org/called","$defs":{"a":{"$id":"inner","type":"string"}},"type":"integer"})";
  EXPECT_FALSE(compile(R"({"$ref":"https://example.org/given-as"})", options).is_valid(parse("\"x\"").root()));
  EXPECT_FALSE(compile(R"({"$ref":"https://example.org/called"})", options).is_valid(parse("\"x\"").root()));
  EXPECT_TRUE(compile(R"({"$ref":"https://example.org/inner"})", options).is_valid(parse("\"x\"").root()));
  options.documents["https://example.org/broken"] = "{";
  EXPECT_EQ(compile_error(R"({"$ref":"https://example.org/broken"})", options).where.file, "https://example.org/broken");
  EXPECT_FALSE(compile(R"({"$ref":"https://example.org/called"})", options).is_valid(parse("\"x\"").root()));
}

TEST(Documents, AMetaSchemaWrittenInItselfIsAnError) {
  CompileOptions options;
  options.documents["https://example.org/meta"] = R"({"$schema":"https://example.org/meta"})";
  EXPECT_THAT(compile_error(R"({"$schema":"https://example.org/meta"})", options).what, HasSubstr("written in itself"));
}

TEST(Schema, IsSafeToShareBetweenThreads) {
  const Schema schema = compile(R"({"items":{"anyOf":[{"pattern":"^a+$"},{"type":"integer","multipleOf":0.5}]},"uniqueItems":true})");
  const JsonDocument document = parse(R"(["a","aa",1,2,3,"b"])");
  std::vector<std::vector<Violation>> results(4);
  {
    std::vector<std::jthread> threads;
    for (auto& result : results) threads.emplace_back([&result, &schema, &document] { result = schema.validate(document.root()); });
  }
  for (const auto& result : results) {
    ASSERT_EQ(result.size(), 2u);
    EXPECT_EQ(result[0].instance, "/5");
    EXPECT_EQ(result[0].message, results[0][0].message);
  }
}

}  // namespace
}  // namespace entente::schema
