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

TEST_F(ComcheckReplies, AreOneTryEach) {
  const std::string quoted = "\r\n> code AbCdEfGhIjKlMnOpQrStUv\r\n";
  const auto says = [&](const std::string& body) { return verdict(signed_mail({.body = body + quoted})); };
  std::string all;
  for (const ComcheckQuestion& question : comcheck_questions().list)
    for (const std::string& answer : question.answers) all += answer + "\r\n";
  EXPECT_EQ(says(all), "wrong") << "a list of every answer there is";
  EXPECT_EQ(says("twelve\r\neleven"), "wrong");
  EXPECT_EQ(says("eleven\r\ntwelve"), "right") << "the first counts";
  EXPECT_EQ(says("eleven twelve"), "wrong");
  EXPECT_EQ(says(" \t\r\n\u00A0\r\n\televen\u00A0"), "right") << "empty lines are no tries";
  EXPECT_EQ(says("Dear all,\r\neleven\r\nDora"), "right");
  EXPECT_EQ(says("Here is what you asked for:\r\nThis sentence is longer than any answer could be.\r\neleven"), "right");
  EXPECT_EQ(says("On Sat, 28 Nov 2026 at 10:00, Registry <check@registry.example>\r\nwrote:\r\n> text\r\n\r\neleven"), "right") << "below";
  EXPECT_EQ(says("eleven:\r\nHello eleven\r\n"), "wrong") << "what is passed over is never right";
  std::string late;
  for (int i = 0; i < 20; ++i) late += "Hello\r\n";
  EXPECT_EQ(says(late + "eleven"), "wrong") << "beyond the twentieth line";
  // No answer may have the form of a line that is passed over.
  for (const ComcheckQuestion& question : comcheck_questions().list)
    for (const std::string& answer : question.answers) {
      facts.question = &question;
      EXPECT_EQ(says(answer), "right") << answer;
    }
}

TEST_F(ComcheckReplies, WhatDecidesTheReadingMustBeSigned) {
  const std::string with_mime = "from:to:subject:date:message-id:content-type:content-transfer-encoding:content-disposition";
  const auto added = [&](const std::string& field, const std::string& body, const DkimSigner::How& how = {}) {
    std::string mail = signed_mail({.body = body}, how);
    return verdict(mail.insert(mail.find("To: check@"), field + "\r\n"));
  };
  const std::string plain = "eleven\r\n\r\n> code AbCdEfGhIjKlMnOpQrStUv\r\n", base64 = to_base64(as_bytes(plain)) + "\r\n";
  EXPECT_THAT(verdict(signed_mail({.body = base64})), HasSubstr("the code is not in its text"));
  EXPECT_THAT(added("Content-Transfer-Encoding: base64", base64), HasSubstr("does not cover content-transfer-encoding"));
  EXPECT_THAT(added("Content-Transfer-Encoding: base64", base64, {.fields = with_mime}), HasSubstr("does not fit"));
  EXPECT_THAT(added("Content-Transfer-Encoding: quoted-printable", plain), HasSubstr("does not cover content-transfer-encoding"));
  EXPECT_EQ(added("Content-Transfer-Encoding: 8bit\r\nContent-Type: text/plain; charset=utf-8", plain), "right") << "read as without them";
  const std::string inside = "twelve\r\n\r\nSomebody wrote:\r\n--x\r\n\r\n" + plain + "--x--\r\n";
  EXPECT_EQ(verdict(signed_mail({.body = inside})), "wrong");
  EXPECT_THAT(added("Content-Type: multipart/mixed; boundary=x", inside), HasSubstr("does not cover content-type"));
  for (const std::string name : {"Content-Type: text/plain", "Content-Transfer-Encoding: 7bit", "Content-Disposition: inline"})
    EXPECT_THAT(added(name + "\r\n" + name, plain), HasSubstr("more than one content-")) << name;
  // What was signed and taken away.
  std::string stripped = signed_mail({.more = "Content-Type: text/plain\r\n", .body = plain}, {.fields = with_mime});
  EXPECT_EQ(verdict(stripped), "right");
  stripped.erase(stripped.find("Content-Type: text/plain\r\n"), 26);
  EXPECT_THAT(verdict(stripped), HasSubstr("does not fit"));
}

TEST_F(ComcheckReplies, ABodyInPartsMaySayItselfThatItIs) {
  // As large providers send: Content-Type unsigned, the boundary the body's first and last line.
  const std::string parts =
      "--b1\r\nContent-Type: text/plain\r\n\r\neleven\r\n> AbCdEfGhIjKlMnOpQrStUv\r\n--b1\r\nContent-Type: text/html\r\n\r\n<p>eleven\r\n";
  const auto says = [&](const std::string& type, const std::string& body) {
    return verdict(signed_mail({.more = "Content-Type: " + type + "\r\n", .body = body}));
  };
  EXPECT_EQ(says("multipart/alternative; boundary=\"b1\"", parts + "\r\n--b1--\r\n"), "right");
  EXPECT_THAT(says("multipart/alternative; boundary=b1", "Hi\r\n" + parts + "--b1--\r\n"), HasSubstr("does not cover content-type"));
  EXPECT_THAT(says("multipart/alternative; boundary=b1", parts + "--b1--\r\nbye\r\n"), HasSubstr("does not cover content-type"));
  EXPECT_THAT(says("multipart/alternative; boundary=b1", parts), HasSubstr("does not cover content-type"));
  EXPECT_THAT(says("multipart/alternative; boundary=b", parts + "--b1--\r\n"), HasSubstr("does not cover content-type"));
}

