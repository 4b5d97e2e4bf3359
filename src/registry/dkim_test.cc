// DKIM against the examples of RFC 6376 (appendix A) and RFC 8463 (appendix A), what must be refused, and canonicalisation by the examples
// of RFC 6376 section 3.4.5.
#include "registry/dkim.h"

#include <gmock/gmock.h>

#include "dkim_signer.h"
#include "test_support.h"

namespace entente::registry {
namespace {

using test::DkimSigner;
using testing::HasSubstr;

constexpr std::string_view kRsaKey =
    "v=DKIM1; "
    "p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+"
    "v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB";
constexpr std::string_view kExample6376 =
    "DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;\n"
    "      c=simple/simple; q=dns/txt; i=joe@football.example.com;\n"
    "      h=Received : From : To : Subject : Date : Message-ID;\n"
    "      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\n"
    "      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB\n"
    "      4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut\n"
    "      KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV\n"
    "      4bmp/YzhwvcubU4=;\n"
    "Received: from client1.football.example.com  [192.0.2.1]\n"
    "      by submitserver.example.com with SUBMISSION;\n"
    "      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)\n"
    "From: Joe SixPack <joe@football.example.com>\n"
    "To: Suzie Q <suzie@shopping.example.net>\n"
    "Subject: Is dinner ready?\n"
    "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\n"
    "Message-ID: <20030712040037.46341.5F8J@football.example.com>\n"
    "\n"
    "Hi.\n\nWe lost the game. Are you hungry yet?\n\nJoe.\n";

constexpr std::string_view kEdKey = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
constexpr std::string_view kRsaKey8463 =
    "v=DKIM1; k=rsa; "
    "p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutAC"
    "DfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB";
constexpr std::string_view kExample8463 =
    "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\n"
    " d=football.example.com; i=@football.example.com;\n"
    " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\n"
    " subject : date : message-id : from : subject : date;\n"
    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\n"
    " b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\n"
    " Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\n"
    "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\n"
    " d=football.example.com; i=@football.example.com;\n"
    " q=dns/txt; s=test; t=1528637909; h=from : to : subject :\n"
    " date : message-id : from : subject : date;\n"
    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\n"
    " b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\n"
    " DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\n"
    " dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=\n"
    "From: Joe SixPack <joe@football.example.com>\n"
    "To: Suzie Q <suzie@shopping.example.net>\n"
    "Subject: Is dinner ready?\n"
    "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\n"
    "Message-ID: <20030712040037.46341.5F8J@football.example.com>\n"
    "\n"
    "Hi.\n\nWe lost the game.  Are you hungry yet?\n\nJoe.\n";

const Instant kNow = parse_time("2026-11-28T12:00:00Z").value();

DkimLookup keys_of(std::map<std::string, std::vector<std::string>> records) {
  return [records = std::move(records)](const std::string& name) -> Result<std::vector<std::string>> {
    const auto it = records.find(name);
    return it == records.end() ? std::vector<std::string>() : it->second;
  };
}

std::vector<DkimVerdict> verify(std::string_view message, const DkimLookup& lookup) {
  return verify_dkim(DkimMessage::parse(message).value(), lookup, kNow);
}

const DkimLookup kLookup6376 = keys_of({{"brisbane._domainkey.example.com", {std::string(kRsaKey)}}});
const DkimLookup kLookup8463 = keys_of({{"brisbane._domainkey.football.example.com", {std::string(kEdKey)}},
                                        {"test._domainkey.football.example.com", {std::string(kRsaKey8463)}}});

TEST(Dkim, TheExamplesOfBothSpecificationsHold) {
  const auto one = verify(kExample6376, kLookup6376);
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0].failed, "");
  EXPECT_EQ(one[0].signature->domain, "example.com");
  EXPECT_EQ(one[0].signature->identity_domain, "football.example.com");
  EXPECT_TRUE(one[0].signature->covers("message-id"));
  const auto two = verify(kExample8463, kLookup8463);
  ASSERT_EQ(two.size(), 2U);
  for (const DkimVerdict& verdict : two) EXPECT_EQ(verdict.failed, "") << name(verdict.signature->algorithm);
  EXPECT_EQ(two[0].signature->signed_at, parse_time("2018-06-10T13:38:29Z").value());
  std::string on_the_wire;
  for (const char c : kExample8463) on_the_wire += c == '\n' ? "\r\n" : std::string(1, c);
  EXPECT_EQ(verify(on_the_wire, kLookup8463)[0].failed, "") << "with the line ends it had on the wire";
}

