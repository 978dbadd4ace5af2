// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "converge/pattern.hpp"
#include "converge/puppet/functions_inside.hpp"

#include <algorithm>
#include <limits>
#include <set>

namespace dfriends::converge::puppet::functions {

constexpr std::size_t most_in_range = 10'000;

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
    std::set<std::string> seen;
    for (const Datum& item : to_items(datum))
        if (seen.insert(identity(item)).second)
            items.push_back(item);
    return make_list(std::move(items));
}

Datum sorted(const Datum& datum)
{
    std::vector<Datum> items = to_items(datum);
    const bool numbers =
        std::ranges::all_of(items, [](const Datum& item) { return item.as<std::int64_t>() != nullptr; });
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

namespace {

/// 'a' to 'e', or 'web01' to 'web10': letters alone, or a common beginning with numbers of one width behind it.
Datum range_of_texts(const std::string& from, const std::string& to)
{
    std::vector<Datum> items;
    if (from.size() == 1 && to.size() == 1) {
        for (int letter = from[0]; letter <= to[0]; ++letter)
            items.push_back(std::string(1, static_cast<char>(letter)));
        return make_list(std::move(items));
    }
    const std::size_t digits = from.find_last_not_of("0123456789") + 1;
    const auto first = parse_unsigned(from.substr(digits));
    const auto last = to.substr(0, digits) == from.substr(0, digits) ? parse_unsigned(to.substr(digits)) : std::nullopt;
    if (!first || !last || to.size() != from.size() || (*last > *first && *last - *first >= most_in_range))
        throw Error(ErrorKind::invalid, "there is no range from {} to {}", brief(from), brief(to))
            .hint("write range('a', 'e'), range('web01', 'web10') or range(1, 5)");
    for (std::size_t number = *first; number <= *last; ++number)
        items.push_back(fmt::format("{}{:0{}}", from.substr(0, digits), number, from.size() - digits));
    return make_list(std::move(items));
}

} // namespace

/// range(FROM, TO, [STEP]), range('1-5').
Datum range(Arguments arguments)
{
    if (arguments.size() == 1) {
        const std::string text = text_at(arguments, 0);
        const std::size_t mark = text.find_first_of("-.");
        const std::size_t behind = mark == std::string::npos ? mark : text.find_first_not_of("-.", mark);
        if (behind == std::string::npos || mark == 0)
            throw Error(ErrorKind::invalid, "{} is no range", brief(arguments[0])).hint("write range(1, 5)");
        return range(std::vector<Datum>{text.substr(0, mark), text.substr(behind)});
    }
    if (!to_number(arguments[0]) && arguments[0].as<std::string>() != nullptr)
        return range_of_texts(*arguments[0].as<std::string>(), text_at(arguments, 1));
    const std::int64_t from = number_at(arguments, 0);
    const std::int64_t to = number_at(arguments, 1);
    const std::int64_t step = arguments.size() > 2 ? number_at(arguments, 2) : 1;
    const bool overflows = (from < 0 && to > from + std::numeric_limits<std::int64_t>::max());
    if (overflows || (to > from && to - from >= static_cast<std::int64_t>(most_in_range)))
        throw Error(ErrorKind::invalid, "a range has at most {} numbers", most_in_range);
    if (step < 1)
        throw Error(ErrorKind::invalid, "the step of a range is a number from 1 on, not {}", step);
    std::vector<Datum> items;
    for (std::int64_t count = 0; to >= from && count <= to - from; count += std::min(step, std::int64_t{most_in_range}))
        items.push_back(from + count);
    return make_list(std::move(items));
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

/// Hashes in hashes become one, too; of the rest the last one wins.
Datum deep_merged(Arguments arguments)
{
    Datum all = make_hash({});
    for (std::size_t at = 0; at < arguments.size(); ++at) {
        if (arguments[at].is_undef() || to_text(arguments[at]).empty())
            continue;
        std::vector<std::pair<Datum, Datum>> entries = (*all.as<Hash>())->entries;
        for (const auto& [key, value] : hash_at(arguments, at).entries) {
            const Datum* before = (*all.as<Hash>())->find(key);
            const bool both = before != nullptr && before->as<Hash>() != nullptr && value.as<Hash>() != nullptr;
            entries.emplace_back(key, both ? deep_merged(std::vector{*before, value}) : value);
        }
        all = make_hash(std::move(entries));
    }
    return all;
}

const std::vector<Datum>& items_at(Arguments arguments, std::size_t at)
{
    const auto* list = at < arguments.size() ? arguments[at].as<List>() : nullptr;
    if (list == nullptr)
        throw Error(ErrorKind::invalid, "argument {} must be an array, not {}", at + 1,
                    at < arguments.size() ? kind_of(arguments[at]) : "missing");
    return (*list)->items;
}

/// What two lists have in common, once each.
Datum intersection(Arguments arguments)
{
    std::set<std::string> theirs;
    for (const Datum& item : items_at(arguments, 1))
        theirs.insert(identity(item));
    std::vector<Datum> items;
    std::ranges::copy_if(items_at(arguments, 0), std::back_inserter(items),
                         [&](const Datum& item) { return theirs.contains(identity(item)); });
    return unique(make_list(std::move(items)));
}

Datum united(Arguments arguments)
{
    for (std::size_t at = 0; at < arguments.size(); ++at)
        items_at(arguments, at);
    return unique(concatenated(arguments));
}

Datum zipped(Arguments arguments)
{
    const auto& left = items_at(arguments, 0);
    const auto& right = items_at(arguments, 1);
    std::vector<Datum> pairs;
    for (std::size_t at = 0; at < left.size(); ++at)
        pairs.push_back(make_list({left[at], at < right.size() ? right[at] : Datum()}));
    const Datum all = make_list(std::move(pairs));
    return arguments.size() > 2 && arguments[2].truthy() ? flattened(std::vector{all}) : all;
}

/// grep(LIST, PATTERN), or with `keeps` false reject().
Datum searched(Arguments arguments, bool keeps)
{
    const auto* pattern = arguments[1].as<Pattern>();
    const Automaton automaton(pattern != nullptr ? pattern->text : text_at(arguments, 1), false);
    std::vector<Datum> items;
    for (const Datum& item : items_at(arguments, 0))
        if (automaton.found_in(to_text(item)) == keeps)
            items.push_back(item);
    return make_list(std::move(items));
}

Datum without_place(Arguments arguments)
{
    std::vector<Datum> items = items_at(arguments, 0);
    const std::int64_t at = number_at(arguments, 1);
    if (at < 0 || at >= static_cast<std::int64_t>(items.size()))
        throw Error(ErrorKind::invalid, "there is no item {} in an array of {}", at, items.size());
    items.erase(items.begin() + at);
    return make_list(std::move(items));
}

Datum without_values(Arguments arguments)
{
    std::vector<std::pair<Datum, Datum>> entries;
    for (const auto& entry : hash_at(arguments, 0).entries)
        if (!equal(entry.second, arguments[1]))
            entries.push_back(entry);
    return make_hash(std::move(entries));
}

/// values_at(LIST, 2), (LIST, '1-3'), (LIST, [0, '2..3']).
Datum values_at(Arguments arguments)
{
    const auto& items = items_at(arguments, 0);
    std::vector<Datum> found;
    for (const Datum& place : to_items(arguments[1])) {
        std::string text = to_text(place);
        const std::size_t mark = text.find_first_of("-.");
        const auto first = parse_unsigned(text.substr(0, mark));
        const std::size_t behind = mark == std::string::npos ? mark : text.find_first_not_of("-.", mark);
        auto last = mark == std::string::npos     ? first
                    : behind == std::string::npos ? std::nullopt
                                                  : parse_unsigned(text.substr(behind));
        if (last && mark != std::string::npos && text.substr(mark, behind - mark) == "..." && *last > 0)
            --*last;
        if (!first || !last || *first > *last || *last >= items.size())
            throw Error(ErrorKind::invalid, "{} names no items of an array of {}", brief(place), items.size());
        for (std::size_t at = *first; at <= *last; ++at)
            found.push_back(items[at]);
        if (found.size() > 100'000)
            throw Error(ErrorKind::invalid, "these are more than 100000 items");
    }
    return make_list(std::move(found));
}

/// How many items are equal to one, or are there at all.
Datum counted(Arguments arguments)
{
    if (arguments.size() > 1)
        return std::ranges::count_if(to_items(arguments[0]),
                                     [&](const Datum& item) { return equal(item, arguments[1]); });
    return std::ranges::count_if(to_items(arguments[0]),
                                 [](const Datum& item) { return !item.is_undef() && inspect(item) != "''"; });
}

/// {'a' => [1, 2]} with ':' as ['a:1', 'a:2'].
Datum joined_pairs(Arguments arguments)
{
    const std::string between = text_at(arguments, 1);
    std::vector<Datum> texts;
    std::size_t length = 0;
    for (const auto& [key, value] : hash_at(arguments, 0).entries)
        for (const Datum& item : value.as<List>() != nullptr ? to_items(value) : std::vector{value}) {
            std::string text = to_text(key) + between + to_text(item);
            check_length(length += text.size());
            texts.push_back(std::move(text));
        }
    return make_list(std::move(texts));
}

/// A hash of a list of pairs, or of a list of keys and values.
Datum hash_of(const Datum& datum)
{
    if (datum.as<Hash>() != nullptr)
        return datum;
    if (datum.as<List>() == nullptr)
        throw Error(ErrorKind::invalid, "{} makes no hash", kind_of(datum));
    const auto& items = (*datum.as<List>())->items;
    const bool pairs = !items.empty() && std::ranges::all_of(items, [](const Datum& item) {
        return item.as<List>() != nullptr && (*item.as<List>())->items.size() == 2;
    });
    if (!pairs && items.size() % 2 != 0)
        throw Error(ErrorKind::invalid, "a hash is made of pairs, not of {} items", items.size());
    std::vector<std::pair<Datum, Datum>> entries;
    for (std::size_t at = 0; at < items.size(); at += pairs ? 1 : 2) {
        const auto& pair = pairs ? (*items[at].as<List>())->items : items;
        entries.emplace_back(pair[pairs ? 0 : at], pair[pairs ? 1 : at + 1]);
    }
    return make_hash(std::move(entries));
}

/// Array(VALUE), where a hash is a list of pairs.
Datum array_of(const Datum& datum)
{
    const auto* hash = datum.as<Hash>();
    if (hash == nullptr)
        return make_list(to_items(datum));
    std::vector<Datum> pairs;
    for (const auto& [key, value] : (*hash)->entries)
        pairs.push_back(make_list({key, value}));
    return make_list(std::move(pairs));
}

/// any2array(VALUE …), where a hash is a list of its keys and values.
Datum any_to_array(Arguments arguments)
{
    if (arguments.size() != 1)
        return make_list({arguments.begin(), arguments.end()});
    if (arguments[0].as<Hash>() != nullptr)
        return flattened_once(array_of(arguments[0]));
    const auto* text = arguments[0].as<std::string>();
    return text != nullptr && text->empty() ? make_list({}) : make_list(to_items(arguments[0]));
}

/// Lists of lists as one list, a level deep.
Datum flattened_once(const Datum& list)
{
    std::vector<Datum> items;
    for (const Datum& inner : to_items(list))
        for (Datum& item : to_items(inner))
            items.push_back(std::move(item));
    return make_list(std::move(items));
}

Datum extreme(Arguments arguments, std::string_view mark)
{
    const auto* list = arguments.size() == 1 ? arguments[0].as<List>() : nullptr;
    if (list != nullptr && !(*list)->items.empty())
        return extreme((*list)->items, mark);
    Datum best = arguments[0];
    for (const Datum& argument : arguments.subspan(1))
        if (apply_operator(mark, argument, best).truthy())
            best = argument;
    return best;
}

Datum without_undef(Arguments arguments)
{
    if (const auto* list = arguments[0].as<List>()) {
        std::vector<Datum> items;
        std::ranges::copy_if((*list)->items, std::back_inserter(items),
                             [](const Datum& item) { return !item.is_undef(); });
        return make_list(std::move(items));
    }
    std::vector<std::pair<Datum, Datum>> entries;
    for (const auto& entry : hash_at(arguments, 0).entries)
        if (!entry.second.is_undef())
            entries.push_back(entry);
    return make_hash(std::move(entries));
}

Datum reversed(const Datum& datum)
{
    if (const auto* text = datum.as<std::string>()) {
        std::string out;
        for (std::size_t end = text->size(); end > 0;) {
            std::size_t begin = end - 1;
            while (begin > 0 && continues_character((*text)[begin]))
                --begin;
            out.append(*text, begin, end - begin);
            end = begin;
        }
        return out;
    }
    std::vector<Datum> items = to_items(datum);
    std::ranges::reverse(items);
    return make_list(std::move(items));
}

} // namespace dfriends::converge::puppet::functions
