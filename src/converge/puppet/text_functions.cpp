// SPDX-License-Identifier: Apache-2.0
#include "base/encoding.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "converge/pattern.hpp"
#include "converge/puppet/functions_inside.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace dfriends::converge::puppet::functions {

Datum join_texts(Arguments arguments)
{
    std::vector<Datum> items;
    flatten(arguments[0], items);
    const std::string between = arguments.size() > 1 ? text_at(arguments, 1) : "";
    std::vector<std::string> texts;
    std::size_t length = 0;
    for (const Datum& item : items) {
        texts.push_back(to_text(item));
        check_length(length += texts.back().size() + between.size());
    }
    return join(texts, between);
}

constexpr std::size_t most_split_steps = 50'000'000;

Datum split_text(Arguments arguments)
{
    const std::string text = text_at(arguments, 0);
    const auto* pattern = arguments.size() > 1 ? arguments[1].as<Pattern>() : nullptr;
    const Automaton separator(pattern != nullptr ? pattern->text : text_at(arguments, 1), false);
    std::vector<Datum> parts;
    std::size_t at = 0;
    std::size_t steps = most_split_steps;
    for (std::size_t from = 0; from <= text.size();) {
        const auto found = separator.search(text, from, steps);
        if (!found)
            break;
        const auto [begin, end] = *found->front();
        const bool is_empty = begin == end; // between two characters
        if (is_empty && begin == text.size())
            break;
        if (!is_empty || begin > at) {
            parts.push_back(text.substr(at, begin - at));
            at = end;
        }
        from = end;
        while (is_empty && (++from < text.size() && continues_character(text[from])))
            ;
    }
    parts.push_back(text.substr(at));
    while (!parts.empty() && to_text(parts.back()).empty())
        parts.pop_back();
    return make_list(std::move(parts));
}

/// regsubst(text, pattern, replacement, 'GI').
Datum replaced(Arguments arguments)
{
    const auto* pattern = arguments[1].as<Pattern>();
    const std::string flags = arguments.size() > 3 ? text_at(arguments, 3) : "";
    if (flags.find_first_not_of("GI") != std::string::npos)
        throw Error(ErrorKind::invalid, "the flags '{}' of 'regsubst' are outside the supported part of Puppet",
                    printable(flags))
            .hint("G (everywhere) and I (whatever the case) are understood");
    const Automaton automaton(pattern != nullptr ? pattern->text : text_at(arguments, 1),
                              flags.find('I') != std::string::npos);
    const std::string replacement = text_at(arguments, 2);
    const bool everywhere = flags.find('G') != std::string::npos;
    const auto change = [&](const Datum& item) {
        if (item.as<std::string>() == nullptr)
            throw Error(ErrorKind::invalid, "'regsubst' changes strings, not {}", kind_of(item));
        return Datum(automaton.replace(*item.as<std::string>(), replacement, everywhere));
    };
    if (arguments[0].as<List>() == nullptr)
        return change(arguments[0]);
    std::vector<Datum> items;
    for (const Datum& item : to_items(arguments[0]))
        items.push_back(change(item));
    return make_list(std::move(items));
}

/// -1, 0 or 1 for "1.10" and "1.9": numbers as numbers, the rest as texts.
Datum compare_versions(Arguments arguments)
{
    std::array<std::string, 2> texts{text_at(arguments, 0), text_at(arguments, 1)};
    const auto a = split(texts[0], '.');
    const auto b = split(texts[1], '.');
    for (std::size_t at = 0; at < std::max(a.size(), b.size()); ++at) {
        const std::string_view left = at < a.size() ? a[at] : "0";
        const std::string_view right = at < b.size() ? b[at] : "0";
        const auto x = parse_unsigned(left);
        const auto y = parse_unsigned(right);
        const int order = x && y ? (*x < *y ? -1 : *x > *y ? 1 : 0) : left.compare(right);
        if (order != 0)
            return std::int64_t{order < 0 ? -1 : 1};
    }
    return std::int64_t{0};
}

/// prefix() and suffix(): of a list's items, of a hash's keys.
Datum affixed(Arguments arguments, bool before)
{
    const std::string affix = arguments.size() > 1 ? text_at(arguments, 1) : "";
    std::size_t length = 0;
    const auto with_affix = [&](const Datum& datum) -> Datum {
        const std::string text = to_text(datum);
        check_length(length += text.size() + affix.size());
        return before ? affix + text : text + affix;
    };
    if (const auto* hash = arguments[0].as<Hash>()) {
        std::vector<std::pair<Datum, Datum>> entries;
        for (const auto& [key, value] : (*hash)->entries)
            entries.emplace_back(with_affix(key), value);
        return make_hash(std::move(entries));
    }
    std::vector<Datum> items;
    for (const Datum& item : to_items(arguments[0]))
        items.push_back(with_affix(item));
    return make_list(std::move(items));
}

