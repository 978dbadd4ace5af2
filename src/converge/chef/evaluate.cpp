// SPDX-License-Identifier: Apache-2.0
#include "converge/chef/evaluate.hpp"

#include "base/scope_exit.hpp"
#include "base/text.hpp"
#include "converge/chef/evaluator.hpp"
#include "converge/chef/methods.hpp"
#include "converge/chef/parser.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <utility>

namespace dfriends::converge::chef {

namespace {

constexpr std::size_t most_steps = 500'000;

constexpr int deepest_inclusion = 5;

std::string normal(const std::string& path)
{
    return std::filesystem::path(path).lexically_normal().string();
}

} // namespace

Evaluator::Evaluator(const Source& source, const Facts& facts, const Cookbook& cookbook)
    : source_(&source), cookbook_(cookbook), attributes_(facts), included_{normal(source.position(0).file)}
{
}

void Evaluator::charge(const Node& node, std::size_t steps)
{
    steps_ += steps;
    if (steps_ > most_steps)
        throw source_->error(node.offset, fmt::format("the recipe takes more than {} steps", most_steps),
                             "is there a loop too many?");
}

std::vector<Declaration> Evaluator::run(const Node& program)
{
    statements(program);
    return std::move(declarations_);
}

/// Another file of the cookbook, with variables of its own.
void Evaluator::run_file(const CookbookFile& file)
{
    const Source source(file.text, file.path);
    const Node program = parse(source);
    const Source* includer = std::exchange(source_, &source);
    auto scopes = std::exchange(scopes_, std::vector<Scope>(1));
    const ScopeExit leave([&] {
        source_ = includer;
        scopes_ = std::move(scopes);
    });
    statements(program);
    if (flow_ == Flow::leave)
        flow_ = Flow::on;
}

/// Runs a recipe of the same cookbook here, once; others are left to the translation.
void Evaluator::include(const Node& node, const std::string& recipe)
{
    const auto file = placed(node, [&] { return cookbook_.recipe(recipe); });
    if (!file) {
        declarations_.push_back({"include_recipe", recipe, source_->position(node.offset), {}, {}, {}, {}, {}});
        return;
    }
    if (!included_.insert(normal(file->path)).second)
        return;
    if (++inclusions_ > deepest_inclusion)
        throw source_->error(node.offset,
                             fmt::format("recipes include each other more than {} deep", deepest_inclusion));
    run_file(*file);
    --inclusions_;
}

Object* Evaluator::variable(std::string_view name)
{
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope)
        if (const auto found = scope->find(name); found != scope->end())
            return &found->second;
    return nullptr;
}

Object Evaluator::statements(const Node& block)
{
    Object last;
    for (const Node& statement : block.children) {
        last = evaluate(statement);
        if (flow_ != Flow::on)
            break;
    }
    return last;
}

/// A block with variables of its own; a list given to several parameters is spread over them.
Object Evaluator::in_scope(const Node& block, std::span<const Object> arguments)
{
    scopes_.emplace_back();
    const ScopeExit leave([this] { scopes_.pop_back(); });
    std::vector<Object> values(arguments.begin(), arguments.end());
    if (block.parameters.size() > 1 && values.size() == 1 && values[0].as<List>() != nullptr) {
        const List list = *values[0].as<List>();
        values = list->items;
    }
    for (std::size_t at = 0; at < block.parameters.size(); ++at)
        scopes_.back()[block.parameters[at]] = at < values.size() ? values[at] : Object{};
    return statements(block);
}

Object Evaluator::evaluate(const Node& node)
{
    return settle(node, evaluate_unsettled(node));
}

