// JSON written straight to a stream, for reports of a hundred thousand rows: a document tree of them would take half a gigabyte.
#pragma once

#include <fmt/format.h>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <string>
#include <string_view>

namespace entente::measures::p6_supply {

// Appends JSON to a buffer that is written out whenever it is large. The caller places brackets and knows which member is the first.
class JsonStream {
 public:
  explicit JsonStream(std::FILE* stream) : stream_(stream) { out_.reserve(kFlushBytes + 4096); }
  ~JsonStream() { std::fwrite(out_.data(), 1, out_.size(), stream_); }
  JsonStream(const JsonStream&) = delete;
  JsonStream& operator=(const JsonStream&) = delete;

  void raw(std::string_view text) { out_ += text; }
  void number(std::uint64_t value) { fmt::format_to(std::back_inserter(out_), "{}", value); }
  void text(std::string_view value) {
    out_ += '"';
    std::size_t plain = 0;  // start of what can be copied as it is
    for (std::size_t i = 0; i < value.size(); ++i) {
      const auto c = static_cast<unsigned char>(value[i]);
      if (c >= 0x20 && c != '"' && c != '\\') continue;
      out_ += value.substr(plain, i - plain);
      plain = i + 1;
      if (c == '"' || c == '\\')
        (out_ += '\\') += static_cast<char>(c);
      else
        fmt::format_to(std::back_inserter(out_), "\\u{:04x}", c);
    }
    out_ += value.substr(plain);
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
  void flush() {
    if (out_.size() < kFlushBytes) return;
    std::fwrite(out_.data(), 1, out_.size(), stream_);
    out_.clear();
  }

 private:
  static constexpr std::size_t kFlushBytes = std::size_t{1} << 20;
  std::FILE* stream_;
  std::string out_;
};

}  // namespace entente::measures::p6_supply
