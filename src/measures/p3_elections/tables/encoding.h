// Texts as election offices save them: UTF-8, Windows-1252 (Excel's "CSV"), UTF-16 (Excel's "Unicode text"). Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "core/error.h"

namespace entente::measures::p3_elections::tables {

enum class Encoding { utf8, utf16_le, utf16_be, windows_1252 };
[[nodiscard]] std::string_view to_string(Encoding encoding);  // "UTF-8", "Windows-1252", …

// A text in UTF-8 without a byte order mark: a view of the bytes given where they are that already, else converted. Movable.
class DecodedText {
 public:
  DecodedText(std::string_view view, Encoding encoding) : view_(view), encoding_(encoding) {}
  DecodedText(std::string converted, Encoding encoding) : converted_(std::move(converted)), own_(true), encoding_(encoding) {}
  [[nodiscard]] std::string_view text() const { return own_ ? std::string_view(converted_) : view_; }
  [[nodiscard]] Encoding encoding() const { return encoding_; }

 private:
  std::string_view view_;
  std::string converted_;
  bool own_ = false;
  Encoding encoding_;
};

// UTF-16 by its byte order mark; UTF-8 where the bytes are valid; else Windows-1252, whose bytes that no character has (0x81, 0x8D, 0x8F,
// 0x90, 0x9D) are an error with line and column, as are control bytes that no text holds and half a UTF-16 character. `name` is what
// errors call the text; `bytes` must outlive the result.
[[nodiscard]] Result<DecodedText> decode_text(std::string_view bytes, const std::string& name);

}  // namespace entente::measures::p3_elections::tables
