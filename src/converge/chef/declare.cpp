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
#include <utility>

namespace dfriends::converge::chef {

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
        const List* several = arguments[0].as<List>();
        declaration.name = several == nullptr
                               ? to_text(arguments[0])
                               : to_text(call_method(arguments[0], "join", std::vector<Object>{std::string(", ")}));
        if (several != nullptr)
            declaration.properties["package_name"] = to_value(arguments[0], declaration.position);
    }
    if (node.has_block) {
        current_ = &declaration;
        const ScopeExit leave([this] { current_ = nullptr; });
        in_scope(node.children.back(), {});
    }
    if (declaration.type == "template")
        placed(node, [&] { fill_template(declaration, std::exchange(template_variables_, {})); });
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
        throw source_->error(node.offset, "'variables' wants a hash", "write it in parentheses: variables({ … })");
    const std::vector<std::string> known = property_names(current_->type);
    const bool is_property = std::ranges::find(known, what) != known.end();
    const bool is_environment = current_->type == "execute" && what == "environment";
    if (!is_property && !is_environment &&
        (what == "lazy" || what.ends_with('?') || what == "raise" || what == "value_for_platform" ||
         what == "value_for_platform_family" || what == "puts"))
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
        if (arguments[0].as<Hash>() == nullptr)
            throw source_->error(node.offset, "'variables' wants a hash");
        template_variables_ = arguments[0];
        return {};
    }
    Object value = arguments.size() == 1 ? arguments[0] : placed(node, [&] { return make_list(arguments); });
    const std::size_t place = node.children.empty() ? node.offset : node.children[0].offset;
    current_->properties[what] = to_value(value, source_->position(place));
    return {};
}

void Evaluator::guard(const Node& node)
{
    Guard guard;
    guard.only_if = node.text == "only_if";
    guard.position = source_->position(node.offset);
    if (node.has_block) {
        if (node.children.back().children.size() != 1)
            throw source_->error(node.offset, "a guard's block wants one condition");
        guard.command = guard_text(node.children.back().children[0]);
    } else {
        const std::vector<Object> arguments = arguments_of(node);
        if (arguments.empty() || arguments[0].as<std::string>() == nullptr)
            throw source_->error(node.offset, fmt::format("'{}' wants a command in a string, or a block", node.text));
        if (arguments.size() > 1)
            throw source_->error(node.offset, "options of a guard's command are outside the supported subset",
                                 "write them into the command: cd /there && …");
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
