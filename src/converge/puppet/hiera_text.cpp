// SPDX-License-Identifier: Apache-2.0
#include "base/scope_exit.hpp"
#include "base/text.hpp"
#include "converge/pattern.hpp"
#include "converge/puppet/hiera.hpp"

#include <array>
#include <cctype>
#include <charconv>

/// What stands in the files of data: scalars, and %{…} in texts.
namespace dfriends::converge::puppet {

namespace {

constexpr std::size_t longest_filled = std::size_t{1} << 20;

/// A plain scalar as Puppet reads YAML.
Datum plain_scalar(const std::string& text)
{
    const std::string word = to_lower(text);
    if (word == "true" || word == "yes" || word == "on")
        return true;
    if (word == "false" || word == "no" || word == "off")
        return false;
    if (word == "~" || word == "null" || word.empty())
        return {};
    const bool is_number = text.find('.') != std::string::npos || text.find_first_of("eE") == std::string::npos ||
                           text.find_first_of("xX") != std::string::npos;
    const auto number = is_number ? to_number(text) : std::nullopt;
    return number ? *number : Datum(text);
}

/// NAME('…') as NAME and its argument; an empty name where it is a variable.
struct Inside {
    std::string_view function;
    std::string argument;
};

std::optional<Inside> inside_of(std::string_view text)
{
    const std::size_t open = text.find('(');
    if (open == std::string_view::npos)
        return Inside{{}, std::string(text)};
    const std::string_view argument = trim(text.substr(open + 1, text.size() - open - 2));
    if (!text.ends_with(')') || argument.size() < 2 || argument.front() != argument.back() ||
        (argument.front() != '\'' && argument.front() != '"'))
        return std::nullopt;
    return Inside{trim(text.substr(0, open)), std::string(argument.substr(1, argument.size() - 2))};
}

Datum variable_at(const std::string& path, const HieraContext& context)
{
    if (path.empty() || path == "::")
        return {};
    const auto parts = key_parts(path);
    auto value = context.variable(parts[0]);
    if (value)
        context.spend(weight(*value));
    return value ? dig_parts(std::move(*value), parts, 1).value_or(Datum()) : Datum();
}

/// Calls a function with the text before each %{…}, and what stands in it.
template <class Text, class Code>
void each_part(std::string_view text, Text on_text, Code on_code)
{
    std::size_t at = 0;
    for (std::size_t open = text.find("%{"); open != std::string_view::npos; open = text.find("%{", at)) {
        const std::size_t close = text.find('}', open);
        if (close == std::string_view::npos)
            throw Error(ErrorKind::invalid, "this %{{ is not closed")
                .hint("it ends with }; a percent sign alone is %{literal('%')}");
        on_text(text.substr(at, open - at));
        on_code(trim(text.substr(open + 2, close - open - 2)));
        at = close + 1;
    }
    on_text(text.substr(at));
}

[[noreturn]] void refuse_function(std::string_view inside)
{
    throw Error(ErrorKind::invalid, "'%{{{}}}' is outside the supported part of Hiera", printable(inside))
        .hint("write %{NAME}, %{facts.NAME}, %{lookup('KEY')}, %{alias('KEY')}, %{scope('NAME')} or %{literal('%')}");
}

} // namespace

Datum datum_of(const config::Node& node)
{
    switch (node.kind()) {
    case config::NodeKind::null:
        return {};
    case config::NodeKind::scalar:
        return node.is_quoted() ? Datum(node.text()) : plain_scalar(node.text());
    case config::NodeKind::list: {
        std::vector<Datum> items;
        for (const config::Node& item : node.items())
            items.push_back(datum_of(item));
        return make_list(std::move(items));
    }
    case config::NodeKind::map: {
        std::vector<std::pair<Datum, Datum>> entries;
        for (const auto& [key, item] : node.members())
            entries.emplace_back(datum_of(key), datum_of(item));
        return make_hash(std::move(entries));
    }
    }
    return {};
}

Datum Hiera::value_of(const config::Node& node, const HieraContext& context)
{
    context.spend(1);
    switch (node.kind()) {
    case config::NodeKind::null:
        return {};
    case config::NodeKind::scalar: {
        if (node.text().find("%{") != std::string::npos)
            return fill(node.text(), node, context);
        context.spend(node.text().size() / 64);
        if (node.text().starts_with("ENC["))
            throw node.error("this value is encrypted by eyaml, which is outside the supported part of Hiera")
                .hint("write the value as it is, in a file that only root may read, and take it as Sensitive");
        return node.is_quoted() ? Datum(node.text()) : plain_scalar(node.text());
    }
    case config::NodeKind::list: {
        std::vector<Datum> items;
        for (const config::Node& item : node.items())
            items.push_back(value_of(item, context));
        return placed(node.position(), [&] { return make_list(std::move(items)); });
    }
    case config::NodeKind::map:
        break;
    }
    std::vector<std::pair<Datum, Datum>> entries;
    for (const auto& [key, item] : node.members()) {
        Datum name = value_of(key, context);
        entries.emplace_back(name.is_undef() ? Datum(key.text()) : std::move(name), value_of(item, context));
    }
    return placed(node.position(), [&] { return make_hash(std::move(entries)); });
}

Datum Hiera::fill(const std::string& text, const config::Node& place, const HieraContext& context)
{
    return placed(place.position(), [&]() -> Datum {
        std::string out;
        Datum alone;
        const bool is_whole = text.starts_with("%{") && text.find('}') == text.size() - 1;
        const auto put = [&](std::string_view piece) {
            out += piece;
            context.spend(1 + piece.size() / 64);
            if (out.size() > longest_filled)
                throw Error(ErrorKind::invalid, "the text grows beyond 1 MiB");
        };
        each_part(text, put, [&](std::string_view inside) {
            alone = fill_one(inside, is_whole, place, context);
            put(to_text(alone));
        });
        // Only %{alias('…')} keeps what is no string.
        return is_whole && alone.as<std::string>() == nullptr && trim(text.substr(2)).starts_with("alias") ? alone
                                                                                                           : Datum(out);
    });
}

Datum Hiera::fill_one(std::string_view inside, bool is_whole, const config::Node& place, const HieraContext& context)
{
    const auto parts = inside_of(inside);
    if (!parts)
        refuse_function(inside);
    if (parts->function.empty() || parts->function == "scope")
        return variable_at(parts->argument, context);
    if (parts->function == "literal")
        return parts->argument;
    if (parts->function == "alias" && !is_whole)
        throw place.error("'%{alias(…)}' stands for the whole value").hint("write %{lookup('KEY')} inside a text");
    if (parts->function != "lookup" && parts->function != "hiera" && parts->function != "alias")
        refuse_function(inside);
    return find(parts->argument, std::nullopt, context).value_or(Datum());
}

/// A path of a level: it sees variables, and no data.
std::string Hiera::fill_path(const std::string& text, const SourcePosition& place, const HieraContext& context)
{
    return placed(place, [&] {
        std::string out;
        each_part(
            text, [&](std::string_view piece) { out += piece; },
            [&](std::string_view inside) {
                const auto parts = inside_of(inside);
                if (!parts || (!parts->function.empty() && parts->function != "literal" && parts->function != "scope"))
                    refuse_function(inside);
                out += parts->function == "literal" ? parts->argument : to_text(variable_at(parts->argument, context));
            });
        if (out.size() > 4096 || out.find('\0') != std::string::npos)
            throw Error(ErrorKind::invalid, "the path of a level is too long");
        return out;
    });
}

/// Puppet: the path once for each item of the variable, which is a text, a list, or a hash by its keys.
std::vector<std::string> Hiera::mapped_paths(const Level& level, const HieraContext& context)
{
    std::vector<std::string> paths;
    if (level.mapped.empty())
        return paths;
    const auto items = placed(level.position, [&] { return variable_at(level.mapped[0], context); });
    std::vector<Datum> values;
    if (const auto* hash = items.as<Hash>())
        for (const auto& [key, value] : (*hash)->entries)
            values.push_back(key);
    else if (!items.is_undef())
        values = to_items(items);
    for (const Datum& value : values) {
        const HieraContext inner{[&](const std::string& name) {
                                     return name == level.mapped[1] ? std::optional(value) : context.variable(name);
                                 },
                                 context.spend};
        paths.push_back(fill_path(level.mapped[2], level.position, inner));
    }
    context.spend(paths.size());
    return paths;
}

} // namespace dfriends::converge::puppet
