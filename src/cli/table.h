// A table for the terminal: columns as wide as their content, cut to the terminal's width where that is needed.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "core/terminal.h"

namespace entente::cli {

struct Cell {
  std::string text;  // printable; no line breaks
  Colour colour = Colour::plain;
};

enum class Fit {
  whole,  // never cut
  cut,    // shortened with "…" when the line would be too long; the widest such column gives way first
};

class Table {
 public:
  void column(std::string title, Fit fit = Fit::whole) { columns_.push_back({std::move(title), fit}); }
  void row(std::vector<Cell> cells) { rows_.push_back(std::move(cells)); }  // one for each column
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  // Two spaces of indent, two between columns. Lines are at most `width` columns if cutting can reach that.
  void print(std::FILE* stream, int width) const;

 private:
  struct Column {
    std::string title;
    Fit fit;
  };
  [[nodiscard]] std::vector<std::size_t> widths(std::size_t available) const;
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

// At most `columns` columns of UTF-8 text; what is cut is marked with "…".
[[nodiscard]] std::string shorten(const std::string& text, std::size_t columns);

}  // namespace entente::cli
