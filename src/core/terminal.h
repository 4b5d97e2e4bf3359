// What may go to a terminal and how: colours only where the stream is a terminal and NO_COLOR is not set, progress only
// where standard error is one.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace entente {

enum class Colour { plain, bold, dim, red, green, yellow, blue, cyan };
enum class ColourChoice { automatic, always, never };

// --color; `automatic` asks isatty, NO_COLOR (https://no-color.org), CLICOLOR_FORCE and TERM=dumb.
void set_colour(ColourChoice choice);
[[nodiscard]] bool colours(std::FILE* stream);
// `text` in `colour` if the stream takes colours, unchanged otherwise.
[[nodiscard]] std::string paint(std::FILE* stream, Colour colour, std::string_view text);
// Columns of the terminal behind the stream; 100 if there is none.
[[nodiscard]] int terminal_width(std::FILE* stream);
// Columns a UTF-8 text takes, counting each code point as one and combining marks as none (good for Latin text).
[[nodiscard]] std::size_t display_width(std::string_view text);

}  // namespace entente