TEST(Dkim, EveryChangeOfWhatIsSignedIsSeen) {
  // Each character of the signed fields and the body, but for those whose change canonicalisation does not see (letter case of a name).
  for (const std::string_view example : {kExample6376, kExample8463}) {
    const DkimLookup& lookup = example == kExample6376 ? kLookup6376 : kLookup8463;
    for (std::size_t i = example.find("From: Joe") + 6; i < example.size(); i += 3) {
      std::string forged(example);
      if (forged[i] == '\n' || forged[i] == ' ') continue;
      forged[i] = forged[i] == 'x' ? 'y' : 'x';
      const auto message = DkimMessage::parse(forged);
      if (!message) continue;
      for (const DkimVerdict& verdict : verify_dkim(*message, lookup, kNow)) EXPECT_NE(verdict.failed, "") << i;
    }
  }
  std::string second(kExample8463);
  second.insert(second.find("From: Joe"), "From: Somebody Else <else@football.example.com>\n");
  EXPECT_NE(verify(second, kLookup8463)[0].failed, "") << "h= names From twice: none may be added";
  std::string spaces(kExample8463);
  spaces.replace(spaces.find("game.  Are"), 10, "game. Are");
  spaces += "\n\n";
  EXPECT_EQ(verify(spaces, kLookup8463)[0].failed, "") << "relaxed";
  std::string spaces_6376(kExample6376);
  spaces_6376.replace(spaces_6376.find("game. Are"), 9, "game.  Are");
  EXPECT_NE(verify(spaces_6376, kLookup6376)[0].failed, "") << "simple";
}

TEST(Dkim, CanonicalFormsAreThoseOfTheSpecification) {
  // RFC 6376 section 3.4.5.
  const auto message = DkimMessage::parse("A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n").value();
  EXPECT_EQ(canonical_field(message.fields[0], DkimForm::relaxed), "a:X");
  EXPECT_EQ(canonical_field(message.fields[1], DkimForm::relaxed), "b:Y Z");
  EXPECT_EQ(canonical_field(message.fields[1], DkimForm::simple), "B : Y\t\r\n\tZ  ");
  EXPECT_EQ(canonical_body(message.body, DkimForm::relaxed), " C\r\nD E\r\n");
  EXPECT_EQ(canonical_body(message.body, DkimForm::simple), " C \r\nD \t E\r\n");
  EXPECT_EQ(canonical_body("", DkimForm::simple), "\r\n");
  EXPECT_EQ(canonical_body("\r\n\r\n", DkimForm::simple), "\r\n");
  EXPECT_EQ(canonical_body("", DkimForm::relaxed), "");
  EXPECT_EQ(canonical_body(" \r\n\t\r\n", DkimForm::relaxed), "");
  EXPECT_EQ(canonical_body("a\r\n\r\nb", DkimForm::relaxed), "a\r\n\r\nb\r\n");
}

