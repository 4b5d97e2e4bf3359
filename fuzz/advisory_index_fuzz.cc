// Index files on arbitrary bytes, with and without a right checksum: an error or an index whose every answer stays inside.
#include <cstdlib>
#include <cstring>

#include "core/digest.h"
#include "measures/p6_supply/index.h"
#include "measures/p6_supply/index_format.h"

using namespace entente;
using namespace entente::measures::p6_supply;

namespace {

void ask(const AdvisoryIndex& index) {
  std::size_t bytes = 0;
  for (const auto& [ecosystem, info] : index.info().ecosystems) {
    for (const char* name : {"a", "b", "stdlib"}) {
      for (const char* version : {"1.0.0", "0.9", "", "latest"}) {
        const Answer answer = index.lookup(ecosystem, name, version);
        for (const Match& match : answer.matches) {
          const RecordView record = index.record(match.record);
          bytes += record.id.size() + record.summary.size() + record.group.size() + match.range().size();
          for (const auto alias : record.aliases) bytes += alias.size();
          for (const auto& severity : record.severity) bytes += severity.vector.size();
          bytes += index.fixed_versions(ecosystem, name, match.record).size();
        }
        for (const Undecided& undecided : answer.undecided)
          bytes += index.record(undecided.record).id.size() + why_text(undecided.why).size();
      }
    }
  }
  if (bytes == 0xffffffffffffffffULL) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  if (const auto index = AdvisoryIndex::from_memory(bytes)) ask(*index);
  if (bytes.size() < sizeof(format::Header) + format::kChecksumBytes) return 0;
  const std::uint64_t file_bytes = bytes.size();
  std::memcpy(bytes.data() + offsetof(format::Header, file_bytes), &file_bytes, sizeof file_bytes);
  const std::string_view body = std::string_view(bytes).substr(0, bytes.size() - format::kChecksumBytes);
  const Digest digest = sha256(body);
  std::memcpy(bytes.data() + body.size(), digest.bytes.data(), digest.bytes.size());
  if (const auto index = AdvisoryIndex::from_memory(bytes)) ask(*index);
  return 0;
}
