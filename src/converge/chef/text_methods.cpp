// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "converge/chef/methods.hpp"
#include "converge/chef/methods_inside.hpp"
#include "converge/pattern.hpp"

#include <algorithm>
#include <bitset>
#include <cmath>
#include <cstdlib>

namespace dfriends::converge::chef {

namespace {

std::string changed_case(std::string text, bool upper)
{
    for (char& c : text)
        if (upper ? c >= 'a' && c <= 'z' : c >= 'A' && c <= 'Z')
            c = static_cast<char>(c ^ 0x20);
    return text;
}

std::string swapped_case(std::string text)
{
    for (char& c : text)
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
            c = static_cast<char>(c ^ 0x20);
    return text;
}

std::string capitalized(const std::string& text)
{
    return text.empty() ? text : changed_case(text.substr(0, 1), true) + changed_case(text.substr(1), false);
}

Object characters_of(const Object& object, Arguments)
{
    std::vector<Object> items;
    const std::string& text = text_of(object);
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at + 1;
        while (end < text.size() && continues_character(text[end]))
            ++end;
        items.emplace_back(text.substr(at, end - at));
        at = end;
    }
    return make_list(std::move(items));
}

Object reversed(const Object& object, Arguments)
{
    const Object list = characters_of(object, {});
    std::string text;
    for (auto item = items_of(list).rbegin(); item != items_of(list).rend(); ++item)
        text += text_of(*item);
    return text;
}

/// With their line ends, unless «chomp: true» says otherwise.
Object lines_in(const Object& object, Arguments arguments)
{
    const Hash* options = arguments.empty() ? nullptr : arguments[0].as<Hash>();
    const Object* chomp = options == nullptr ? nullptr : (*options)->find(Symbol{"chomp"});
    const bool without_ends = chomp != nullptr && chomp->truthy();
    std::vector<Object> items;
    std::string_view text = text_of(object);
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
        std::string_view line = text.substr(0, end);
        if (without_ends && line.ends_with('\n'))
            line.remove_suffix(line.ends_with("\r\n") ? 2 : 1);
        items.emplace_back(std::string(line));
        text.remove_prefix(end);
    }
    return make_list(std::move(items));
}

Object chomped(const Object& object, Arguments arguments)
{
    std::string text = text_of(object);
    if (!arguments.empty())
        return text.ends_with(text_of(arguments[0])) ? text.substr(0, text.size() - text_of(arguments[0]).size())
                                                     : text;
    if (text.ends_with("\r\n"))
        text.pop_back();
    else if (!text.ends_with('\n') && !text.ends_with('\r'))
        return text;
    text.pop_back();
    return text;
}

Object without_prefix(const Object& object, Arguments arguments)
{
    const std::string& text = text_of(object);
    return text.starts_with(text_of(arguments[0])) ? text.substr(text_of(arguments[0]).size()) : text;
}

std::string_view stripped(std::string_view text, bool left, bool right)
{
    constexpr std::string_view blanks(" \t\n\v\f\r\0", 7);
    if (left)
        text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    if (right)
        text = text.substr(0, text.find_last_not_of(blanks) + 1);
    return text;
}

/// As wide as the first argument says, filled up with the second.
Object padded(const Object& object, Arguments arguments, bool left, bool right)
{
    const std::string& text = text_of(object);
    const std::string fill = arguments.size() > 1 ? text_of(arguments[1]) : " ";
    const std::int64_t width = integer_of(arguments[0]);
    const auto size = static_cast<std::int64_t>(count_characters(text));
    if (fill.empty() || count_characters(fill) != fill.size())
        throw Error(ErrorKind::invalid, "what a string is filled up with must be ASCII, and not empty");
    if (width <= size)
        return text;
    const auto missing = count_of(width - size, longest_text + 1);
    const std::size_t before = left && right ? missing / 2 : left ? missing : 0;
    const auto filling = [&](std::size_t count) {
        std::string all;
        for (std::size_t at = 0; at < count; ++at)
            all += fill[at % fill.size()];
        return all;
    };
    return bounded(filling(before) + text + filling(missing - before));
}

