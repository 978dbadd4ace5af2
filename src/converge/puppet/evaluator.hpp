// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/text.hpp"
#include "converge/puppet/collectors.hpp"
#include "converge/puppet/evaluate.hpp"
#include "converge/puppet/hiera.hpp"
#include "converge/puppet/modules.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace dfriends::converge::puppet {

/// The name of a class as it is kept: small letters, nothing in front.
inline std::string class_name(std::string_view written)
{
    return to_lower(written.starts_with("::") ? written.substr(2) : written);
}

/// The state of one evaluation. Its parts stand in expressions.cpp, calls.cpp, scope_functions.cpp, type_aliases.cpp,
/// lookups.cpp, templates.cpp, autoload.cpp, declare.cpp and refine.cpp.
class Evaluator {
  public:
    Evaluator(const Source& source, const Facts& facts)
        : source_(&source), facts_(facts), modules_(source.position(0).file), hiera_(source.position(0).file, modules_),
          top_(std::make_shared<Scope>()), node_scope_(top_)
    {
    }

    Evaluation run(const Node& program);

  private:
    using ScopePointer = std::shared_ptr<Scope>;

    struct Place {
        const Source* source;
        std::size_t offset;
    };

    /// Evaluates what stands in another file, for as long as it lives.
    class Visit {
      public:
        Visit(Evaluator& evaluator, const Source* source)
            : evaluator_(evaluator), home_(std::exchange(evaluator.source_, source))
        {
        }
        ~Visit() { evaluator_.source_ = home_; }
        Visit(const Visit&) = delete;
        Visit& operator=(const Visit&) = delete;

      private:
        Evaluator& evaluator_;
        const Source* home_;
    };

    /// What «next», «break» and «return» leave.
    struct Leave {
        std::string word;
        Datum value;
        std::size_t offset;
    };

    // expressions.cpp
    Datum eval(const Node& node, const ScopePointer& scope);
    Datum eval_block(const Node& node, const ScopePointer& scope);
    Datum eval_value(const Node& node, const ScopePointer& scope);
    Datum eval_joined(const Node& node, const ScopePointer& scope);
    Datum eval_access(const Node& node, const ScopePointer& scope);
    Datum eval_unary(const Node& node, const ScopePointer& scope);
    Datum eval_binary(const Node& node, const ScopePointer& scope);
    Datum eval_branch(const Node& node, const ScopePointer& scope);
    Datum eval_choice(const Node& node, const ScopePointer& scope);
    bool fits(const Datum& subject, const Datum& option, std::size_t offset, const ScopePointer& scope);
    void keep_groups(const Datum& text, const Datum& pattern, const ScopePointer& scope);
    Datum eval_edges(const Node& node, const ScopePointer& scope);
    Datum assign(const Node& node, const ScopePointer& scope);
    void set(const ScopePointer& scope, const Node& target, const std::string& name, Datum value);
    Datum variable(const Node& node, const ScopePointer& scope);
    std::optional<Datum> find_variable(std::string name, const ScopePointer& scope);
    const Datum* find_fact(const std::string& name);
    std::vector<Datum> eval_list(std::span<const Node> nodes, const ScopePointer& scope);

    // type_aliases.cpp
    Datum named_type(const std::string& name, std::size_t offset);
    TypeName resolve(const Node& alias);
    std::optional<TypeName> type_of(const Node& parameter, const ScopePointer& scope);
    void check_type(const Node& parameter, const Datum& value, const SourcePosition& place, const ScopePointer& scope);

    // calls.cpp
    Datum call(const Node& node, const ScopePointer& scope);
    Datum call_statement(const Node& node, const std::vector<Datum>& arguments, const ScopePointer& scope, bool& known);
    Datum include_all(const Datum& classes, const Node& node, const ScopePointer& scope);
    Datum call_with_lambda(const Node& node, const std::vector<Datum>& arguments, const Node& lambda,
                           const ScopePointer& scope);
    Datum call_lambda(const Node& lambda, std::vector<Datum> arguments, const ScopePointer& scope);
    const Node* find_function(const std::string& name, std::size_t offset);
    Datum call_defined(const Node& function, const std::vector<Datum>& arguments, const ScopePointer& scope);
    void bind(const Node& callee, const std::vector<Datum>& arguments, const ScopePointer& inner);
    bool is_declared(const Datum& what, const ScopePointer& scope);

    // scope_functions.cpp
    std::optional<Datum> call_scoped(const std::string& name, const std::vector<Datum>& arguments,
                                     const ScopePointer& scope);
    void ensure_declared(const Node& node, const std::vector<Datum>& arguments, const ScopePointer& scope);

    // lookups.cpp
    std::optional<Datum> find_data(const std::string& key, const std::optional<Merge>& merge, const ScopePointer& scope,
                                   std::size_t offset);
    Datum look_up(const Node& node, const std::vector<Datum>& arguments, const ScopePointer& scope);
    void add_data(const std::string& name, Attributes& attributes, const ScopePointer& scope, std::size_t offset);

    // templates.cpp
    std::string inline_name(std::size_t offset) const;
    Datum call_erb(const Node& node, const std::vector<Datum>& arguments, const ScopePointer& scope);
    Datum call_epp(const Node& node, const std::vector<Datum>& arguments, const ScopePointer& scope);
    std::string run_epp(const Source& source, const Attributes& given, const ScopePointer& scope, std::size_t offset);
    bool write_output(const Node& node, const std::vector<Datum>& arguments);
    void refuse_in_template(std::size_t offset, std::string_view what) const;

