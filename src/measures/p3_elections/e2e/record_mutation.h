// For tests only: every value of a record's JSON files, and a record in which one of them is another.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <string>
#include <vector>

#include "core/digest.h"
#include "core/json.h"
#include "measures/p3_elections/e2e/record_check.h"

namespace entente::measures::p3_elections::e2e::test {

using Files = std::vector<RecordFile>;

struct Leaf {
  std::string file;
  std::string pointer;  // RFC 6901
  std::string kind;     // the same for leaves that mean the same: numbers and identifiers of the path are left out
};

// A character that is another one of its kind, so that the value stays hexadecimal, decimal or base64.
inline void turn(std::string& text, std::size_t at) {
  char& c = text[at];
  if (c == '9' || c == 'F' || c == 'f' || c == 'Z' || c == 'z')
    --c;
  else if (std::isalnum(static_cast<unsigned char>(c)) != 0)
    ++c;
  else
    c = 'A';
}

inline void alter(Json& value) {
  if (value.is_string()) {
    auto text = value.get<std::string>();
    if (text.empty())
      text = "x";
    else
      turn(text, text.size() / 2);
    value = text;
  } else if (value.is_boolean()) {
    value = !value.get<bool>();
  } else if (value.is_number_integer()) {
    value = value.get<std::int64_t>() + 1;
  } else if (value.is_null()) {
    value = "x";
  }
}

inline std::string leaf_kind(const std::string& file, const std::string& pointer) {
  std::string kind = file.substr(0, file.find_first_of("./"));
  std::string segment;
  const auto flush = [&] {
    // Keys of the format are words in lower case; anything else is an index or an identifier.
    const bool word = !segment.empty() &&
                      std::ranges::all_of(segment, [](char c) { return (c >= 'a' && c <= 'z') || c == '_' || c == '0'; }) &&
                      segment.find("selection") != 0 && segment.find("referendum") != 0;
    if (word || segment == "selections" || segment == "selection_id") kind += "/" + segment;
    segment.clear();
  };
  for (std::size_t i = 1; i < pointer.size(); ++i) {
    if (pointer[i] == '/')
      flush();
    else
      segment += pointer[i];
  }
  flush();
  return kind;
}

inline void collect_leaves(const Json& value, const std::string& file, const std::string& pointer, std::vector<Leaf>& out) {
  if (value.is_object()) {
    for (const auto& [key, inner] : value.items()) collect_leaves(inner, file, pointer + "/" + pointer_segment(key), out);
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) collect_leaves(value[i], file, pointer + "/" + std::to_string(i), out);
  } else if (!value.is_number_float()) {
    out.push_back({file, pointer, leaf_kind(file, pointer)});
  }
}

inline std::vector<Leaf> leaves(const Files& files) {
  std::vector<Leaf> out;
  for (const RecordFile& file : files)
    if (file.name != "constants.json")
      collect_leaves(Json::parse(file.content), file.name, "", out);  // its numbers are too long for JSON readers
  return out;
}

// Every object of a value, by its pointer.
inline void collect_objects(const Json& value, const std::string& file, const std::string& pointer, std::vector<Leaf>& out) {
  if (value.is_object()) out.push_back({file, pointer, leaf_kind(file, pointer)});
  if (value.is_object())
    for (const auto& [key, inner] : value.items()) collect_objects(inner, file, pointer + "/" + pointer_segment(key), out);
  if (value.is_array())
    for (std::size_t i = 0; i < value.size(); ++i) collect_objects(value[i], file, pointer + "/" + std::to_string(i), out);
}

inline RecordFile& file_named(Files& files, std::string_view name) { return *std::ranges::find(files, name, &RecordFile::name); }

inline void alter(Files& files, const Leaf& leaf) {
  RecordFile& file = file_named(files, leaf.file);
  Json json = Json::parse(file.content);
  alter(json.at(Json::json_pointer(leaf.pointer)));
  file.content = json.dump();
}

// Gives an object a member its format does not have.
inline void add_member(Files& files, const Leaf& object) {
  RecordFile& file = file_named(files, object.file);
  Json json = Json::parse(file.content);
  json.at(Json::json_pointer(object.pointer))["winner"] = "X";
  file.content = json.dump();
}

inline bool names(const RecordCheck& check, std::string_view file) {
  return std::ranges::any_of(check.findings, [&](const RecordFinding& f) { return f.place.find(file) != std::string::npos; });
}

// A Belenios archive whose contents were altered gets its hashes again: names of files, references, links of the chain.
inline void rehash_bel(Files& files) {
  std::map<std::string, std::string> renamed;
  for (RecordFile& file : files) {
    if (file.name == "BELENIOS") continue;
    for (const auto& [before, after] : renamed)
      for (std::size_t at = file.content.find(before); at != std::string::npos; at = file.content.find(before, at + 64))
        file.content.replace(at, 64, after);
    const std::string hash = sha256(file.content).hex();
    if (hash == file.name.substr(0, 64)) continue;
    renamed[file.name.substr(0, 64)] = hash;
    file.name.replace(0, 64, hash);
  }
}

// The archive as Belenios writes it, to the byte, which belenios-tool insists on: a tar of the oldest kind, its times those of the header.
inline std::string write_bel(const Files& files) {
  std::string out;
  const std::uint64_t time = std::stoull(Json::parse(files.front().content).at("timestamp").get<std::string>());
  for (const RecordFile& file : files) {
    std::string header(512, '\0');
    const auto put = [&](std::size_t at, const std::string& text) { header.replace(at, text.size(), text); };
    put(0, file.name);
    put(100, "0000644");
    put(108, "0000000");
    put(116, "0000000");
    put(124, fmt::format("{:011o}", file.content.size()));
    put(136, fmt::format("{:011o}", time));
    put(148, "        ");
    put(156, "0");
    unsigned sum = 0;
    for (const char c : header) sum += static_cast<unsigned char>(c);
    put(148, fmt::format("{:06o}", sum) + std::string(1, '\0') + " ");
    out += header + file.content;
    out.resize((out.size() + 511) / 512 * 512, '\0');
  }
  return out;
}

}  // namespace entente::measures::p3_elections::e2e::test
