// Templates are HTML files with {{name}} for a text or an escaped value and {{{name}}} for HTML this file made. A value from a request can
// only come in escaped. Answers carry a policy by which a browser loads nothing from elsewhere and runs no script that is not a file here.
#include "server/pages.h"

#include <fmt/format.h>

#include <array>

#include "assess/html.h"
#include "core/utf8.h"
#include "registry/natures.h"
#include "statement/statement.h"

namespace entente::server {
namespace {

using http::Method;
using http::Reply;
using http::Request;
using http::Response;

constexpr std::string_view kPolicy =
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "
    "'none'";
constexpr std::array<std::string_view, 9> kTemplates{"layout.html",    "front.html",    "signup.html",  "pledge.html", "confirm.html",
                                                     "confirmed.html", "comcheck.html", "refused.html", "texts.json"};
constexpr std::array<std::string_view, 4> kAssets{"site.css", "signup.js", "confirm.js", "comcheck.js"};
constexpr std::array<std::string_view, 4> kPaths{"/", "/signup", "/confirm", "/comcheck"};
constexpr std::string_view kAssetPrefix = "/pages/";
constexpr std::string_view kPlaceholderKey = "example+5b9e6d4e+";  // any: the form's pledge has its key from whoever signs it

Response page_response(unsigned status, std::string type, std::string body, std::string_view cache) {
  Response out{.status = status, .content_type = std::move(type), .body = std::move(body)};
  out.headers = {{"Content-Security-Policy", std::string(kPolicy)},
                 {"Referrer-Policy", "no-referrer"},
                 {"Cache-Control", std::string(cache)},
                 {"Vary", "Accept-Language"}};
  return out;
}

// The parameter as a person typed it, without blanks around it; empty where it is absent.
std::string typed(const Request& request, std::string_view name) {
  const auto values = parameters(request, name);
  if (values.empty()) return {};
  std::string_view text = values.front();
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return std::string(text);
}

// The pledge but for key and time, which come with the signature. A text the registry publishes brings its language and version.
Json typed_pledge(const Request& request, const std::vector<registry::CallText>& texts) {
  Json organisation{{"id", typed(request, "id")}, {"name", typed(request, "name")}, {"category", typed(request, "category")}};
  if (const std::string country = typed(request, "country"); !country.empty()) organisation["country"] = country;
  Json out{{"organisation", std::move(organisation)}};
  out["text"] = {{"language", page_language(request) == PageLanguage::french ? "fr" : "en"}, {"sha256", typed(request, "text")}};
  for (const registry::CallText& text : texts) {
    if (out["text"]["sha256"] != Json(text.sha256.hex())) continue;
    out["text"]["language"] = text.language;
    if (!text.version.empty()) out["text"]["version"] = text.version;
  }
  if (const std::string domain = typed(request, "domain"); !domain.empty()) out["domains"] = Json::array({domain});
  return out;
}

Result<void> check_typed_pledge(const Json& pledge, const DataSet& data) {
  statement::Statement made;
  const auto text = Digest::from_hex(pledge["text"]["sha256"].get_ref<const std::string&>());
  if (!text) return fail("the text's digest must have 64 lower-case hex digits", {.pointer = "/text/sha256"});
  made.subjects = {{.name = {}, .sha256 = *text}};
  made.predicate_type = fmt::format("{}pledge/v1", statement::kPredicateBase);
  made.predicate = pledge;
  made.predicate["key"] = std::string(kPlaceholderKey) + to_base64(Bytes(33, 1));
  made.predicate["at"] = "2026-01-01T00:00:00Z";
  return statement::check_predicate(made, data);
}

}  // namespace

PageLanguage page_language(const Request& request) {
  if (const auto asked = parameters(request, "lang"); !asked.empty())
    return asked.front() == "fr" ? PageLanguage::french : PageLanguage::english;
  std::string_view accepted = request.header("Accept-Language");
  while (!accepted.empty()) {
    const std::size_t comma = std::min(accepted.find(','), accepted.size());
    std::string_view tag = accepted.substr(0, comma);
    while (tag.starts_with(' ')) tag.remove_prefix(1);
    if (tag.starts_with("fr")) return PageLanguage::french;
    if (tag.starts_with("en")) return PageLanguage::english;
    accepted.remove_prefix(std::min(comma + 1, accepted.size()));
  }
  return PageLanguage::english;
}

Result<std::shared_ptr<Pages>> Pages::open(Parts parts) {
  std::shared_ptr<Pages> out(new Pages(std::move(parts)));
  ENTENTE_CHECK(out->read());
  ENTENTE_CHECK(out->check_templates());
  return out;
}

Result<void> Pages::read() {
  for (const std::string_view name : kTemplates) {
    ENTENTE_TRY(templates_[std::string(name)], parts_.data->file("pages/" + std::string(name)));
  }
  for (const std::string_view name : kAssets) { ENTENTE_TRY(assets_[std::string(name)], parts_.data->file("pages/" + std::string(name))); }
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(templates_.at("texts.json"), parts_.data->display_name("pages/texts.json")));
  const auto object = as_object(document.root());
  if (!object) return fail("the texts of the pages are no JSON object", {.file = document.name()});
  for (const auto field : *object) {
    std::vector<std::string> both;
    if (const auto list = as_array(field.value))
      for (const JsonView item : *list) both.emplace_back(as_string(item).value_or(""));
    if (both.size() != 2)
      return fail("a text of the pages needs English and French", {.file = document.name(), .pointer = pointer_segment(field.key)});
    texts_[std::string(field.key)] = {both[0], both[1]};
  }
  return {};
}

