// SPDX-License-Identifier: Apache-2.0
#include "converge/chef/evaluate.hpp"

#include "base/scope_exit.hpp"
#include "base/text.hpp"
#include "converge/chef/docker_cookbook.hpp"
#include "converge/chef/evaluator.hpp"
#include "converge/chef/methods.hpp"
#include "converge/chef/parser.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <iterator>
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

void Evaluator::charge(const Node& node, std::size_t steps)
{
    steps_ += steps;
    if (steps_ > most_steps)
        throw source_->error(node.offset, fmt::format("the recipe takes more than {} steps", most_steps),
                             "is there a loop too many?");
}

Program::Program(std::string content, std::string path)
    : text(std::move(content)), source(text, std::move(path)), tree(parse(source))
{
}

std::vector<std::vector<Declaration>> Evaluator::run(const std::vector<Recipe>& recipes)
{
    for (const Recipe& recipe : recipes)
        cookbooks_.push_back(std::make_unique<const Cookbook>(recipe.file));
    run_attributes();
    std::vector<std::size_t> ends;
    for (std::size_t at = 0; at < recipes.size(); ++at) {
        cookbook_ = cookbooks_[at].get();
        steps_ = 0;
        if (included_.insert(normal(recipes[at].file)).second)
            run_file(recipes[at].text, recipes[at].file);
        ends.push_back(declarations_.size());
    }
    steps_ = 0;
    finish();
    std::vector<std::vector<Declaration>> declared;
    auto from = std::make_move_iterator(declarations_.begin());
    for (const std::size_t end : ends) {
        const auto to = std::make_move_iterator(declarations_.begin() + static_cast<std::ptrdiff_t>(end));
        declared.emplace_back(from, to);
        from = to;
    }
    return declared;
}

/// Those of all cookbooks come before the first recipe, each once.
void Evaluator::run_attributes()
{
    std::set<std::filesystem::path> seen;
    for (const auto& cookbook : cookbooks_) {
        cookbook_ = cookbook.get();
        steps_ = 0;
        if (seen.insert(cookbook->folder().lexically_normal()).second)
            for (CookbookFile& file : cookbook->attributes())
                if (included_.insert(normal(file.path)).second)
                    run_file(std::move(file.text), std::move(file.path));
    }
}

/// Runs an attribute file of the same cookbook before its turn.
void Evaluator::include_attribute(const Node& node, const std::string& name)
{
    auto file = placed(node, [&] { return cookbook_->attribute_file(name); });
    if (!file)
        throw source_->error(node.offset, fmt::format("there is no attribute file '{}'", printable(name)),
                             "those of the same cookbook are found in its attributes/");
    if (!included_.insert(normal(file->path)).second)
        return;
    if (++inclusions_ > deepest_inclusion)
        throw source_->error(node.offset,
                             fmt::format("attribute files include each other more than {} deep", deepest_inclusion));
    run_file(std::move(file->text), std::move(file->path));
    --inclusions_;
}

void Evaluator::say(const Node& node, Message::Level level, std::string text)
{
    add_message(messages_, {level, std::move(text), source_->position(node.offset)});
}

/// A file with variables of its own.
void Evaluator::run_file(std::string text, std::string path)
{
    if (text.starts_with("\xef\xbb\xbf"))
        text.erase(0, 3);
    programs_.push_back(std::make_unique<const Program>(std::move(text), std::move(path)));
    const Program& program = *programs_.back();
    const Source* includer = std::exchange(source_, &program.source);
    auto scopes = std::exchange(scopes_, Scopes{std::make_shared<Scope>()});
    const ScopeExit leave([&] {
        source_ = includer;
        scopes_ = std::move(scopes);
    });
    statements(program.tree);
    if (flow_ == Flow::leave)
        flow_ = Flow::on;
}

/// Runs a recipe of the same cookbook here, once; others are left to the translation.
void Evaluator::include(const Node& node, const std::string& recipe)
{
    auto file = placed(node, [&] { return cookbook_->recipe(recipe); });
    if (!file) {
        Declaration left{"include_recipe", recipe, source_->position(node.offset), {}, {}, {}, {}, {}};
        static const std::array<std::string, 1> docker{"docker"};
        if (is_docker_recipe(recipe))
            if (const auto attributes = placed(node, [&] { return attributes_.find(docker); }))
                left.properties["attributes"] = to_value(*attributes, left.position);
        declarations_.push_back(std::move(left));
        return;
    }
    if (!included_.insert(normal(file->path)).second)
        return;
    if (++inclusions_ > deepest_inclusion)
        throw source_->error(node.offset,
                             fmt::format("recipes include each other more than {} deep", deepest_inclusion));
    run_file(std::move(file->text), std::move(file->path));
    --inclusions_;
}

