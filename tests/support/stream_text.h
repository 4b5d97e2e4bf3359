// What a writer of streams writes, as text.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

namespace entente::test {

// `write` is called with a stream in memory.
template <class Write>
std::string stream_text(Write&& write) {
  char* data = nullptr;
  std::size_t size = 0;
  std::FILE* stream = open_memstream(&data, &size);
  write(stream);
  std::fclose(stream);
  std::string out(data, size);
  std::free(data);
  return out;
}

}  // namespace entente::test