// So that a text that is missing shows at the start and not to a reader.
Result<void> Pages::check_templates() const {
  constexpr std::array<std::string_view, 17> kValues{"language", "registry", "title", "other_code", "id",       "name",
                                                     "country",  "domain",   "text",  "pledge",     "commands", "supporter",
                                                     "salt",     "script",   "body",  "problem",    "refused"};
  constexpr std::array<std::string_view, 5> kMade{"categories", "result", "words", "text_field", "problems"};
  for (const auto& [file, content] : templates_) {
    if (!file.ends_with(".html")) continue;
    for (std::size_t at = content.find("{{"); at != std::string::npos; at = content.find("{{", at + 1)) {
      const std::size_t begin = content.find_first_not_of('{', at), end = content.find("}}", begin);
      const std::string name = content.substr(begin, end - begin);
      if (!texts_.contains(name) && std::ranges::find(kValues, name) == kValues.end() && std::ranges::find(kMade, name) == kMade.end())
        return fail("a page names a text that is not there: " + name, {.file = parts_.data->display_name("pages/" + file)});
      at = end;
    }
  }
  return {};
}

std::string_view Pages::text(std::string_view key, PageLanguage language) const {
  const auto it = texts_.find(key);
  if (it == texts_.end()) return key;
  return language == PageLanguage::french ? it->second.second : it->second.first;
}

std::string Pages::fill(std::string_view name, PageLanguage language, const Values& values) const {
  const std::string_view content = templates_.find(name)->second;
  std::string out;
  std::size_t done = 0;
  for (std::size_t at = content.find("{{"); at != std::string_view::npos; at = content.find("{{", done)) {
    out.append(content.substr(done, at - done));
    const bool html = content.substr(at).starts_with("{{{");
    const std::size_t begin = at + (html ? 3 : 2), end = content.find(html ? "}}}" : "}}", begin);
    if (end == std::string_view::npos) break;
    const std::string_view key = content.substr(begin, end - begin);
    if (html) {
      if (const auto it = values.html.find(key); it != values.html.end()) out.append(it->second);
    } else if (const auto it = values.text.find(key); it != values.text.end()) {
      out.append(assess::escape(it->second));
    } else if (texts_.contains(key)) {
      out.append(assess::escape(text(key, language)));
    }
    done = end + (html ? 3 : 2);
  }
  return out.append(content.substr(done));
}

