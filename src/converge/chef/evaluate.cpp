// SPDX-License-Identifier: Apache-2.0
#include "converge/chef/evaluate.hpp"

#include "base/scope_exit.hpp"
#include "base/suggest.hpp"
#include "base/text.hpp"
#include "converge/chef/guard_text.hpp"
#include "converge/chef/methods.hpp"
#include "converge/chef/node_attributes.hpp"
#include "converge/chef/resources.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <optional>
#include <utility>

namespace dfriends::converge::chef {

namespace {

constexpr std::size_t most_steps = 500'000;
constexpr std::size_t most_declarations = 2'000;

/// What Chef knows and this does not, with what to do instead.
constexpr std::array<std::pair<std::string_view, std::string_view>, 22> refused{{
    {"ruby_block", "use execute, or only_if and not_if for conditions"},
    {"chef_gem", "no gems are needed here; remove the line"},
    {"gem_package", "use execute with the gem command"},
    {"search", "there is no Chef server; write the values into the recipe"},
    {"data_bag", "write the values into the recipe as node.default['…']"},
    {"data_bag_item", "write the values into the recipe as node.default['…']"},
    {"remote_file", "use execute with curl and 'creates'"},
    {"remote_directory", "use directory and cookbook_file"},
    {"git", "use execute with git clone and 'creates'"},
    {"cron", "use file in /etc/cron.d"},
    {"docker_registry", "log in with 'docker login' once on this machine"},
    {"docker_exec", "use execute with docker exec"},
    {"send", "write the call itself"},
    {"template", "use file with content \"…#{…}\", or cookbook_file"},
    {"apt_repository", "use file in /etc/apt/sources.list.d and apt_update"},
    {"yum_repository", "use file in /etc/yum.repos.d"},
    {"mount", "use execute with mount and only_if or not_if"},
    {"sysctl", "use file in /etc/sysctl.d and execute with sysctl -p"},
    {"systemd_unit", "use file in /etc/systemd/system and service"},
    {"docker_tag", "use execute with docker tag"},
    {"docker_image_prune", "use execute with docker image prune -f"},
    {"docker_plugin", "use execute with docker plugin install"},
}};

enum class Flow { on, next, leave_loop, leave };

class Evaluator {
  public:
    Evaluator(const Source& source, const Facts& facts) : source_(source), attributes_(facts) {}

    std::vector<Declaration> run(const Node& program);

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
    Object assign(const Node& node);
    void store(const Node& target, Object value);
    Object leave(const Node& node);

    Object call(const Node& node);
    Object function(const Node& node, const std::vector<Object>& arguments);
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
    std::string guard_text(const Node& node);

