// Messages are put together by hand here, so that the parser is tested against RFC 1035 and not against itself.
#include "dns/message.h"

#include <gmock/gmock.h>

#include "test_support.h"

namespace entente::dns {
namespace {

using testing::ElementsAre;

std::string wire_u16(unsigned value) { return {static_cast<char>(value >> 8), static_cast<char>(value)}; }
std::string wire_u32(std::uint32_t value) { return wire_u16(value >> 16) + wire_u16(value & 0xffff); }
std::string wire_header(unsigned rcode, unsigned questions, unsigned answers, unsigned authority) {
  return wire_u16(7) + wire_u16(0x8180 | rcode) + wire_u16(questions) + wire_u16(answers) + wire_u16(authority) + wire_u16(0);
}
std::string wire_name(const std::vector<std::string>& labels) {
  std::string out;
  for (const auto& label : labels) out += static_cast<char>(label.size()) + label;
  return out + '\0';
}
std::string wire_record(const std::string& name, Type type, std::uint32_t ttl, const std::string& data, unsigned klass = 1) {
  return name + wire_u16(static_cast<unsigned>(type)) + wire_u16(klass) + wire_u32(ttl) + wire_u16(static_cast<unsigned>(data.size())) +
         data;
}
std::string wire_question(const std::string& name) { return name + wire_u16(16) + wire_u16(1); }
const std::string kPointerToQuestion = "\xc0\x0c";

TEST(DnsMessage, ReadsCompressedNamesChainsAndTexts) {
  const std::string name = wire_name({"Pledge", "EXAMPLE"});         // 16 bytes from offset 12
  const std::string target = std::string("\x05other") + "\xc0\x13";  // "other" + pointer to "EXAMPLE"
  const auto message =
      parse_message(as_bytes(wire_header(0, 1, 3, 0) + wire_question(name) + wire_record(kPointerToQuestion, Type::cname, 60, target) +
                             wire_record(wire_name({"other", "example"}), Type::txt, 30, "\x02hi\x04 all") +
                             wire_record(wire_name({"other", "example"}), Type::txt, 30, "\x02no", 3)));
  ASSERT_OK(message);
  EXPECT_EQ(message->rcode, kNoError);
  ASSERT_EQ(message->answers.size(), 2U);  // the record of class CHAOS is not kept
  EXPECT_EQ(message->answers[0].name, "pledge.example");
  EXPECT_EQ(message->answers[0].target, "other.example");
  EXPECT_EQ(message->answers[1].name, "other.example");
  EXPECT_EQ(message->answers[1].ttl, 30U);
  EXPECT_EQ(join_txt(message->answers[1].data).value(), "hi all");
}

TEST(DnsMessage, ReadsTheSoaOfANegativeAnswer) {
  const std::string soa =
      wire_name({"ns", "example"}) + wire_name({"host", "example"}) + wire_u32(1) + wire_u32(2) + wire_u32(3) + wire_u32(4) + wire_u32(300);
  const auto message = parse_message(as_bytes(wire_header(kNxDomain, 1, 0, 1) + wire_question(wire_name({"pledge", "example"})) +
                                              wire_record(wire_name({"example"}), Type::soa, 3600, soa)));
  ASSERT_OK(message);
  EXPECT_EQ(message->rcode, kNxDomain);
  ASSERT_EQ(message->authority.size(), 1U);
  EXPECT_EQ(message->authority[0].minimum, 300U);
}

TEST(DnsMessage, BytesThatAreNoHostNameAreEscaped) {
  const auto message =
      parse_message(as_bytes(wire_header(0, 0, 1, 0) + wire_record(wire_name({"a.b\n", "example"}), Type::a, 1, "\x01\x02\x03\x04")));
  ASSERT_OK(message);
  EXPECT_EQ(message->answers[0].name, "a\\046b\\010.example");
}

TEST(DnsMessage, PointersOnlyGoBack) {
  EXPECT_FALSE(parse_message(as_bytes(wire_header(0, 1, 0, 0) + kPointerToQuestion + wire_u32(0))));  // to itself
  EXPECT_FALSE(parse_message(as_bytes(wire_header(0, 1, 0, 0) + "\xc0\x20" + wire_u32(0))));          // forward
  // A label before a pointer to that same label: would be endless.
  EXPECT_FALSE(parse_message(as_bytes(wire_header(0, 1, 0, 0) +
                                      "\x01"
                                      "a\xc0\x0c" +
                                      wire_u32(0))));
}

TEST(DnsMessage, EveryCutIsAnError) {
  const std::string whole =
      wire_header(0, 1, 1, 0) + wire_question(wire_name({"pledge", "example"})) + wire_record(kPointerToQuestion, Type::txt, 60, "\x02hi");
  ASSERT_OK(parse_message(as_bytes(whole)));
  for (std::size_t n = 0; n < whole.size(); ++n) EXPECT_FALSE(parse_message(as_bytes(std::string_view(whole).substr(0, n)))) << n;
}

TEST(DnsMessage, NamesOfMoreThan255OctetsAreErrors) {
  const std::string label(63, 'a');
  EXPECT_FALSE(parse_message(as_bytes(wire_header(0, 1, 0, 0) + wire_question(wire_name({label, label, label, label})))));
  EXPECT_TRUE(parse_message(as_bytes(wire_header(0, 1, 0, 0) + wire_question(wire_name({label, label, label, std::string(61, 'a')})))));
}

TEST(DnsTxt, JoinsStringsAndRefusesCutOnes) {
  EXPECT_EQ(join_txt(as_bytes(std::string("\xff") + std::string(255, 'a') + "\x01" + "b")).value(), std::string(255, 'a') + "b");
  EXPECT_EQ(join_txt(Bytes{0}).value(), "");
  EXPECT_FALSE(join_txt({}));
  EXPECT_FALSE(join_txt(as_bytes("\x03hi")));
}

TEST(DnsMessage, NamesOfTypesAndCodes) {
  EXPECT_THAT((std::vector{type_name(Type::txt), type_name(std::uint16_t{999}), rcode_name(3), rcode_name(16)}),
              ElementsAre("TXT", "TYPE999", "NXDOMAIN", "RCODE16"));
}

}  // namespace
}  // namespace entente::dns