Response Pages::page(unsigned status, std::string_view name, PageLanguage language, Values values, std::string_view title) const {
  const bool french = language == PageLanguage::french;
  values.text["language"] = french ? "fr" : "en";
  Values around;
  around.text = {{"language", french ? "fr" : "en"}, {"other_code", french ? "en" : "fr"}, {"registry", parts_.registry()}};
  around.text["title"] = text(title, language);
  around.html["body"] = fill(std::string(name) + ".html", language, values);
  if (assets_.contains(std::string(name) + ".js"))
    around.html["script"] = fmt::format(R"(<script src="/pages/{}.js" defer></script>)", name);
  return page_response(status, "text/html; charset=utf-8", fill("layout.html", language, around), status == 200 ? "no-cache" : "no-store");
}

std::string Pages::problem_html(std::string_view what, PageLanguage language) const {
  return fmt::format(R"(<p class="message bad" role="alert">{} {}</p>)", assess::escape(text("not_taken", language)), assess::escape(what));
}

std::string Pages::words(std::initializer_list<std::string_view> names, PageLanguage language) const {
  std::string out;
  for (const std::string_view name : names)
    out += fmt::format(R"({}data-{}="{}")", out.empty() ? "" : " ", name, assess::escape(text("word_" + std::string(name), language)));
  return out;
}

// ---- what is wrong, in the page's language

// The form's fields by where they stand in the pledge.
std::string Pages::field_name(std::string_view pointer, PageLanguage language) const {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kFields{{{"/organisation/id", "field_id"},
                                                                                  {"/organisation/name", "field_name"},
                                                                                  {"/organisation/category", "field_category"},
                                                                                  {"/organisation/country", "field_country"},
                                                                                  {"/domains", "field_domain"},
                                                                                  {"/text", "field_text"}}};
  for (const auto& [begin, key] : kFields)
    if (pointer.starts_with(begin)) return std::string(text(key, language));
  return std::string(text("field_other", language));
}

std::vector<std::string> Pages::faults(const Json& predicate, PageLanguage language) const {
  const bool french = language == PageLanguage::french;
  std::vector<std::string> out;
  const auto add = [&](std::string_view pointer, std::string_view what, std::string_view repair) {
    out.push_back(fmt::format("{}{} {}{} {}.", field_name(pointer, language), french ? " :" : ":", what, french ? " ;" : ";", repair));
  };
  const auto document = JsonDocument::parse(json_compact(predicate), "pledge");
  if (parts_.applications && document)
    for (const registry::ApplicationProblem& problem : parts_.applications->check(registry::Application::of(document->root()))) {
      const auto& words = french ? problem.french : problem.english;
      add(problem.pointer, words.what, words.repair);
    }
  if (!out.empty()) return out;
  const auto sound = check_typed_pledge(predicate, *parts_.data);
  if (sound) return out;
  std::string_view pointer = sound.error().where.pointer;
  if (constexpr std::string_view kPredicate = "/predicate"; pointer.starts_with(kPredicate)) pointer.remove_prefix(kPredicate.size());
  // The schema speaks of patterns; people are told the form that is asked for.
  const std::string_view form = pointer.starts_with("/organisation/id")         ? "form_id"
                                : pointer.starts_with("/organisation/name")     ? "form_name"
                                : pointer.starts_with("/organisation/category") ? "form_category"
                                : pointer.starts_with("/organisation/country")  ? "hint_country"
                                : pointer.starts_with("/domains")               ? "form_domain"
                                : pointer.starts_with("/text")                  ? "form_text"
                                                                                : "form_other";
  out.push_back(fmt::format("{}{} {}", field_name(pointer, language), french ? " :" : ":", text(form, language)));
  return out;
}

// What the API answered: its own English, or the sentence the pages have for its code.
std::string Pages::answer_words(std::string_view code, const std::string& english, PageLanguage language) const {
  if (language == PageLanguage::english) return english;
  const std::string key = "problem_" + std::string(code);
  if (texts_.contains(key)) return std::string(text(key, language));
  return fmt::format("{} ({})", text("problem_other", language), code);
}

