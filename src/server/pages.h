// The few pages a person needs: front page, sign-up, confirmation of a mailbox, communication check. English and French, light and dark,
// usable without a mouse and, but for what only a script can do, without scripts. Content: data/pages/. Private to the room.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "server/api.h"
#include "server/applications.h"
#include "server/mail_signup.h"

namespace entente::server {

enum class PageLanguage : std::uint8_t { english, french };
// ?lang= decides, else the first of Accept-Language that is one of the two, else English.
[[nodiscard]] PageLanguage page_language(const http::Request& request);

// Immutable once open; thread-safe.
class Pages {
 public:
  struct Parts {
    const DataSet* data = nullptr;
    std::string public_url;                 // may be empty
    std::function<std::string()> registry;  // its name, as the rules say it
    std::shared_ptr<MailSignup> confirmations;
    std::shared_ptr<const Applications> applications;
  };
  // Errors: a file of data/pages/ is missing, or a template names a text that is not there.
  [[nodiscard]] static Result<std::shared_ptr<Pages>> open(Parts parts);
  [[nodiscard]] bool has(std::string_view path) const;
  // For a path it has. GET and HEAD change nothing; the one POST is /confirm, for those without scripts.
  void handle(const http::Request& request, const http::Reply& reply) const;
  // A page that says no more than what kind of refusal it is: 404, 405, 413 …
  [[nodiscard]] http::Response refused(unsigned status, PageLanguage language) const;

 private:
  // Values of a template: those of `text` are escaped, those of `html` are not.
  struct Values {
    std::map<std::string, std::string, std::less<>> text, html;
  };
  explicit Pages(Parts parts) : parts_(std::move(parts)) {}
  [[nodiscard]] Result<void> read();
  [[nodiscard]] Result<void> check_templates() const;
  [[nodiscard]] std::string_view text(std::string_view key, PageLanguage language) const;
  [[nodiscard]] std::string fill(std::string_view name, PageLanguage language, const Values& values) const;
  [[nodiscard]] http::Response page(unsigned status, std::string_view name, PageLanguage language, Values values,
                                    std::string_view title) const;
  [[nodiscard]] http::Response signup(const http::Request& request, PageLanguage language) const;
  [[nodiscard]] std::string pledge(const Json& predicate, PageLanguage language) const;
  // What keeps the typed pledge from being one, in the page's language, each with the field's name; empty: nothing.
  [[nodiscard]] std::vector<std::string> faults(const Json& predicate, PageLanguage language) const;
  [[nodiscard]] std::string field_name(std::string_view pointer, PageLanguage language) const;
  [[nodiscard]] std::string text_field(const std::string& chosen, PageLanguage language) const;
  [[nodiscard]] std::string answer_words(std::string_view code, const std::string& english, PageLanguage language) const;
  [[nodiscard]] std::string problem_words(PageLanguage language) const;
  [[nodiscard]] std::string problem_html(std::string_view what, PageLanguage language) const;
  [[nodiscard]] std::string words(std::initializer_list<std::string_view> names, PageLanguage language) const;
  [[nodiscard]] http::Response confirmed(const http::Response& answer, PageLanguage language) const;
  void confirm(const http::Request& request, PageLanguage language, const http::Reply& reply) const;

  const Parts parts_;
  std::map<std::string, std::string, std::less<>> templates_, assets_;  // by file name
  std::map<std::string, std::pair<std::string, std::string>, std::less<>> texts_;
};

}  // namespace entente::server
