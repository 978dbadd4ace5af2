// SPDX-License-Identifier: Apache-2.0
#include "converge/puppet/functions_inside.hpp"

#include <algorithm>
#include <limits>
#include <set>

namespace dfriends::converge::puppet::functions {

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

Datum range(Arguments arguments)
{
    const std::int64_t from = number_at(arguments, 0);
    const std::int64_t to = number_at(arguments, 1);
    constexpr std::int64_t most = 10'000;
    const bool overflows = (from < 0 && to > from + std::numeric_limits<std::int64_t>::max());
    if (overflows || (to > from && to - from >= most))
        throw Error(ErrorKind::invalid, "a range has at most {} numbers", most);
    std::vector<Datum> items;
    for (std::int64_t count = 0; to >= from && count <= to - from; ++count)
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
    std::vector<Datum> items = to_items(datum);
    std::ranges::reverse(items);
    return make_list(std::move(items));
}

} // namespace dfriends::converge::puppet::functions
