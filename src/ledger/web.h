// What the ledger's protocols need of HTTP, as functions: so that they are tested without a network, against peers that lie.
#pragma once

#include <functional>
#include <string>

#include "core/error.h"

namespace entente::ledger {

struct Answer {
  unsigned status = 200;
  std::string content_type;
  std::string body;
};

// An error is what kept an answer from arriving; any status is an answer. Both must return within a time limit of their own, bound the body
// they accept, and be callable from several threads at once.
using Post = std::function<Result<Answer>(const std::string& url, const std::string& body)>;
using Get = std::function<Result<Answer>(const std::string& url)>;

}  // namespace entente::ledger