TEST_F(ComcheckReplies, AreReadInWhateverEncodingTheyCome) {
  const std::string plain = "eleven\r\n\r\n> code AbCdEfGhIjKlMnOpQrStUv\r\n";
  const DkimSigner::How how{.fields = "from:to:subject:date:message-id:content-type:content-transfer-encoding"};
  EXPECT_EQ(verdict(signed_mail({.more = "Content-Transfer-Encoding: base64\r\n", .body = to_base64(as_bytes(plain)) + "\r\n"}, how)),
            "right");
  EXPECT_EQ(verdict(signed_mail(
                {.more = "Content-Transfer-Encoding: quoted-printable\r\n", .body = "eleve=\r\nn\r\n> AbCdEf=47hIjKlMnOpQrStUv\r\n"}, how)),
            "right");
  const std::string parts =
      "--x y\r\nContent-Type: multipart/alternative; boundary=in\r\n\r\n--in\r\nContent-Type: text/html\r\n\r\n<p>eleven"
      "\r\n--in\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
      to_base64(as_bytes(plain)) + "\r\n--in--\r\n\r\n--x y--\r\n";
  EXPECT_EQ(verdict(signed_mail({.more = "Content-Type: multipart/mixed;\r\n boundary=\"x y\"\r\n", .body = parts}, how)), "right");
  EXPECT_THAT(verdict(signed_mail({.more = "Content-Type: text/html\r\n"}, how)), HasSubstr("the code is not in its text"));
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
  EXPECT_THAT(verdict(signed_mail({.date = "Date: 1 Jan 292277026\r\n"})), HasSubstr("no date"));
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
       {"", "dora", "a@b.example <c@d.example> <e@f.example>", "desk: a@b.example, c@d.example;", "<a@b.example", "\"a@b.example",
        "dora@alpha.example>", "><dora@alpha.example>", "<dora@alpha.example>>", "\"a\"dora@alpha.example", "\"dora\"@alpha.example",
        "<dora@alpha.example> x@beta.example", "x@beta.example <dora@alpha.example>", "desk: <dora@alpha.example>", "do(x)ra@alpha.example",
        "dora@alpha.example)", "<\"a\"dora@alpha.example>", "dora@alpha.example\xe2\x80\xae", "dora@alpha.example."})
    EXPECT_FALSE(mailbox_domain(bad)) << bad;
  EXPECT_EQ(mailbox_domain("D. Duty (desk) < dora@alpha.example > (on duty)"), "alpha.example");
  EXPECT_EQ(parse_mail_date("Fri, 11 Jul 2003 21:00:37 -0700 (PDT)").value(), parse_time("2003-07-12T04:00:37Z").value());
}

TEST(MailTexts, DatesEndWithTheYear9999) {
  EXPECT_EQ(parse_mail_date("1 Jan 9999 00:00:00 +0000").value(), parse_time("9999-01-01T00:00:00Z").value());
  for (const char* bad : {"1 Jan 999999999", "1 Jan 292277026", "1 Jan 584554 00:00:00 +0000", "1 Jan 10000 00:00:00 +0000", "", "soon"})
    EXPECT_FALSE(parse_mail_date(bad)) << bad;
}

TEST(MailTexts, ParametersAreReadOnceAndAreFew) {
  const auto text = [](const std::string& parameters) {
    return mail_plain_text(
        DkimMessage::parse("Content-Type: multipart/mixed" + parameters + "\r\n\r\n--b;c\r\n\r\nsaid\r\n--b;c--\r\n").value());
  };
  EXPECT_EQ(text("; charset=utf-8; Boundary = \"b;c\"; x=y"), "said\r\n");
  EXPECT_EQ(text(";; x; boundary=\"b\\;c\""), "said\r\n") << "an escape in quotes";
  EXPECT_EQ(text("; name=\"; boundary=none\"; boundary=\"b;c\""), "said\r\n") << "what stands in quotes is no parameter";
  EXPECT_EQ(text("; boundary=b;c"), "");
  EXPECT_EQ(text(std::string(21, ';') + "boundary=\"b;c\""), "") << "beyond the twentieth";
  EXPECT_EQ(text("; " + std::string(61, 'n') + "=1; boundary=\"b;c\""), "") << "no name is that long";
  EXPECT_EQ(text(std::string(100'000, ';') + "="), "");
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