std::string trimmed(std::string_view text, bool left, bool right)
{
    while (left && !text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0)
        text.remove_prefix(1);
    while (right && !text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0)
        text.remove_suffix(1);
    return std::string(text);
}

std::string upper(std::string text)
{
    for (char& letter : text)
        letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
    return text;
}

std::string capital(std::string text)
{
    return text.empty() ? text : upper(text.substr(0, 1)) + text.substr(1);
}

std::string base_name(std::string path)
{
    while (path.size() > 1 && path.ends_with('/'))
        path.pop_back();
    return path.size() > 1 ? path.substr(path.rfind('/') + 1) : path;
}

/// The end that begins with the last dot of the name: ".conf" of "/a/b.conf", nothing of "/a/.b" and "c.".
std::string extension(std::string path)
{
    const std::string name = base_name(std::move(path));
    const std::size_t dot = name.rfind('.');
    return dot == std::string::npos || dot + 1 == name.size() || name.find_first_not_of('.') > dot ? ""
                                                                                                   : name.substr(dot);
}

/// Without the suffix, or with '.*' without any extension.
std::string without_suffix(std::string name, const std::string& suffix)
{
    const std::string end = suffix == ".*" ? extension(name) : suffix;
    return name.size() > end.size() && name.ends_with(end) ? name.substr(0, name.size() - end.size()) : name;
}

std::string chopped(std::string text)
{
    if (text.ends_with("\r\n"))
        text.pop_back();
    while (!text.empty() && continues_character(text.back()))
        text.pop_back();
    if (!text.empty())
        text.pop_back();
    return text;
}

/// "a_bc" as "ABc".
std::string camel(std::string text)
{
    std::string out;
    for (const std::string_view part : split(text, '_'))
        out += capital(std::string(part));
    return out;
}

std::string swapped(std::string text)
{
    for (char& letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        letter = static_cast<char>(std::isupper(byte) != 0 ? std::tolower(byte) : std::toupper(byte));
    }
    return text;
}

/// base64(encode or decode, TEXT, [default, strict or urlsafe]): the default breaks lines after 60 characters.
Datum base64(Arguments arguments)
{
    const std::string verb = text_at(arguments, 0);
    const std::string text = text_at(arguments, 1);
    const std::string method = arguments.size() > 2 ? text_at(arguments, 2) : "default";
    if ((verb != "encode" && verb != "decode") || (method != "default" && method != "strict" && method != "urlsafe"))
        throw Error(ErrorKind::invalid, "'base64' does not know '{}'",
                    printable(verb == "encode" || verb == "decode" ? method : verb))
            .hint("write base64('encode' or 'decode', TEXT, 'default', 'strict' or 'urlsafe')");
    check_length(text.size() * 4 / 3);
    if (verb == "decode") {
        std::string packed;
        std::ranges::copy_if(text, std::back_inserter(packed),
                             [](char c) { return std::isspace(static_cast<unsigned char>(c)) == 0; });
        const auto bytes = decode_base64(packed);
        if (!bytes)
            throw Error(ErrorKind::invalid, "{} is no base64", brief(arguments[1]));
        return *bytes;
    }
    std::string code = encode_base64(text);
    if (method == "urlsafe") {
        std::ranges::replace(code, '+', '-');
        std::ranges::replace(code, '/', '_');
    }
    if (method != "default")
        return code;
    std::string lines;
    for (std::size_t at = 0; at < code.size(); at += 60)
        lines += code.substr(at, 60) + "\n";
    return lines;
}

/// TEXT.match(PATTERN): what was found and its groups; nothing where it is not found.
Datum matched(Arguments arguments)
{
    if (arguments[0].as<List>() != nullptr) {
        std::vector<Datum> all;
        for (const Datum& item : to_items(arguments[0]))
            all.push_back(matched(std::vector{item, arguments[1]}));
        return make_list(std::move(all));
    }
    const std::string text = text_at(arguments, 0);
    const auto* pattern = arguments[1].as<Pattern>();
    const auto found = Automaton(pattern != nullptr ? pattern->text : text_at(arguments, 1), false).search(text);
    if (!found)
        return {};
    std::vector<Datum> groups;
    for (const Automaton::Span& span : *found)
        groups.push_back(span ? Datum(text.substr(span->first, span->second - span->first)) : Datum());
    return make_list(std::move(groups));
}

/// Whether a text begins (or ends) with one of some texts.
Datum has_edge(Arguments arguments, bool at_start)
{
    const std::string text = text_at(arguments, 0);
    for (const Datum& edge : to_items(arguments[1]))
        if (at_start ? text.starts_with(to_text(edge)) : text.ends_with(to_text(edge)))
            return true;
    return false;
}

std::string folder_name(std::string path)
{
    while (path.size() > 1 && path.ends_with('/'))
        path.pop_back();
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

std::string chomped(std::string text)
{
    if (text.ends_with('\n'))
        text.pop_back();
    if (text.ends_with('\r'))
        text.pop_back();
    return text;
}

} // namespace dfriends::converge::puppet::functions