/// The value behind node['a']['b'].
Object Evaluator::settle(const Node& node, Object object)
{
    const auto* path = object.as<NodePath>();
    if (path == nullptr)
        return object;
    charge(node, 100);
    std::span<const std::string> keys = path->keys;
    if (keys.empty())
        throw source_->error(node.offset, "'node' alone is outside the supported subset",
                             "name an attribute: node['…']");
    auto found = placed(node, [&] { return attributes_.find(keys); });
    if (found) {
        charge(node, weight(*found));
        return *found;
    }
    if (keys.size() > 1 && !placed(node, [&] { return attributes_.find(keys.first(keys.size() - 1)); }))
        throw source_->error(node.offset,
                             fmt::format("the attribute {} is not set",
                                         printable(inspect(NodePath{{}, {keys.begin(), keys.end() - 1}}))),
                             "set it before with node.default['…'] = …");
    return {};
}

Object Evaluator::evaluate_unsettled(const Node& node)
{
    charge(node, 1);
    switch (node.kind) {
    case NodeKind::nothing:
        return {};
    case NodeKind::yes:
        return true;
    case NodeKind::no:
        return false;
    case NodeKind::integer:
        return node.integer;
    case NodeKind::decimal:
        return node.decimal;
    case NodeKind::text:
        charge(node, node.text.size() / 64);
        return node.text;
    case NodeKind::symbol:
        return Symbol{node.text};
    case NodeKind::pattern:
        return Pattern{node.text, node.integer == 1};
    case NodeKind::constant:
        return Constant{node.text};
    case NodeKind::joined:
        return joined(node);
    case NodeKind::array: {
        std::vector<Object> items;
        for (const Node& child : node.children)
            items.push_back(evaluate(child));
        return placed(node, [&] { return make_list(std::move(items)); });
    }
    case NodeKind::hash:
        return hash(node);
    case NodeKind::name:
        return name(node);
    case NodeKind::index:
        return index(node);
    case NodeKind::call:
        return call(node);
    case NodeKind::block:
        return statements(node);
    case NodeKind::unary:
    case NodeKind::binary:
        return binary(node);
    case NodeKind::assign:
        return assign(node);
    case NodeKind::branch:
        return branch(node);
    case NodeKind::choice:
        return choice(node);
    case NodeKind::leave:
        return leave(node);
    case NodeKind::option:
        break;
    }
    throw source_->error(node.offset, "'when' without 'case'");
}

Object Evaluator::joined(const Node& node)
{
    std::string text;
    for (const Node& child : node.children) {
        const Object part = evaluate(child);
        charge(node, weight(part));
        text += to_text(part);
        if (text.size() > 256 * 1024)
            throw source_->error(node.offset, "a string is longer than 262144 bytes");
    }
    return text;
}

Object Evaluator::hash(const Node& node)
{
    std::vector<std::pair<Object, Object>> entries;
    for (std::size_t at = 0; at + 1 < node.children.size(); at += 2) {
        Object key = evaluate(node.children[at]);
        Object value = evaluate(node.children[at + 1]);
        charge(node, entries.size() / 16);
        const auto same = std::ranges::find_if(entries, [&](const auto& entry) { return entry.first == key; });
        if (same != entries.end())
            same->second = std::move(value);
        else
            entries.emplace_back(std::move(key), std::move(value));
    }
    return placed(node, [&] { return make_hash(std::move(entries)); });
}

Object Evaluator::name(const Node& node)
{
    if (const Object* value = variable(node.text)) {
        charge(node, weight(*value) / 8);
        return *value;
    }
    if (find_variable_ != nullptr && node.text.starts_with('@'))
        return foreign_variable(node, node.text);
    if (node.text.starts_with('@')) {
        if (output_ != nullptr)
            return {}; // as in Ruby
        throw source_->error(node.offset, "an instance variable is outside the supported subset",
                             "use a local variable or node['…']");
    }
    if (find_variable_ != nullptr)
        return node.text == "scope" ? Object(Constant{node.text}) : call(node);
    if (node.text == "node")
        return NodePath{};
    if (node.text == "default" || node.text == "normal" || node.text == "override" || node.text == "set")
        return NodePath{node.text, {}};
    if (current_ != nullptr) {
        if (node.text == "name")
            return current_->name;
        if (const auto found = current_->properties.find(node.text); found != current_->properties.end())
            if (const auto* text = std::get_if<std::string>(&found->second.content))
                return *text;
    }
    return call(node);
}

