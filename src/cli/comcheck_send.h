// The parts of `entente registry comcheck` that speak mail. Private to the room.
#pragma once

#include "registry/comcheck_folder.h"
#include "registry/contact_folder.h"
#include "registry/mail_smtp.h"

namespace entente::cli {

// Whether the message says that a reply by mail counts: only where somebody reads what comes back.
enum class MailReplies : std::uint8_t { not_offered, offered };
struct ComcheckSender {
  registry::MailSender mail;
  MailReplies replies = MailReplies::not_offered;
};

struct ComcheckSent {
  std::size_t sent = 0, deferred = 0, refused = 0, unsure = 0, gone = 0;
  std::size_t waiting = 0;            // not due yet
  std::vector<std::string> problems;  // what the mail server said
};
// Sends what is due at `time`, each at most once: the intent is on the disk before the mail server is spoken to, and what has an intent
// without a result is not sent again. `stop` is asked before each.
[[nodiscard]] Result<ComcheckSent> send_due(const registry::ComcheckFolder& round, const registry::ContactFolder& contacts,
                                            const ComcheckSender& sender, const std::function<Instant()>& clock,
                                            const std::function<bool()>& stop);

// Which contact of the round a message is about, by the Message-ID it answers or the code it quotes; null for none or several.
[[nodiscard]] const registry::AskedContact* contact_of_mail(const registry::ComcheckRecord& record, const std::string& text);

// The deposited contact behind it; nothing if its document is gone.
[[nodiscard]] std::optional<registry::Contact> find_contact(const registry::ContactFolder& contacts, const registry::AskedContact& asked);
[[nodiscard]] bool is_mail(const registry::Channel& channel);
// What it was asked. The round must have been drawn.
[[nodiscard]] const registry::ComcheckQuestion& question_of(const registry::ComcheckRecord& record, const registry::AskedContact& asked);

}  // namespace entente::cli
