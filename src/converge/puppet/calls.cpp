// SPDX-License-Identifier: Apache-2.0
#include "base/suggest.hpp"
#include "base/text.hpp"
#include "converge/puppet/evaluator.hpp"
#include "converge/puppet/functions.hpp"

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
    {"file", "name the file with the attribute 'source'"},
    {"generate", "run commands with the resource type exec"},
});

constexpr auto silent =
    std::to_array<std::string_view>({"alert", "crit", "debug", "emerg", "err", "info", "notice", "tag", "warning"});
constexpr auto walks =
    std::to_array<std::string_view>({"all", "any", "each", "filter", "map", "reduce", "then", "lest", "with"});
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
        if (node.has_lambda && !is_lookup(name))
            throw Error(ErrorKind::invalid, "'{}' takes no lambda", name);
        bool known = true;
        Datum value = call_statement(node, arguments, scope, known);
        if (known)
            return value;
        if (auto result = call_function(name, arguments))
            return std::move(*result);
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
    if (std::ranges::find(silent, name) != silent.end() || name.starts_with("validate_"))
        return {};
    if (name == "defined") {
        bool all = true;
        all_of([&](const Datum& item) { all = all && is_declared(item); });
        return all;
    }
    if (name == "return" || name == "next" || name == "break")
        throw Leave{name, arguments.empty() ? Datum() : arguments[0], node.offset};
    if (name == "create_resources" || name == "ensure_resources") {
        declare_all(to_lower(text_of(arguments, 0, name)), arguments.size() > 1 ? arguments[1] : Datum(),
                    arguments.size() > 2 ? arguments[2] : Datum(), scope, node.offset);
        return {};
    }
    if (name == "ensure_packages" || name == "ensure_resource") {
        const bool packages = name == "ensure_packages";
        const std::string type = packages ? "package" : to_lower(text_of(arguments, 0, name));
        const std::size_t first = packages ? 0 : 1;
        Attributes attributes;
        if (arguments.size() > first + 1)
            if (const auto* hash = arguments[first + 1].as<Hash>())
                for (const auto& [key, value] : (*hash)->entries)
                    attributes[to_text(key)] = {value, source_->position(node.offset)};
        for (const std::string& title : titles_of(arguments.size() > first ? arguments[first] : Datum(), node.offset))
            if (!index_.contains({type, title}))
                declare(type, title, attributes, scope, node.offset);
        return {};
    }
    if (name == "fact" || name == "getvar") {
        const std::string path = text_of(arguments, 0, name);
        std::string rest(path.starts_with("facts.") ? path.substr(6) : path);
        const Datum* found = find_fact(std::string(split_once(rest, '.').first));
        for (rest = split_once(rest, '.').second; found != nullptr && !rest.empty();
             rest = std::string(split_once(rest, '.').second)) {
            const auto* hash = found->as<Hash>();
            found = hash == nullptr ? nullptr : (*hash)->find(std::string(split_once(rest, '.').first));
        }
        return found != nullptr ? *found : arguments.size() > 1 ? arguments[1] : Datum();
    }
    if (name == "hiera_include")
        return include_all(look_up(node, arguments, scope), node, scope);
    if (is_lookup(name))
        return look_up(node, arguments, scope);
    known = false;
    return {};
}

bool Evaluator::is_declared(const Datum& what) const
{
    if (const auto* reference = what.as<Reference>())
        return index_.contains({reference->type, reference->name});
    const std::string name = to_lower(to_text(what));
    return classes_.contains(name) || defines_.contains(name);
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
    for (std::size_t index = 0; index < count; ++index) {
        const Node& parameter = lambda.children[index];
        Datum value;
        if (parameter.integer == 1 && index < arguments.size())
            value = make_list({arguments.begin() + static_cast<std::ptrdiff_t>(index), arguments.end()});
        else if (index < arguments.size())
            value = arguments[index];
        else if (!parameter.children.empty())
            value = eval(parameter.children[0], inner);
        else
            throw Error(ErrorKind::invalid, "the lambda wants a value for '${}'", parameter.text);
        check_type(parameter, value, source_->position(parameter.offset));
        set(inner, parameter, parameter.text, std::move(value));
    }
    try {
        return eval(lambda.children.back(), inner);
    } catch (Leave& leave) {
        if (leave.word != "next")
            throw;
        return std::move(leave.value);
    }
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
    return is_hash && name == "filter" ? make_hash(std::move(kept)) : make_list(std::move(results));
}

} // namespace dfriends::converge::puppet
