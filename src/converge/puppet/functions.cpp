// SPDX-License-Identifier: Apache-2.0
#include "converge/puppet/functions.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace dfriends::converge::puppet {

namespace {

using Arguments = std::span<const Datum>;

std::string text_at(Arguments arguments, std::size_t at)
{
    const auto* text = at < arguments.size() ? arguments[at].as<std::string>() : nullptr;
    if (text != nullptr)
        return *text;
    if (at < arguments.size() && to_number(arguments[at]))
        return to_text(arguments[at]);
    throw Error(ErrorKind::invalid, "argument {} must be a string, not {}", at + 1, at < arguments.size() ? kind_of(arguments[at]) : "missing");
}

std::int64_t number_at(Arguments arguments, std::size_t at)
{
    const auto number = at < arguments.size() ? to_number(arguments[at]) : std::nullopt;
    if (!number || number->as<std::int64_t>() == nullptr)
        throw Error(ErrorKind::invalid, "argument {} must be a whole number, not {}", at + 1, at < arguments.size() ? kind_of(arguments[at]) : "missing");
    return *number->as<std::int64_t>();
}

const HashContent& hash_at(Arguments arguments, std::size_t at)
{
    const auto* hash = at < arguments.size() ? arguments[at].as<Hash>() : nullptr;
    if (hash == nullptr)
        throw Error(ErrorKind::invalid, "argument {} must be a hash, not {}", at + 1, at < arguments.size() ? kind_of(arguments[at]) : "missing");
    return **hash;
}

/// A function of one text, which lists take for each of their items.
template <class Function>
Datum on_each_text(Arguments arguments, Function function)
{
    if (const auto* list = arguments[0].as<List>()) {
        std::vector<Datum> items;
        for (const Datum& item : (*list)->items)
            items.push_back(function(to_text(item)));
        return make_list(std::move(items));
    }
    return function(text_at(arguments, 0));
}

void flatten(const Datum& datum, std::vector<Datum>& out)
{
    if (const auto* list = datum.as<List>())
        for (const Datum& item : (*list)->items)
            flatten(item, out);
    else
        out.push_back(datum);
}

Datum flattened(Arguments arguments)
{
    std::vector<Datum> out;
    for (const Datum& argument : arguments)
        flatten(argument, out);
    return make_list(std::move(out));
}

Datum join_texts(Arguments arguments)
{
    std::vector<Datum> items;
    flatten(arguments[0], items);
    std::vector<std::string> texts;
    for (const Datum& item : items)
        texts.push_back(to_text(item));
    return join(texts, arguments.size() > 1 ? text_at(arguments, 1) : "");
}

Datum split_text(Arguments arguments)
{
    const std::string text = text_at(arguments, 0);
    const auto* pattern = arguments.size() > 1 ? arguments[1].as<Pattern>() : nullptr;
    std::string separator = pattern != nullptr ? pattern->text : text_at(arguments, 1);
    if (separator.size() == 2 && separator[0] == '\\')
        separator.erase(0, 1);
    else if (separator.find_first_of("\\[](){}*+?^$|") != std::string::npos || (separator.find('.') != std::string::npos))
        throw Error(ErrorKind::invalid, "texts are split at one fixed text, not at the pattern '{}'", separator);
    std::vector<Datum> parts;
    std::size_t at = 0;
    for (std::size_t next = 0; !separator.empty() && (next = text.find(separator, at)) != std::string::npos; at = next + separator.size())
        parts.push_back(text.substr(at, next - at));
    parts.push_back(text.substr(at));
    while (!parts.empty() && to_text(parts.back()).empty())
        parts.pop_back();
    return make_list(std::move(parts));
}

Datum concatenated(Arguments arguments)
{
    std::vector<Datum> items = to_items(arguments[0]);
    for (const Datum& more : arguments.subspan(1))
        for (Datum& item : to_items(more))
            items.push_back(std::move(item));
    return make_list(std::move(items));
}

Datum merged(Arguments arguments)
{
    std::vector<std::pair<Datum, Datum>> entries;
    for (std::size_t at = 0; at < arguments.size(); ++at)
        if (!arguments[at].is_undef() && to_text(arguments[at]) != "")
            entries.insert(entries.end(), hash_at(arguments, at).entries.begin(), hash_at(arguments, at).entries.end());
    return make_hash(std::move(entries));
}

Datum parts_of_hash(Arguments arguments, bool keys)
{
    std::vector<Datum> items;
    for (const auto& [key, value] : hash_at(arguments, 0).entries)
        items.push_back(keys ? key : value);
    return make_list(std::move(items));
}

Datum size_of(const Datum& datum)
{
    if (const auto* list = datum.as<List>())
        return static_cast<std::int64_t>((*list)->items.size());
    if (const auto* hash = datum.as<Hash>())
        return static_cast<std::int64_t>((*hash)->entries.size());
    const auto* text = datum.as<std::string>();
    if (text == nullptr)
        throw Error(ErrorKind::invalid, "{} has no size", kind_of(datum));
    return static_cast<std::int64_t>(text->size());
}

bool is_empty(const Datum& datum)
{
    return datum.is_undef() || *size_of(datum).as<std::int64_t>() == 0;
}

Datum unique(const Datum& datum)
{
    std::vector<Datum> items;
    std::vector<std::string> seen;
    for (const Datum& item : to_items(datum)) {
        const std::string shown = inspect(item);
        const auto place = std::ranges::lower_bound(seen, shown);
        if (place != seen.end() && *place == shown)
            continue;
        seen.insert(place, shown);
        items.push_back(item);
    }
    return make_list(std::move(items));
}

Datum sorted(const Datum& datum)
{
    std::vector<Datum> items = to_items(datum);
    const bool numbers = std::ranges::all_of(items, [](const Datum& item) { return item.as<std::int64_t>() != nullptr; });
    const bool texts = std::ranges::all_of(items, [](const Datum& item) { return item.as<std::string>() != nullptr; });
    if (!numbers && !texts)
        throw Error(ErrorKind::invalid, "only strings, or only whole numbers, can be sorted");
    std::ranges::sort(items, [&](const Datum& a, const Datum& b) {
        return numbers ? *a.as<std::int64_t>() < *b.as<std::int64_t>() : *a.as<std::string>() < *b.as<std::string>();
    });
    return make_list(std::move(items));
}

Datum picked(Arguments arguments, bool must)
{
    for (const Datum& argument : arguments)
        if (!argument.is_undef() && !(argument.as<std::string>() != nullptr && argument.as<std::string>()->empty()))
            return argument;
    if (must)
        throw Error(ErrorKind::invalid, "none of the values is set");
    return arguments.empty() ? Datum() : arguments.back();
}

Datum range(Arguments arguments)
{
    const std::int64_t from = number_at(arguments, 0);
    const std::int64_t to = number_at(arguments, 1);
    if (to > from && static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from) > 10'000)
        throw Error(ErrorKind::invalid, "a range has at most 10000 numbers");
    std::vector<Datum> items;
    for (std::int64_t at = from; at <= to && items.size() <= 10'000; ++at)
        items.push_back(at);
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
        for (; digits < rest.size() && std::isdigit(static_cast<unsigned char>(rest[digits])) != 0 && digits < 3; ++digits)
            width = width * 10 + static_cast<std::size_t>(rest[digits] - '0');
        const char letter = digits < rest.size() ? rest[digits] : '\0';
        at += digits + 1;
        if (letter == '%') {
            out += '%';
            continue;
        }
        if (letter != 's' && letter != 'd' && letter != 'i' && letter != 'x')
            throw Error(ErrorKind::invalid, "the format '{}' has more than %s, %d and %x", format);
        if (next >= arguments.size())
            throw Error(ErrorKind::invalid, "the format '{}' wants more values", format);
        std::string text = letter == 's' ? to_text(arguments[next]) : letter == 'x' ? fmt::format("{:x}", number_at(arguments, next)) : std::to_string(number_at(arguments, next));
        if (text.size() < width)
            text.insert(0, width - text.size(), zeros && letter != 's' ? '0' : ' ');
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

Datum dig(Arguments arguments)
{
    Datum at = arguments[0];
    for (const Datum& key : arguments.subspan(1)) {
        if (at.is_undef())
            return {};
        at = access(at, std::span(&key, 1));
    }
    return at;
}

Datum extreme(Arguments arguments, std::string_view mark)
{
    Datum best = arguments[0];
    for (const Datum& argument : arguments.subspan(1))
        if (apply_operator(mark, argument, best).truthy())
            best = argument;
    return best;
}

Datum to_flag(const Datum& datum)
{
    if (datum.as<bool>() != nullptr)
        return datum;
    const std::string word = to_lower(to_text(datum));
    if (word == "true" || word == "yes" || word == "1" || word == "y" || word == "t")
        return true;
    if (word == "false" || word == "no" || word == "0" || word == "n" || word == "f" || word.empty())
        return false;
    throw Error(ErrorKind::invalid, "'{}' is neither true nor false", word);
}

Datum to_integer(const Datum& datum)
{
    const auto number = to_number(datum);
    if (!number)
        throw Error(ErrorKind::invalid, "{} is no number", inspect(datum));
    return number->as<double>() != nullptr ? Datum(static_cast<std::int64_t>(std::clamp(*number->as<double>(), -9e18, 9e18))) : *number;
}

Datum without_undef(Arguments arguments)
{
    if (const auto* list = arguments[0].as<List>()) {
        std::vector<Datum> items;
        std::ranges::copy_if((*list)->items, std::back_inserter(items), [](const Datum& item) { return !item.is_undef(); });
        return make_list(std::move(items));
    }
    std::vector<std::pair<Datum, Datum>> entries;
    for (const auto& entry : hash_at(arguments, 0).entries)
        if (!entry.second.is_undef())
            entries.push_back(entry);
    return make_hash(std::move(entries));
}

Datum affixed(Arguments arguments, bool before)
{
    const std::string affix = text_at(arguments, 1);
    std::vector<Datum> items;
    for (const Datum& item : to_items(arguments[0]))
        items.push_back(before ? affix + to_text(item) : to_text(item) + affix);
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

Datum reversed(const Datum& datum)
{
    std::vector<Datum> items = to_items(datum);
    std::ranges::reverse(items);
    return make_list(std::move(items));
}

using Function = Datum (*)(Arguments);
struct Row {
    std::string_view name;
    std::size_t least; ///< arguments
    Function function;
};
template <std::string (*function)(std::string)>
Datum each_text(Arguments arguments)
{
    return on_each_text(arguments, function);
}

constexpr auto rows = std::to_array<Row>({
    {"abs", 1, [](Arguments a) { return apply_operator("<", to_integer(a[0]), std::int64_t{0}).truthy() ? apply_operator("-", std::int64_t{0}, a[0]) : a[0]; }},
    {"any2array", 0, [](Arguments a) { return a.size() == 1 ? make_list(to_items(a[0])) : make_list({a.begin(), a.end()}); }},
    {"any2bool", 1, [](Arguments a) { return to_flag(a[0]); }},
    {"array", 1, [](Arguments a) { return make_list(to_items(a[0])); }},
    {"basename", 1, [](Arguments a) { return Datum(base_name(text_at(a, 0))); }},
    {"bool2str", 1, [](Arguments a) { return Datum(std::string(a[0].truthy() ? "true" : "false")); }},
    {"boolean", 1, [](Arguments a) { return to_flag(a[0]); }},
    {"capitalize", 1, each_text<capital>},
    {"chomp", 1, each_text<chomped>},
    {"compact", 1, [](Arguments a) { return without_undef(a); }},
    {"concat", 1, concatenated},
    {"delete", 2, [](Arguments a) { return a[0].as<std::string>() != nullptr ? Datum(replace_all(text_at(a, 0), text_at(a, 1), "")) : apply_operator("-", a[0], a[1]); }},
    {"delete_undef_values", 1, without_undef},
    {"dig", 1, dig},
    {"dirname", 1, [](Arguments a) { return Datum(folder_name(text_at(a, 0))); }},
    {"downcase", 1, [](Arguments a) { return on_each_text(a, [](const std::string& text) { return to_lower(text); }); }},
    {"empty", 1, [](Arguments a) { return Datum(is_empty(a[0])); }},
    {"flatten", 1, flattened},
    {"has_key", 2, [](Arguments a) { return Datum(hash_at(a, 0).find(a[1]) != nullptr); }},
    {"integer", 1, [](Arguments a) { return to_integer(a[0]); }},
    {"join", 1, join_texts},
    {"keys", 1, [](Arguments a) { return parts_of_hash(a, true); }},
    {"length", 1, [](Arguments a) { return size_of(a[0]); }},
    {"lstrip", 1, [](Arguments a) { return on_each_text(a, [](const std::string& text) { return trimmed(text, true, false); }); }},
    {"max", 1, [](Arguments a) { return extreme(a, ">"); }},
    {"member", 2, [](Arguments a) { return apply_operator("in", a[1], a[0]); }},
    {"merge", 1, merged},
    {"min", 1, [](Arguments a) { return extreme(a, "<"); }},
    {"num2bool", 1, [](Arguments a) { return Datum(number_at(a, 0) > 0); }},
    {"pick", 1, [](Arguments a) { return picked(a, true); }},
    {"pick_default", 1, [](Arguments a) { return picked(a, false); }},
    {"prefix", 2, [](Arguments a) { return affixed(a, true); }},
    {"range", 2, range},
    {"reverse_each", 1, [](Arguments a) { return reversed(a[0]); }},
    {"rstrip", 1, [](Arguments a) { return on_each_text(a, [](const std::string& text) { return trimmed(text, false, true); }); }},
    {"shell_escape", 1, [](Arguments a) { return Datum("'" + replace_all(text_at(a, 0), "'", "'\\''") + "'"); }},
    {"size", 1, [](Arguments a) { return size_of(a[0]); }},
    {"sort", 1, [](Arguments a) { return sorted(a[0]); }},
    {"split", 2, split_text},
    {"sprintf", 1, formatted},
    {"str2bool", 1, [](Arguments a) { return to_flag(a[0]); }},
    {"string", 1, [](Arguments a) { return Datum(to_text(a[0])); }},
    {"strip", 1, [](Arguments a) { return on_each_text(a, [](const std::string& text) { return trimmed(text, true, true); }); }},
    {"suffix", 2, [](Arguments a) { return affixed(a, false); }},
    {"unique", 1, [](Arguments a) { return unique(a[0]); }},
    {"upcase", 1, each_text<upper>},
    {"values", 1, [](Arguments a) { return parts_of_hash(a, false); }},
    {"versioncmp", 2, compare_versions},
});

} // namespace

std::optional<Datum> call_function(std::string_view name, std::span<const Datum> arguments)
{
    const std::string word = to_lower(name.starts_with("stdlib::") ? name.substr(8) : name);
    const auto row = std::ranges::find(rows, word, &Row::name);
    if (row == rows.end())
        return std::nullopt;
    if (arguments.size() < row->least)
        throw Error(ErrorKind::invalid, "'{}' wants {} argument{}", name, row->least, row->least == 1 ? "" : "s");
    return row->function(arguments);
}

std::vector<std::string> function_names()
{
    std::vector<std::string> names;
    for (const Row& row : rows)
        names.emplace_back(row.name);
    return names;
}

} // namespace dfriends::converge::puppet