    const Source& source_;
    NodeAttributes attributes_;
    std::vector<Scope> scopes_{1};
    std::vector<Declaration> declarations_;
    Declaration* current_ = nullptr; ///< whose block is being run
    Flow flow_ = Flow::on;
    int loops_ = 0;
    std::size_t steps_ = 0;
};

void Evaluator::charge(const Node& node, std::size_t steps)
{
    steps_ += steps;
    if (steps_ > most_steps)
        throw source_.error(node.offset, fmt::format("the recipe takes more than {} steps", most_steps), "is there a loop too many?");
}

/// Gives an error that knows no place the node's.
template <class Function>
auto Evaluator::placed(const Node& node, Function function) const
{
    try {
        return function();
    } catch (const Error& error) {
        if (error.position().line != 0)
            throw;
        throw source_.error(node.offset, error.message(), error.hint());
    }
}

std::vector<Declaration> Evaluator::run(const Node& program)
{
    statements(program);
    return std::move(declarations_);
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
        throw source_.error(node.offset, "'node' alone is outside the supported subset", "name an attribute: node['…']");
    auto found = placed(node, [&] { return attributes_.find(keys); });
    if (found) {
        charge(node, weight(*found));
        return *found;
    }
    if (keys.size() > 1 && !placed(node, [&] { return attributes_.find(keys.first(keys.size() - 1)); }))
        throw source_.error(node.offset, fmt::format("the attribute {} is not set", printable(inspect(NodePath{{}, {keys.begin(), keys.end() - 1}}))),
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
    throw source_.error(node.offset, "'when' without 'case'");
}

Object Evaluator::joined(const Node& node)
{
    std::string text;
    for (const Node& child : node.children) {
        const Object part = evaluate(child);
        charge(node, weight(part));
        text += to_text(part);
        if (text.size() > 256 * 1024)
            throw source_.error(node.offset, "a string is longer than 262144 bytes");
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
                throw source_.error(node.offset, "an attribute has more than 16 parts");
            return longer;
        }
    }
    if (const auto* constant = what.as<Constant>()) {
        if (constant->name == "ENV") {
            const char* value = std::getenv(to_text(key).c_str());
            return value == nullptr ? Object{} : Object(std::string(value));
        }
        if (constant->name == "Chef::Config" && to_text(key) == "file_cache_path")
            return std::string("/var/tmp");
        throw source_.error(node.offset, fmt::format("'{}[{}]' is outside the supported subset", constant->name, printable(inspect(key))));
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
    // «names << x» changes the variable.
    if (node.text == "<<" && node.children[0].kind == NodeKind::name)
        if (Object* target = variable(node.children[0].text))
            *target = result;
    charge(node, weight(result));
    return result;
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
        for (const Node& candidate : std::span(option.children).first(option.children.size() - 1)) {
            const Object value = evaluate(candidate);
            charge(node, weight(value) + (value.as<Pattern>() != nullptr ? weight(subject) * value.as<Pattern>()->text.size() : 0));
            const bool met = !has_subject                       ? value.truthy()
                             : value.as<Pattern>() != nullptr ? placed(option, [&] { return apply_operator("=~", to_text(subject), value); }).truthy()
                                                                : value == subject;
            if (met)
                return statements(option.children.back());
        }
    }
    return {};
}

Object Evaluator::leave(const Node& node)
{
    if (node.text == "return")
        flow_ = Flow::leave;
    else if (loops_ == 0)
        throw source_.error(node.offset, fmt::format("'{}' outside of a loop", node.text));
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
        throw source_.error(target.offset, "this cannot be assigned to", "a local variable and node.default['…'] can");
    if (path->level.empty())
        throw source_.error(target.offset, "an attribute is set without its level", "write node.default['…'] = …");
    charge(target, 100);
    placed(target, [&] {
        attributes_.set(path->level, path->keys, std::move(value));
        return 0;
    });
}

std::vector<Object> Evaluator::arguments_of(const Node& node)
{
    std::vector<Object> arguments;
    const std::size_t end = node.children.size() - (node.has_block ? 1 : 0);
    for (std::size_t at = node.has_receiver ? 1 : 0; at < end; ++at)
        arguments.push_back(evaluate(node.children[at]));
    return arguments;
}

Object Evaluator::call(const Node& node)
{
    if (node.has_receiver)
        return method(node);
    if (current_ != nullptr)
        return property(node);
    if (node.kind == NodeKind::call && is_resource(node.text))
        return declare(node, arguments_of(node));
    return function(node, arguments_of(node));
}

Object Evaluator::function(const Node& node, const std::vector<Object>& arguments)
{
    if (node.text == "platform?" || node.text == "platform_family?")
        return platform_matches(arguments, node.text == "platform?" ? "platform" : "platform_family");
    if (node.text == "value_for_platform" || node.text == "value_for_platform_family")
        return platform_value(node, arguments, node.text == "value_for_platform" ? "platform" : "platform_family");
    if (node.text == "lazy" && node.has_block)
        return in_scope(node.children.back(), {});
    if (node.text == "require" || node.text == "puts" || node.text == "p")
        return {};
    if (node.text == "raise" || node.text == "fail")
        throw source_.error(node.offset, fmt::format("the recipe says: {}", arguments.empty() ? "stop" : printable(to_text(arguments.back()))));
    if (node.text == "include_recipe") {
        for (const Object& recipe : arguments)
            declarations_.push_back({"include_recipe", to_text(recipe), source_.position(node.offset), {}, {}, {}, {}, {}});
        if (declarations_.size() > most_declarations)
            throw source_.error(node.offset, fmt::format("the recipe declares more than {} resources", most_declarations));
        return {};
    }
    if (is_resource(node.text)) // without a name: apt_update
        return declare(node, arguments);
    for (const auto& [name, instead] : refused)
        if (node.text == name)
            throw source_.error(node.offset, fmt::format("'{}' is outside the supported subset", name), std::string(instead));
    if (arguments.empty() && !node.has_block)
        throw source_.error(node.offset, fmt::format("there is no variable, resource or function '{}'", node.text), did_you_mean(node.text, resource_names()));
    const std::string nearest = did_you_mean(node.text, resource_names());
    throw source_.error(node.offset, fmt::format("there is no resource or function '{}'", node.text),
                        nearest.empty() ? fmt::format("known resources: {}", join(resource_names(), ", ")) : nearest);
}

bool Evaluator::platform_matches(const std::vector<Object>& names, const std::string& fact)
{
    const std::array<std::string, 1> key{fact};
    const auto value = attributes_.find(key);
    return value && std::ranges::find(names, *value) != names.end();
}

/// value_for_platform({'debian' => {'default' => x}}) and value_for_platform_family('debian' => x).
Object Evaluator::platform_value(const Node& node, const std::vector<Object>& arguments, const std::string& fact)
{
    const Hash* table = arguments.size() == 1 ? arguments[0].as<Hash>() : nullptr;
    if (table == nullptr)
        throw source_.error(node.offset, fmt::format("'{}' wants a hash", node.text));
    const Object* fallback = nullptr;
    for (const auto& [key, value] : (*table)->entries) {
        charge(node, 100 + weight(value));
        const List* several = key.as<List>();
        if (key == Object(std::string("default")))
            fallback = &value;
        if (!platform_matches(several == nullptr ? std::vector<Object>{key} : (*several)->items, fact))
            continue;
        const Hash* versions = fact == "platform" ? value.as<Hash>() : nullptr;
        if (versions == nullptr)
            return value;
        const std::array<std::string, 1> version_key{"platform_version"};
        const auto version = attributes_.find(version_key);
        for (const auto& [wanted, chosen] : (*versions)->entries)
            if (version && wanted == *version)
                return chosen;
        if (const Object* chosen = (*versions)->find(std::string("default")))
            return *chosen;
    }
    return fallback == nullptr ? Object{} : *fallback;
}

Object Evaluator::method(const Node& node)
{
    Object receiver = evaluate_unsettled(node.children[0]);
    if (const auto* path = receiver.as<NodePath>())
        if (auto result = node_method(node, *path))
            return *result;
    receiver = settle(node.children[0], std::move(receiver));
    if (const auto* constant = receiver.as<Constant>())
        return constant_method(node, *constant);
    if (node.has_block)
        if (auto result = iteration(node, receiver))
            return *result;
    const std::vector<Object> arguments = arguments_of(node);
    std::size_t cost = weight(receiver);
    for (const Object& argument : arguments)
        cost += argument.as<Pattern>() != nullptr ? weight(receiver) * argument.as<Pattern>()->text.size() : weight(argument);
    charge(node, cost);
    if (node.has_block)
        throw source_.error(node.offset, fmt::format("the method '{}' with a block is outside the supported subset", node.text), "each, map, select and times are understood");
    if (node.text == "run_action")
        throw source_.error(node.offset, "'run_action' is outside the supported subset", "resources run in the order of the recipe; remove it");
    return placed(node, [&] { return call_method(receiver, node.text, arguments); });
}

/// node.default, node.platform?('x'), node.attribute?('x') and node.hostname; nothing for methods of the attribute's value.
std::optional<Object> Evaluator::node_method(const Node& node, const NodePath& path)
{
    const bool plain = node.children.size() == 1 && !node.has_block;
    if (path.keys.empty() && path.level.empty() && plain && (node.text == "default" || node.text == "normal" || node.text == "set" || node.text == "override"))
        return NodePath{node.text, {}};
    if (path.keys.empty() && (node.text == "platform?" || node.text == "platform_family?"))
        return platform_matches(arguments_of(node), node.text == "platform?" ? "platform" : "platform_family");
    if (node.text == "attribute?" || node.text == "key?" || node.text == "has_key?" || node.text == "read" || node.text == "dig") {
        NodePath longer = path;
        for (const Object& key : arguments_of(node))
            longer.keys.push_back(to_text(key));
        charge(node, 100);
        const auto found = longer.keys.size() > 16 ? std::nullopt : placed(node, [&] { return attributes_.find(longer.keys); });
        return node.text == "read" || node.text == "dig" ? found.value_or(Object{}) : Object(found.has_value());
    }
    if (path.keys.empty() && plain)
        return NodePath{path.level, {node.text}};
    return std::nullopt;
}

/// The functions of paths, and what may be said to classes without effect.
Object Evaluator::constant_method(const Node& node, const Constant& constant)
{
    const std::vector<Object> arguments = arguments_of(node);
    const bool is_file = constant.name == "File" || constant.name == "Pathname";
    if (constant.name == "Chef::Log")
        return {};
    if (is_file && node.text == "join") {
        std::string path;
        for (const Object& part : arguments) {
            std::string text = to_text(part);
            while (!path.empty() && text.starts_with('/'))
                text.erase(0, 1);
            path += (path.empty() || path.ends_with('/') ? "" : "/") + text;
            if (path.size() > 4096)
                throw source_.error(node.offset, "a path is longer than 4096 bytes");
        }
        return path;
    }
    if (is_file && arguments.size() == 1 && (node.text == "basename" || node.text == "dirname")) {
        const std::string path = to_text(arguments[0]);
        const std::size_t slash = path.rfind('/');
        if (node.text == "basename")
            return slash == std::string::npos ? path : path.substr(slash + 1);
        return slash == std::string::npos ? std::string(".") : path.substr(0, std::max<std::size_t>(slash, 1));
    }
    const bool looks = is_file || constant.name == "Dir";
    throw source_.error(node.offset, fmt::format("'{}.{}' is outside the supported subset", constant.name, node.text),
                        looks ? "look at files in only_if or not_if: they are run when it is the resource's turn" : "");
}

std::optional<Object> Evaluator::iteration(const Node& node, const Object& receiver)
{
    static constexpr std::array<std::string_view, 13> loops{"each", "each_pair", "each_with_index", "map", "collect", "select", "reject",
                                                           "any?", "all?", "find", "times", "upto", "each_key"};
    if (std::ranges::find(loops, node.text) == loops.end())
        return std::nullopt;
    std::vector<Object> items;
    if (const List* list = receiver.as<List>()) {
        items = (*list)->items;
    } else if (const Hash* hash = receiver.as<Hash>()) {
        for (const auto& [key, value] : (*hash)->entries)
            items.push_back(node.text == "each_key" ? key : make_list({key, value}));
    } else if (const auto* count = receiver.as<std::int64_t>(); count != nullptr && (node.text == "times" || node.text == "upto")) {
        const std::vector<Object> last = arguments_of(node);
        const Object range = placed(node, [&] {
            return node.text == "times" ? apply_operator("...", std::int64_t{0}, receiver) : apply_operator("..", receiver, last.empty() ? Object{} : last[0]);
        });
        items = (*range.as<List>())->items;
    } else {
        throw source_.error(node.offset, fmt::format("'{}' of {}", node.text, kind_of(receiver)), receiver.is_nil() ? "the value before it is not set" : "");
    }
    ++loops_;
    const ScopeExit leave([this] { --loops_; });
    const Node& block = node.children.back();
    std::vector<Object> results;
    bool any = false;
    bool all = true;
    for (std::size_t at = 0; at < items.size(); ++at) {
        charge(node, 2);
        const std::vector<Object> arguments = node.text == "each_with_index" ? std::vector<Object>{items[at], static_cast<std::int64_t>(at)} : std::vector<Object>{items[at]};
        Object result = in_scope(block, arguments);
        const bool met = result.truthy();
        any = any || met;
        all = all && met;
        if (flow_ == Flow::next)
            flow_ = Flow::on;
        if (flow_ == Flow::leave_loop) {
            flow_ = Flow::on;
            break;
        }
        if (flow_ == Flow::leave)
            break;
        if (node.text == "find" && met)
            return items[at];
        if (node.text == "map" || node.text == "collect")
            results.push_back(std::move(result));
        else if (node.text == "select" ? met : node.text == "reject" && !met)
            results.push_back(items[at]);
    }
    if (node.text == "any?")
        return any;
    if (node.text == "all?")
        return all;
    if (node.text == "find")
        return Object{};
    if (node.text.starts_with("each") || node.text == "times" || node.text == "upto")
        return receiver;
    return placed(node, [&] { return make_list(std::move(results)); });
}

Object Evaluator::declare(const Node& node, const std::vector<Object>& arguments)
{
    if (declarations_.size() >= most_declarations)
        throw source_.error(node.offset, fmt::format("the recipe declares more than {} resources", most_declarations));
    if (arguments.size() > 1)
        throw source_.error(node.offset, fmt::format("'{}' is given {} names", node.text, arguments.size()));
    Declaration declaration{node.text, node.text, source_.position(node.offset), {}, {}, {}, {}, {}};
    if (!arguments.empty()) {
        if (arguments[0].is_nil())
            throw source_.error(node.offset, fmt::format("the name of this '{}' is nil", node.text));
        const List* several = arguments[0].as<List>();
        declaration.name = several == nullptr ? to_text(arguments[0]) : to_text(call_method(arguments[0], "join", std::vector<Object>{std::string(", ")}));
        if (several != nullptr)
            declaration.properties["package_name"] = to_value(arguments[0], declaration.position);
    }
    if (node.has_block) {
        current_ = &declaration;
        const ScopeExit leave([this] { current_ = nullptr; });
        in_scope(node.children.back(), {});
    }
    declarations_.push_back(std::move(declaration));
    return {};
}

/// A call in a resource's block sets a property.
Object Evaluator::property(const Node& node)
{
    const std::string& what = node.text;
    if (what == "only_if" || what == "not_if") {
        guard(node);
        return {};
    }
    if (what == "variables" && node.has_block)
        throw source_.error(node.offset, "'variables' wants a hash", "write it in parentheses: variables({ … })");
    const std::vector<std::string> known = property_names(current_->type);
    const bool is_property = std::ranges::find(known, what) != known.end();
    const bool is_environment = current_->type == "execute" && what == "environment";
    if (!is_property && !is_environment && (what == "lazy" || what.ends_with('?') || what == "raise" || what == "value_for_platform" || what == "value_for_platform_family" || what == "puts"))
        return function(node, arguments_of(node));
    const std::vector<Object> arguments = arguments_of(node);
    if (what == "notifies" || what == "subscribes") {
        notice(node, arguments);
        return {};
    }
    if (what == "action") {
        for (const Object& argument : arguments) {
            const List* several = argument.as<List>();
            current_->actions.clear();
            for (const Object& action : several == nullptr ? std::vector<Object>{argument} : (*several)->items)
                current_->actions.push_back(to_text(action));
        }
        return {};
    }
    if (!is_property) {
        if (is_resource(what))
            throw source_.error(node.offset, fmt::format("the resource '{}' stands inside of another", what), "close the block before with 'end'");
        const std::string nearest = did_you_mean(what, known);
        throw source_.error(node.offset, fmt::format("'{}' has no property '{}'", current_->type, what),
                            nearest.empty() ? fmt::format("it has: {}", join(known, ", ")) : nearest);
    }
    if (arguments.empty())
        throw source_.error(node.offset, fmt::format("the property '{}' has no value", what));
    charge(node, weight(arguments[0]));
    Object value = arguments.size() == 1 ? arguments[0] : placed(node, [&] { return make_list(arguments); });
    const std::size_t place = node.children.empty() ? node.offset : node.children[0].offset;
    current_->properties[what] = to_value(value, source_.position(place));
    return {};
}

void Evaluator::guard(const Node& node)
{
    Guard guard;
    guard.only_if = node.text == "only_if";
    guard.position = source_.position(node.offset);
    if (node.has_block) {
        if (node.children.back().children.size() != 1)
            throw source_.error(node.offset, "a guard's block wants one condition");
        guard.command = guard_text(node.children.back().children[0]);
    } else {
        const std::vector<Object> arguments = arguments_of(node);
        if (arguments.empty() || arguments[0].as<std::string>() == nullptr)
            throw source_.error(node.offset, fmt::format("'{}' wants a command in a string, or a block", node.text));
        if (arguments.size() > 1)
            throw source_.error(node.offset, "options of a guard's command are outside the supported subset", "write them into the command: cd /there && …");
        guard.command = *arguments[0].as<std::string>();
    }
    current_->guards.push_back(std::move(guard));
}

/// A block's condition as shell text: questions about files become test, all else is decided now.
std::string Evaluator::guard_text(const Node& node)
{
    if (node.kind == NodeKind::unary && node.text == "!")
        return "! { " + guard_text(node.children[0]) + "; }";
    if (node.kind == NodeKind::binary && (node.text == "&&" || node.text == "||"))
        return "{ " + guard_text(node.children[0]) + "; } " + node.text + " { " + guard_text(node.children[1]) + "; }";
    if (node.kind == NodeKind::call && node.has_receiver && node.children[0].kind == NodeKind::constant) {
        const auto flag = test_flag(node.children[0].text, node.text);
        const std::vector<Object> arguments = flag ? arguments_of(node) : std::vector<Object>{};
        if (flag && arguments.size() == 1)
            return fmt::format("test -{} {}", *flag, shell_quoted(to_text(arguments[0])));
    }
    return evaluate(node).truthy() ? "true" : "false";
}

void Evaluator::notice(const Node& node, const std::vector<Object>& arguments)
{
    if (arguments.size() < 2 || arguments.size() > 3)
        throw source_.error(node.offset, fmt::format("'{}' wants an action, a resource and perhaps a time", node.text), "notifies :restart, 'service[x]', :delayed");
    const std::string target = to_text(arguments[1]);
    const std::size_t open = target.find('[');
    if (open == std::string::npos || open == 0 || !target.ends_with(']') || target.size() < open + 3)
        throw source_.error(node.offset, fmt::format("'{}' is no reference to a resource", printable(target)), "write it as 'service[name]'");
    Notice notice;
    notice.action = to_text(arguments[0]);
    notice.other = {target.substr(0, open), target.substr(open + 1, target.size() - open - 2), source_.position(node.offset)};
    const std::string timing = arguments.size() == 3 ? to_text(arguments[2]) : "delayed";
    if (timing != "delayed" && timing != "immediately" && timing != "immediate")
        throw source_.error(node.offset, fmt::format("the time '{}' is outside the supported subset", printable(timing)), "delayed and immediately are understood");
    notice.immediately = timing != "delayed";
    (node.text == "notifies" ? current_->notifications : current_->subscriptions).push_back(std::move(notice));
}

} // namespace

std::vector<Declaration> evaluate(const Source& source, const Node& program, const Facts& facts)
{
    return Evaluator(source, facts).run(program);
}

} // namespace dfriends::converge::chef