/// The characters of a set such as "a-z" or "^0-9".
std::bitset<256> character_set(const std::string& set, std::string* in_order = nullptr)
{
    std::bitset<256> bytes;
    const bool inverted = set.size() > 1 && set[0] == '^';
    for (std::size_t at = inverted ? 1 : 0; at < set.size(); ++at) {
        if (static_cast<unsigned char>(set[at]) > 0x7f)
            throw Error(ErrorKind::invalid, "a set of characters other than ASCII is outside the supported subset");
        const bool spans = at + 2 < set.size() && set[at + 1] == '-';
        const char last = spans ? set[at + 2] : set[at];
        for (int c = set[at]; c <= last; ++c) {
            bytes.set(static_cast<std::size_t>(c));
            if (in_order != nullptr)
                *in_order += static_cast<char>(c);
        }
        at += spans ? 2 : 0;
    }
    return inverted ? ~bytes : bytes;
}

bool is_in(const std::bitset<256>& set, char c)
{
    return set[static_cast<unsigned char>(c)];
}

Object translated(const Object& object, Arguments arguments)
{
    std::string from;
    std::string to;
    const std::string& wanted = text_of(arguments[0]);
    const bool inverted = wanted.size() > 1 && wanted[0] == '^';
    const auto set = character_set(wanted, &from);
    character_set(text_of(arguments[1]), &to);
    std::string text;
    for (const char c : text_of(object)) {
        if (!is_in(set, c))
            text += c;
        else if (!to.empty())
            text += inverted ? to.back() : to[std::min(from.find(c), to.size() - 1)];
    }
    return text;
}

Object deleted(const Object& object, Arguments arguments)
{
    const auto set = character_set(text_of(arguments[0]));
    std::string text = text_of(object);
    std::erase_if(text, [&](char c) { return is_in(set, c); });
    return text;
}

Object counted(const Object& object, Arguments arguments)
{
    const auto set = character_set(text_of(arguments[0]));
    return std::ranges::count_if(text_of(object), [&](char c) { return is_in(set, c); });
}

Object squeezed(const Object& object, Arguments arguments)
{
    const auto set = arguments.empty() ? ~std::bitset<256>{} : character_set(text_of(arguments[0]));
    std::string text;
    for (const char c : text_of(object))
        if (text.empty() || text.back() != c || !is_in(set, c))
            text += c;
    return text;
}

Object split_at(const std::string& text, const std::vector<Found>& cuts, std::size_t most)
{
    std::vector<Object> items;
    std::size_t from = 0;
    for (const Found& cut : cuts) {
        if (most != 0 && items.size() + 1 >= most)
            break;
        if (cut.end == cut.begin && (cut.begin == 0 || cut.begin >= text.size()))
            continue;
        items.emplace_back(text.substr(from, cut.begin - from));
        const auto& groups = items_of(cut.match);
        for (const Object& group : std::span(groups).subspan(1))
            if (!group.is_nil())
                items.push_back(group);
        from = cut.end;
    }
    items.emplace_back(text.substr(from));
    return make_list(std::move(items));
}

Object parts(const Object& object, Arguments arguments)
{
    const std::string& text = text_of(object);
    const std::int64_t limit = integer_at(arguments, 1, 0);
    const std::size_t most = limit > 0 ? static_cast<std::size_t>(limit) : 0;
    std::vector<Object> items;
    const bool at_blanks = arguments.empty() || arguments[0].is_nil() || arguments[0] == Object(std::string(" "));
    if (at_blanks && most != 0)
        items = items_of(split_at(std::string(stripped(text, true, false)),
                                  find_all(std::string(stripped(text, true, false)), Pattern{"\\s+"}, true), most));
    else if (at_blanks) {
        const std::string one_line = replace_all(replace_all(text, "\n", " "), "\r", " ");
        for (const std::string_view word : words(one_line))
            items.emplace_back(std::string(word));
    } else if (arguments[0] == Object(std::string()))
        items = items_of(characters_of(object, {}));
    else
        items = items_of(split_at(text, find_all(object, arguments[0], true), most));
    while (limit == 0 && !items.empty() && items.back() == Object(std::string()))
        items.pop_back();
    return make_list(std::move(items));
}

