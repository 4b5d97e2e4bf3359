#include "registry/mail_request.h"

#include <gmock/gmock.h>

#include "registry/test_registry.h"
#include "test_support.h"

namespace entente::registry {
namespace {

using fixture::key;

MailRequest a_mail_request() {
  MailRequest out{.address = MailAddress::parse("office@pledge.example").value()};
  out.organisation = "works";
  out.pledge = sha256("pledge");
  out.language = MailLanguage::french;
  out.nonce = {1, 2, 3};
  out.at = fixture::when("2026-11-24T09:00:00Z");
  return out;
}
std::string signed_mail_request(const char* by = "works") {
  return sign_mail_request(a_mail_request(), key(by), DataSet::embedded()).value();
}
auto opened(std::string_view text) {
  return open_mail_request(text, {key("works").verifier(), key("works-2").verifier()}, DataSet::embedded());
}

TEST(MailRequest, IsReadAsItWasSigned) {
  const auto out = opened(signed_mail_request("works-2"));
  ASSERT_TRUE(out.has_value()) << out.error().error.str();
  const MailRequest asked = a_mail_request();
  EXPECT_EQ(out->request.organisation, asked.organisation);
  EXPECT_EQ(out->request.pledge, asked.pledge);
  EXPECT_EQ(out->request.stage, asked.stage);
  EXPECT_EQ(out->request.address, asked.address);
  EXPECT_EQ(out->request.language, asked.language);
  EXPECT_EQ(out->request.nonce, asked.nonce);
  EXPECT_EQ(out->request.at, asked.at);
  EXPECT_EQ(out->key, key("works-2").verifier());
}

TEST(MailRequest, OfAStrangerOrAlteredIsRefused) {
  const auto fault = [](const std::string& text) {
    const auto out = opened(text);
    EXPECT_FALSE(out.has_value());
    return out ? MailRequestFault::malformed : out.error().fault;
  };
  EXPECT_EQ(fault(signed_mail_request("stranger")), MailRequestFault::signature);
  auto envelope = statement::Envelope::parse(signed_mail_request(), "r").value();
  envelope.payload.replace(envelope.payload.find("office@"), 7, "victim@");
  EXPECT_EQ(fault(envelope.str()), MailRequestFault::signature);
  envelope = statement::Envelope::parse(signed_mail_request(), "r").value();
  statement::add_signature(envelope, key("stranger"));
  EXPECT_EQ(fault(envelope.str()), MailRequestFault::signature);
  EXPECT_EQ(fault(fixture::World().pledge("works")), MailRequestFault::schema) << "a pledge is no request";
  for (const std::string& text : {std::string(), std::string("{}"), signed_mail_request() + " ", std::string(9'000, ' ')})
    EXPECT_EQ(fault(text), MailRequestFault::malformed) << text.substr(0, 20);
}

TEST(MailRequest, AnAddressThatIsNoneAndAStageOfAnotherPathAreRefused) {
  const auto with = [](const char* member, const Json& value) {
    Json p = statement::Statement::parse(statement::Envelope::parse(signed_mail_request(), "r")->payload, "s")->predicate;
    p[member] = value;
    const auto out = opened(fixture::entry("confirmation-request", sha256("pledge").hex(), p, {&key("works")}));
    EXPECT_FALSE(out.has_value()) << member << value;
    if (!out) EXPECT_EQ(out.error().fault, MailRequestFault::schema);
    return out ? std::string() : out.error().error.where.pointer;
  };
  EXPECT_EQ(with("address", "a@[192.0.2.1]"), "/predicate/address");
  EXPECT_EQ(with("address", "a@b@pledge.example"), "/predicate/address");
  EXPECT_EQ(with("address", "a\r\nBcc: b@pledge.example"), "/predicate/address");
  EXPECT_EQ(with("stage", "recover-key"), "/predicate/stage");
  EXPECT_EQ(with("nonce", ""), "/predicate/nonce");
}

}  // namespace
}  // namespace entente::registry
