// SPDX-License-Identifier: Apache-2.0
#include "base/scope_exit.hpp"
#include "base/suggest.hpp"
#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/chef/evaluator.hpp"
#include "converge/chef/guard_text.hpp"
#include "converge/chef/methods.hpp"
#include "converge/chef/resources.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace dfriends::converge::chef {

namespace {

/// guard_interpreter :bash, for the guards that are strings.
template <class IsString>
void use_guard_interpreter(Declaration& declaration, IsString is_string)
{
    const Value* given = declaration.find("guard_interpreter");
    if (given == nullptr)
        return;
    const std::string interpreter = scalar_text(*given);
    if (interpreter == "default" || interpreter == "execute" || interpreter == "sh")
        return;
    for (std::size_t at = 0; at < declaration.guards.size(); ++at)
        if (is_string(at))
            declaration.guards[at].command =
                script_command(*given, "", Value{declaration.guards[at].command, declaration.guards[at].position});
}

} // namespace

Object Evaluator::declare(const Node& node, const std::vector<Object>& arguments)
{
    if (declarations_.size() >= most_declarations)
        throw source_->error(node.offset, fmt::format("the recipe declares more than {} resources", most_declarations));
    if (arguments.size() > 1)
        throw source_->error(node.offset, fmt::format("'{}' is given {} names", node.text, arguments.size()));
    Declaration declaration{node.text, node.text, source_->position(node.offset), {}, {}, {}, {}, {}};
    if (!arguments.empty()) {
        if (arguments[0].is_nil())
            throw source_->error(node.offset, fmt::format("the name of this '{}' is nil", node.text));
        if (is_lazy(arguments[0]))
            throw source_->error(node.offset, fmt::format("the name of this '{}' is lazy", node.text),
                                 "give the value to the property that the name stands for");
        const List* several = arguments[0].as<List>();
        declaration.name = several == nullptr
                               ? to_text(arguments[0])
                               : to_text(call_method(arguments[0], "join", std::vector<Object>{std::string(", ")}));
        if (several != nullptr)
            declaration.properties["package_name"] = to_value(arguments[0], declaration.position);
    }
    current_pending_ = {declarations_.size(), {&node, source_, cookbook_, {}}, {}, {}, {}};
    if (node.has_block) {
        current_ = &declaration;
        const ScopeExit leave([this] {
            current_ = nullptr;
            unread_.clear();
        });
        call_block(node.children.back(), {});
        warn_of_lost_values();
    }
    placed(node, [&] {
        use_guard_interpreter(declaration, [&](std::size_t at) {
            return std::ranges::find(current_pending_.guards, at, &std::pair<std::size_t, std::size_t>::first) ==
                   current_pending_.guards.end();
        });
        return 0;
    });
    if (declaration.type == "template" || !current_pending_.properties.empty() || !current_pending_.guards.empty())
        pending_.push_back(std::exchange(current_pending_, {}));
    declarations_.push_back(std::move(declaration));
    return {};
}

/// In Ruby, log_driver = 'json-file' is a variable, and the resource does not hear of it.
void Evaluator::warn_of_lost_values()
{
    if (!current_pending_.properties.empty() || !current_pending_.guards.empty())
        return; // what is run later may read them
    for (const auto& [name, place] : unread_)
        if (!current_->properties.contains(name))
            say(*place, Message::Level::warning,
                fmt::format("'{} =' sets a variable that nothing reads, not the property of '{}': leave the '=' out",
                            name, current_->type));
}

namespace {

/// What a block may call beside its resource's properties.
bool is_function(std::string_view name)
{
    static constexpr auto names =
        std::to_array<std::string_view>({"data_bag", "data_bag_item", "fail", "format", "lazy", "p", "puts", "raise",
                                         "sprintf", "value_for_platform", "value_for_platform_family"});
    return name.ends_with('?') || (name[0] >= 'A' && name[0] <= 'Z') || std::ranges::find(names, name) != names.end();
}

} // namespace