Object Evaluator::index(const Node& node)
{
    Object what = evaluate_unsettled(node.children[0]);
    const Object key = evaluate(node.children[1]);
    if (const auto* path = what.as<NodePath>()) {
        if (key.as<std::string>() == nullptr && key.as<Symbol>() == nullptr)
            what = settle(node.children[0], what);
        else {
            NodePath longer = *path;
            longer.keys.push_back(to_text(key));
            if (longer.keys.size() > 16)
                throw source_->error(node.offset, "an attribute has more than 16 parts");
            return longer;
        }
    }
    if (const auto* constant = what.as<Constant>()) {
        if (constant->name == "scope")
            return foreign_variable(node, key);
        if (constant->name == "ENV") {
            const char* value = std::getenv(to_text(key).c_str());
            return value == nullptr ? Object{} : Object(std::string(value));
        }
        if (constant->name == "Chef::Config" && to_text(key) == "file_cache_path")
            return std::string("/var/tmp");
        throw source_->error(node.offset, fmt::format("'{}[{}]' is outside the supported subset", constant->name,
                                                      printable(inspect(key))));
    }
    charge(node, weight(what) / 16);
    return placed(node, [&] { return element(what, key); });
}

Object Evaluator::binary(const Node& node)
{
    if (node.kind == NodeKind::unary) {
        const Object operand = evaluate(node.children[0]);
        if (node.text == "!")
            return !operand.truthy();
        return placed(node, [&] { return apply_operator(node.text, std::int64_t{0}, operand); });
    }
    Object left = evaluate(node.children[0]);
    if (node.text == "&&")
        return left.truthy() ? evaluate(node.children[1]) : left;
    if (node.text == "||")
        return left.truthy() ? left : evaluate(node.children[1]);
    const Object right = evaluate(node.children[1]);
    const auto* pattern = right.as<Pattern>();
    charge(node, pattern == nullptr ? weight(left) + weight(right) : weight(left) * (1 + pattern->text.size()));
    Object result = placed(node, [&] { return apply_operator(node.text, left, right); });
    if (node.text == "<<")
        store_appended(node, left, result);
    charge(node, weight(result));
    return result;
}

/// «names << x << y» changes the variable at its beginning. What stands inside of another value cannot be changed so.
void Evaluator::store_appended(const Node& node, const Object& left, const Object& result)
{
    const Node* root = &node.children[0];
    while (root->kind == NodeKind::binary && root->text == "<<")
        root = &root->children[0];
    if (root->kind == NodeKind::name) {
        if (Object* target = variable(root->text))
            *target = result;
        return;
    }
    const bool changes =
        left.as<List>() != nullptr || left.as<std::string>() != nullptr || left.as<NodePath>() != nullptr;
    if (changes && (root->kind == NodeKind::index || (root->kind == NodeKind::call && root->has_receiver)))
        throw source_->error(node.offset, "'<<' to what is inside of another value is outside the supported subset",
                             "assign the whole list: x = [...] + [y]");
}

Object Evaluator::branch(const Node& node)
{
    if (evaluate(node.children[0]).truthy())
        return statements(node.children[1]);
    return node.children.size() > 2 ? statements(node.children[2]) : Object{};
}

Object Evaluator::choice(const Node& node)
{
    const bool has_subject = node.integer == 1;
    const Object subject = evaluate(node.children[0]);
    for (const Node& option : std::span(node.children).subspan(1)) {
        if (option.kind == NodeKind::block)
            return statements(option);
        for (const Node& candidate : std::span(option.children).first(option.children.size() - 1))
            if (has_subject ? is_case_of(candidate, subject) : evaluate(candidate).truthy())
                return statements(option.children.back());
    }
    return {};
}

