// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "converge/pattern.hpp"
#include "converge/puppet/functions.hpp"
#include "converge/puppet/types.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace dfriends::converge::puppet {

namespace {

bool found_in(const Pattern& pattern, const std::string& text)
{
    return Automaton(pattern.text, false).found_in(text);
}

Error no_operation(std::string_view mark, const Datum& left, const Datum& right)
{
    return Error(ErrorKind::invalid, "'{}' does not go with {} and {}", mark, kind_of(left), kind_of(right));
}

Datum add_integers(std::string_view mark, std::int64_t a, std::int64_t b)
{
    std::int64_t result = 0;
    bool overflows = false;
    switch (mark[0]) {
    case '+':
        overflows = __builtin_add_overflow(a, b, &result);
        break;
    case '-':
        overflows = __builtin_sub_overflow(a, b, &result);
        break;
    case '*':
        overflows = __builtin_mul_overflow(a, b, &result);
        break;
    default:
        if (b == 0)
            throw Error(ErrorKind::invalid, "a division by zero");
        if (b == -1)
            overflows = __builtin_sub_overflow(std::int64_t{0}, mark == "/" ? a : 0, &result);
        else {
            // Towards the smaller number, as in Ruby: -7 / 2 is -4, and the rest 1.
            const std::int64_t down = a % b != 0 && (a < 0) != (b < 0) ? 1 : 0;
            result = mark == "/" ? a / b - down : a % b + down * b;
        }
    }
    if (overflows)
        throw Error(ErrorKind::invalid, "the result of '{}' does not fit into 64 bits", mark);
    return result;
}

double as_double(const Datum& number)
{
    return number.as<double>() != nullptr ? *number.as<double>() : static_cast<double>(*number.as<std::int64_t>());
}

Datum calculate(std::string_view mark, const Datum& left, const Datum& right)
{
    const auto a = to_number(left);
    const auto b = to_number(right);
    if (!a || !b)
        throw no_operation(mark, left, right);
    if (a->as<std::int64_t>() != nullptr && b->as<std::int64_t>() != nullptr)
        return add_integers(mark, *a->as<std::int64_t>(), *b->as<std::int64_t>());
    const double x = as_double(*a);
    const double y = as_double(*b);
    if (mark == "+")
        return x + y;
    if (mark == "-")
        return x - y;
    if (mark == "*")
        return x * y;
    if (y == 0)
        throw Error(ErrorKind::invalid, "a division by zero");
    return mark == "/" ? x / y : x - y * std::floor(x / y);
}

Datum concatenate(const List& left, const Datum& right)
{
    std::vector<Datum> items = left->items;
    for (Datum& item : to_items(right))
        items.push_back(std::move(item));
    return make_list(std::move(items));
}

Datum merge(const Hash& left, const Hash& right)
{
    auto entries = left->entries;
    entries.insert(entries.end(), right->entries.begin(), right->entries.end());
    return make_hash(std::move(entries));
}

Datum without(const Datum& left, const Datum& right)
{
    std::set<std::string> dropped;
    if (const auto* hash = right.as<Hash>())
        for (const auto& [key, value] : (*hash)->entries)
            dropped.insert(identity(key));
    else
        for (const Datum& item : to_items(right))
            dropped.insert(identity(item));
    const auto is_dropped = [&](const Datum& datum) { return dropped.contains(identity(datum)); };
    if (const auto* list = left.as<List>()) {
        std::vector<Datum> items;
        std::ranges::copy_if((*list)->items, std::back_inserter(items),
                             [&](const Datum& item) { return !is_dropped(item); });
        return make_list(std::move(items));
    }
    std::vector<std::pair<Datum, Datum>> entries;
    for (const auto& entry : (*left.as<Hash>())->entries)
        if (!is_dropped(entry.first))
            entries.push_back(entry);
    return make_hash(std::move(entries));
}

bool compares(std::string_view mark, const Datum& left, const Datum& right)
{
    const auto decide = [&](auto order) {
        return mark == "<" ? order < 0 : mark == ">" ? order > 0 : mark == "<=" ? order <= 0 : order >= 0;
    };
    const auto* a = left.as<std::string>();
    const auto* b = right.as<std::string>();
    if (a != nullptr && b != nullptr)
        return decide(to_lower(*a) <=> to_lower(*b));
    const bool numbers = a == nullptr && b == nullptr && to_number(left) && to_number(right);
    if (!numbers)
        throw no_operation(mark, left, right);
    return decide(as_double(left) <=> as_double(right));
}

bool is_in(const Datum& left, const Datum& right)
{
    if (const auto* text = right.as<std::string>()) {
        if (const auto* pattern = left.as<Pattern>())
            return found_in(*pattern, *text);
        const auto* part = left.as<std::string>();
        return part != nullptr && to_lower(*text).find(to_lower(*part)) != std::string::npos;
    }
    if (const auto* hash = right.as<Hash>())
        return std::ranges::any_of((*hash)->entries, [&](const auto& entry) { return matches(entry.first, left); });
    return std::ranges::any_of(to_items(right), [&](const Datum& item) { return matches(item, left); });
}

bool is_match(const Datum& left, const Datum& right)
{
    if (const auto* type = right.as<TypeName>()) {
        if (const auto is = is_instance(left, *type))
            return *is;
        throw Error(ErrorKind::invalid, "{} is no type of data", brief(right));
    }
    const auto* text = left.as<std::string>();
    if (text == nullptr)
        throw no_operation("=~", left, right);
    if (const auto* pattern = right.as<Pattern>())
        return found_in(*pattern, *text);
    if (const auto* pattern = right.as<std::string>())
        return found_in(Pattern{*pattern}, *text);
    throw no_operation("=~", left, right);
}

} // namespace

