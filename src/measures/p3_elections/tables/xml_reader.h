// XML piece by piece, for files too large for a tree: a thin wrapper of libxml2's xmlTextReader. No network, no external files, no document
// type (so no entities of a file's own, and no billion laughs); depth, size and the number of nodes are bounded. Names are LOCAL names:
// exporters differ in their prefixes. Not thread-safe; readers of different texts are independent.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"

namespace entente::measures::p3_elections::tables {

struct XmlLimits {
  std::uint64_t max_bytes = std::uint64_t{8} << 30;
  int max_depth = 64;
  std::uint64_t max_nodes = std::uint64_t{1} << 32;
  std::size_t max_text_bytes = std::size_t{1} << 20;  // of one text or attribute
};

class XmlReader {
 public:
  enum class Event { start, end, text, done };

  // `text` must outlive the reader; `name` is what errors call it.
  [[nodiscard]] static Result<XmlReader> open(std::string_view text, std::string name, const XmlLimits& limits = {});
  XmlReader(XmlReader&&) noexcept;
  XmlReader& operator=(XmlReader&&) noexcept;
  ~XmlReader();

  // The next event; comments and processing instructions are passed over, and text that is only blanks between elements. An empty element
  // (<a/>) gives start and end. After `done` or an error there is nothing more. Errors have the line and column of the parser.
  [[nodiscard]] Result<Event> next();

  // Of the current event.
  [[nodiscard]] std::string_view name() const;   // local name: start, end
  [[nodiscard]] std::string_view space() const;  // namespace URI; may be empty
  [[nodiscard]] std::string_view text() const;   // of a text event; valid until the next call of next()
  [[nodiscard]] int depth() const;               // of the element: 0 is the root
  [[nodiscard]] Where where() const;
  // By local name; nullopt where the element has none. Only at `start`, and before next().
  [[nodiscard]] std::optional<std::string> attribute(std::string_view local_name) const;

  // At `start`: the texts of this element joined, its children's left out; afterwards the reader stands at its `end`.
  [[nodiscard]] Result<std::string> element_text();
  // At `start`: passes over the element; afterwards the reader stands at its `end`.
  [[nodiscard]] Result<void> skip();

 private:
  struct State;
  explicit XmlReader(std::unique_ptr<State> state);
  [[nodiscard]] tl::unexpected<Error> stop(std::string what, std::string hint = {});
  std::unique_ptr<State> state_;
};

}  // namespace entente::measures::p3_elections::tables
