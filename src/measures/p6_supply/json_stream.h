// JSON written piece by piece, for reports of a hundred thousand rows: a document tree of them would take half a gigabyte. The caller
// places brackets and knows which member is the first. Strings must be UTF-8.
#pragma once

#include <fmt/format.h>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

namespace entente::measures::p6_supply {

// Appends to a string.
class JsonText {
 public:
  void raw(std::string_view text) { out_ += text; }
  void number(std::uint64_t value) { fmt::format_to(std::back_inserter(out_), "{}", value); }
  void text(std::string_view value) {
    out_ += '"';
    for (std::size_t i = plain_bytes(value); i < value.size(); i = plain_bytes(value)) {
      out_ += value.substr(0, i);
      const auto c = static_cast<unsigned char>(value[i]);
      if (c == '"' || c == '\\')
        (out_ += '\\') += static_cast<char>(c);
      else
        fmt::format_to(std::back_inserter(out_), "\\u{:04x}", c);
      value.remove_prefix(i + 1);
    }
    out_ += value;
    out_ += '"';
  }
  // `"key": `, with a comma before it unless it is the first of its object.
  void key(std::string_view name, std::string_view before = ",") {
    (out_ += before) += '"';
    (out_ += name) += "\":";
  }
  void field(std::string_view name, std::string_view value) {
    key(name);
    text(value);
  }
  void field(std::string_view name, std::uint64_t value) {
    key(name);
    number(value);
  }
  template <class List, class One>
  void list(std::string_view name, const List& items, One&& one) {
    key(name);
    out_ += '[';
    bool first = true;
    for (const auto& item : items) {
      if (!first) out_ += ',';
      first = false;
      one(item);
    }
    out_ += ']';
  }
  [[nodiscard]] std::string take() { return std::exchange(out_, {}); }

 protected:
  std::string out_;

 private:
  // How many bytes from the start need no escape; eight at a time.
  static std::size_t plain_bytes(std::string_view text) {
    constexpr std::uint64_t kOnes = 0x0101010101010101, kHigh = 0x8080808080808080;
    const auto below = [](std::uint64_t v, std::uint64_t n) { return (v - kOnes * n) & ~v & kHigh; };  // some byte < n, for n <= 128
    std::size_t i = 0;
    for (; i + 8 <= text.size(); i += 8) {
      std::uint64_t v = 0;
      std::memcpy(&v, text.data() + i, 8);
      if ((below(v, 0x20) | below(v ^ (kOnes * '"'), 1) | below(v ^ (kOnes * '\\'), 1)) != 0) break;
    }
    for (; i < text.size(); ++i) {
      const auto c = static_cast<unsigned char>(text[i]);
      if (c < 0x20 || c == '"' || c == '\\') break;
    }
    return i;
  }
};

// The same, written out to a stream whenever a megabyte has gathered.
class JsonStream : public JsonText {
 public:
  explicit JsonStream(std::FILE* stream) : stream_(stream) { out_.reserve(kFlushBytes + 4096); }
  ~JsonStream() { std::fwrite(out_.data(), 1, out_.size(), stream_); }
  JsonStream(const JsonStream&) = delete;
  JsonStream& operator=(const JsonStream&) = delete;

  void flush() {
    if (out_.size() < kFlushBytes) return;
    std::fwrite(out_.data(), 1, out_.size(), stream_);
    out_.clear();
  }

 private:
  static constexpr std::size_t kFlushBytes = std::size_t{1} << 20;
  std::FILE* stream_;
};

}  // namespace entente::measures::p6_supply