// For scripts: a JSON object from codes to sentences; empty where the API's English is the page's language.
std::string Pages::problem_words(PageLanguage language) const {
  Json out = Json::object();
  constexpr std::string_view kProblem = "problem_";
  if (language != PageLanguage::english)
    for (const auto& [key, both] : texts_)
      if (key.starts_with(kProblem)) out[key.substr(kProblem.size())] = both.second;
  return fmt::format(R"(data-problems="{}")", assess::escape(json_compact(out)));
}

Response Pages::refused(unsigned status, PageLanguage language) const {
  std::string key = "refused_" + std::to_string(status);
  if (!texts_.contains(key)) key = "refused_other";
  Values values;
  values.text["refused"] = text(key, language);
  Response out = page(status, "refused", language, std::move(values), "refused_title");
  return out;
}

// ---- the pages

// A choice where the registry says which texts it takes, else a field for any.
std::string Pages::text_field(const std::string& chosen, PageLanguage language) const {
  static const std::vector<registry::CallText> kNone;
  const auto& texts = parts_.applications ? parts_.applications->texts() : kNone;
  if (texts.empty())
    return fmt::format(R"(<p class="hint" id="text-hint">{}</p>
<input id="text" name="text" value="{}" required pattern="[0-9a-f]{{64}}" maxlength="64" aria-describedby="text-hint" autocapitalize="none" spellcheck="false">)",
                       assess::escape(text("hint_text", language)), assess::escape(chosen));
  std::string options, links;
  for (const registry::CallText& call : texts) {
    const std::string digest = call.sha256.hex();
    const bool preset = chosen.empty() && call.language.starts_with(language == PageLanguage::french ? "fr" : "en");
    const std::string label = fmt::format("{}{}{}: {}", call.language, call.version.empty() ? "" : ", ", call.version, digest);
    options +=
        fmt::format(R"(<option value="{}"{}>{}</option>)", digest, digest == chosen || preset ? " selected" : "", assess::escape(label));
    links += fmt::format("<li>{}</li>", call.content.empty()
                                            ? assess::escape(label)
                                            : fmt::format(R"(<a href="{}/texts/{}">{}</a>)", kApiPrefix, digest, assess::escape(label)));
  }
  return fmt::format(R"(<p class="hint" id="text-hint">{}</p>
<ul>{}</ul>
<select id="text" name="text" required aria-describedby="text-hint">{}</select>)",
                     assess::escape(text("hint_text_choice", language)), links, options);
}

std::string Pages::pledge(const Json& predicate, PageLanguage language) const {
  const std::string id = predicate["organisation"]["id"];
  const std::string url = parts_.public_url.empty() ? "URL" : parts_.public_url;
  const std::string shown = json_pretty(predicate);
  std::string commands =
      fmt::format("entente keygen {0} -o {0}.key\ncat > pledge.json <<'END'\n{1}{2}END\n", id, shown, shown.ends_with('\n') ? "" : "\n");
  commands += fmt::format("entente registry sign pledge pledge.json --key {}.key --send {}\n", id, url);
  if (predicate.contains("domains"))
    commands += fmt::format("entente registry challenge {0} {1} {2}\nentente registry prove {0} {1} {2}\n", url, id,
                            predicate["domains"][0].get<std::string>());
  else
    commands += fmt::format("entente registry confirm {} {} ADDRESS --key {}.key\n", url, id, id);
  commands += fmt::format("entente registry signup {} {}\n", url, id);
  Values values;
  values.text = {{"pledge", shown}, {"commands", commands}};
  values.html["words"] = words({"kept", "sent", "looking", "proven", "mailed", "copied", "failed", "refused"}, language);
  values.html["problems"] = problem_words(language);
  return fill("pledge.html", language, values);
}

