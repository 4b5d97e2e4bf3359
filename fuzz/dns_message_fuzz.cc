// DNS messages and TXT data on arbitrary bytes: never crashes; names read are bounded, and a joined text has the bytes of its strings.
#include <cstdlib>

#include "dns/message.h"

using namespace entente;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  if (const auto message = dns::parse_message(input)) {
    if (message->rcode > 15) std::abort();
    for (const auto* section : {&message->answers, &message->authority})
      for (const dns::Record& record : *section)
        if (record.name.empty() || record.name.size() > 4 * 255 || record.target.size() > 4 * 255 || record.data.size() > size ||
            record.ttl > 0x7fffffff)
          std::abort();
  }
  if (const auto text = dns::join_txt(input)) {
    std::size_t strings = 0;
    for (std::size_t at = 0; at < size; at += data[at] + 1U) ++strings;
    if (text->size() + strings != size) std::abort();
  }
  return 0;
}
