#include "registry/mail_message.h"

#include <gmock/gmock.h>

#include <sstream>

#include "test_support.h"

namespace entente::registry {
namespace {

using testing::HasSubstr;
using testing::Not;

MailMessage a_mail() {
  MailMessage out{.from = MailAddress::parse("registry@registry.example").value(),
                  .from_name = "The registry",
                  .to = MailAddress::parse("office@pledge.example").value()};
  out.subject = "Please confirm";
  out.body = "Hello\n";
  out.language = "en";
  out.date = std::chrono::sys_days{std::chrono::year{2026} / 11 / 7} + std::chrono::seconds{3661};
  out.id = "1.confirm";
  return out;
}

// A reader's decoder, written apart from the composer.
std::string decode_quoted_printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') {
      out += text[i];
    } else if (text.substr(i + 1, 2) == "\r\n") {
      i += 2;
    } else {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    }
  }
  return out;
}
std::string decode_words(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; (at = text.find("=?UTF-8?B?", at)) != std::string_view::npos;) {
    at += 10;
    const std::size_t end = text.find("?=", at);
    out += as_text(from_base64(text.substr(at, end - at)).value());
    at = end;
  }
  return out;
}
std::string mail_body(const std::string& message) { return message.substr(message.find("\r\n\r\n") + 4); }

TEST(MailMessage, HeadersAreExact) {
  const auto text = compose(a_mail());
  ASSERT_OK(text);
  EXPECT_EQ(*text,
            "Date: Sat, 7 Nov 2026 01:01:01 +0000\r\nFrom: \"The registry\" <registry@registry.example>\r\nTo: office@pledge.example\r\n"
            "Subject: Please confirm\r\nMessage-ID: <1.confirm@registry.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; "
            "charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\nContent-Language: en\r\nAuto-Submitted: auto-generated\r\n\r\nHello\r\n");
}

TEST(MailMessage, HeaderInjectionIsRefused) {
  for (const std::string& evil : {std::string("a\r\nBcc: all@pledge.example"), std::string("a\nb"), std::string("a\rb"),
                                  std::string("a\0b", 3), std::string("a\x7f"), std::string("a\xff")}) {
    MailMessage mail = a_mail();
    mail.subject = evil;
    EXPECT_FALSE(compose(mail)) << evil;
    mail = a_mail();
    mail.from_name = evil;
    EXPECT_FALSE(compose(mail)) << evil;
    mail = a_mail();
    mail.id = evil;
    EXPECT_FALSE(compose(mail)) << evil;
    mail = a_mail();
    mail.language = evil;
    EXPECT_FALSE(compose(mail)) << evil;
  }
}

TEST(MailMessage, SubjectsAndNamesInAnyScriptArriveWhole) {
  MailMessage mail = a_mail();
  mail.from_name = "Registre de l'Appel : été";
  for (const std::string& subject : {std::string("Veuillez confirmer la demande de soutien à l'Appel de Paris"),
                                     std::string("Подтверждение заявки на поддержку Парижского призыва, пожалуйста"),
                                     std::string("=?UTF-8?B?bm8=?="), std::string(120, 'a')}) {
    mail.subject = subject;
    const auto text = compose(mail);
    ASSERT_OK(text);
    const std::size_t at = text->find("Subject: ");
    EXPECT_EQ(decode_words(text->substr(at, text->find("Message-ID") - at)), subject);
    EXPECT_THAT(decode_words(text->substr(0, text->find("To: "))), mail.from_name);
    std::istringstream lines(text->substr(0, text->find("\r\n\r\n")));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 79U) << line;
  }
  mail.subject = std::string(401, 'a');
  EXPECT_FALSE(compose(mail));
  mail = a_mail();
  mail.from_name = R"(A "B" \ C)";
  EXPECT_THAT(compose(mail).value(), HasSubstr(R"(From: "A \"B\" \\ C" <)"));
}

TEST(MailMessage, BodiesArriveWholeInShortLines) {
  MailMessage mail = a_mail();
  mail.body = "été = summer \n.\n" + std::string(200, 'x') + "\n\n" + std::string(100, '\t') + "\nFrom here\nlast line without end";
  const auto text = compose(mail);
  ASSERT_OK(text);
  std::string expected;
  for (const char c : mail.body) expected += c == '\n' ? "\r\n" : std::string(1, c);
  EXPECT_EQ(decode_quoted_printable(mail_body(*text)), expected + "\r\n");
  std::istringstream lines(mail_body(*text));
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(line.size(), 77U);  // with its CR
    EXPECT_TRUE(line.size() < 2 || (line[line.size() - 2] != ' ' && line[line.size() - 2] != '\t')) << line;
  }
  mail.body = std::string(65'537, 'x');
  EXPECT_FALSE(compose(mail));
  mail.body = "\xff";
  EXPECT_FALSE(compose(mail));
}

TEST(MailMessage, ConfirmationsInBothLanguagesCarryTheToken) {
  const MailConfirmation server(MailSecret{1});
  const MailMessage shape = a_mail();
  ConfirmationMail mail{.from = shape.from, .from_name = "Registry", .to = shape.to};
  mail.organisation = "Société d'exemple";
  mail.token = server.issue(Stage::apply, mail.to, shape.date).value();
  mail.page = "https://registry.example/confirm";
  mail.date = shape.date;
  for (const auto& [language, words] : std::vector<std::pair<MailLanguage, std::string>>{
           {MailLanguage::english, "Opening the page alone changes nothing"}, {MailLanguage::french, "Ouvrir la page ne change rien"}}) {
    mail.language = language;
    const auto message = confirmation(mail);
    ASSERT_OK(message);
    EXPECT_THAT(message->body, HasSubstr(words));
    EXPECT_THAT(message->body, HasSubstr("https://registry.example/confirm#" + mail.token.str()));
    EXPECT_THAT(message->body, HasSubstr("2026-11-08T01:01:01Z"));
    EXPECT_THAT(message->body, HasSubstr("Société d'exemple"));
    EXPECT_THAT(message->body, Not(HasSubstr("{")));
    const auto text = compose(*message);
    ASSERT_OK(text);
    EXPECT_THAT(decode_quoted_printable(mail_body(*text)), HasSubstr(mail.token.str()));
  }
  for (const std::string name : {"", "a\nb", "see https://evil.example", "a\u202eb", "evil.example", "visit evil\u3002example now",
                                 "www.evil.example/login", "b\u00fccher.de"}) {
    ConfirmationMail bad = mail;
    bad.organisation = name;
    EXPECT_FALSE(confirmation(bad)) << name;
  }
  for (const std::string page :
       {"", "javascript:alert(1)", "https://registry.example/#a", "https://registry.example/a b", "https://registry.example/\n"}) {
    ConfirmationMail bad = mail;
    bad.page = page;
    EXPECT_FALSE(confirmation(bad)) << page;
  }
}

TEST(MailConfirmation, OrdinaryNamesMayStandInAMail) {
  for (const char* name : {"S.A.R.L. Example", "Example Co. Ltd.", "No.12 Bank", "U.S.A. Example", "Example... and more", "\u5bcc\u58eb"})
    EXPECT_OK(check_name_for_mail(name));
}

}  // namespace
}  // namespace entente::registry