Object* Evaluator::variable(std::string_view name)
{
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope)
        if (const auto found = (*scope)->find(name); found != (*scope)->end())
            return &found->second;
    return nullptr;
}

Object Evaluator::statements(const Node& block)
{
    Object last;
    for (const Node& statement : block.children) {
        last = {}; // what it was may be changed in its place
        if (&statement != &block.children.back())
            idle_ = &statement;
        last = evaluate(statement);
        if (flow_ != Flow::on)
            break;
    }
    return last;
}

/// A list given to several parameters is spread over them.
void Evaluator::bind(std::span<const Parameter> parameters, std::vector<Object> values)
{
    const bool several = parameters.size() > 1 || (!parameters.empty() && !parameters[0].inner.empty());
    if (several && values.size() == 1 && values[0].as<List>() != nullptr && parameters.size() > 1)
        values = std::vector<Object>((*values[0].as<List>())->items);
    std::size_t at = 0;
    for (std::size_t place = 0; place < parameters.size(); ++place) {
        const Parameter& parameter = parameters[place];
        const std::size_t behind = parameters.size() - place - 1;
        if (parameter.is_rest) {
            const std::size_t count = values.size() > at + behind ? values.size() - at - behind : 0;
            const auto begin = values.begin() + static_cast<std::ptrdiff_t>(at);
            (*scopes_.back())[parameter.name] = make_list(begin, begin + static_cast<std::ptrdiff_t>(count));
            at += count;
            continue;
        }
        Object value = at < values.size() ? std::move(values[at]) : Object{};
        ++at;
        if (parameter.inner.empty()) {
            (*scopes_.back())[parameter.name] = std::move(value);
            continue;
        }
        const List* list = value.as<List>();
        bind(parameter.inner, list == nullptr ? std::vector<Object>{value} : std::vector<Object>((*list)->items));
    }
}

/// Runs a block with variables of its own. `last` gets what its last parameter is in the end.
Object Evaluator::call_block(const Node& block, std::vector<Object> arguments, Object* last)
{
    if (!block.text.empty()) {
        if (arguments.empty())
            arguments.emplace_back();
        const std::span<const Object> others = std::span(arguments).subspan(1);
        charge(block, weight(arguments[0]));
        return placed(block, [&] {
            return others.size() == 1 && !has_method(arguments[0], block.text)
                       ? apply_operator(block.text, arguments[0], others[0])
                       : call_method(arguments[0], block.text, others);
        });
    }
    scopes_.push_back(std::make_shared<Scope>());
    const ScopeExit leave([this] { scopes_.pop_back(); });
    bind(block.parameters, std::move(arguments));
    Object result = statements(block);
    if (last != nullptr && !block.parameters.empty())
        *last = std::move((*scopes_.back())[block.parameters.back().name]);
    return result;
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
    auto found = placed(
        node, [&] { return path->level == run_state ? attributes_.find_at(run_state, keys) : attributes_.find(keys); });
    if (found) {
        charge(node, weight(*found));
        return is_lazy(*found) ? forced(*found) : *found;
    }
    if (keys.size() > 1 && path->level != run_state &&
        !placed(node, [&] { return attributes_.find(keys.first(keys.size() - 1)); }))
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
    case NodeKind::constant: {
        const auto own = constants_.find(node.text);
        return own == constants_.end() ? Object(Constant{node.text}) : own->second;
    }
    case NodeKind::joined:
        return joined(node);
    case NodeKind::array: {
        std::vector<Object> items = values_of(node.children);
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
    case NodeKind::splat:
        break;
    }
    throw source_->error(node.offset, "this is not understood here");
}