/// Ruby's ===: a pattern is found in the subject, a range includes it, a class is its own; all else equals it.
bool Evaluator::is_case_of(const Node& candidate, const Object& subject)
{
    if (candidate.kind == NodeKind::binary && (candidate.text == ".." || candidate.text == "...")) {
        const Object low = evaluate(candidate.children[0]);
        const Object high = evaluate(candidate.children[1]);
        const auto is_number = [](const Object& value) {
            return value.as<std::int64_t>() != nullptr || value.as<double>() != nullptr;
        };
        if (!is_number(subject) || !is_number(low) || !is_number(high))
            return false;
        const char* below = candidate.text == ".." ? "<=" : "<";
        return placed(candidate, [&] {
            return apply_operator("<=", low, subject).truthy() && apply_operator(below, subject, high).truthy();
        });
    }
    const Object value = evaluate(candidate);
    charge(candidate,
           weight(value) + (value.as<Pattern>() != nullptr ? weight(subject) * value.as<Pattern>()->text.size() : 0));
    if (value.as<Pattern>() != nullptr)
        return subject.as<std::string>() != nullptr &&
               placed(candidate, [&] { return apply_operator("=~", subject, value); }).truthy();
    if (const auto* constant = value.as<Constant>()) {
        const auto met = is_of_class(subject, constant->name);
        if (!met)
            throw source_->error(candidate.offset,
                                 fmt::format("the class '{}' is outside the supported subset", constant->name));
        return *met;
    }
    return value == subject;
}

Object Evaluator::leave(const Node& node)
{
    if (node.text == "return")
        flow_ = Flow::leave;
    else if (loops_ == 0)
        throw source_->error(node.offset, fmt::format("'{}' outside of a loop", node.text));
    else
        flow_ = node.text == "next" ? Flow::next : Flow::leave_loop;
    return {};
}

Object Evaluator::assign(const Node& node)
{
    const Node& target = node.children[0];
    const std::string_view mark = node.text;
    if (mark == "=") {
        Object value = evaluate(node.children[1]);
        store(target, value);
        return value;
    }
    Object old = target.kind == NodeKind::name && variable(target.text) == nullptr ? Object{} : evaluate(target);
    if ((mark == "||=" && old.truthy()) || (mark == "&&=" && !old.truthy()))
        return old;
    Object value = evaluate(node.children[1]);
    if (mark != "||=" && mark != "&&=") {
        charge(node, weight(old) + weight(value));
        value = placed(node, [&] { return apply_operator(mark.substr(0, 1), old, value); });
    }
    store(target, value);
    return value;
}

void Evaluator::store(const Node& target, Object value)
{
    charge(target, weight(value));
    if (target.kind == NodeKind::name) {
        if (Object* known = variable(target.text))
            *known = std::move(value);
        else
            scopes_.back()[target.text] = std::move(value);
        return;
    }
    if (target.kind == NodeKind::array) {
        for (std::size_t at = 0; at < target.children.size(); ++at)
            store(target.children[at], placed(target, [&] { return element(value, static_cast<std::int64_t>(at)); }));
        return;
    }
    const Object place = evaluate_unsettled(target);
    const auto* path = place.as<NodePath>();
    if (path == nullptr)
        throw source_->error(target.offset, "this cannot be assigned to", "a local variable and node.default['…'] can");
    if (path->level.empty())
        throw source_->error(target.offset, "an attribute is set without its level", "write node.default['…'] = …");
    charge(target, 100);
    placed(target, [&] {
        attributes_.set(path->level, path->keys, std::move(value));
        return 0;
    });
}

std::vector<Declaration> evaluate(const Source& source, const Node& program, const Facts& facts,
                                  const Cookbook& cookbook)
{
    Evaluator evaluator(source, facts, cookbook);
    for (const CookbookFile& file : cookbook.attributes())
        evaluator.run_file(file);
    return evaluator.run(program);
}

} // namespace dfriends::converge::chef
