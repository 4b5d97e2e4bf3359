// What mail that comes back to a communication check is: a person's, a program's, or a report that it did not arrive.
#include "registry/received_mail.h"

#include <gmock/gmock.h>

#include "test_support.h"

namespace entente::registry {
namespace {

TEST(ReceivedMails, AutoRepliesAndBouncesAreToldFromPersons) {
  struct Case {
    const char* fields;
    ReceivedKind kind;
  };
  const std::vector<Case> corpus{
      {"From: a@b.example\r\nSubject: Re: check", ReceivedKind::reply},
      {"From: a@b.example\r\nAuto-Submitted: no", ReceivedKind::reply},
      {"From: a@b.example\r\nReturn-Path: <a@b.example>", ReceivedKind::reply},
      {"From: a@b.example\r\nAuto-Submitted: auto-replied (vacation)", ReceivedKind::automatic},
      {"From: a@b.example\r\nauto-submitted: AUTO-GENERATED; x=y", ReceivedKind::automatic},
      {"From: a@b.example\r\nAuto-Submitted: no\r\nAuto-Submitted: auto-replied", ReceivedKind::automatic},
      {"From: a@b.example\r\nAuto-Submitted: no\r\nAuto-Submitted: no", ReceivedKind::reply},
      {"From: a@b.example\r\nAuto-Submitted: no-reply", ReceivedKind::automatic},
      {"From: a@b.example\r\nAuto-Submitted:", ReceivedKind::automatic},
      {"From: a@b.example\r\nPrecedence: first-class\r\nPrecedence: bulk", ReceivedKind::automatic},
      {"Return-Path: <a@b.example>\r\nReturn-Path: <>\r\nFrom: a@b.example", ReceivedKind::automatic},
      {"From: a@b.example\r\nContent-Type: text/plain\r\nContent-Type: multipart/report; boundary=x", ReceivedKind::bounce},
      {"From: a@b.example\r\nPrecedence: bulk", ReceivedKind::automatic},
      {"From: a@b.example\r\nPrecedence: auto_reply", ReceivedKind::automatic},
      {"From: a@b.example\r\nX-Auto-Response-Suppress: All", ReceivedKind::automatic},
      {"From: a@b.example\r\nX-Autoreply: yes", ReceivedKind::automatic},
      {"From: a@b.example\r\nX-Autorespond:\r\n away", ReceivedKind::automatic},
      {"Return-Path: <>\r\nFrom: a@b.example", ReceivedKind::automatic},
      {"Return-Path: <>\r\nFrom: Mail <MAILER-DAEMON@mx.example>", ReceivedKind::bounce},
      {"From: postmaster@mx.example\r\nContent-Type: multipart/report;\r\n report-type=delivery-status; boundary=x", ReceivedKind::bounce},
      {"From: a@b.example\r\nContent-Type: multipart/report; report-type=disposition-notification", ReceivedKind::automatic},
  };
  for (const Case& c : corpus) {
    const auto mail = ReceivedMail::parse(std::string(c.fields) + "\r\n\r\ntext\r\n");
    ASSERT_TRUE(mail.has_value()) << c.fields;
    EXPECT_EQ(name(mail->kind), name(c.kind)) << c.fields;
    EXPECT_EQ(mail->why.empty(), c.kind == ReceivedKind::reply);
  }
  EXPECT_THAT(ReceivedMail::parse("A: b\n\nfoo=\nbar=3D").value().text, testing::HasSubstr("foobar="));
  EXPECT_THAT(ReceivedMail::parse("Content-Transfer-Encoding: base64\n\naGVs\nbG8=\n").value().text, testing::HasSubstr("hello"));
  EXPECT_FALSE(ReceivedMail::parse(""));
  EXPECT_FALSE(ReceivedMail::parse("no header at all\n"));
  EXPECT_FALSE(ReceivedMail::parse("A: b\n" + std::string(kMaxReceivedMail, 'x')));
}

}  // namespace
}  // namespace entente::registry
