// A registry's pages in a real browser: Debian's chromium, driven by tests/browser/pages.mjs.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "live_registry.h"
#include "name_server.h"

namespace entente::test {

inline bool has_browser() { return has_program("chromium") && has_program("node"); }

// Does one task of pages.mjs in a browser of its own, whose files go to `folder`. What every task asks for: nothing is loaded from
// elsewhere, and no policy or script complains. The task's answer; an empty object where there is none.
inline Json browse(const LiveRegistry& live, const std::string& folder, const std::string& task, const Json& argument) {
  const std::string out = folder + ".json";
  std::string command = "timeout 120 node " + shell_quote((source_dir() / "tests/browser/pages.mjs").string());
  for (const std::string& word : {live.url(), folder, task, json_compact(argument)}) command += " " + shell_quote(word);
  const int code = std::system((command + " >" + shell_quote(out)).c_str());
  const std::string said = read_file(out).value_or("");
  EXPECT_EQ(code, 0) << said << live.errors();
  Json answer = Json::parse(said, nullptr, false);
  if (!answer.is_object() || !answer.contains("result")) return Json::object();
  EXPECT_EQ(answer["foreign"], Json::array()) << "nothing is loaded from elsewhere";
  EXPECT_EQ(answer["complaints"], Json::array());
  return answer;
}

}  // namespace entente::test