Response Pages::signup(const Request& request, PageLanguage language) const {
  Values values;
  for (const char* field : {"id", "name", "country", "domain"}) values.text[field] = typed(request, field);
  values.html["text_field"] = text_field(typed(request, "text"), language);
  std::string& options = values.html["categories"];
  options = fmt::format(R"(<option value="">{}</option>)", assess::escape(text("no_choice", language)));
  const std::string chosen = typed(request, "category");
  if (const auto list = registry::CodeList::load(*parts_.data, "catalog/registry/categories.json", "categories"))
    for (const registry::CodeName& code : list->all())
      options += fmt::format(R"(<option value="{}"{}>{}</option>)", assess::escape(code.code), code.code == chosen ? " selected" : "",
                             assess::escape(language == PageLanguage::french ? code.fr : code.en));
  unsigned status = 200;
  if (!parameters(request, "id").empty()) {
    const Json predicate = typed_pledge(request, parts_.applications ? parts_.applications->texts() : std::vector<registry::CallText>());
    const std::vector<std::string> wrong = faults(predicate, language);
    if (wrong.empty())
      values.html["result"] = pledge(predicate, language);
    else
      status = 422;
    for (const std::string& fault : wrong) values.html["problem"] += problem_html(fault, language);
  }
  return page(status, "signup", language, std::move(values), "signup_title");
}

Response Pages::confirmed(const Response& answer, PageLanguage language) const {
  Values values;
  const auto document = JsonDocument::parse(answer.body, "answer", {.max_bytes = 64 << 10, .max_depth = 8});
  const auto member = [&](const char* name) {
    return document && as_object(document->root()) ? std::string(json_string(document->root(), name).value_or("")) : std::string();
  };
  if (answer.status == 201) {
    values.text = {{"supporter", member("supporter")}, {"salt", member("salt")}};
    Response out = page(200, "confirmed", language, std::move(values), "confirmed_title");
    for (auto& [name, value] : out.headers)
      if (name == "Cache-Control") value = "no-store";
    return out;
  }
  const std::string hint = member("hint");
  values.html["problem"] =
      problem_html(answer_words(member("code"), member("detail") + (hint.empty() ? "" : " (" + hint + ")"), language), language);
  return page(answer.status, "confirm", language, std::move(values), "confirm_title");
}

void Pages::confirm(const Request& request, PageLanguage language, const Reply& reply) const {
  auto returned = MailSignup::read_returned(request);
  if (!returned) {
    Values values;
    values.html["problem"] = problem_html(answer_words("malformed-token", returned.error().what, language), language);
    return reply(page(400, "confirm", language, std::move(values), "confirm_title"));
  }
  parts_.confirmations->confirm(std::move(*returned),
                                [this, language, reply](const Response& answer) { reply(confirmed(answer, language)); });
}

bool Pages::has(std::string_view path) const {
  if (path.starts_with(kAssetPrefix)) return assets_.contains(path.substr(kAssetPrefix.size()));
  return std::ranges::find(kPaths, path) != kPaths.end();
}

void Pages::handle(const Request& request, const Reply& reply) const {
  const std::string_view path = request.path;
  const PageLanguage language = page_language(request);
  if (request.method == Method::post && path == "/confirm") return confirm(request, language, reply);
  if (request.method != Method::get && request.method != Method::head) {
    Response out = refused(405, language);
    out.headers.emplace_back("Allow", path == "/confirm" ? "GET, HEAD, POST" : "GET, HEAD");
    return reply(std::move(out));
  }
  if (path.starts_with(kAssetPrefix)) {
    const std::string_view name = path.substr(kAssetPrefix.size());
    return reply(page_response(200, name.ends_with(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8",
                               assets_.find(name)->second, "max-age=300"));
  }
  if (path == "/signup") return reply(signup(request, language));
  Values values;
  if (path == "/comcheck") {
    values.html["words"] = words({"taken", "failed", "refused"}, language);
    values.html["problems"] = problem_words(language);
  }
  const std::string name = path == "/" ? "front" : std::string(path.substr(1));
  reply(page(200, name, language, std::move(values), name + "_title"));
}

}  // namespace entente::server
