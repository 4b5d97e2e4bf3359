// The first advisory that came from a host stands for all of it: a server that offers one without TLS has port 80 open for the rest. A
// redirect to https:// ends the question, one to http:// on the same host is followed, one elsewhere is recorded and left alone.
#include "evidence/collect/without_tls.h"

#include <fmt/format.h>
#include <set>

#include "core/utf8.h"
#include "csaf/web_url.h"

namespace entente::evidence {
namespace {

using csaf::FetchRecord;

constexpr std::size_t kMaxPlainHosts = 50;

FetchRecord ask_plainly(const csaf::WebUrl& first, const WebGet& get, Instant at, unsigned max_redirects) {
  FetchRecord out{.purpose = csaf::Purpose::advisory, .url = first.str(), .at = at};
  for (csaf::WebUrl url = first;;) {
    const auto answer = get(url.str());
    if (!answer) {
      out.error = printable(answer.error().what, 400);
      return out;
    }
    out.status = answer->status;
    out.content_type = printable(answer->content_type, 200);
    const auto next = answer->location.empty() ? std::nullopt : csaf::resolve_url(url, answer->location);
    if (answer->status >= 300 && answer->status < 400 && next) {
      if (out.redirects.size() == max_redirects) return out;
      out.redirects.push_back(next->str());
      if (next->scheme != "http" || next->host != first.host) return out;
      url = *next;
      continue;
    }
    if (answer->status == 200) {
      out.sha256 = sha256(answer->body);
      out.size = answer->body.size();
    }
    return out;
  }
}

}  // namespace

std::vector<FetchRecord> ask_without_tls(const std::vector<FetchRecord>& collected, const CsafCollection& wanted, Progress& progress) {
  std::vector<csaf::WebUrl> urls;
  std::set<std::string> hosts;
  for (const FetchRecord& record : collected) {
    if (record.purpose != csaf::Purpose::advisory || !record.ok() || hosts.size() == kMaxPlainHosts) continue;
    auto url = csaf::parse_web_url(record.url);
    if (!url || url->scheme != "https" || !(url->port.empty() || url->port == "443") || !hosts.insert(url->host).second) continue;
    url->scheme = "http";
    url->port.clear();
    urls.push_back(std::move(*url));
  }
  progress.step("Asking without TLS", urls.size());
  std::vector<FetchRecord> out;
  const WebGet get = wanted.web();
  for (const csaf::WebUrl& url : urls) {
    out.push_back(ask_plainly(url, get, wanted.clock ? wanted.clock() : now(), wanted.limits.redirects));
    progress.advance();
  }
  return out;
}

}  // namespace entente::evidence