/// The values of nodes, with those of *lists among them.
std::vector<Object> Evaluator::values_of(std::span<const Node> nodes)
{
    std::vector<Object> values;
    for (const Node& node : nodes) {
        if (node.kind != NodeKind::splat) {
            values.push_back(evaluate(node));
            continue;
        }
        const Object list = evaluate(node.children[0]);
        charge(node, weight(list));
        auto items = placed(node, [&] { return items_in(list); });
        if (!items)
            items = list.is_nil() ? std::vector<Object>{} : std::vector<Object>{list};
        values.insert(values.end(), items->begin(), items->end());
        if (values.size() > 10'000)
            throw source_->error(node.offset, "there are more than 10000 values");
    }
    return values;
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
    const auto add = [&](Object key, Object value) {
        charge(node, entries.size() / 16);
        const auto same = std::ranges::find_if(entries, [&](const auto& entry) { return entry.first == key; });
        if (same != entries.end())
            same->second = std::move(value);
        else
            entries.emplace_back(std::move(key), std::move(value));
    };
    for (std::size_t at = 0; at + 1 < node.children.size(); at += 2) {
        const Node& key = node.children[at];
        if (key.kind != NodeKind::splat) {
            Object name = evaluate(key);
            add(std::move(name), evaluate(node.children[at + 1]));
            continue;
        }
        const Object more = evaluate(key.children[0]);
        if (more.as<Hash>() == nullptr && !more.is_nil())
            throw source_->error(key.offset, fmt::format("'**' wants a hash, not {}", kind_of(more)));
        if (more.as<Hash>() != nullptr)
            for (const auto& [name, value] : (*more.as<Hash>())->entries)
                add(name, value);
    }
    return placed(node, [&] { return make_hash(std::move(entries)); });
}

Object Evaluator::name(const Node& node)
{
    if (const Object* value = variable(node.text)) {
        charge(node, weight(*value) / 8);
        unread_.erase(node.text);
        return *value;
    }
    if (node.text.starts_with('$'))
        return match_group(node, node.text == "$~" ? std::string::npos : static_cast<std::size_t>(node.text[1] - '0'));
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
    if (NodeAttributes::is_level(node.text) && (current_ == nullptr || node.text != "default"))
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
        if (constant->name == "Hash")
            return placed(node, [&] { return call_method(key, "to_h", {}); });
        throw source_->error(node.offset, fmt::format("'{}[{}]' is outside the supported subset", constant->name,
                                                      printable(inspect(key))));
    }
    charge(node,
           weight(what) / 16 + (key.as<Pattern>() != nullptr ? weight(what) * key.as<Pattern>()->text.size() : 0));
    if (node.children.size() == 3) {
        const Object count = evaluate(node.children[2]);
        return placed(node, [&] { return slice(what, key, count); });
    }
    return placed(node, [&] { return element(what, key); });
}

/// What is going to be changed: of node.default['…'] what stands at that level.
Object Evaluator::own_value(const Node& node)
{
    Object value = evaluate_unsettled(node);
    const auto* path = value.as<NodePath>();
    if (path == nullptr || path->level.empty() || path->keys.empty())
        return settle(node, std::move(value));
    charge(node, 100);
    return placed(node, [&] { return attributes_.find_at(path->level, path->keys); }).value_or(Object{});
}

Object Evaluator::binary(const Node& node)
{
    if (node.kind == NodeKind::unary) {
        const Object operand = evaluate(node.children[0]);
        if (node.text == "!")
            return !operand.truthy();
        return placed(node, [&] { return apply_operator(node.text, std::int64_t{0}, operand); });
    }
    Object left = node.text == "<<" ? own_value(node.children[0]) : evaluate(node.children[0]);
    if (node.text == "&&")
        return left.truthy() ? evaluate(node.children[1]) : left;
    if (node.text == "||")
        return left.truthy() ? left : evaluate(node.children[1]);
    const Object right = evaluate(node.children[1]);
    const auto* pattern = right.as<Pattern>();
    if (pattern == nullptr)
        pattern = left.as<Pattern>();
    charge(node, pattern == nullptr ? weight(left) + weight(right)
                                    : (weight(left) + weight(right)) * (1 + pattern->text.size()));
    Object result = placed(node, [&] { return apply_operator(node.text, left, right); });
    if (node.text == "=~")
        placed(node, [&] { return matched(left, right); });
    charge(node, weight(result));
    if (node.text == "<<")
        append(node, left, result);
    return result;
}

/// Remembers what a pattern finds in a text: $~, $1 and so on.
Object Evaluator::matched(const Object& text, const Object& pattern)
{
    last_match_ = pattern.as<Pattern>() != nullptr ? match_of(text, pattern) : match_of(pattern, text);
    return last_match_;
}

