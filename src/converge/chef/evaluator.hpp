// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/chef/cookbook.hpp"
#include "converge/chef/declaration.hpp"
#include "converge/chef/erb.hpp"
#include "converge/chef/node_attributes.hpp"
#include "converge/chef/object.hpp"
#include "converge/chef/syntax.hpp"
#include "converge/source.hpp"

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace dfriends::converge::chef {

constexpr std::size_t most_declarations = 2'000;

enum class Flow { on, next, leave_loop, leave };

/// The walk over a recipe's tree: values in evaluate.cpp, calls in calls.cpp, resources in declare.cpp.
class Evaluator {
  public:
    Evaluator(const Source& source, const Facts& facts, const Cookbook& cookbook);

    std::vector<Declaration> run(const Node& program);
    void run_file(const CookbookFile& file);
    /// Runs a template of a Puppet manifest, whose variables are found by a function.
    ErbOutput run_foreign(const Source& source, const FindVariable& find);

  private:
    using Scope = std::map<std::string, Object, std::less<>>;

    void charge(const Node& node, std::size_t steps);
    template <class Function>
    auto placed(const Node& node, Function function) const;

    Object evaluate(const Node& node);
    Object evaluate_unsettled(const Node& node);
    Object settle(const Node& node, Object object);
    Object statements(const Node& block);
    Object in_scope(const Node& block, std::span<const Object> arguments);
    Object* variable(std::string_view name);

    Object name(const Node& node);
    Object index(const Node& node);
    Object joined(const Node& node);
    Object hash(const Node& node);
    Object binary(const Node& node);
    Object branch(const Node& node);
    Object choice(const Node& node);
    bool is_case_of(const Node& candidate, const Object& subject);
    void store_appended(const Node& node, const Object& left, const Object& result);
    Object assign(const Node& node);
    void store(const Node& target, Object value);
    Object leave(const Node& node);

    Object call(const Node& node);
    Object function(const Node& node, const std::vector<Object>& arguments);
    void include(const Node& node, const std::string& recipe);
    Object method(const Node& node);
    std::optional<Object> node_method(const Node& node, const NodePath& path);
    Object constant_method(const Node& node, const Constant& constant);
    std::optional<Object> iteration(const Node& node, const Object& receiver);
    Object platform_value(const Node& node, const std::vector<Object>& arguments, const std::string& fact);
    bool platform_matches(const std::vector<Object>& names, const std::string& fact);
    std::vector<Object> arguments_of(const Node& node);

    Object declare(const Node& node, const std::vector<Object>& arguments);
    Object property(const Node& node);
    void guard(const Node& node);
    void notice(const Node& node, const std::vector<Object>& arguments);

    void fill_template(Declaration& declaration, const Object& variables);
    std::string render(const CookbookFile& file, const Object& variables);
    std::string run_template(const Source& source, TagTrim trim, Scope scope);
    Object foreign_variable(const Node& node, const Object& name);
    Object scope_method(const Node& node, const std::vector<Object>& arguments);
    bool variable_is_there(const Node& node, const Object& name);
    Object write_output(const Node& node, const std::vector<Object>& arguments);
    Object data_bag(const Node& node, const std::vector<Object>& arguments);
    std::string guard_text(const Node& node);

    const Source* source_; ///< whose nodes are being run
    const Cookbook& cookbook_;
    NodeAttributes attributes_;
    std::set<std::string> included_;
    int inclusions_ = 0;
    std::vector<Scope> scopes_{1};
    std::vector<Declaration> declarations_;
    Declaration* current_ = nullptr;              ///< whose block is being run
    Object template_variables_;                   ///< of current_
    std::string* output_ = nullptr;               ///< of the template that is being run
    const FindVariable* find_variable_ = nullptr; ///< of a Puppet template
    Flow flow_ = Flow::on;
    int loops_ = 0;
    std::size_t steps_ = 0;
};

/// Gives an error that knows no place the node's.
template <class Function>
auto Evaluator::placed(const Node& node, Function function) const
{
    try {
        return function();
    } catch (const Error& error) {
        if (error.position().line != 0)
            throw;
        throw source_->error(node.offset, error.message(), error.hint());
    }
}

} // namespace dfriends::converge::chef