/// What stands before the first (or last) place, that, and what stands behind it.
Object parted(const Object& object, Arguments arguments)
{
    const std::string& text = text_of(object);
    const auto found = find_all(object, arguments[0], false);
    if (found.empty())
        return make_list({text, std::string(), std::string()});
    return make_list({text.substr(0, found[0].begin), text.substr(found[0].begin, found[0].end - found[0].begin),
                      text.substr(found[0].end)});
}

Object parted_at_last(const Object& object, Arguments arguments)
{
    const std::string& text = text_of(object);
    const std::string& mark = text_of(arguments[0]);
    const std::size_t at = text.rfind(mark);
    if (at == std::string::npos)
        return make_list({std::string(), std::string(), text});
    return make_list({text.substr(0, at), mark, text.substr(at + mark.size())});
}

Object place_of(const Object& object, Arguments arguments)
{
    const auto found = find_all(object, arguments[0], false);
    if (found.empty())
        return {};
    return static_cast<std::int64_t>(count_characters(std::string_view(text_of(object)).substr(0, found[0].begin)));
}

Object last_place_of(const Object& object, Arguments arguments)
{
    const std::size_t at = text_of(object).rfind(text_of(arguments[0]));
    if (at == std::string::npos)
        return {};
    return static_cast<std::int64_t>(count_characters(std::string_view(text_of(object)).substr(0, at)));
}

/// All that a pattern finds: texts, or lists of its groups where it has such.
Object scanned(const Object& object, Arguments arguments)
{
    std::vector<Object> items;
    for (const Found& found : find_all(object, arguments[0], true)) {
        const auto& match = items_of(found.match);
        items.push_back(match.size() == 1 ? match[0] : make_list(match.begin() + 1, match.end()));
    }
    return make_list(std::move(items));
}

/// gsub and sub with a text or a hash; \\1 in the text is the first group.
template <bool everywhere>
Object substituted(const Object& object, Arguments arguments)
{
    const std::string& text = text_of(object);
    if (const auto* pattern = arguments[0].as<Pattern>();
        pattern != nullptr && arguments[1].as<std::string>() != nullptr)
        return bounded(Automaton(pattern->text, pattern->ignore_case).replace(text, text_of(arguments[1]), everywhere));
    const Hash* table = arguments[1].as<Hash>();
    const std::string* plain = table == nullptr ? &text_of(arguments[1]) : nullptr;
    std::string result;
    std::size_t from = 0;
    for (const Found& found : find_all(object, arguments[0], everywhere)) {
        result += text.substr(from, found.begin - from);
        const Object* named =
            table == nullptr ? nullptr : (*table)->find(text.substr(found.begin, found.end - found.begin));
        result += plain != nullptr ? *plain : named == nullptr ? "" : to_text(*named);
        from = found.end;
        if (result.size() > longest_text)
            break;
    }
    return bounded(result + text.substr(from));
}

Object integer_in(const Object& object, Arguments arguments)
{
    const std::int64_t base = integer_at(arguments, 0, 10);
    if (base < 2 || base > 36)
        throw Error(ErrorKind::invalid, "a number is read in a base from 2 to 36");
    std::string text = text_of(object);
    std::erase(text, '_');
    if (base == 8 && (text.starts_with("0o") || text.starts_with("0O")))
        text.erase(1, 1);
    if (base == 2 && (text.starts_with("0b") || text.starts_with("0B")))
        text.erase(0, 2);
    return static_cast<std::int64_t>(std::strtoll(text.c_str(), nullptr, static_cast<int>(base)));
}