Object Evaluator::match_group(const Node& node, std::size_t group) const
{
    if (group == std::string::npos || last_match_.is_nil())
        return last_match_;
    return placed(node, [&] { return element(last_match_, static_cast<std::int64_t>(group)); });
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

/// Whether one of the values of a «when» is the subject; its ranges may be of any length.
bool Evaluator::is_case_of(const Node& candidate, const Object& subject)
{
    if (candidate.kind == NodeKind::binary && (candidate.text == ".." || candidate.text == "...")) {
        const Object low = evaluate(candidate.children[0]);
        const Object high = evaluate(candidate.children[1]);
        const auto is_number = [](const Object& value) {
            return value.as<std::int64_t>() != nullptr || value.as<double>() != nullptr;
        };
        if (!is_number(low) || !is_number(high))
            return placed(candidate, [&] {
                const Object range = apply_operator(candidate.text, low, high);
                return range.as<List>() != nullptr
                           ? call_method(range, "include?", std::vector<Object>{subject}).truthy()
                           : is_case(range, subject);
            });
        if (!is_number(subject))
            return false;
        const char* below = candidate.text == ".." ? "<=" : "<";
        return placed(candidate, [&] {
            return apply_operator("<=", low, subject).truthy() && apply_operator(below, subject, high).truthy();
        });
    }
    for (const Object& value : values_of(std::span(&candidate, 1))) {
        const auto* pattern = value.as<Pattern>();
        charge(candidate, weight(value) + (pattern != nullptr ? weight(subject) * pattern->text.size() : 0));
        if (!placed(candidate, [&] { return is_case(value, subject); }))
            continue;
        if (pattern != nullptr)
            placed(candidate, [&] { return matched(to_text(subject), value); });
        return true;
    }
    return false;
}

Object Evaluator::leave(const Node& node)
{
    Object value = node.children.empty() ? Object{} : evaluate(node.children[0]);
    if (node.text == "return")
        flow_ = Flow::leave;
    else if (loops_ == 0)
        throw source_->error(node.offset, fmt::format("'{}' outside of a loop", node.text));
    else
        flow_ = node.text == "next" ? Flow::next : Flow::leave_loop;
    return value;
}

/// What an assignment such as ||= starts with: nil where there is nothing yet.
Object Evaluator::old_value(const Node& target)
{
    if (target.kind == NodeKind::name && variable(target.text) == nullptr)
        return {};
    if (target.kind == NodeKind::constant && !constants_.contains(target.text))
        return {};
    Object place = evaluate_unsettled(target);
    const auto* path = place.as<NodePath>();
    if (path == nullptr || path->level.empty() || path->keys.empty())
        return settle(target, std::move(place));
    charge(target, 100);
    return placed(target, [&] { return attributes_.find(path->keys); }).value_or(Object{});
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
    Object old = old_value(target);
    if ((mark == "||=" && old.truthy()) || (mark == "&&=" && !old.truthy()))
        return old;
    Object value = evaluate(node.children[1]);
    if (mark != "||=" && mark != "&&=") {
        charge(node, weight(old) + weight(value));
        value = placed(node, [&] { return apply_operator(mark.substr(0, mark.size() - 1), old, value); });
    }
    old = {};
    store(target, value);
    return value;
}

void Evaluator::store(const Node& target, Object value)
{
    charge(target, weight(value));
    if (target.kind == NodeKind::name) {
        if (Object* known = variable(target.text)) {
            *known = std::move(value);
            return;
        }
        (*scopes_.back())[target.text] = std::move(value);
        if (current_ != nullptr && is_property(current_->type, target.text))
            unread_[target.text] = &target;
        return;
    }
    if (target.kind == NodeKind::constant) {
        constants_[target.text] = std::move(value);
        return;
    }
    if (target.kind == NodeKind::array) {
        for (std::size_t at = 0; at < target.children.size(); ++at)
            store(target.children[at], placed(target, [&] { return element(value, static_cast<std::int64_t>(at)); }));
        return;
    }
    if (target.kind == NodeKind::index && target.children.size() == 2 && find_place(target.children[0]) != nullptr) {
        const Object key = evaluate(target.children[1]);
        const Object* old = find_place(target.children[0]);
        charge(target, weight(*old) / 16);
        Object changed = placed(target, [&] { return with_element(grown(target, *old), key, std::move(value)); });
        return change_place(target.children[0], 0, std::move(changed));
    }
    const Object place = evaluate_unsettled(target);
    const auto* path = place.as<NodePath>();
    if (path == nullptr)
        throw source_->error(target.offset, "this cannot be assigned to", "a local variable and node.default['…'] can");
    if (is_lazy(value) && path->level == run_state)
        throw source_->error(target.offset, "a lazy value in node.run_state is outside the supported subset",
                             "give the property itself the block: content lazy { … }");
    if (path->level.empty())
        throw source_->error(target.offset, "an attribute is set without its level", "write node.default['…'] = …");
    charge(target, 100);
    placed(target, [&] {
        attributes_.set(path->level, path->keys, std::move(value));
        return 0;
    });
}

Evaluation evaluate(const std::vector<Recipe>& recipes, const Facts& facts)
{
    Evaluator evaluator(facts);
    auto declared = evaluator.run(recipes);
    return {std::move(declared), evaluator.take_messages()};
}

} // namespace dfriends::converge::chef
