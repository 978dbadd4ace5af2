// SPDX-License-Identifier: Apache-2.0
#include "base/scope_exit.hpp"
#include "base/suggest.hpp"
#include "base/text.hpp"
#include "converge/pattern.hpp"
#include "converge/puppet/evaluator.hpp"
#include "converge/puppet/functions.hpp"
#include "converge/puppet/types.hpp"

#include <algorithm>

namespace dfriends::converge::puppet {

namespace {

constexpr std::size_t most_work = 5'000'000;
constexpr std::size_t longest_text = std::size_t{1} << 20;
constexpr int deepest_expression = 400;

/// A pattern is run in time that grows with its length times the text's.
std::size_t match_cost(const Datum& left, const Datum& right)
{
    return 128 * weight(left) * weight(right);
}

} // namespace

void Evaluator::spend(std::size_t work, std::size_t offset)
{
    spent_ += work;
    if (spent_ > most_work)
        throw error(offset, "the manifest does more work than is allowed", "loops and lists are too large here");
}

Datum Evaluator::eval(const Node& node, const ScopePointer& scope)
{
    struct Depth {
        int& value;
        ~Depth() { --value; }
    } depth{depth_};
    if (++depth_ > deepest_expression)
        throw error(node.offset, "this is nested too deeply");
    Datum value = eval_value(node, scope);
    spend(1 + weight(value), node.offset);
    return value;
}

Datum Evaluator::eval_value(const Node& node, const ScopePointer& scope)
{
    switch (node.kind) {
    case NodeKind::undef:
        return {};
    case NodeKind::yes:
        return true;
    case NodeKind::no:
        return false;
    case NodeKind::fallback:
        return Fallback{};
    case NodeKind::integer:
        return node.integer;
    case NodeKind::decimal:
        return node.decimal;
    case NodeKind::text:
        return node.text;
    case NodeKind::joined:
        return eval_joined(node, scope);
    case NodeKind::pattern:
        return Pattern{node.text};
    case NodeKind::variable:
        return variable(node, scope);
    case NodeKind::type:
        return named_type(node.text, node.offset);
    case NodeKind::array:
        return at(node.offset, [&] { return make_list(eval_list(node.children, scope)); });
    case NodeKind::hash: {
        std::vector<std::pair<Datum, Datum>> entries;
        for (std::size_t index = 0; index + 1 < node.children.size(); index += 2) {
            Datum key = eval(node.children[index], scope);
            entries.emplace_back(std::move(key), eval(node.children[index + 1], scope));
        }
        return at(node.offset, [&] { return make_hash(std::move(entries)); });
    }
    case NodeKind::access:
        return eval_access(node, scope);
    case NodeKind::call:
    case NodeKind::method:
        return call(node, scope);
    case NodeKind::unary:
        return eval_unary(node, scope);
    case NodeKind::binary:
        return eval_binary(node, scope);
    case NodeKind::assign:
        return assign(node, scope);
    case NodeKind::edges:
        return eval_edges(node, scope);
    case NodeKind::branch:
        return eval_branch(node, scope);
    case NodeKind::choice:
    case NodeKind::selector:
        return eval_choice(node, scope);
    case NodeKind::block:
        return eval_block(node, scope);
    case NodeKind::resource:
        return eval_resource(node, scope);
    case NodeKind::refine:
        return eval_refine(node, scope);
    case NodeKind::collector:
        return eval_collector(node, scope);
    case NodeKind::class_definition:
    case NodeKind::define_definition:
    case NodeKind::function_definition:
    case NodeKind::type_definition:
        if (!definitions_.contains(&node))
            throw error(node.offset, "a definition stands at the top of a manifest or in a class only",
                        "take it out of what surrounds it");
        return {};
    case NodeKind::node_definition:
        if (scope != top_)
            throw error(node.offset, "a node stands at the top of a manifest only");
        return {};
    case NodeKind::lambda:
    case NodeKind::option:
    case NodeKind::body:
    case NodeKind::attribute:
    case NodeKind::parameter:
        break;
    }
    throw Error(ErrorKind::internal, "a part of a manifest stands where it has no value");
}

Datum Evaluator::eval_block(const Node& node, const ScopePointer& scope)
{
    Datum last;
    for (const Node& statement : node.children)
        last = eval(statement, scope);
    return last;
}

std::vector<Datum> Evaluator::eval_list(std::span<const Node> nodes, const ScopePointer& scope)
{
    std::vector<Datum> items;
    for (const Node& node : nodes) {
        if (node.kind == NodeKind::unary && node.text == "*") {
            for (Datum& item : to_items(eval(node.children[0], scope)))
                items.push_back(std::move(item));
        } else
            items.push_back(eval(node, scope));
    }
    return items;
}

Datum Evaluator::eval_joined(const Node& node, const ScopePointer& scope)
{
    std::string text;
    for (const Node& part : node.children) {
        text += to_text(eval(part, scope));
        if (text.size() > longest_text)
            throw error(node.offset, "this string grows beyond 1 MiB");
    }
    return text;
}

Datum Evaluator::eval_access(const Node& node, const ScopePointer& scope)
{
    const Datum what = eval(node.children[0], scope);
    const auto keys = eval_list(std::span(node.children).subspan(1), scope);
    Datum found = at(node.offset, [&] { return access(what, keys); });
    // References say where they stand: what they point at may be missing.
    const auto place = [&](const Datum& datum) {
        const auto* reference = datum.as<Reference>();
        return reference == nullptr
                   ? datum
                   : Datum(Reference{reference->type, reference->name, source_->position(node.offset)});
    };
    if (what.as<TypeName>() == nullptr)
        return found;
    if (found.as<List>() == nullptr)
        return place(found);
    std::vector<Datum> placed;
    for (const Datum& item : to_items(found))
        placed.push_back(place(item));
    return make_list(std::move(placed));
}

Datum Evaluator::eval_unary(const Node& node, const ScopePointer& scope)
{
    const Datum value = eval(node.children[0], scope);
    if (node.text == "!")
        return !value.truthy();
    if (node.text == "*")
        return make_list(to_items(value));
    return at(node.offset, [&] { return apply_operator("-", std::int64_t{0}, value); });
}

Datum Evaluator::eval_binary(const Node& node, const ScopePointer& scope)
{
    const Datum left = eval(node.children[0], scope);
    if (node.text == "and" || node.text == "or")
        return left.truthy() == (node.text == "or") ? Datum(node.text == "or")
                                                    : Datum(eval(node.children[1], scope).truthy());
    const Datum right = eval(node.children[1], scope);
    spend(weight(left) + weight(right), node.offset);
    if (node.text == "=~" || node.text == "!~" || left.as<Pattern>() != nullptr)
        spend(match_cost(left, right), node.offset);
    if (right.as<TypeName>() != nullptr)
        spend(type_cost(left, right), node.offset);
    Datum result = at(node.offset, [&] { return apply_operator(node.text, left, right); });
    if (node.text == "=~" && result.truthy())
        at(node.offset, [&] { keep_groups(left, right, scope); });
    return result;
}

/// Whether a value is what an option of a case says; the groups of a pattern are kept.
bool Evaluator::fits(const Datum& subject, const Datum& option, std::size_t offset, const ScopePointer& scope)
{
    return at(offset, [&] {
        const bool fit = matches(subject, option);
        if (fit)
            keep_groups(subject, option, scope);
        return fit;
    });
}

/// $0, $1 … of the pattern that has just matched.
void Evaluator::keep_groups(const Datum& text, const Datum& pattern, const ScopePointer& scope)
{
    const auto* expression = pattern.as<Pattern>();
    const auto* string = text.as<std::string>();
    const auto found =
        expression == nullptr || string == nullptr ? std::nullopt : Automaton(expression->text, false).search(*string);
    if (!found)
        return;
    scope->groups.clear();
    for (const Automaton::Span& span : *found)
        scope->groups.push_back(span ? Datum(string->substr(span->first, span->second - span->first)) : Datum());
}

Datum Evaluator::eval_branch(const Node& node, const ScopePointer& scope)
{
    const auto outside = scope->groups;
    const ScopeExit leave([&] { scope->groups = outside; });
    const bool wanted = node.text != "unless";
    if (eval(node.children[0], scope).truthy() == wanted)
        return eval(node.children[1], scope);
    return node.children.size() > 2 ? eval(node.children[2], scope) : Datum();
}

/// «case» and the selector. The option «default» counts where nothing else does, wherever it stands.
Datum Evaluator::eval_choice(const Node& node, const ScopePointer& scope)
{
    const Datum subject = eval(node.children[0], scope);
    const auto outside = scope->groups;
    const ScopeExit leave([&] { scope->groups = outside; });
    const Node* fallback = nullptr;
    for (const Node& option : std::span(node.children).subspan(1)) {
        const Node& result = option.children.back();
        for (const Datum& value : eval_list(std::span(option.children).first(option.children.size() - 1), scope)) {
            spend(value.as<Pattern>() != nullptr    ? match_cost(subject, value)
                  : value.as<TypeName>() != nullptr ? type_cost(subject, value)
                                                    : std::min(weight(subject), weight(value)),
                  option.offset);
            if (value.as<Fallback>() != nullptr)
                fallback = &result;
            else if (fits(subject, value, option.offset, scope))
                return eval(result, scope);
        }
    }
    if (fallback != nullptr)
        return eval(*fallback, scope);
    if (node.kind == NodeKind::selector)
        throw error(node.offset, "no case of this selector is " + brief(subject), "add one with 'default'");
    return {};
}

Datum Evaluator::eval_edges(const Node& node, const ScopePointer& scope)
{
    refuse_in_template(node.offset, "an arrow");
    Datum left = eval(node.children[0], scope);
    for (std::size_t index = 0; index < node.words.size(); ++index) {
        Datum right = eval(node.children[index + 1], scope);
        const std::string& arrow = node.words[index];
        const bool forward = arrow.back() == '>';
        result_.edges.push_back({forward ? left : right, forward ? right : left, arrow.find('~') != std::string::npos,
                                 source_->position(node.offset)});
        left = std::move(right);
    }
    return left;
}

Datum Evaluator::assign(const Node& node, const ScopePointer& scope)
{
    const Node& target = node.children[0];
    Datum value = eval(node.children[1], scope);
    if (target.kind == NodeKind::variable) {
        set(scope, target, target.text, value);
        return value;
    }
    const auto items = to_items(value);
    if (items.size() != target.children.size())
        throw error(target.offset, fmt::format("{} values for {} variables", items.size(), target.children.size()));
    for (std::size_t index = 0; index < items.size(); ++index) {
        if (target.children[index].kind != NodeKind::variable)
            throw error(target.children[index].offset, "only variables can be assigned to");
        set(scope, target.children[index], target.children[index].text, items[index]);
    }
    return value;
}

void Evaluator::set(const ScopePointer& scope, const Node& target, const std::string& name, Datum value)
{
    if (name.find(':') != std::string::npos)
        throw error(target.offset, "'$" + name + "' belongs to another class", "a class sets its own variables only");
    if (name == "facts" || name == "trusted" || name == "server_facts")
        throw error(target.offset, "'$" + name + "' is Puppet's own", "take another name");
    if (const auto [place, is_new] = scope->places.emplace(name, target.offset); !is_new)
        throw error(target.offset,
                    "'$" + name + "' has a value already, since line " +
                        std::to_string(source_->position(place->second).line),
                    "variables are set once; take another name");
    scope->variables[name] = std::move(value);
}

const Datum* Evaluator::find_fact(const std::string& name)
{
    if (facts_datum_.is_undef())
        facts_datum_ = from_value(facts_.puppet());
    return (*facts_datum_.as<Hash>())->find(name);
}

/// Of the class that a name with colons says, of the scope and those around it, or a fact. Nothing where there is none;
/// a class's variable that has no value is undef.
std::optional<Datum> Evaluator::find_variable(std::string name, const ScopePointer& scope)
{
    const bool from_top = name.starts_with("::");
    if (from_top)
        name.erase(0, 2);
    if (const std::size_t colons = name.rfind("::"); colons != std::string::npos) {
        const auto found = class_scopes_.find(name.substr(0, colons));
        if (found == class_scopes_.end())
            return std::nullopt;
        const auto value = found->second->variables.find(name.substr(colons + 2));
        return value == found->second->variables.end() ? Datum() : value->second;
    }
    if (name.size() < 3 && name.find_first_not_of("0123456789") == std::string::npos) {
        const Scope* at = scope.get();
        while (at != nullptr && at->groups.empty())
            at = at->parent.get();
        const std::size_t group = parse_unsigned(name).value_or(0);
        return at != nullptr && group < at->groups.size() ? at->groups[group] : Datum();
    }
    for (const Scope* at = from_top ? top_.get() : scope.get(); at != nullptr; at = at->parent.get())
        if (const auto value = at->variables.find(name); value != at->variables.end())
            return value->second;
    const Datum* const fact = find_fact(name);
    if (name == "facts")
        return facts_datum_;
    if (name == "trusted")
        return make_hash({{std::string("certname"), facts_.fqdn},
                          {std::string("hostname"), facts_.hostname},
                          {std::string("domain"), facts_.domain}});
    if (name == "environment")
        return std::string("production");
    return fact == nullptr ? std::nullopt : std::optional(*fact);
}

Datum Evaluator::variable(const Node& node, const ScopePointer& scope)
{
    if (auto found = find_variable(node.text, scope))
        return std::move(*found);
    const bool from_top = node.text.starts_with("::");
    const std::string name = node.text.substr(from_top ? 2 : 0);
    if (const std::size_t colons = name.rfind("::"); colons != std::string::npos)
        throw error(node.offset, "'$" + name + "' belongs to the class '" + name.substr(0, colons) +
                                     "', which is not included before");
    if (from_top || name == "module_name" || name == "caller_module_name")
        return {};
    std::vector<std::string> known;
    for (const Scope* at = scope.get(); at != nullptr; at = at->parent.get())
        for (const auto& [other, value] : at->variables)
            known.push_back(other);
    std::string hint = did_you_mean(name, known);
    if (hint.empty() && output_ != nullptr)
        hint = "hand it to the template: epp('…', {'" + name + "' => $" + name + "})";
    throw error(node.offset, "the variable '$" + name + "' has no value", std::move(hint));
}

} // namespace dfriends::converge::puppet
