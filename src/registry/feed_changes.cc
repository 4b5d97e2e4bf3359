// Writes both feeds from the same list of changes. Atom is put together as text, every value through xml_text; JSON Feed is built as JSON.
#include "registry/feed_changes.h"

#include <fmt/format.h>

#include "core/bytes.h"
#include "registry/feed_text.h"

namespace entente::registry {
namespace {

Instant feed_updated(const FeedInfo& info, std::span<const Change> changes) {
  return changes.empty() ? info.updated : changes.front().ledger_time;
}

std::string feed_content(const Change& change) {
  return fmt::format("{}. Statement {}, leaf {} of the ledger, signed at {}.", change.title, change.envelope.str(), change.leaf,
                     format_time(change.at));
}

std::string feed_link(const FeedInfo& info, const Change& change) { return fmt::format("{}{}", info.entries, change.leaf); }

void atom_entry(std::string& out, const FeedInfo& info, const Change& change) {
  out += "  <entry>\n";
  out += fmt::format("    <id>{}</id>\n", xml_text(digest_uri(change.envelope)));
  out += fmt::format("    <title type=\"text\">{}</title>\n", xml_text(change.title));
  out += fmt::format("    <updated>{}</updated>\n", format_time(change.ledger_time));
  out += fmt::format("    <published>{}</published>\n", format_time(change.ledger_time));
  out += fmt::format("    <link rel=\"alternate\" type=\"application/json\" href=\"{}\"/>\n", xml_text(feed_link(info, change)));
  out += fmt::format("    <category term=\"{}\"/>\n", xml_text(name(change.kind)));
  out += fmt::format("    <content type=\"text\">{}</content>\n", xml_text(feed_content(change)));
  out += "  </entry>\n";
}

}  // namespace

std::string digest_uri(const Digest& digest) {
  std::string text = to_base64(digest.view(), Base64Alphabet::url);
  while (text.ends_with('=')) text.pop_back();
  return "ni:///sha-256;" + text;
}

std::string atom_feed(const FeedInfo& info, std::span<const Change> changes) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"en\">\n";
  out += fmt::format("  <id>{}</id>\n", xml_text(info.id));
  out += fmt::format("  <title type=\"text\">{}</title>\n", xml_text(info.title));
  out += fmt::format("  <updated>{}</updated>\n", format_time(feed_updated(info, changes)));
  out += fmt::format("  <author><name>{}</name></author>\n", xml_text(info.author));
  out += fmt::format("  <link rel=\"self\" type=\"application/atom+xml\" href=\"{}\"/>\n", xml_text(info.self));
  out += fmt::format("  <link rel=\"alternate\" href=\"{}\"/>\n", xml_text(info.home));
  for (const Change& change : changes) atom_entry(out, info, change);
  out += "</feed>\n";
  return out;
}

Json json_feed(const FeedInfo& info, std::span<const Change> changes) {
  Json out = Json::object();
  out["version"] = "https://jsonfeed.org/version/1.1";
  out["title"] = info.title;
  out["home_page_url"] = info.home;
  out["feed_url"] = info.self;
  out["language"] = "en";
  out["authors"] = Json::array({Json{{"name", info.author}}});
  Json& items = out["items"] = Json::array();
  for (const Change& change : changes) {
    Json item = Json::object();
    item["id"] = digest_uri(change.envelope);
    item["url"] = feed_link(info, change);
    item["title"] = change.title;
    item["content_text"] = feed_content(change);
    item["date_published"] = format_time(change.ledger_time);
    item["tags"] = Json::array({name(change.kind)});
    items.push_back(std::move(item));
  }
  return out;
}

}  // namespace entente::registry
