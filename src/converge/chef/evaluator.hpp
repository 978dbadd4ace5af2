// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/chef/cookbook.hpp"
#include "converge/chef/declaration.hpp"
#include "converge/chef/erb.hpp"
#include "converge/chef/node_attributes.hpp"
#include "converge/chef/object.hpp"
#include "converge/chef/recipe.hpp"
#include "converge/chef/syntax.hpp"
#include "converge/source.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace dfriends::converge::chef {

constexpr std::size_t most_declarations = 2'000;

enum class Flow { on, next, leave_loop, leave };

/// A file that is run. It stays, for what it puts off.
struct Program {
    Program(std::string content, std::string path);

    std::string text;
    Source source;
    Node tree;
};

/// The walk over the trees of recipes: values in evaluate.cpp, calls in calls.cpp, resources in declare.cpp, what is
/// put off to the end in later.cpp.
class Evaluator {
  public:
    explicit Evaluator(const Facts& facts) : attributes_(facts) {}

    std::vector<std::vector<Declaration>> run(const std::vector<Recipe>& recipes);
    std::vector<Message> take_messages() { return std::move(messages_); }
    /// Runs a template of a Puppet manifest, whose variables are found by a function.
    ErbOutput run_foreign(const Source& source, const FindVariable& find);

  private:
    using Scope = std::map<std::string, Object, std::less<>>;
    using Scopes = std::vector<std::shared_ptr<Scope>>;

    /// A block that is run once all recipes have been, and what it sees: it shares the variables around it.
    struct Closure {
        const Node* block;
        const Source* source;
        const Cookbook* cookbook;
        Scopes scopes;
    };

    /// What a declaration lacks until then.
    struct Pending {
        std::size_t declaration = 0;
        Closure place;                                                       ///< of the declaration, without a block
        std::map<std::string, std::pair<Object, SourcePosition>> properties; ///< that are lazy
        std::vector<std::pair<std::size_t, std::size_t>> guards;             ///< which one of its, and its closure
        Object variables;                                                    ///< of a template
    };

    void run_attributes();
    void run_file(std::string text, std::string path);
    void charge(const Node& node, std::size_t steps);
    template <class Function>
    auto placed(const Node& node, Function function) const;

    Object evaluate(const Node& node);
    Object evaluate_unsettled(const Node& node);
    Object settle(const Node& node, Object object);
    Object settled_later(const Node& block);
    Object forced(const Object& object);
    template <class Function>
    auto within(const Closure& closure, Function function);
    void finish();
    void finish(const Pending& pending);
    Object statements(const Node& block);
    std::vector<Object> values_of(std::span<const Node> nodes);
    void bind(std::span<const Parameter> parameters, std::vector<Object> values);
    Object call_block(const Node& block, std::vector<Object> arguments, Object* last = nullptr);
    Object* variable(std::string_view name);

    Object name(const Node& node);
    Object index(const Node& node);
    Object joined(const Node& node);
    Object hash(const Node& node);
    Object own_value(const Node& node);
    Object binary(const Node& node);
    Object branch(const Node& node);
    Object choice(const Node& node);
    bool is_case_of(const Node& candidate, const Object& subject);
    Object matched(const Object& text, const Object& pattern);
    Object match_group(const Node& node, std::size_t group) const;
    Object assign(const Node& node);
    Object old_value(const Node& target);
    void store(const Node& target, Object value);
    Object leave(const Node& node);

    Object call(const Node& node);
    Object function(const Node& node, const std::vector<Object>& arguments);
    void include(const Node& node, const std::string& recipe);
    void include_attribute(const Node& node, const std::string& name);
    void say(const Node& node, Message::Level level, std::string text);
    void warn_of_lost_values();
    Object method(const Node& node);
    std::optional<Object> node_method(const Node& node, const NodePath& path);
    Object constant_method(const Node& node, const Constant& constant);
    Object file_method(const Node& node, const std::vector<Object>& arguments);
    Object new_object(const Node& node, const std::string& name, const std::vector<Object>& arguments);
    std::optional<Object> conversion(const std::string& name, const std::vector<Object>& arguments);

    struct Loop;
    std::optional<Object> iteration(const Node& node, Object receiver);
    void go_through(Loop& loop);
    Object fold(Loop& loop, const Node& node);
    Object sort_by_block(Loop& loop);
    std::optional<Object> block_method(const Node& node, Object& receiver);
    Object replaced(const Node& node, const Object& text);
    std::vector<Object> numbers_to_go_through(const Node& node, const Object& receiver);

    std::optional<Object> change(const Node& node, const Object& receiver);
    std::optional<Object> change_by_block(const Node& node, const Object& receiver);
    void append(const Node& node, const Object& left, const Object& result);
    void put_back(const Node& place, long copies, const Object& value);
    void change_place(const Node& place, long copies, Object value);
    const Object* find_place(const Node& place);
    Object grown(const Node& place, const Object& object) const;
    Object platform_value(const Node& node, const std::vector<Object>& arguments, const std::string& fact);
    const Object* value_for_version(const HashContent& versions) const;
    bool platform_matches(const std::vector<Object>& names, const std::string& fact);
    std::vector<Object> arguments_of(const Node& node);

    Object declare(const Node& node, const std::vector<Object>& arguments);
    Object property(const Node& node);
    void guard(const Node& node);
    std::string guard_text_of_block(const Node& block);
    void notice(const Node& node, const std::vector<Object>& arguments);

    void fill_template(Declaration& declaration, const Object& variables);
    std::string render(const CookbookFile& file, const Object& variables);
    std::string run_template(const Source& source, TagTrim trim, Scope scope);
    Object regexp_method(const Node& node, const std::vector<Object>& arguments);
    Object foreign_variable(const Node& node, const Object& name);
    Object scope_method(const Node& node, const std::vector<Object>& arguments);
    bool variable_is_there(const Node& node, const Object& name);
    Object write_output(const Node& node, const std::vector<Object>& arguments);
    Object data_bag(const Node& node, const std::vector<Object>& arguments);
    std::string guard_text(const Node& node);

    const Source* source_ = nullptr; ///< whose nodes are being run
    const Cookbook* cookbook_ = nullptr;
    std::vector<std::unique_ptr<const Cookbook>> cookbooks_;
    std::vector<std::unique_ptr<const Program>> programs_;
    NodeAttributes attributes_;
    std::set<std::string> included_;
    int inclusions_ = 0;
    Scopes scopes_;
    std::vector<std::string> growing_; ///< variables in which an index of what is not there yet makes a hash
    const Node* idle_ = nullptr;       ///< a statement whose value nobody wants
    Scope constants_;                  ///< that recipes have set: NAME = 'web'
    std::vector<Closure> closures_;
    int forcing_ = 0; ///< how many closures are being run in each other
    std::vector<Pending> pending_;
    std::vector<Declaration> declarations_;
    std::vector<Message> messages_;
    Declaration* current_ = nullptr;              ///< whose block is being run
    std::map<std::string, const Node*> unread_;   ///< variables of that block, named as properties, that nothing reads
    Pending current_pending_;                     ///< of current_
    std::string* output_ = nullptr;               ///< of the template that is being run
    const FindVariable* find_variable_ = nullptr; ///< of a Puppet template
    Flow flow_ = Flow::on;
    Object last_match_; ///< of =~ and its like: what $~ is
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