    // autoload.cpp
    bool load(const std::string& name, std::size_t offset);
    bool load_type(const std::string& name, std::size_t offset);
    bool load_function(const std::string& name, std::size_t offset);
    bool load_alone(NodeKind kind, const std::string& name, std::size_t offset, const std::string& wanted,
                    const std::string& written);
    const Node& read_module_file(ModuleFile file, std::size_t offset);

    // declare.cpp
    void say(Message::Level level, std::string text, std::size_t offset);
    std::map<std::string, const Node*, std::less<>>* definitions_of(NodeKind kind, bool at_top);
    void hoist(const Node& block, const std::string& prefix, int depth);
    void evaluate_node(const Node& program);
    Datum eval_resource(const Node& node, const ScopePointer& scope);
    Attributes eval_attributes(const Node& owner, std::size_t first, const ScopePointer& scope);
    std::vector<std::string> titles_of(const Datum& title, std::size_t offset) const;
    Reference declare(const std::string& type, const std::string& title, const Attributes& attributes,
                      const ScopePointer& scope, std::size_t offset, std::string_view mark = {});
    void declare_all(const std::string& type, const Datum& hash, const Datum& defaults, const ScopePointer& scope,
                     std::size_t offset);
    void let_use_engine(const std::string& user, const Attributes& attributes, const ScopePointer& scope,
                        std::size_t offset);
    bool declare_of_module(const std::string& type, const std::string& title, const Attributes& attributes,
                           const ScopePointer& scope, std::size_t offset);
    Reference declare_class(const std::string& name, const Attributes& attributes, const ScopePointer& scope,
                            std::size_t offset, bool contained, bool again);
    void instantiate(const Node& definition, std::size_t container, const ScopePointer& scope, std::size_t offset);
    void bind_parameters(const Node& definition, const Attributes& attributes, const ScopePointer& scope,
                         const Place& user, const std::string& data = {});
    bool bind_data(const Node& parameter, const Datum& given, const std::string& data, const ScopePointer& scope,
                   const Place& user);
    std::size_t add(Declaration declaration);

    // refine.cpp
    Datum eval_refine(const Node& node, const ScopePointer& scope);
    void refine(Declaration& declaration, const Attributes& attributes, const Node& node, bool may_replace);
    bool inherits(std::size_t container, std::size_t from) const;
    Datum eval_collector(const Node& node, const ScopePointer& scope);
    Search eval_search(const Node& node, const ScopePointer& scope);
    void realize(const Datum& what, std::size_t offset);
    void finish();

    Error error(std::size_t offset, std::string_view found, std::string hint = {}) const
    {
        return source_->error(offset, found, std::move(hint));
    }
    /// Runs what throws without a position.
    template <class Function>
    auto at(std::size_t offset, Function function) -> decltype(function())
    {
        try {
            return function();
        } catch (const Error& error) {
            if (error.position().line > 0)
                throw;
            throw source_->error(offset, error.message(), error.hint());
        }
    }
    /// Bounds the work that a manifest can cause.
    void spend(std::size_t work, std::size_t offset);
    static std::size_t weight_of(const Attributes& attributes);

    struct Collector {
        Collected what;
        Attributes attributes;
        std::set<std::string, std::less<>> added; ///< those that «+>» adds to what is there
        Place place;
        std::size_t seen = 0; ///< how many declarations it has looked at
    };

    /// An instance of a defined type that is virtual: made once it is realized.
    struct Waiting {
        const Node* definition;
        ScopePointer scope; ///< its own
        Place place;
    };
    void collect(Collector& collector);
    bool make_realized();

    /// A file of a module whose definitions may be used.
    struct Loaded {
        explicit Loaded(ModuleFile from) : file(std::move(from)), source(file.text, file.path) {}
        ModuleFile file;
        Source source;
        Node program;
    };

    const Source* source_; ///< whose nodes are being evaluated
    const Facts& facts_;
    Modules modules_;
    Hiera hiera_;
    ScopePointer top_;
    ScopePointer node_scope_; ///< of the machine's node; top_ where there is none
    Evaluation result_;
    std::map<std::pair<std::string, std::string>, std::size_t> index_; ///< of declarations, by type and title
    std::map<std::string, const Node*, std::less<>> classes_;
    std::map<std::string, const Node*, std::less<>> defines_;
    std::map<std::string, const Node*, std::less<>> functions_;
    std::map<std::string, const Node*, std::less<>> aliases_; ///< of types
    std::map<std::string, TypeName, std::less<>> resolved_;   ///< what they stand for
    std::map<const Node*, const Source*> homes_;              ///< of all those definitions
    std::vector<std::unique_ptr<Loaded>> loaded_;
    std::set<std::string, std::less<>> sought_; ///< names whose files were looked for
    std::map<std::string, ScopePointer, std::less<>> class_scopes_;
    std::set<const Node*> definitions_;               ///< of classes and types, those that may be used
    std::set<std::string, std::less<>> open_classes_; ///< that wait for what they inherit, or as «type x»
    std::vector<Collector> collectors_;
    std::map<std::size_t, Waiting> waiting_; ///< by their declarations
    Datum facts_datum_;
    std::size_t spent_ = 0;
    std::string* output_ = nullptr; ///< of the EPP template that is being evaluated
    int depth_ = 0;
    int templates_ = 0;      ///< inside each other
    int instances_ = 0;      ///< of definitions, inside each other
    int functions_open_ = 0; ///< calls of the manifest's own, inside each other
};

} // namespace dfriends::converge::puppet
