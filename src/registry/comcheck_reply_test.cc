// Replies by mail to a communication check: what counts, and each way in which one does not.
#include "registry/comcheck_reply.h"

#include <gmock/gmock.h>

#include "dkim_signer.h"
#include "registry/mail_text.h"
#include "test_support.h"

namespace entente::registry {
namespace {

using test::DkimSigner;
using testing::HasSubstr;

constexpr std::string_view kNonce = "AbCdEfGhIjKlMnOpQrStUv";

class ComcheckReplies : public testing::Test {
 protected:
  struct Mail {
    std::string from = "Dora Duty <dora@alpha.example>", subject = "Subject: Re: [EXERCISE] Communication check 2026-q4\r\n",
                date = "Date: Sat, 28 Nov 2026 10:30:00 +0100 (CET)\r\n", more, body = "eleven\r\n\r\n> code    AbCdEfGhIjKlMnOpQrStUv\r\n";
  };
  static std::string text_of(const Mail& mail) {
    return "From: " + mail.from + "\r\nTo: check@registry.example\r\n" + mail.subject + mail.date + "Message-ID: <1@alpha.example>\r\n" +
           mail.more + "\r\n" + mail.body;
  }
  [[nodiscard]] std::string signed_mail(const Mail& mail, const DkimSigner::How& how = {}) const { return rsa.sign(text_of(mail), how); }
  // "right", "wrong", or why it does not count.
  [[nodiscard]] std::string verdict(const std::string& message) const {
    const auto reply = prove_reply(message, facts, suffixes, [&](const std::string& name) -> Result<std::vector<std::string>> {
      if (!name.starts_with("desk._domainkey.")) return std::vector<std::string>();
      return std::vector{rsa.record()};
    });
    return !reply ? reply.error().what : reply->right ? "right" : "wrong";
  }
  DkimSigner rsa = DkimSigner::rsa();
  dns::PublicSuffixList suffixes = dns::PublicSuffixList::builtin().value();
  ReplyFacts facts{.nonce = std::string(kNonce),
                   .question = &comcheck_questions().list[2],
                   .domains = {"alpha.example"},
                   .sent = parse_time("2026-11-28T09:00:00Z").value(),
                   .now = parse_time("2026-11-28T10:00:00Z").value()};
};

TEST_F(ComcheckReplies, CountWhereTheContactsDomainVouchesForThem) {
  const std::string mail = signed_mail({});
  EXPECT_EQ(verdict(mail), "right");
  const auto reply = prove_reply(mail, facts, suffixes, [&](const std::string&) { return std::vector{rsa.record()}; }).value();
  EXPECT_EQ(reply.proof, "d=alpha.example; s=desk; a=rsa-sha256; message=" + sha256(mail).hex() + "; key=" + rsa.record());
  EXPECT_EQ(verdict(signed_mail({.from = "dora@mail.alpha.example"}, {.domain = "alpha.example"})), "right") << "relaxed alignment";
  EXPECT_EQ(verdict(signed_mail({}, {.domain = "post.alpha.example"})), "right");
  EXPECT_EQ(verdict(signed_mail({.from = "\"Duty, Dora (desk)\" <dora@alpha.example>"})), "right");
  EXPECT_EQ(verdict(signed_mail({.body = "> code AbCdEfGhIjKlMnOpQrStUv\r\n\r\nBonjour,\r\n  Onze. \r\nDora\r\n"})), "right") << "below";
  EXPECT_EQ(verdict(signed_mail({.body = "twelve\r\n> AbCdEfGhIjKlMnOpQrStUv\r\n"})), "wrong");
  EXPECT_EQ(verdict(signed_mail({.body = "> eleven\r\n> AbCdEfGhIjKlMnOpQrStUv\r\n"})), "wrong") << "quoted is not said";
  EXPECT_EQ(verdict(signed_mail({}, {.more = "t=1795860000; "})), "right");
}

TEST_F(ComcheckReplies, AreReadInWhateverEncodingTheyCome) {
  const std::string plain = "eleven\r\n\r\n> code AbCdEfGhIjKlMnOpQrStUv\r\n";
  EXPECT_EQ(verdict(signed_mail({.more = "Content-Transfer-Encoding: base64\r\n", .body = to_base64(as_bytes(plain)) + "\r\n"})), "right");
  EXPECT_EQ(verdict(signed_mail(
                {.more = "Content-Transfer-Encoding: quoted-printable\r\n", .body = "eleve=\r\nn\r\n> AbCdEf=47hIjKlMnOpQrStUv\r\n"})),
            "right");
  const std::string parts =
      "--x y\r\nContent-Type: multipart/alternative; boundary=in\r\n\r\n--in\r\nContent-Type: text/html\r\n\r\n<p>eleven"
      "\r\n--in\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
      to_base64(as_bytes(plain)) + "\r\n--in--\r\n\r\n--x y--\r\n";
  EXPECT_EQ(verdict(signed_mail({.more = "Content-Type: multipart/mixed;\r\n boundary=\"x y\"\r\n", .body = parts})), "right");
  EXPECT_THAT(verdict(signed_mail({.more = "Content-Type: text/html\r\n"})), HasSubstr("the code is not in its text"));
}

TEST_F(ComcheckReplies, CountInNoOtherCase) {
  EXPECT_THAT(verdict(text_of({})), HasSubstr("no DKIM signature"));
  EXPECT_THAT(verdict(signed_mail({.more = "Auto-Submitted: auto-replied\r\n"})), HasSubstr("a program sent it")) << "RFC 3834";
  EXPECT_THAT(verdict(signed_mail({.more = "Precedence: bulk\r\n"})), HasSubstr("a program sent it"));
  EXPECT_THAT(verdict(signed_mail({.from = "dora@beta.example"}, {.domain = "beta.example"})), HasSubstr("no domain of the contact's"));
  EXPECT_THAT(verdict(signed_mail({}, {.domain = "beta.example"})), HasSubstr("beta.example signed it"));
  EXPECT_THAT(verdict(signed_mail({.from = "a@alpha.example, b@beta.example"})), HasSubstr("several mailboxes"));
  EXPECT_THAT(verdict(signed_mail({.more = "From: b@beta.example\r\n"})), HasSubstr("more than one from"));
  EXPECT_THAT(verdict(signed_mail({}, {.fields = "from:date"})), HasSubstr("Subject"));
  EXPECT_THAT(verdict(signed_mail({}, {.fields = "from:subject"})), HasSubstr("neither Date nor Message-ID"));
  EXPECT_THAT(verdict(signed_mail({}, {.fields = "from:subject:message-id"})), HasSubstr("when it was written"));
  EXPECT_EQ(verdict(signed_mail({}, {.fields = "from:subject:message-id", .more = "t=1795860000; "})), "right");
  EXPECT_THAT(verdict(signed_mail({.date = "Date: Fri, 27 Nov 2026 10:30:00 +0100\r\n"})), HasSubstr("before the question"));
  EXPECT_THAT(verdict(signed_mail({}, {.more = "t=1795700000; "})), HasSubstr("before the question")) << "the signature's time goes first";
  EXPECT_THAT(verdict(signed_mail({.date = "Date: Sun, 29 Nov 2026 10:30:00 +0100\r\n"})), HasSubstr("ahead of now"));
  EXPECT_THAT(verdict(signed_mail({.date = "Date: soon\r\n"})), HasSubstr("no date"));
  EXPECT_THAT(verdict(signed_mail({}, {.selector = "other"})), HasSubstr("there is no key"));
  EXPECT_THAT(verdict(signed_mail({.body = "eleven\r\n"})), HasSubstr("the code is not in its text"));
  EXPECT_THAT(verdict(signed_mail({}) + "and more\r\n"), HasSubstr("the body is not the one"));
  facts.domains = {"gov.uk"};  // nobody's own: aligned with nothing, not even itself
  EXPECT_THAT(verdict(signed_mail({.from = "dora@gov.uk"}, {.domain = "gov.uk"})), HasSubstr("no domain of the contact's"));
}

TEST(MailTexts, OneMailboxOrNone) {
  EXPECT_EQ(mailbox_domain("dora@alpha.example"), "alpha.example");
  EXPECT_EQ(mailbox_domain("\"x@beta.example\" <dora@Alpha.example>"), "alpha.example");
  EXPECT_EQ(mailbox_domain("(a@beta.example) dora@alpha.example (desk)"), "alpha.example");
  for (const char* bad :
       {"", "dora", "a@b.example <c@d.example> <e@f.example>", "desk: a@b.example, c@d.example;", "<a@b.example", "\"a@b.example"})
    EXPECT_FALSE(mailbox_domain(bad)) << bad;
  EXPECT_EQ(parse_mail_date("Fri, 11 Jul 2003 21:00:37 -0700 (PDT)").value(), parse_time("2003-07-12T04:00:37Z").value());
}

TEST(MailTexts, PartsAreBounded) {
  std::string nested = "deep\r\n";
  for (int i = 0; i < 30; ++i)
    nested = "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\r\n\r\n--b" + std::to_string(i) + "\r\n" + nested +
             "\r\n--b" + std::to_string(i) + "--\r\n";
  EXPECT_EQ(mail_plain_text(DkimMessage::parse(nested).value()), "") << "deeper than anybody looks";
  std::string many = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
  for (int i = 0; i < 200; ++i) many += "--b\r\nContent-Type: text/html\r\n\r\nx\r\n";
  EXPECT_EQ(mail_plain_text(DkimMessage::parse(many + "--b\r\n\r\nlate\r\n--b--\r\n").value()), "");
  EXPECT_EQ(mail_plain_text(DkimMessage::parse("Content-Type: multipart/mixed\r\n\r\n--\r\n\r\nx").value()), "") << "no boundary";
}

}  // namespace
}  // namespace entente::registry
