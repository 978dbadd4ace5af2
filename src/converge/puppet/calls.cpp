// SPDX-License-Identifier: Apache-2.0
#include "base/scope_exit.hpp"
#include "base/suggest.hpp"
#include "base/text.hpp"
#include "converge/puppet/evaluator.hpp"
#include "converge/puppet/functions_inside.hpp"
#include "converge/puppet/types.hpp"
#include "converge/puppet/words.hpp"

#include <algorithm>
#include <array>

namespace dfriends::converge::puppet {

namespace {

/// Functions that are known to Puppet and not had here, and what to do instead.
struct Missing {
    std::string_view name;
    std::string_view advice;
};
constexpr auto missing = std::to_array<Missing>({
    {"fqdn_rotate", "write the order itself, or take an item with fqdn_rand"},
    {"generate", "run commands with the resource type exec"},
    {"pw_hash", "write the hash itself, as mkpasswd shows it"},
    {"shuffle", "it would say something else in each run; take an item with fqdn_rand"},
    {"strftime", "it would say something else in each run; write the time with an exec"},
    {"time", "it would say something else in each run; write the time with an exec"},
});

constexpr auto silent =
    std::to_array<std::string_view>({"assert_private", "debug", "deprecation", "info", "tag", "validate_augeas",
                                     "validate_cmd", "validate_x509_rsa_key_pair"});
/// What Puppet's log has in front of the rest, where it is not asked for more.
constexpr auto told = std::to_array<std::string_view>({"alert", "crit", "emerg", "err", "notice", "warning"});
constexpr auto walks = std::to_array<std::string_view>(
    {"all", "any", "each", "filter", "group_by", "lest", "map", "partition", "reduce", "then", "with"});
constexpr auto own = std::to_array<std::string_view>({"break",
                                                      "contain",
                                                      "create_resources",
                                                      "defined",
                                                      "ensure_packages",
                                                      "ensure_resource",
                                                      "ensure_resources",
                                                      "epp",
                                                      "fact",
                                                      "fail",
                                                      "file",
                                                      "fqdn_rand",
                                                      "get",
                                                      "getvar",
                                                      "hiera",
                                                      "hiera_array",
                                                      "hiera_hash",
                                                      "hiera_include",
                                                      "include",
                                                      "inline_epp",
                                                      "inline_template",
                                                      "lookup",
                                                      "next",
                                                      "realize",
                                                      "require",
                                                      "return",
                                                      "template"});

/// Those that change what the manifest declares.
constexpr auto declaring =
    std::to_array<std::string_view>({"contain", "create_resources", "ensure_packages", "ensure_resource",
                                     "ensure_resources", "hiera_include", "include", "realize", "require"});

bool is_lookup(std::string_view name)
{
    return name == "lookup" || name == "hiera" || name == "hiera_array" || name == "hiera_hash" ||
           name == "hiera_include";
}

constexpr std::int64_t most_rounds = 100'000;

/// Each pair of a hash as a list of two, each item of a list alone.
std::vector<std::vector<Datum>> rounds_of(const Datum& what)
{
    std::vector<std::vector<Datum>> rounds;
    if (const auto* hash = what.as<Hash>()) {
        for (const auto& [key, value] : (*hash)->entries)
            rounds.push_back({key, value});
        return rounds;
    }
    const auto* number = what.as<std::int64_t>();
    if (number != nullptr) {
        if (*number > most_rounds)
            throw Error(ErrorKind::invalid, "{} rounds are more than {}", *number, most_rounds);
        for (std::int64_t at = 0; at < *number; ++at)
            rounds.push_back({at});
        return rounds;
    }
    if (what.as<List>() == nullptr)
        throw Error(ErrorKind::invalid, "{} has no items to go through", kind_of(what));
    for (Datum& item : to_items(what))
        rounds.push_back({std::move(item)});
    return rounds;
}

/// Groups and what belongs to them, as a hash of lists.
Datum grouped(const std::vector<std::pair<Datum, Datum>>& pairs)
{
    std::map<std::string, std::size_t> places;
    std::vector<std::pair<Datum, std::vector<Datum>>> groups;
    for (const auto& [group, member] : pairs) {
        const auto [place, is_new] = places.emplace(identity(group), groups.size());
        if (is_new)
            groups.emplace_back(group, std::vector<Datum>());
        groups[place->second].second.push_back(member);
    }
    std::vector<std::pair<Datum, Datum>> entries;
    for (auto& [group, members] : groups)
        entries.emplace_back(group, make_list(std::move(members)));
    return make_hash(std::move(entries));
}

std::string text_of(const std::vector<Datum>& arguments, std::size_t at, std::string_view function)
{
    const auto* text = at < arguments.size() ? arguments[at].as<std::string>() : nullptr;
    if (text == nullptr)
        throw Error(ErrorKind::invalid, "argument {} of '{}' must be a string", at + 1, function);
    return *text;
}

} // namespace

Datum Evaluator::call(const Node& node, const ScopePointer& scope)
{
    const std::size_t count = node.children.size() - (node.has_lambda ? 1 : 0);
    const auto arguments = eval_list(std::span(node.children).first(count), scope);
    std::size_t cost = 0;
    for (const Datum& argument : arguments)
        cost += weight(argument);
    spend(cost, node.offset);
    return at(node.offset, [&]() -> Datum {
        const std::string& name = node.text;
        if (std::ranges::find(walks, name) != walks.end()) {
            if (!node.has_lambda || arguments.empty())
                throw Error(ErrorKind::invalid, "'{}' wants a value and a lambda: |$x| {{ … }}", name);
            return call_with_lambda(node, arguments, node.children.back(), scope);
        }
        if (node.has_lambda && !is_lookup(name) && name != "assert_type")
            throw Error(ErrorKind::invalid, "'{}' takes no lambda", name);
        bool known = true;
        Datum value = call_statement(node, arguments, scope, known);
        if (known)
            return value;
        if (auto result = call_function(name, arguments))
            return std::move(*result);
        if (const Node* function = find_function(name, node.offset))
            return call_defined(*function, arguments, scope);
        if (const auto row = std::ranges::find(missing, name, &Missing::name); row != missing.end())
            throw Error(ErrorKind::invalid, "the function '{}' is outside the supported part of Puppet", name)
                .hint(std::string(row->advice));
        std::vector<std::string> names = function_names();
        names.insert(names.end(), own.begin(), own.end());
        names.insert(names.end(), walks.begin(), walks.end());
        std::string hint = did_you_mean(name, names);
        throw Error(ErrorKind::invalid, "there is no function '{}' in the supported part of Puppet", name)
            .hint(hint.empty() ? "only the functions of Puppet and of stdlib are known; write its result" : hint);
    });
}

/// Declares the classes that a list names, by «include», «contain», «require» or «hiera_include».
Datum Evaluator::include_all(const Datum& classes, const Node& node, const ScopePointer& scope)
{
    std::vector<Datum> references;
    for (const Datum& item : to_items(classes)) {
        const auto* written = item.as<Reference>();
        const Reference reference = declare_class(written != nullptr ? written->name : to_text(item), {}, scope,
                                                  node.offset, node.text == "contain", true);
        references.push_back(reference);
        if (node.text == "require" && scope->container != no_container) {
            const Declaration& self = result_.declarations[scope->container];
            result_.edges.push_back(
                {reference, Reference{self.type, self.title, self.position}, false, source_->position(node.offset)});
        }
    }
    return references.size() == 1 ? references[0] : make_list(std::move(references));
}

Datum Evaluator::call_statement(const Node& node, const std::vector<Datum>& arguments, const ScopePointer& scope,
                                bool& known)
{
    const std::string& name = node.text;
    if (write_output(node, arguments))
        return {};
    if (std::ranges::find(declaring, name) != declaring.end())
        refuse_in_template(node.offset, "'" + name + "'");
    if (name == "template" || name == "inline_template")
        return call_erb(node, arguments, scope);
    if (name == "epp" || name == "inline_epp")
        return call_epp(node, arguments, scope);
    const auto all_of = [&](auto function) {
        for (const Datum& argument : arguments)
            for (const Datum& item : to_items(argument))
                function(item);
        return Datum();
    };
    if (name == "include" || name == "contain" || name == "require") {
        std::vector<Datum> all;
        for (const Datum& argument : arguments)
            for (Datum& item : to_items(argument))
                all.push_back(std::move(item));
        return include_all(make_list(std::move(all)), node, scope);
    }
    if (name == "fail") {
        std::vector<std::string> texts;
        for (const Datum& argument : arguments)
            texts.push_back(to_text(argument));
        const std::string text = printable(join(texts, " "));
        throw Error(ErrorKind::invalid, "{}", text.empty() ? "the manifest says 'fail', and not why" : text);
    }
    if (name == "realize")
        return all_of([&](const Datum& item) { realize(item, node.offset); });
    if (std::ranges::find(silent, name) != silent.end())
        return {};
    if (std::ranges::find(told, name) != told.end()) {
        std::string text;
        for (const Datum& argument : arguments)
            text += (text.empty() ? "" : " ") + to_text(argument);
        say(name == "notice" ? Message::Level::notice : Message::Level::warning, std::move(text), node.offset);
        return {};
    }
    if (name == "assert_type" && node.has_lambda && arguments.size() > 1)
        return matches(arguments[1], arguments[0])
                   ? arguments[1]
                   : call_lambda(node.children.back(), {arguments[0], functions::kind_type(arguments[1])}, scope);
    if (name == "defined") {
        bool all = true;
        all_of([&](const Datum& item) { all = all && is_declared(item, scope); });
        return all;
    }
    if (name == "return" || name == "next" || name == "break")
        throw Leave{name, arguments.empty() ? Datum() : arguments[0], node.offset};
    if (name == "create_resources") {
        declare_all(to_lower(text_of(arguments, 0, name)), arguments.size() > 1 ? arguments[1] : Datum(),
                    arguments.size() > 2 ? arguments[2] : Datum(), scope, node.offset);
        return {};
    }
    if (name.starts_with("ensure_")) {
        ensure_declared(node, arguments, scope);
        return {};
    }
    if (auto value = call_scoped(name, arguments, scope))
        return std::move(*value);
    if (name == "hiera_include")
        return include_all(look_up(node, arguments, scope), node, scope);
    if (is_lookup(name))
        return look_up(node, arguments, scope);
    known = false;
    return {};
}

bool Evaluator::is_declared(const Datum& what, const ScopePointer& scope)
{
    if (const auto* reference = what.as<Reference>())
        return index_.contains({reference->type, reference->name});
    const std::string name = class_name(what.as<TypeName>() != nullptr ? what.as<TypeName>()->name : to_text(what));
    if (name.starts_with('$'))
        return find_variable(to_text(what).substr(1), scope).has_value();
    return classes_.contains(name) || defines_.contains(name) || find_type_row(name) != nullptr;
}

Datum Evaluator::call_lambda(const Node& lambda, std::vector<Datum> arguments, const ScopePointer& scope)
{
    auto inner = std::make_shared<Scope>();
    inner->parent = scope;
    inner->caller = scope;
    inner->container = scope->container;
    const std::size_t count = lambda.children.size() - 1;
    // A lambda of one parameter takes a pair of a hash as a list.
    if (count == 1 && arguments.size() == 2 && lambda.children[0].integer == 0)
        arguments = {make_list(std::move(arguments))};
    bind(lambda, arguments, inner);
    try {
        return eval(lambda.children.back(), inner);
    } catch (Leave& leave) {
        if (leave.word != "next")
            throw;
        return std::move(leave.value);
    }
}

/// Gives the parameters of a lambda or a function their values.
void Evaluator::bind(const Node& callee, const std::vector<Datum>& arguments, const ScopePointer& inner)
{
    for (std::size_t index = 0; index + 1 < callee.children.size(); ++index) {
        const Node& parameter = callee.children[index];
        Datum value;
        if (parameter.integer == 1 && index < arguments.size())
            value = make_list({arguments.begin() + static_cast<std::ptrdiff_t>(index), arguments.end()});
        else if (index < arguments.size())
            value = arguments[index];
        else if (!parameter.children.empty())
            value = eval(parameter.children[0], inner);
        else if (parameter.integer == 1)
            value = make_list({});
        else
            throw Error(ErrorKind::invalid, "{} wants a value for '${}'",
                        callee.kind == NodeKind::lambda ? "the lambda" : "the function '" + callee.text + "'",
                        parameter.text);
        check_type(parameter, value, source_->position(parameter.offset), inner);
        set(inner, parameter, parameter.text, std::move(value));
    }
}

/// A function of the manifest or of a module, by its name.
const Node* Evaluator::find_function(const std::string& name, std::size_t offset)
{
    const std::string written = class_name(name);
    auto row = functions_.find(written);
    if (row == functions_.end() && load_function(written, offset))
        row = functions_.find(written);
    return row == functions_.end() ? nullptr : row->second;
}

/// It sees its parameters and what stands at the top, and nothing of where it is called.
Datum Evaluator::call_defined(const Node& function, const std::vector<Datum>& arguments, const ScopePointer& scope)
{
    constexpr int deepest_call = 50;
    if (functions_open_ >= deepest_call)
        throw Error(ErrorKind::invalid, "functions call each other more than {} deep", deepest_call);
    const std::size_t count = function.children.size() - 1;
    if (arguments.size() > count && (count == 0 || function.children[count - 1].integer == 0))
        throw Error(ErrorKind::invalid, "the function '{}' takes {} values, not {}", function.text, count,
                    arguments.size());
    ++functions_open_;
    const ScopeExit leave([this] { --functions_open_; });
    auto inner = std::make_shared<Scope>();
    inner->parent = inner->caller = top_;
    inner->container = scope->container;
    const Visit there(*this, homes_.at(&function));
    bind(function, arguments, inner);
    Datum value;
    try {
        value = eval(function.children.back(), inner);
    } catch (Leave& left) {
        if (left.word != "return" && left.word != "next")
            throw error(left.offset, "'" + left.word + "' stands outside of a lambda");
        value = std::move(left.value);
    }
    const auto type = type_of(function, inner);
    if (type && !is_instance(value, *type).value_or(true))
        throw error(function.offset, fmt::format("the value of the function '{}' is {}, not {}", function.text,
                                                 inspect(*type), misfit(value, *type)));
    return value;
}

Datum Evaluator::call_with_lambda(const Node& node, const std::vector<Datum>& arguments, const Node& lambda,
                                  const ScopePointer& scope)
{
    const std::string& name = node.text;
    const std::size_t parameters = lambda.children.size() - 1;
    if (name == "with")
        return call_lambda(lambda, arguments, scope);
    if (name == "then")
        return arguments[0].is_undef() ? Datum() : call_lambda(lambda, {arguments[0]}, scope);
    if (name == "lest")
        return arguments[0].is_undef() ? call_lambda(lambda, {}, scope) : arguments[0];
    auto rounds = rounds_of(arguments[0]);
    const bool is_hash = arguments[0].as<Hash>() != nullptr;
    if (name == "reduce") {
        const bool has_start = arguments.size() > 1;
        Datum memo = has_start ? arguments[1] : Datum();
        for (std::size_t index = 0; index < rounds.size(); ++index) {
            Datum item = is_hash ? make_list(rounds[index]) : rounds[index][0];
            memo = index == 0 && !has_start ? std::move(item) : call_lambda(lambda, {memo, std::move(item)}, scope);
        }
        return memo;
    }
    std::vector<Datum> results;
    std::vector<Datum> others;
    std::vector<std::pair<Datum, Datum>> kept;
    bool any = false;
    bool all = true;
    std::int64_t number = 0;
    try {
        for (const auto& round : rounds) {
            std::vector<Datum> given = round;
            if (!is_hash && parameters == 2)
                given = {Datum(number), round[0]};
            ++number;
            Datum value = call_lambda(lambda, std::move(given), scope);
            any = any || value.truthy();
            all = all && value.truthy();
            if (name == "map")
                results.push_back(std::move(value));
            else if (name == "partition")
                (value.truthy() ? results : others).push_back(is_hash ? make_list(round) : round[0]);
            else if (name == "group_by")
                kept.emplace_back(std::move(value), is_hash ? make_list(round) : round[0]);
            else if (name == "filter" && value.truthy() && is_hash)
                kept.emplace_back(round[0], round[1]);
            else if (name == "filter" && value.truthy())
                results.push_back(round[0]);
        }
    } catch (const Leave& leave) {
        if (leave.word != "break")
            throw;
    }
    if (name == "each")
        return arguments[0];
    if (name == "any" || name == "all")
        return name == "any" ? any : all;
    if (name == "partition")
        return make_list({make_list(std::move(results)), make_list(std::move(others))});
    if (name == "group_by")
        return grouped(kept);
    return is_hash && name == "filter" ? make_hash(std::move(kept)) : make_list(std::move(results));
}

} // namespace dfriends::converge::puppet
