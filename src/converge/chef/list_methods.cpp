// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "converge/chef/methods.hpp"
#include "converge/chef/methods_inside.hpp"

#include <algorithm>

namespace dfriends::converge::chef {

namespace {

constexpr std::size_t longest_compared = 2'000; ///< of lists whose items are all compared with each other

Object size_of(const Object& object, Arguments)
{
    return static_cast<std::int64_t>(items_of(object).size());
}

Object joined(const Object& object, Arguments arguments)
{
    std::string text;
    bool first = true;
    for (const Object& item : items_of(object)) {
        if (!first && !arguments.empty() && !arguments[0].is_nil())
            text += text_of(arguments[0]);
        text += item.as<List>() != nullptr ? text_of(joined(item, arguments)) : to_text(item);
        first = false;
    }
    return bounded(std::move(text));
}

bool contains(const std::vector<Object>& items, const Object& item)
{
    return std::ranges::find(items, item) != items.end();
}

Object distinct(const std::vector<Object>& items)
{
    if (items.size() > longest_compared)
        throw Error(ErrorKind::invalid, "an array of more than {} items is not compared with another",
                    longest_compared);
    std::vector<Object> kept;
    for (const Object& item : items)
        if (!contains(kept, item))
            kept.push_back(item);
    return make_list(std::move(kept));
}

Object united(const Object& object, Arguments arguments)
{
    std::vector<Object> items = items_of(object);
    for (const Object& more : arguments)
        items.insert(items.end(), items_of(more).begin(), items_of(more).end());
    return distinct(items);
}

/// Those that are (or are not) in the others.
Object sifted(const Object& object, Arguments arguments, bool in_others)
{
    std::vector<Object> items = items_of(object);
    for (const Object& other : arguments) {
        if (items.size() * items_of(other).size() > 1'000'000)
            throw Error(ErrorKind::invalid, "the arrays are too long to be compared");
        std::erase_if(items, [&](const Object& item) { return contains(items_of(other), item) != in_others; });
    }
    return in_others ? distinct(items) : make_list(std::move(items));
}

Object sorted(const Object& object, Arguments)
{
    std::vector<Object> items = items_of(object);
    sort_objects(items);
    return make_list(std::move(items));
}

/// The first of the order, or so many of them.
Object extreme(const Object& object, Arguments arguments, bool least)
{
    std::vector<Object> items = items_of(object);
    sort_objects(items);
    if (!least)
        std::ranges::reverse(items);
    if (arguments.empty())
        return items.empty() ? Object{} : items.front();
    items.resize(count_of(arguments[0], items.size()));
    return make_list(std::move(items));
}

void flatten_into(std::vector<Object>& into, const std::vector<Object>& from, std::int64_t levels)
{
    for (const Object& item : from)
        if (const List* inner = item.as<List>(); inner != nullptr && levels != 0)
            flatten_into(into, (*inner)->items, levels - 1);
        else
            into.push_back(item);
}

Object flattened(const Object& object, Arguments arguments)
{
    std::vector<Object> items;
    flatten_into(items, items_of(object), integer_at(arguments, 0, -1));
    return make_list(std::move(items));
}

/// Without an argument the item at an edge, else so many of them.
Object at_edge(const Object& object, Arguments arguments, bool first)
{
    const auto& items = items_of(object);
    if (arguments.empty())
        return items.empty() ? Object{} : first ? items.front() : items.back();
    const auto count = static_cast<std::ptrdiff_t>(count_of(arguments[0], items.size()));
    return first ? make_list(items.begin(), items.begin() + count) : make_list(items.end() - count, items.end());
}

Object without_first(const Object& object, Arguments arguments)
{
    const auto& items = items_of(object);
    return make_list(items.begin() + static_cast<std::ptrdiff_t>(count_of(arguments[0], items.size())), items.end());
}

/// each_slice and each_cons.
Object runs_of(const Object& object, Arguments arguments, bool overlapping)
{
    const auto& items = items_of(object);
    const std::size_t length = count_of(arguments[0], items.size() + 1);
    if (length == 0)
        throw Error(ErrorKind::invalid, "a slice has at least one item");
    std::vector<Object> runs;
    for (std::size_t at = 0; at < items.size(); at += overlapping ? 1 : length) {
        const std::size_t end = std::min(at + length, items.size());
        if (overlapping && end - at < length)
            break;
        runs.push_back(make_list(items.begin() + static_cast<std::ptrdiff_t>(at),
                                 items.begin() + static_cast<std::ptrdiff_t>(end)));
    }
    return make_list(std::move(runs));
}

Object numbered(const Object& object, Arguments arguments)
{
    std::vector<Object> pairs;
    std::int64_t number = integer_at(arguments, 0, 0);
    for (const Object& item : items_of(object))
        pairs.push_back(make_list({item, number++}));
    return make_list(std::move(pairs));
}

Object zipped(const Object& object, Arguments arguments)
{
    std::vector<Object> rows;
    for (std::size_t at = 0; at < items_of(object).size(); ++at) {
        std::vector<Object> row{items_of(object)[at]};
        for (const Object& other : arguments)
            row.push_back(at < items_of(other).size() ? items_of(other)[at] : Object{});
        rows.push_back(make_list(std::move(row)));
    }
    return make_list(std::move(rows));
}

Object transposed(const Object& object, Arguments)
{
    const auto& rows = items_of(object);
    if (rows.empty())
        return object;
    for (const Object& row : rows)
        if (items_of(row).size() != items_of(rows[0]).size())
            throw Error(ErrorKind::invalid, "the rows of a table are not equally long");
    return zipped(rows[0], Arguments(rows).subspan(1));
}

Object multiplied(const Object& object, Arguments arguments)
{
    const auto& others = items_of(arguments[0]);
    if (items_of(object).size() * others.size() > 10'000)
        throw Error(ErrorKind::invalid, "the product has more than 10000 pairs");
    std::vector<Object> pairs;
    for (const Object& item : items_of(object))
        for (const Object& other : others)
            pairs.push_back(make_list({item, other}));
    return make_list(std::move(pairs));
}

Object rotated(const Object& object, Arguments arguments)
{
    std::vector<Object> items = items_of(object);
    const auto size = static_cast<std::int64_t>(items.size());
    if (size != 0)
        std::ranges::rotate(items, items.begin() + ((integer_at(arguments, 0, 1) % size) + size) % size);
    return make_list(std::move(items));
}

Object hash_of_pairs(const Object& object, Arguments)
{
    Object hash = make_hash({});
    for (const Object& pair : items_of(object)) {
        if (pair.as<List>() == nullptr || items_of(pair).size() != 2)
            throw Error(ErrorKind::invalid, "'to_h' wants pairs, not {}", inspect(pair));
        hash = with_element(hash, items_of(pair)[0], items_of(pair)[1]);
    }
    return hash;
}

Object tallied(const Object& object, Arguments)
{
    Object hash = make_hash({});
    for (const Object& item : items_of(object)) {
        const Object* known = (*hash.as<Hash>())->find(item);
        hash = with_element(hash, item, known == nullptr ? std::int64_t{1} : integer_of(*known) + 1);
    }
    return hash;
}

Object counted_items(const Object& object, Arguments arguments)
{
    if (arguments.empty())
        return size_of(object, {});
    return static_cast<std::int64_t>(std::ranges::count(items_of(object), arguments[0]));
}

Object index_in(const Object& object, Arguments arguments)
{
    const auto& items = items_of(object);
    const auto found = std::ranges::find(items, arguments[0]);
    return found == items.end() ? Object{} : Object(static_cast<std::int64_t>(found - items.begin()));
}

Object fetched(const Object& object, Arguments arguments)
{
    const std::int64_t at = integer_of(arguments[0]);
    const auto size = static_cast<std::int64_t>(items_of(object).size());
    if (at >= -size && at < size)
        return element(object, arguments[0]);
    if (arguments.size() == 2)
        return arguments[1];
    throw Error(ErrorKind::invalid, "the array has no item {}", at);
}

/// inject(:+), reduce(0, :+).
Object folded(const Object& object, Arguments arguments)
{
    const auto* mark = arguments.back().as<Symbol>();
    if (mark == nullptr)
        throw Error(ErrorKind::invalid, "{} where a block or the name of an operator is wanted",
                    kind_of(arguments.back()));
    std::vector<Object> items = items_of(object);
    if (arguments.size() == 2)
        items.insert(items.begin(), arguments[0]);
    if (items.empty())
        return {};
    Object result = items[0];
    for (const Object& item : Arguments(items).subspan(1))
        result = has_method(result, mark->name) ? call_method(result, mark->name, std::vector<Object>{item})
                                                : apply_operator(mark->name, result, item);
    return result;
}

Object dug(const Object& object, Arguments arguments)
{
    Object at = object;
    for (const Object& key : arguments) {
        if (at.is_nil())
            break;
        at = element(at, key);
    }
    return at;
}

Object values_at(const Object& object, Arguments arguments)
{
    std::vector<Object> items;
    for (const Object& key : arguments)
        items.push_back(element(object, key));
    return make_list(std::move(items));
}

Object with_all(const Object& object, Arguments more)
{
    std::vector<Object> items = items_of(object);
    items.insert(items.end(), more.begin(), more.end());
    return make_list(std::move(items));
}

Object with_first(const Object& object, Arguments more)
{
    return with_all(make_list(more.begin(), more.end()), items_of(object));
}

Object with_lists(const Object& object, Arguments more)
{
    Object all = object;
    for (const Object& list : more)
        all = with_all(all, items_of(list));
    return all;
}

Object without_nil(const Object& object, Arguments)
{
    std::vector<Object> items = items_of(object);
    std::erase_if(items, [](const Object& item) { return item.is_nil(); });
    return make_list(std::move(items));
}

Object reversed_list(const Object& object, Arguments)
{
    std::vector<Object> items = items_of(object);
    std::ranges::reverse(items);
    return make_list(std::move(items));
}

bool meets(const Object& item, Arguments arguments)
{
    return arguments.empty() ? item.truthy() : is_case(arguments[0], item);
}

// clang-format off
const std::vector<Method> methods_of_lists{
    {"all?", 0, 1, [](const Object& o, Arguments a) -> Object { return std::ranges::all_of(items_of(o), [&](const Object& i) { return meets(i, a); }); }},
    {"any?", 0, 1, [](const Object& o, Arguments a) -> Object { return std::ranges::any_of(items_of(o), [&](const Object& i) { return meets(i, a); }); }},
    {"append", 0, 99, with_all},
    {"at", 1, 1, [](const Object& o, Arguments a) -> Object { return element(o, a[0]); }},
    {"collect", 0, 0, [](const Object& o, Arguments) -> Object { return o; }},
    {"compact", 0, 0, without_nil},
    {"concat", 0, 99, with_lists},
    {"count", 0, 1, counted_items},
    {"difference", 0, 99, [](const Object& o, Arguments a) -> Object { return sifted(o, a, false); }},
    {"dig", 1, 16, dug},
    {"drop", 1, 1, without_first},
    {"each", 0, 0, [](const Object& o, Arguments) -> Object { return o; }},
    {"each_cons", 1, 1, [](const Object& o, Arguments a) -> Object { return runs_of(o, a, true); }},
    {"each_slice", 1, 1, [](const Object& o, Arguments a) -> Object { return runs_of(o, a, false); }},
    {"each_with_index", 0, 0, numbered},
    {"empty?", 0, 0, [](const Object& o, Arguments) -> Object { return items_of(o).empty(); }},
    {"entries", 0, 0, [](const Object& o, Arguments) -> Object { return o; }},
    {"fetch", 1, 2, fetched},
    {"find_index", 1, 1, index_in},
    {"first", 0, 1, [](const Object& o, Arguments a) -> Object { return at_edge(o, a, true); }},
    {"flatten", 0, 1, flattened},
    {"include?", 1, 1, [](const Object& o, Arguments a) -> Object { return contains(items_of(o), a[0]); }},
    {"index", 1, 1, index_in},
    {"inject", 1, 2, folded},
    {"intersect?", 1, 1, [](const Object& o, Arguments a) -> Object { return !items_of(sifted(o, a, true)).empty(); }},
    {"intersection", 1, 99, [](const Object& o, Arguments a) -> Object { return sifted(o, a, true); }},
    {"join", 0, 1, joined},
    {"last", 0, 1, [](const Object& o, Arguments a) -> Object { return at_edge(o, a, false); }},
    {"length", 0, 0, size_of},
    {"map", 0, 0, [](const Object& o, Arguments) -> Object { return o; }},
    {"max", 0, 1, [](const Object& o, Arguments a) -> Object { return extreme(o, a, false); }},
    {"member?", 1, 1, [](const Object& o, Arguments a) -> Object { return contains(items_of(o), a[0]); }},
    {"min", 0, 1, [](const Object& o, Arguments a) -> Object { return extreme(o, a, true); }},
    {"minmax", 0, 0, [](const Object& o, Arguments) -> Object { return make_list({extreme(o, {}, true), extreme(o, {}, false)}); }},
    {"none?", 0, 1, [](const Object& o, Arguments a) -> Object { return std::ranges::none_of(items_of(o), [&](const Object& i) { return meets(i, a); }); }},
    {"one?", 0, 1, [](const Object& o, Arguments a) -> Object { return std::ranges::count_if(items_of(o), [&](const Object& i) { return meets(i, a); }) == 1; }},
    {"prepend", 0, 99, with_first},
    {"product", 1, 1, multiplied},
    {"push", 0, 99, with_all},
    {"reduce", 1, 2, folded},
    {"reverse", 0, 0, reversed_list},
    {"reverse_each", 0, 0, reversed_list},
    {"rotate", 0, 1, rotated},
    {"shelljoin", 0, 0, [](const Object& o, Arguments) -> Object { std::string all; for (const Object& i : items_of(o)) all += (all.empty() ? "" : " ") + to_text(call_method(to_text(i), "shellescape", {})); return bounded(all); }},
    {"size", 0, 0, size_of},
    {"slice", 1, 2, [](const Object& o, Arguments a) -> Object { return a.size() == 2 ? slice(o, a[0], a[1]) : element(o, a[0]); }},
    {"sort", 0, 0, sorted},
    {"sum", 0, 1, [](const Object& o, Arguments a) -> Object { return sum_of(a.empty() ? Object(std::int64_t{0}) : a[0], items_of(o)); }},
    {"take", 1, 1, [](const Object& o, Arguments a) -> Object { return at_edge(o, a, true); }},
    {"tally", 0, 0, tallied},
    {"to_a", 0, 0, [](const Object& o, Arguments) -> Object { return o; }},
    {"to_ary", 0, 0, [](const Object& o, Arguments) -> Object { return o; }},
    {"to_h", 0, 0, hash_of_pairs},
    {"transpose", 0, 0, transposed},
    {"union", 0, 99, united},
    {"uniq", 0, 0, [](const Object& o, Arguments) -> Object { return distinct(items_of(o)); }},
    {"unshift", 0, 99, with_first},
    {"values_at", 0, 99, values_at},
    {"with_index", 0, 1, numbered},
    {"zip", 1, 9, zipped},
};
// clang-format on

} // namespace

std::span<const Method> list_methods()
{
    return methods_of_lists;
}

Object sum_of(Object sum, Arguments items)
{
    for (const Object& item : items)
        sum = apply_operator("+", sum, item);
    return sum;
}

void sort_objects(std::vector<Object>& items)
{
    for (const Object& item : Arguments(items).subspan(items.empty() ? 0 : 1)) // a pair is not compared with itself
        if (compare(items[0], item) == std::partial_ordering::unordered)
            throw Error(ErrorKind::invalid, "{} and {} cannot be sorted", kind_of(items[0]), kind_of(item));
    std::ranges::sort(items, [](const Object& a, const Object& b) { return compare(a, b) < 0; });
}

} // namespace dfriends::converge::chef