Object decimal_in(const Object& object, Arguments)
{
    std::string text(stripped(text_of(object), true, false));
    std::erase(text, '_');
    text = text.substr(0, text.find_first_not_of("0123456789+-.eE"));
    const double value = std::strtod(text.c_str(), nullptr);
    return std::isfinite(value) ? value : 0.0;
}

template <bool starts>
Object has_edge(const Object& object, Arguments arguments)
{
    const std::string& text = text_of(object);
    return std::ranges::any_of(arguments, [&](const Object& part) {
        if (starts && part.as<Pattern>() != nullptr) {
            const auto found = find_all(object, part, false);
            return !found.empty() && found[0].begin == 0;
        }
        return starts ? text.starts_with(text_of(part)) : text.ends_with(text_of(part));
    });
}

/// As Shellwords.escape.
Object shell_escaped(const Object& object, Arguments)
{
    const std::string& text = text_of(object);
    std::string result;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           (c & 0x80) != 0 || std::string_view("_-.,:+/@").find(c) != std::string_view::npos;
        if (c == '\n')
            result += "'\n'";
        else
            result += plain ? std::string(1, c) : std::string{'\\', c};
    }
    return bounded(text.empty() ? "''" : result);
}

Object same_word(const Object& object, Arguments arguments)
{
    return equal_ignoring_case(text_of(object), text_of(arguments[0]));
}

