// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
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
        while (is_empty && (++from < text.size() && (static_cast<unsigned char>(text[from]) & 0xC0U) == 0x80U))
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

Datum formatted(Arguments arguments)
{
    const std::string format = text_at(arguments, 0);
    std::string out;
    std::size_t next = 1;
    for (std::size_t at = 0; at < format.size(); ++at) {
        if (format[at] != '%') {
            out += format[at];
            continue;
        }
        std::string_view rest = std::string_view(format).substr(at + 1);
        const bool zeros = rest.starts_with('0');
        std::size_t width = 0;
        std::size_t digits = 0;
        for (; digits < rest.size() && std::isdigit(static_cast<unsigned char>(rest[digits])) != 0 && digits < 3;
             ++digits)
            width = width * 10 + static_cast<std::size_t>(rest[digits] - '0');
        const char letter = digits < rest.size() ? rest[digits] : '\0';
        at += digits + 1;
        if (letter == '%') {
            out += '%';
            continue;
        }
        if (letter != 's' && letter != 'd' && letter != 'i' && letter != 'x')
            throw Error(ErrorKind::invalid, "the format {} has more than %s, %d and %x", brief(format));
        if (next >= arguments.size())
            throw Error(ErrorKind::invalid, "the format {} wants more values", brief(format));
        std::string text = letter == 's'   ? to_text(arguments[next])
                           : letter == 'x' ? fmt::format("{:x}", number_at(arguments, next))
                                           : std::to_string(number_at(arguments, next));
        if (text.size() < width)
            text.insert(0, width - text.size(), zeros && letter != 's' ? '0' : ' ');
        check_length(out.size() + text.size());
        out += text;
        ++next;
    }
    return out;
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

Datum affixed(Arguments arguments, bool before)
{
    const std::string affix = text_at(arguments, 1);
    std::vector<Datum> items;
    std::size_t length = 0;
    for (const Datum& item : to_items(arguments[0])) {
        const std::string text = to_text(item);
        check_length(length += text.size() + affix.size());
        items.push_back(before ? affix + text : text + affix);
    }
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