/// A call in a resource's block sets a property.
Object Evaluator::property(const Node& node)
{
    const std::string& what = node.text;
    if (what == "only_if" || what == "not_if") {
        guard(node);
        return {};
    }
    if (what == "variables" && node.has_block)
        throw source_->error(node.offset, "'variables' wants a hash", "write it in parentheses: variables({ … })");
    const bool is_known = is_property(current_->type, what);
    const bool is_environment = current_->type == "execute" && what == "environment";
    if (!is_known && !is_environment && is_function(what))
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
    if (!is_known) {
        const std::vector<std::string> known = property_names(current_->type);
        if (is_resource(what))
            throw source_->error(node.offset, fmt::format("the resource '{}' stands inside of another", what),
                                 "close the block before with 'end'");
        const bool may_be_value = node.children.empty() && !node.has_block;
        const std::string nearest = did_you_mean(what, known);
        throw source_->error(
            node.offset,
            may_be_value ? fmt::format("'{}' is neither a variable nor a property of '{}'", what, current_->type)
                         : fmt::format("'{}' has no property '{}'", current_->type, what),
            !nearest.empty() || may_be_value ? nearest : fmt::format("it has: {}", join(known, ", ")));
    }
    if (arguments.empty())
        throw source_->error(node.offset, fmt::format("the property '{}' has no value", what));
    charge(node, weight(arguments[0]));
    if (current_->type == "template" && what == "variables") {
        if (arguments[0].as<Hash>() == nullptr && arguments[0].as<Lazy>() == nullptr)
            throw source_->error(node.offset, "'variables' wants a hash");
        current_pending_.variables = arguments[0];
        return {};
    }
    Object value = arguments.size() == 1 ? arguments[0] : placed(node, [&] { return make_list(arguments); });
    const std::size_t place = node.children.empty() ? node.offset : node.children[0].offset;
    current_->properties.erase(what);
    current_pending_.properties.erase(what);
    if (is_lazy(value))
        current_pending_.properties[what] = {std::move(value), source_->position(place)};
    else
        current_->properties[what] = to_value(value, source_->position(place));
    return {};
}

void Evaluator::guard(const Node& node)
{
    Guard guard;
    guard.only_if = node.text == "only_if";
    guard.position = source_->position(node.offset);
    if (node.has_block) {
        if (node.children.back().children.empty())
            throw source_->error(node.offset, "a guard's block wants a condition");
        current_pending_.guards.emplace_back(current_->guards.size(), closures_.size());
        settled_later(node.children.back());
    } else {
        const std::vector<Object> arguments = arguments_of(node);
        if (arguments.empty() || arguments[0].as<std::string>() == nullptr)
            throw source_->error(node.offset, fmt::format("'{}' wants a command in a string, or a block", node.text));
        guard.command = *arguments[0].as<std::string>();
        if (arguments.size() > 1)
            guard.command = placed(node, [&] { return command_with_options(guard.command, arguments[1]); });
    }
    current_->guards.push_back(std::move(guard));
}

/// The last statement is the condition; those before it may set variables.
std::string Evaluator::guard_text_of_block(const Node& block)
{
    for (const Node& statement : std::span(block.children).first(block.children.size() - 1))
        evaluate(statement);
    return guard_text(block.children.back());
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
    const Object condition = evaluate(node);
    if (condition.as<std::string>() != nullptr)
        say(node, Message::Level::warning,
            "the guard's block gives a string, which is always true: for a command leave the braces out");
    return condition.truthy() ? "true" : "false";
}

void Evaluator::notice(const Node& node, const std::vector<Object>& arguments)
{
    if (arguments.size() < 2 || arguments.size() > 3)
        throw source_->error(node.offset, fmt::format("'{}' wants an action, a resource and perhaps a time", node.text),
                             "notifies :restart, 'service[x]', :delayed");
    const std::string target = to_text(arguments[1]);
    const std::size_t open = target.find('[');
    if (open == std::string::npos || open == 0 || !target.ends_with(']') || target.size() < open + 3)
        throw source_->error(node.offset, fmt::format("'{}' is no reference to a resource", printable(target)),
                             "write it as 'service[name]'");
    Notice notice;
    notice.action = to_text(arguments[0]);
    notice.other = {target.substr(0, open), target.substr(open + 1, target.size() - open - 2),
                    source_->position(node.offset)};
    const std::string timing = arguments.size() == 3 ? to_text(arguments[2]) : "delayed";
    if (timing != "delayed" && timing != "immediately" && timing != "immediate" && timing != "before")
        throw source_->error(node.offset,
                             fmt::format("the time '{}' is outside the supported subset", printable(timing)),
                             "delayed, immediately and before are understood");
    notice.immediately = timing.starts_with("immediate");
    notice.before = timing == "before";
    (node.text == "notifies" ? current_->notifications : current_->subscriptions).push_back(std::move(notice));
}

} // namespace dfriends::converge::chef
