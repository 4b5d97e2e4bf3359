// Lays out a table: each column starts as wide as its widest cell; while the line is too long, the widest column that may be cut
// loses one place (down to eight). Widths count code points, colours are put on after padding so that they do not count.
#include "cli/table.h"

#include <algorithm>

namespace entente::cli {

std::string shorten(const std::string& text, std::size_t columns) {
  if (display_width(text) <= columns) return text;
  if (columns == 0) return {};
  std::size_t end = 0;
  std::size_t taken = 0;
  while (end < text.size()) {
    std::size_t next = end + 1;
    while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xc0) == 0x80) ++next;
    if (taken + 1 > columns - 1) break;
    taken += 1;
    end = next;
  }
  return text.substr(0, end) + "…";
}

std::vector<std::size_t> Table::widths(std::size_t available) const {
  constexpr std::size_t kLeast = 8;
  std::vector<std::size_t> width;
  for (const Column& c : columns_) width.push_back(display_width(c.title));
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i) width[i] = std::max(width[i], display_width(row[i].text));
  std::size_t total = 2 * columns_.size();
  for (const std::size_t w : width) total += w;
  while (total > available) {
    std::size_t widest = columns_.size();
    for (std::size_t i = 0; i < columns_.size(); ++i)
      if (columns_[i].fit == Fit::cut && width[i] > kLeast && (widest == columns_.size() || width[i] > width[widest])) widest = i;
    if (widest == columns_.size()) break;
    --width[widest];
    --total;
  }
  return width;
}

void Table::print(std::FILE* stream, int width) const {
  const std::vector<std::size_t> columns = widths(static_cast<std::size_t>(std::max(width, 40)));
  const auto line = [&](const auto& cell_at) {
    std::string out;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const Cell cell = cell_at(i);
      const std::string text = shorten(cell.text, columns[i]);
      out += "  " + paint(stream, cell.colour, text);
      if (i + 1 < columns.size()) out.append(columns[i] - std::min(columns[i], display_width(text)), ' ');
    }
    std::fprintf(stream, "%s\n", out.c_str());
  };
  line([&](std::size_t i) { return Cell{columns_[i].title, Colour::dim}; });
  for (const auto& row : rows_) line([&](std::size_t i) { return row[i]; });
}

}  // namespace entente::cli