TEST(Dkim, SignaturesThatAreNoneAreRefused) {
  const std::string good = "v=1; a=rsa-sha256; d=alpha.example; s=k; h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AA==";
  ASSERT_OK(DkimSignature::parse(good));
  const auto why = [](const std::string& text) {
    const auto parsed = DkimSignature::parse(text);
    return parsed ? std::string("taken") : parsed.error().what;
  };
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    return why(text.replace(text.find(from), from.size(), to));
  };
  EXPECT_THAT(with("rsa-sha256", "rsa-sha1"), HasSubstr("RFC 8301"));
  EXPECT_THAT(with("v=1", "v=2"), HasSubstr("version"));
  EXPECT_THAT(with("h=from", "h=to:subject"), HasSubstr("From"));
  EXPECT_THAT(with("d=alpha.example", "d=alpha.example; d=beta.example"), HasSubstr("twice"));
  EXPECT_THAT(with("s=k", "s=k; i=joe@beta.example"), HasSubstr("below d="));
  EXPECT_THAT(with("s=k", "s=k; q=http/get"), HasSubstr("DNS"));
  EXPECT_THAT(with("s=k", "s=k; c=loose"), HasSubstr("canonicalisation"));
  EXPECT_THAT(with("s=k", "s=k; t=20; x=10"), HasSubstr("after t="));
  EXPECT_THAT(with("s=k", "s=k; t=99999999999999999999"), HasSubstr("no time"));
  EXPECT_THAT(with("d=alpha.example", "d=example"), HasSubstr("no domain"));
  EXPECT_THAT(with("s=k", "s=../k"), HasSubstr("selector"));
  EXPECT_THAT(with("s=k", "s=k; l=0"), HasSubstr("unsigned"));
  EXPECT_THAT(with("b=AA==", "b=!!"), HasSubstr("base64"));
  EXPECT_THAT(with("bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "bh=AA=="), HasSubstr("SHA-256"));
  EXPECT_EQ(why(good + "; future=tag; "), "taken") << "what nobody knows is passed over";
}

TEST(Dkim, KeysThatDoNotServeAreRefused) {
  const auto rsa = DkimSigner::rsa();
  const std::string message =
      "From: a@alpha.example\r\nTo: b@beta.example\r\nSubject: s\r\nDate: Sat, 28 Nov 2026 11:00:00 +0000\r\n\r\nhello\r\n";
  const auto failed = [&](const std::string& text, const std::string& record) {
    return verify(text, keys_of({{"desk._domainkey.alpha.example", {record}}})).at(0).failed;
  };
  const std::string mail = rsa.sign(message, {});
  EXPECT_EQ(failed(mail, rsa.record()), "");
  EXPECT_EQ(failed(mail, "p=" + rsa.key_text()), "") << "v= and k= may be left out";
  EXPECT_EQ(failed(rsa.sign(message, {.forms = "simple/simple"}), rsa.record()), "");
  EXPECT_THAT(failed(mail, DkimSigner::rsa().record()), HasSubstr("does not fit"));
  EXPECT_THAT(failed(mail, "v=DKIM1; p="), HasSubstr("revoked"));
  EXPECT_THAT(failed(mail, rsa.record() + "; t=y"), HasSubstr("tested"));
  EXPECT_THAT(failed(mail, rsa.record() + "; h=sha1"), HasSubstr("SHA-256"));
  EXPECT_THAT(failed(mail, rsa.record() + "; s=tlsrpt"), HasSubstr("not for mail"));
  EXPECT_THAT(failed(mail, "k=rsa; " + rsa.record()), HasSubstr("twice"));
  EXPECT_THAT(failed(mail, "p=" + rsa.key_text() + "; v=DKIM1"), HasSubstr("version")) << "v= comes first";
  EXPECT_THAT(failed(mail, "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="), HasSubstr("type"));
  EXPECT_THAT(failed(mail, "v=DKIM1; p=AAAA"), HasSubstr("no RSA key"));
  EXPECT_THAT(failed(mail, std::string(5'000, 'v')), HasSubstr("too long"));
  EXPECT_THAT(failed(rsa.sign(message, {.more = "x=1700000000; "}), rsa.record()), HasSubstr("expired"));
  EXPECT_THAT(failed(rsa.sign(message, {.more = "i=@mail.alpha.example; "}), rsa.record() + "; t=s"), HasSubstr("t=s"));
  EXPECT_EQ(verify(mail, keys_of({})).at(0).failed, "there is no key at desk._domainkey.alpha.example");
  EXPECT_THAT(verify(mail, keys_of({{"desk._domainkey.alpha.example", {rsa.record(), rsa.record() + ";"}}})).at(0).failed,
              HasSubstr("more than one"));
  const auto small = DkimSigner::rsa(768);
  EXPECT_THAT(failed(small.sign(message, {}), small.record()), HasSubstr("768 bits"));
  const auto ed = DkimSigner::ed25519();
  EXPECT_EQ(failed(ed.sign(message, {}), ed.record()), "");
  EXPECT_THAT(failed(ed.sign(message, {}), "k=ed25519; p=AAAA"), HasSubstr("32 bytes"));
}

TEST(Dkim, LimitsHold) {
  EXPECT_FALSE(DkimMessage::parse(std::string(kMaxDkimMessage + 1, 'a')));
  EXPECT_FALSE(DkimMessage::parse(""));
  EXPECT_FALSE(DkimMessage::parse(" folded: first\r\n\r\n"));
  EXPECT_FALSE(DkimMessage::parse("no field\r\n\r\n"));
  std::string many;
  for (int i = 0; i < 501; ++i) many += "a: b\r\n";
  EXPECT_FALSE(DkimMessage::parse(many + "\r\n"));
  EXPECT_FALSE(DkimMessage::parse("a: " + std::string(200'000, 'b') + "\r\nc: d\r\n\r\n"));
  std::string signatures;
  for (int i = 0; i < 40; ++i) signatures += "DKIM-Signature: v=1\r\n";
  std::size_t asked = 0;
  const auto verdicts = verify_dkim(
      DkimMessage::parse(signatures + "From: a@b.example\r\n\r\n").value(),
      [&](const std::string&) -> Result<std::vector<std::string>> {
        ++asked;
        return std::vector<std::string>();
      },
      kNow);
  EXPECT_EQ(verdicts.size(), kMostDkimSignatures);
  EXPECT_EQ(asked, 0U);
  std::string fields = "from";
  for (int i = 0; i < 300; ++i) fields += ":a";
  EXPECT_FALSE(DkimSignature::parse("v=1; a=rsa-sha256; d=alpha.example; s=k; h=" + fields +
                                    "; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AA=="));
}

}  // namespace
}  // namespace entente::registry