// clang-format off
const std::vector<Method> methods{
    {"b", 0, 0, [](const Object& o, Arguments) -> Object { return o; }},
    {"between?", 2, 2, [](const Object& o, Arguments a) -> Object { return text_of(o) >= text_of(a[0]) && text_of(o) <= text_of(a[1]); }},
    {"bytesize", 0, 0, [](const Object& o, Arguments) -> Object { return static_cast<std::int64_t>(text_of(o).size()); }},
    {"capitalize", 0, 0, [](const Object& o, Arguments) -> Object { return capitalized(text_of(o)); }},
    {"casecmp?", 1, 1, same_word},
    {"center", 1, 2, [](const Object& o, Arguments a) -> Object { return padded(o, a, true, true); }},
    {"chars", 0, 0, characters_of},
    {"chomp", 0, 1, chomped},
    {"chop", 0, 0, [](const Object& o, Arguments) -> Object { std::string t = text_of(o); while (!t.empty() && continues_character(t.back())) t.pop_back(); if (!t.empty()) t.pop_back(); return t; }},
    {"concat", 0, 9, [](const Object& o, Arguments a) -> Object { return sum_of(o, a); }},
    {"count", 1, 1, counted},
    {"delete", 1, 1, deleted},
    {"delete_prefix", 1, 1, without_prefix},
    {"delete_suffix", 1, 1, chomped},
    {"downcase", 0, 0, [](const Object& o, Arguments) -> Object { return changed_case(text_of(o), false); }},
    {"each_char", 0, 0, characters_of},
    {"each_line", 0, 1, lines_in},
    {"empty?", 0, 0, [](const Object& o, Arguments) -> Object { return text_of(o).empty(); }},
    {"encode", 0, 3, [](const Object& o, Arguments) -> Object { return o; }},
    {"end_with?", 1, 9, has_edge<false>},
    {"force_encoding", 1, 1, [](const Object& o, Arguments) -> Object { return o; }},
    {"gsub", 2, 2, substituted<true>},
    {"hex", 0, 0, [](const Object& o, Arguments) -> Object { return integer_in(o, std::vector<Object>{std::int64_t{16}}); }},
    {"include?", 1, 1, [](const Object& o, Arguments a) -> Object { return text_of(o).find(text_of(a[0])) != std::string::npos; }},
    {"index", 1, 1, place_of},
    {"intern", 0, 0, [](const Object& o, Arguments) -> Object { return Symbol{text_of(o)}; }},
    {"length", 0, 0, [](const Object& o, Arguments) -> Object { return static_cast<std::int64_t>(count_characters(text_of(o))); }},
    {"lines", 0, 1, lines_in},
    {"ljust", 1, 2, [](const Object& o, Arguments a) -> Object { return padded(o, a, false, true); }},
    {"lstrip", 0, 0, [](const Object& o, Arguments) -> Object { return std::string(stripped(text_of(o), true, false)); }},
    {"match", 1, 1, [](const Object& o, Arguments a) -> Object { return match_of(o, a[0]); }},
    {"match?", 1, 1, [](const Object& o, Arguments a) -> Object { return matches(o, a[0]); }},
    {"next", 0, 0, [](const Object& o, Arguments) -> Object { return successor(text_of(o)); }},
    {"oct", 0, 0, [](const Object& o, Arguments) -> Object { return integer_in(o, std::vector<Object>{std::int64_t{8}}); }},
    {"partition", 1, 1, parted},
    {"prepend", 1, 1, [](const Object& o, Arguments a) -> Object { return bounded(text_of(a[0]) + text_of(o)); }},
    {"reverse", 0, 0, reversed},
    {"rindex", 1, 1, last_place_of},
    {"rjust", 1, 2, [](const Object& o, Arguments a) -> Object { return padded(o, a, true, false); }},
    {"rpartition", 1, 1, parted_at_last},
    {"rstrip", 0, 0, [](const Object& o, Arguments) -> Object { return std::string(stripped(text_of(o), false, true)); }},
    {"scan", 1, 1, scanned},
    {"shellescape", 0, 0, shell_escaped},
    {"size", 0, 0, [](const Object& o, Arguments) -> Object { return static_cast<std::int64_t>(count_characters(text_of(o))); }},
    {"slice", 1, 2, [](const Object& o, Arguments a) -> Object { return a.size() == 2 ? slice(o, a[0], a[1]) : element(o, a[0]); }},
    {"split", 0, 2, parts},
    {"squeeze", 0, 1, squeezed},
    {"start_with?", 1, 9, has_edge<true>},
    {"strip", 0, 0, [](const Object& o, Arguments) -> Object { return std::string(stripped(text_of(o), true, true)); }},
    {"sub", 2, 2, substituted<false>},
    {"succ", 0, 0, [](const Object& o, Arguments) -> Object { return successor(text_of(o)); }},
    {"swapcase", 0, 0, [](const Object& o, Arguments) -> Object { return swapped_case(text_of(o)); }},
    {"to_f", 0, 0, decimal_in},
    {"to_i", 0, 1, integer_in},
    {"to_str", 0, 0, [](const Object& o, Arguments) -> Object { return o; }},
    {"to_sym", 0, 0, [](const Object& o, Arguments) -> Object { return Symbol{text_of(o)}; }},
    {"tr", 2, 2, translated},
    {"upcase", 0, 0, [](const Object& o, Arguments) -> Object { return changed_case(text_of(o), true); }},
};
// clang-format on

} // namespace

std::span<const Method> text_methods()
{
    return methods;
}

std::string successor(const std::string& text)
{
    std::string next = text;
    for (std::size_t at = next.size(); at-- > 0;) {
        char& c = next[at];
        const char last = c >= '0' && c <= '9' ? '9' : c >= 'a' && c <= 'z' ? 'z' : c >= 'A' && c <= 'Z' ? 'Z' : '\0';
        if (last == '\0')
            throw Error(ErrorKind::invalid, "what follows '{}' is outside the supported subset", printable(text))
                .hint("only letters and digits are counted on");
        if (c != last) {
            ++c;
            return next;
        }
        const char first = last == '9' ? '0' : last == 'z' ? 'a' : 'A';
        c = first;
        if (at == 0)
            return std::string(1, first == '0' ? '1' : first) + next;
    }
    return next;
}

} // namespace dfriends::converge::chef
