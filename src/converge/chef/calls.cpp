// SPDX-License-Identifier: Apache-2.0
#include "base/scope_exit.hpp"
#include "base/suggest.hpp"
#include "base/text.hpp"
#include "converge/chef/evaluator.hpp"
#include "converge/chef/methods.hpp"
#include "converge/chef/resources.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace dfriends::converge::chef {

namespace {

/// What Chef knows and this does not, with what to do instead.
constexpr auto refused = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"chef_gem", "no gems are needed here; remove the line"},
    {"docker_plugin", "use execute with docker plugin install"},
    {"docker_swarm_init", "a swarm is outside of this; run containers with docker_container"},
    {"docker_swarm_join", "a swarm is outside of this; run containers with docker_container"},
    {"docker_swarm_service", "a swarm is outside of this; run containers with docker_container"},
    {"docker_swarm_token", "a swarm is outside of this; run containers with docker_container"},
    {"gem_package", "use execute with the gem command"},
    {"ruby_block", "use execute, or only_if and not_if for conditions"},
    {"search", "there is no Chef server; write the values into the recipe"},
    {"send", "write the call itself"},
});

} // namespace

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
    if (output_ != nullptr)
        return write_output(node, arguments_of(node));
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
        throw source_->error(
            node.offset,
            fmt::format("the recipe says: {}", arguments.empty() ? "stop" : printable(to_text(arguments.back()))));
    if (node.text == "include_recipe") {
        for (const Object& recipe : arguments)
            include(node, to_text(recipe));
        if (declarations_.size() > most_declarations)
            throw source_->error(node.offset,
                                 fmt::format("the recipe declares more than {} resources", most_declarations));
        return {};
    }
    if (node.text == "data_bag" || node.text == "data_bag_item")
        return placed(node, [&] { return data_bag(node, arguments); });
    if (is_resource(node.text)) // without a name: apt_update
        return declare(node, arguments);
    for (const auto& [name, instead] : refused)
        if (node.text == name)
            throw source_->error(node.offset, fmt::format("'{}' is outside the supported subset", name),
                                 std::string(instead));
    if (arguments.empty() && !node.has_block)
        throw source_->error(node.offset, fmt::format("there is no variable, resource or function '{}'", node.text),
                             did_you_mean(node.text, resource_names()));
    const std::string nearest = did_you_mean(node.text, resource_names());
    throw source_->error(node.offset, fmt::format("there is no resource or function '{}'", node.text),
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
        throw source_->error(node.offset, fmt::format("'{}' wants a hash", node.text));
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
        cost += argument.as<Pattern>() != nullptr ? weight(receiver) * argument.as<Pattern>()->text.size()
                                                  : weight(argument);
    charge(node, cost);
    if (node.has_block)
        throw source_->error(node.offset,
                             fmt::format("the method '{}' with a block is outside the supported subset", node.text),
                             "each, map, select and times are understood");
    if (node.text == "run_action")
        throw source_->error(node.offset, "'run_action' is outside the supported subset",
                             "resources run in the order of the recipe; remove it");
    return placed(node, [&] { return call_method(receiver, node.text, arguments); });
}

/// node.default, node.platform?('x'), node.attribute?('x') and node.hostname; nothing for methods of the attribute's
/// value.
std::optional<Object> Evaluator::node_method(const Node& node, const NodePath& path)
{
    const bool plain = node.children.size() == 1 && !node.has_block;
    if (path.keys.empty() && path.level.empty() && plain &&
        (node.text == "default" || node.text == "normal" || node.text == "set" || node.text == "override"))
        return NodePath{node.text, {}};
    if (path.keys.empty() && (node.text == "platform?" || node.text == "platform_family?"))
        return platform_matches(arguments_of(node), node.text == "platform?" ? "platform" : "platform_family");
    if (node.text == "attribute?" || node.text == "key?" || node.text == "has_key?" || node.text == "read" ||
        node.text == "dig") {
        NodePath longer = path;
        for (const Object& key : arguments_of(node))
            longer.keys.push_back(to_text(key));
        charge(node, 100);
        const auto found =
            longer.keys.size() > 16 ? std::nullopt : placed(node, [&] { return attributes_.find(longer.keys); });
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
    if (constant.name == "scope")
        return scope_method(node, arguments);
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
                throw source_->error(node.offset, "a path is longer than 4096 bytes");
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
    throw source_->error(node.offset, fmt::format("'{}.{}' is outside the supported subset", constant.name, node.text),
                         looks ? "look at files in only_if or not_if: they are run when it is the resource's turn"
                               : "write the value into the recipe");
}

std::optional<Object> Evaluator::iteration(const Node& node, const Object& receiver)
{
    static constexpr std::array<std::string_view, 13> loops{
        "each", "each_pair", "each_with_index", "map",  "collect", "select", "reject", "any?",
        "all?", "find",      "times",           "upto", "each_key"};
    if (std::ranges::find(loops, node.text) == loops.end())
        return std::nullopt;
    std::vector<Object> items;
    if (const List* list = receiver.as<List>()) {
        items = (*list)->items;
    } else if (const Hash* hash = receiver.as<Hash>()) {
        for (const auto& [key, value] : (*hash)->entries)
            items.push_back(node.text == "each_key" ? key : make_list({key, value}));
    } else if (const auto* count = receiver.as<std::int64_t>();
               count != nullptr && (node.text == "times" || node.text == "upto")) {
        const std::vector<Object> last = arguments_of(node);
        const Object range = placed(node, [&] {
            return node.text == "times" ? apply_operator("...", std::int64_t{0}, receiver)
                                        : apply_operator("..", receiver, last.empty() ? Object{} : last[0]);
        });
        items = (*range.as<List>())->items;
    } else {
        throw source_->error(node.offset, fmt::format("'{}' of {}", node.text, kind_of(receiver)),
                             receiver.is_nil() ? "the value before it is not set" : "");
    }
    ++loops_;
    const ScopeExit leave([this] { --loops_; });
    const Node& block = node.children.back();
    std::vector<Object> results;
    bool any = false;
    bool all = true;
    for (std::size_t at = 0; at < items.size(); ++at) {
        charge(node, 2);
        const std::vector<Object> arguments = node.text == "each_with_index"
                                                  ? std::vector<Object>{items[at], static_cast<std::int64_t>(at)}
                                                  : std::vector<Object>{items[at]};
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

} // namespace dfriends::converge::chef
