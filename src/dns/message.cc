// A cursor walks the message once. Names are read label by label; a compression pointer must point before the place the name began at, so
// that every jump goes further back and no loop is possible. Counts in the header are not trusted for allocation.
#include "dns/message.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <utility>

#include "core/ascii.h"

namespace entente::dns {
namespace {

constexpr std::size_t kMaxMessageBytes = 65'535;
constexpr std::size_t kMaxMessageRecords = 4'096;
constexpr std::size_t kMaxWireNameBytes = 255;
constexpr std::uint16_t kClassInternet = 1;

constexpr std::array<std::pair<std::uint16_t, std::string_view>, 10> kTypeNames{
    {{1, "A"}, {2, "NS"}, {5, "CNAME"}, {6, "SOA"}, {15, "MX"}, {16, "TXT"}, {28, "AAAA"}, {43, "DS"}, {52, "TLSA"}, {257, "CAA"}}};
constexpr std::array<std::string_view, 6> kRcodeNames{"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"};

class MessageCursor {
 public:
  MessageCursor(ByteView bytes, std::size_t at, std::size_t end) : bytes_(bytes), at_(at), end_(end) {}
  explicit MessageCursor(ByteView bytes) : MessageCursor(bytes, 0, bytes.size()) {}

  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] std::size_t left() const { return end_ - at_; }
  std::optional<std::uint16_t> u16() {
    if (left() < 2) return std::nullopt;
    const auto value = static_cast<std::uint16_t>(bytes_[at_] << 8 | bytes_[at_ + 1]);
    at_ += 2;
    return value;
  }
  std::optional<std::uint32_t> u32() {
    const auto high = u16();
    const auto low = high ? u16() : std::nullopt;
    if (!low) return std::nullopt;
    return static_cast<std::uint32_t>(*high) << 16 | *low;
  }
  bool skip(std::size_t n) {
    if (n > left()) return false;
    at_ += n;
    return true;
  }
  // nullopt: cut short, too long, or a pointer that does not point back.
  std::optional<std::string> name();

 private:
  ByteView bytes_;
  std::size_t at_;
  std::size_t end_;
};

void append_label(std::string& out, ByteView label) {
  for (const std::uint8_t byte : label) {
    const char c = static_cast<char>(byte);
    if (is_alnum(c) || c == '-' || c == '_' || c == '*')
      out += lower(c);
    else
      out += fmt::format("\\{:03}", byte);
  }
}

std::optional<std::string> MessageCursor::name() {
  std::string out;
  std::size_t wire = 1;  // the root's length octet
  std::size_t at = at_;
  std::size_t lowest = at_;  // pointers must point before this
  bool jumped = false;
  while (true) {
    const std::size_t end = jumped ? bytes_.size() : end_;
    if (at >= end) return std::nullopt;
    const std::uint8_t length = bytes_[at];
    if (length == 0) {
      if (!jumped) at_ = at + 1;
      return out.empty() ? "." : out;
    }
    if ((length & 0xc0U) == 0xc0U) {
      if (end - at < 2) return std::nullopt;
      const std::size_t target = static_cast<std::size_t>(length & 0x3fU) << 8 | bytes_[at + 1];
      if (target >= lowest) return std::nullopt;
      if (!jumped) at_ = at + 2;
      jumped = true;
      lowest = at = target;
      continue;
    }
    wire += length + 1U;
    if (length > 63 || wire > kMaxWireNameBytes || end - at < length + 1U) return std::nullopt;
    if (!out.empty()) out += '.';
    append_label(out, bytes_.subspan(at + 1, length));
    at += length + 1U;
  }
}

Result<Record> cut_short(const MessageCursor& cursor, const char* what) { return fail(what, {.offset = cursor.at()}); }

// One resource record; its class is returned in `klass`.
Result<Record> read_record(MessageCursor& cursor, ByteView bytes, std::uint16_t& klass) {
  Record out;
  auto name = cursor.name();
  if (!name) return cut_short(cursor, "the DNS message has a broken name");
  out.name = std::move(*name);
  const auto type = cursor.u16();
  const auto in_class = cursor.u16();
  const auto ttl = cursor.u32();
  const auto length = cursor.u16();
  const std::size_t start = cursor.at();
  if (!type || !in_class || !ttl || !length || !cursor.skip(*length)) return cut_short(cursor, "the DNS message ends inside a record");
  out.type = *type;
  klass = *in_class;
  out.ttl = *ttl > 0x7fffffffU ? 0 : *ttl;  // RFC 2181 section 8
  const ByteView data = bytes.subspan(start, *length);
  out.data.assign(data.begin(), data.end());
  MessageCursor inside(bytes, start, start + *length);
  if (*type == static_cast<std::uint16_t>(Type::cname)) {
    auto target = inside.name();
    if (!target || inside.left() != 0) return cut_short(inside, "the DNS message has a broken CNAME");
    out.target = std::move(*target);
  } else if (*type == static_cast<std::uint16_t>(Type::soa)) {
    const bool names = inside.name() && inside.name();
    if (!names || inside.left() != 20) return cut_short(inside, "the DNS message has a broken SOA");
    (void)inside.skip(16);
    out.minimum = inside.u32().value_or(0);
  }
  return out;
}

Result<void> read_section(MessageCursor& cursor, ByteView bytes, std::size_t count, std::vector<Record>& out) {
  if (count > kMaxMessageRecords) return fail("the DNS message has too many records");
  for (std::size_t i = 0; i < count; ++i) {
    std::uint16_t klass = 0;
    ENTENTE_TRY(Record record, read_record(cursor, bytes, klass));
    if (klass == kClassInternet) out.push_back(std::move(record));
  }
  return {};
}

}  // namespace

std::string type_name(std::uint16_t type) {
  for (const auto& [number, name] : kTypeNames)
    if (number == type) return std::string(name);
  return fmt::format("TYPE{}", type);
}

std::string rcode_name(unsigned rcode) {
  return rcode < kRcodeNames.size() ? std::string(kRcodeNames[rcode]) : fmt::format("RCODE{}", rcode);
}

Result<Message> parse_message(ByteView bytes) {
  if (bytes.size() > kMaxMessageBytes) return fail("a DNS message has at most 65,535 bytes");
  MessageCursor cursor(bytes);
  std::array<std::uint16_t, 6> header{};  // id, flags, and the four counts
  for (auto& field : header) {
    const auto value = cursor.u16();
    if (!value) return fail("the DNS message ends inside its header", {.offset = cursor.at()});
    field = *value;
  }
  Message out;
  out.rcode = header[1] & 0xfU;
  for (unsigned i = 0; i < header[2]; ++i)
    if (!cursor.name() || !cursor.skip(4)) return fail("the DNS message has a broken question", {.offset = cursor.at()});
  ENTENTE_CHECK(read_section(cursor, bytes, header[3], out.answers));
  ENTENTE_CHECK(read_section(cursor, bytes, header[4], out.authority));
  return out;
}

Result<std::string> join_txt(ByteView rdata) {
  if (rdata.empty()) return fail("a TXT record holds at least one string");
  std::string out;
  for (std::size_t at = 0; at < rdata.size();) {
    const std::size_t length = rdata[at];
    if (length > rdata.size() - at - 1) return fail("a string of the TXT record is cut short", {.offset = at});
    out += as_text(rdata.subspan(at + 1, length));
    at += length + 1;
  }
  return out;
}

}  // namespace entente::dns
