// From documents to a program. Internal to the room; one object compiles one schema.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "schema/documents.h"
#include "schema/program.h"

namespace entente::schema {

class Compiler {
 public:
  explicit Compiler(const CompileOptions& options) : options_(options), documents_(options) {}
  [[nodiscard]] Result<std::shared_ptr<const Schema::Program>> compile(std::string_view text, std::string name);

 private:
  // The keyword being compiled.
  struct Site {
    LocationId location;
    JsonView schema;
    std::string_view keyword;
    JsonView value;
    Dialect dialect;
  };
  enum class Vocabulary : std::uint8_t { core, applicator, unevaluated, validation };
  enum Drafts : std::uint8_t { draft4 = 1, to_draft7 = 7, since_draft6 = 14, since_draft7 = 12, draft2020 = 8, all = 15 };
  struct Keyword {
    std::string_view name;
    Drafts drafts;
    Vocabulary vocabulary;
    Op op;
    TypeSet applies;
    Result<void> (Compiler::*compile)(const Site&, const Keyword&);
  };
  static const std::vector<Keyword>& keywords();

  NodeId node_of(LocationId location);
  Result<NodeId> child(const Site& site, const std::string& steps, JsonView value);
  Result<void> compile_node(NodeId node);
  Result<void> compile_keywords(LocationId location, const Dialect& dialect);
  void emit(const Keyword& keyword, std::uint32_t a, std::uint32_t b = 0);
  tl::unexpected<Error> bad(const Site& site, std::string_view what, std::string_view steps = {}) const;

  Result<std::vector<std::string_view>> strings(const Site& site, JsonView value, const std::string& steps);
  Result<std::uint64_t> count(const Site& site, JsonView value, std::string_view keyword);
  Result<std::uint32_t> pattern(const Site& site, std::string_view text, const std::string& steps);
  Result<std::pair<std::uint32_t, std::uint32_t>> branch_list(const Site& site);

  Result<void> compile_type(const Site&, const Keyword&);
  Result<void> compile_enum(const Site&, const Keyword&);
  Result<void> compile_const(const Site&, const Keyword&);
  Result<void> compile_number(const Site&, const Keyword&);
  Result<void> compile_limit4(const Site&, const Keyword&);
  Result<void> compile_bound(const Site&, const Keyword&);
  Result<void> compile_pattern(const Site&, const Keyword&);
  Result<void> compile_format(const Site&, const Keyword&);
  Result<void> compile_unique(const Site&, const Keyword&);
  Result<void> compile_items7(const Site&, const Keyword&);
  Result<void> compile_items2020(const Site&, const Keyword&);
  Result<void> compile_contains(const Site&, const Keyword&);
  Result<void> compile_members(const Site&, const Keyword&);
  Result<void> add_properties(const Site&, Members&);
  Result<void> add_pattern_properties(const Site&, Members&);
  Result<void> add_required(const Site&, Members&);
  Result<void> compile_dependent_required(const Site&, const Keyword&);
  Result<void> compile_dependent_schemas(const Site&, const Keyword&);
  Result<void> compile_dependencies(const Site&, const Keyword&);
  Result<void> compile_ref(const Site&, const Keyword&);
  Result<void> compile_dynamic_ref(const Site&, const Keyword&);
  Result<void> compile_branches(const Site&, const Keyword&);
  Result<void> compile_subschema(const Site&, const Keyword&);
  Result<void> compile_conditional(const Site&, const Keyword&);

  std::uint32_t anchor_number(const std::string& name);
  void reach_dynamic_anchors();
  void in_place(NodeId node, std::vector<NodeId>& out) const;
  Result<void> refuse_loops() const;
  void finish();

  const CompileOptions& options_;
  Documents documents_;
  Schema::Program program_;
  std::map<LocationId, NodeId> nodes_;
  std::vector<LocationId> locations_;  // by node
  std::size_t compiled_ = 0;           // nodes [0, compiled_) are done
  std::map<std::string, std::uint32_t, std::less<>> patterns_;
  std::map<std::string, std::uint32_t, std::less<>> anchors_;
  std::map<ResourceId, bool> reached_;
};

}  // namespace entente::schema