Datum apply_operator(std::string_view mark, const Datum& left, const Datum& right)
{
    if (mark == "==" || mark == "!=")
        return equal(left, right) == (mark == "==");
    if (mark == "<" || mark == ">" || mark == "<=" || mark == ">=")
        return compares(mark, left, right);
    if (mark == "in")
        return is_in(left, right);
    if (mark == "=~" || mark == "!~")
        return is_match(left, right) == (mark == "=~");
    const auto* list = left.as<List>();
    if (mark == "<<" && list != nullptr)
        return concatenate(*list, make_list({right}));
    if (mark == "+" && list != nullptr)
        return concatenate(*list, right);
    if (mark == "+" && left.as<Hash>() != nullptr && right.as<Hash>() != nullptr)
        return merge(*left.as<Hash>(), *right.as<Hash>());
    if (mark == "-" && (list != nullptr || left.as<Hash>() != nullptr))
        return without(left, right);
    if (mark == "<<" || mark == ">>")
        throw no_operation(mark, left, right);
    return calculate(mark, left, right);
}

Datum access(const Datum& what, std::span<const Datum> keys)
{
    if (const auto* type = what.as<TypeName>()) {
        if (is_data_type(type->name))
            return make_type(*type, keys);
        std::vector<Datum> references;
        for (const Datum& key : keys)
            for (const Datum& title : to_items(key)) {
                std::string name = to_text(title);
                if (type->name == "class")
                    name = to_lower(name.starts_with("::") ? name.substr(2) : name);
                references.push_back(Reference{.type = type->name, .name = std::move(name), .position = {}});
            }
        return references.size() == 1 ? references[0] : make_list(std::move(references));
    }
    if (keys.empty() || keys.size() > 2)
        throw Error(ErrorKind::invalid, "{} values stand between [ and ]", keys.size());
    if (const auto* hash = what.as<Hash>()) {
        const Datum* found = (*hash)->find(keys[0]);
        return found == nullptr ? Datum() : *found;
    }
    const auto number = to_number(keys[0]);
    const auto* list = what.as<List>();
    const auto* text = what.as<std::string>();
    if (what.is_undef() || (list == nullptr && text == nullptr))
        throw Error(ErrorKind::invalid, "{} has no parts", kind_of(what));
    if (!number || number->as<std::int64_t>() == nullptr)
        throw Error(ErrorKind::invalid, "a part of {} is named by a number, not by {}", kind_of(what),
                    kind_of(keys[0]));
    const auto size = static_cast<std::int64_t>(list != nullptr ? (*list)->items.size() : text->size());
    std::int64_t at = *number->as<std::int64_t>();
    at = at < 0 ? at + size : at;
    if (keys.size() == 1) {
        if (at < 0 || at >= size)
            return {};
        return list != nullptr ? (*list)->items[static_cast<std::size_t>(at)]
                               : Datum(std::string(1, (*text)[static_cast<std::size_t>(at)]));
    }
    const auto length = to_number(keys[1]);
    if (!length || length->as<std::int64_t>() == nullptr)
        throw Error(ErrorKind::invalid, "a length is a number, not {}", kind_of(keys[1]));
    const std::int64_t from = std::clamp<std::int64_t>(at, 0, size);
    std::int64_t count = *length->as<std::int64_t>();
    count = std::clamp<std::int64_t>(count < 0 ? size + count + 1 - from : count, 0, size - from);
    if (text != nullptr)
        return text->substr(static_cast<std::size_t>(from), static_cast<std::size_t>(count));
    return make_list({(*list)->items.begin() + from, (*list)->items.begin() + from + count});
}

bool matches(const Datum& value, const Datum& option)
{
    if (const auto* pattern = option.as<Pattern>())
        return value.as<std::string>() != nullptr && found_in(*pattern, *value.as<std::string>());
    if (const auto* type = option.as<TypeName>(); type != nullptr && value.as<TypeName>() == nullptr)
        return is_instance(value, *type).value_or(false);
    return equal(value, option);
}

} // namespace dfriends::converge::puppet
