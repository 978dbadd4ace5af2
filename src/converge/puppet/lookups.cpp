// SPDX-License-Identifier: Apache-2.0
#include "converge/puppet/evaluator.hpp"
#include "converge/puppet/types.hpp"
#include "converge/puppet/words.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace dfriends::converge::puppet {

namespace {

/// The function's arguments, whichever way they were given.
struct Wanted {
    std::vector<std::string> names;
    Datum type;
    std::optional<Merge> merge;
    const Datum* fallback = nullptr;
    Datum override_; ///< a hash whose values win
    Datum fallbacks; ///< a hash of values for what is not found
};

void read_options(Wanted& wanted, const HashContent& options)
{
    for (const auto& [key, value] : options.entries) {
        const std::string name = to_text(key);
        if (name == "name")
            for (const Datum& item : to_items(value))
                wanted.names.push_back(to_text(item));
        else if (name == "value_type")
            wanted.type = value;
        else if (name == "merge") {
            if (!value.is_undef())
                wanted.merge = merge_of(value);
        } else if (name == "default_value")
            wanted.fallback = &value;
        else if (name == "override")
            wanted.override_ = value;
        else if (name == "default_values_hash")
            wanted.fallbacks = value;
        else
            throw Error(ErrorKind::invalid, "'lookup' has no option '{}'", printable(name))
                .hint("name, value_type, merge, default_value, default_values_hash and override are understood");
    }
}

/// lookup(NAME, [TYPE], [MERGE], [DEFAULT]), lookup(NAME, OPTIONS) and lookup(OPTIONS).
Wanted wanted_by(const std::vector<Datum>& arguments)
{
    Wanted wanted;
    if (arguments.empty() || arguments.size() > 4)
        throw Error(ErrorKind::invalid, "'lookup' wants a name, and perhaps a type, a merge and a default");
    const auto* alone = arguments.size() == 1 ? arguments[0].as<Hash>() : nullptr;
    if (alone == nullptr)
        for (const Datum& item : to_items(arguments[0]))
            wanted.names.push_back(to_text(item));
    const auto* options = alone != nullptr ? alone : arguments.size() == 2 ? arguments[1].as<Hash>() : nullptr;
    if (options != nullptr) {
        read_options(wanted, **options);
        return wanted;
    }
    if (arguments.size() > 1)
        wanted.type = arguments[1];
    if (arguments.size() > 2 && !arguments[2].is_undef())
        wanted.merge = merge_of(arguments[2]);
    if (arguments.size() > 3)
        wanted.fallback = &arguments[3];
    return wanted;
}

/// hiera(NAME, [DEFAULT]) and those that merge.
Wanted legacy_wanted(const std::string& function, const std::vector<Datum>& arguments)
{
    static constexpr std::array<std::pair<std::string_view, Merge::Kind>, 3> merges{
        {{"hiera_array", Merge::Kind::unique},
         {"hiera_hash", Merge::Kind::hash},
         {"hiera_include", Merge::Kind::unique}}};
    if (arguments.empty() || arguments.size() > 2)
        throw Error(ErrorKind::invalid, "'{}' wants a name, and perhaps a default", function)
            .hint("levels of a single call are outside the supported part of Hiera");
    Wanted wanted;
    wanted.names.push_back(to_text(arguments[0]));
    for (const auto& [name, kind] : merges)
        if (name == function)
            wanted.merge = Merge{kind, {}, false};
    if (arguments.size() > 1)
        wanted.fallback = &arguments[1];
    return wanted;
}

const Datum* member(const Datum& hash, const std::string& name)
{
    const auto* content = hash.as<Hash>();
    return content == nullptr ? nullptr : (*content)->find(name);
}

Datum of_type(const std::string& name, Datum value, const Datum& type)
{
    const auto* wanted = type.as<TypeName>();
    if (wanted != nullptr && !is_instance(value, *wanted).value_or(true))
        throw Error(ErrorKind::invalid, "the data for '{}' is {}, not {}", printable(name), misfit(value, *wanted),
                    inspect(type));
    return value;
}

} // namespace

std::optional<Datum> Evaluator::find_data(const std::string& key, const std::optional<Merge>& merge,
                                          const ScopePointer& scope, std::size_t offset)
{
    const HieraContext context{[&](const std::string& name) { return find_variable(name, scope); },
                               [&](std::size_t work) { spend(work, offset); }};
    return hiera_.find(key, merge, context);
}

/// lookup() and hiera(), hiera_array(), hiera_hash(), hiera_include().
Datum Evaluator::look_up(const Node& node, const std::vector<Datum>& arguments, const ScopePointer& scope)
{
    Wanted wanted = node.text == "lookup" ? wanted_by(arguments) : legacy_wanted(node.text, arguments);
    if (node.text == "hiera_hash" && hiera_.merges_deeper())
        wanted.merge->kind = Merge::Kind::deep;
    for (const std::string& name : wanted.names)
        if (const Datum* value = member(wanted.override_, name))
            return of_type(name, *value, wanted.type);
    for (const std::string& name : wanted.names)
        if (auto value = find_data(name, wanted.merge, scope, node.offset))
            return of_type(name, std::move(*value), wanted.type);
    for (const std::string& name : wanted.names)
        if (const Datum* value = member(wanted.fallbacks, name))
            return of_type(name, *value, wanted.type);
    if (wanted.fallback != nullptr)
        return *wanted.fallback;
    const std::string name = wanted.names.empty() ? std::string() : wanted.names[0];
    if (node.has_lambda)
        return call_lambda(node.children.back(), {Datum(name)}, scope);
    throw Error(ErrorKind::invalid, "there is no data for '{}'", printable(name))
        .hint("give the value as the default of the call, or of the class's parameter, or in the data of hiera.yaml");
}

/// What the data has for the parameters of a class that the manifest does not define: those of the docker module.
void Evaluator::add_data(const std::string& name, Attributes& attributes, const ScopePointer& scope, std::size_t offset)
{
    for (const ParameterRow& row : find_type_row("class")->parameters) {
        const std::string parameter(row.puppet);
        if (attributes.contains(parameter))
            continue;
        if (auto value = at(offset, [&] { return find_data(name + "::" + parameter, std::nullopt, scope, offset); }))
            attributes[parameter] = {std::move(*value), source_->position(offset)};
    }
}

} // namespace dfriends::converge::puppet
