// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "converge/chef/methods.hpp"
#include "converge/chef/methods_inside.hpp"
#include "converge/pattern.hpp"

#include <algorithm>
#include <cmath>

namespace dfriends::converge::chef {

namespace {

constexpr std::int64_t longest_range = 10'000;

bool is_number(const Object& object)
{
    return object.as<std::int64_t>() != nullptr || object.as<double>() != nullptr;
}

Object power(std::int64_t base, std::int64_t exponent)
{
    if (exponent < 0)
        return std::pow(static_cast<double>(base), static_cast<double>(exponent));
    std::int64_t result = 1;
    const std::int64_t times =
        base == 0 || base == 1 || base == -1 ? std::min<std::int64_t>(exponent, 2 + exponent % 2) : exponent;
    for (std::int64_t done = 0; done < times; ++done)
        if (__builtin_mul_overflow(result, base, &result))
            throw Error(ErrorKind::invalid, "the number is too large");
    return result;
}

Object arithmetic(std::string_view mark, const Object& left, const Object& right)
{
    const auto* a = left.as<std::int64_t>();
    const auto* b = right.as<std::int64_t>();
    if (a == nullptr || b == nullptr) {
        const double x = a != nullptr ? static_cast<double>(*a) : *left.as<double>();
        const double y = b != nullptr ? static_cast<double>(*b) : *right.as<double>();
        if (mark == "%")
            return x - y * std::floor(x / y);
        return mark == "+" ? x + y : mark == "-" ? x - y : mark == "*" ? x * y : mark == "/" ? x / y : std::pow(x, y);
    }
    if (mark == "**")
        return power(*a, *b);
    std::int64_t result = 0;
    if ((mark == "+" && __builtin_add_overflow(*a, *b, &result)) ||
        (mark == "-" && __builtin_sub_overflow(*a, *b, &result)) ||
        (mark == "*" && __builtin_mul_overflow(*a, *b, &result)))
        throw Error(ErrorKind::invalid, "the number is too large");
    if (mark != "/" && mark != "%")
        return result;
    if (*b == 0)
        throw Error(ErrorKind::invalid, "a division by zero");
    if (*b == -1)
        return mark == "%" ? Object(std::int64_t{0}) : arithmetic("-", std::int64_t{0}, left);
    // Ruby rounds down, C++ towards zero.
    const std::int64_t remainder = (*a % *b != 0 && (*a < 0) != (*b < 0)) ? *a % *b + *b : *a % *b;
    return mark == "%" ? remainder : (*a - remainder) / *b;
}

Object bitwise(std::string_view mark, std::int64_t a, std::int64_t b)
{
    if (mark == "&" || mark == "|")
        return mark == "&" ? a & b : a | b;
    if (b < 0 || b > 62 || a < 0 || (mark == "<<" && a > (INT64_MAX >> b)))
        throw Error(ErrorKind::invalid, "{} {} {} is outside the supported subset", a, mark, b);
    return mark == "<<" ? a << b : a >> b;
}

Object repeated(const Object& what, const Object& times)
{
    const std::int64_t count = integer_of(times);
    const auto* text = what.as<std::string>();
    const std::size_t size = text != nullptr ? text->size() : items_of(what).size();
    if (count < 0 || (size != 0 && static_cast<std::size_t>(count) > longest_text / size))
        throw Error(ErrorKind::invalid, "{} is too long", text == nullptr ? "an array" : "a string");
    std::string result;
    std::vector<Object> items;
    for (std::int64_t done = 0; done < count && size != 0; ++done) {
        if (text != nullptr)
            result += *text;
        else
            items.insert(items.end(), items_of(what).begin(), items_of(what).end());
    }
    return text != nullptr ? Object(std::move(result)) : make_list(std::move(items));
}

/// 'a'..'e', by what follows each.
Object range_of_texts(const std::string& first, const std::string& last, bool with_end)
{
    std::vector<Object> items;
    for (std::string at = first; at.size() <= last.size(); at = successor(at)) {
        if (items.size() == static_cast<std::size_t>(longest_range))
            throw Error(ErrorKind::invalid, "a range has more than {} texts", longest_range);
        if (at != last || with_end)
            items.emplace_back(at);
        if (at == last)
            break;
    }
    return make_list(std::move(items));
}

Object range(const Object& left, const Object& right, bool with_end)
{
    if (left.as<std::string>() != nullptr)
        return range_of_texts(text_of(left), text_of(right), with_end);
    const std::int64_t first = integer_of(left);
    if (right.is_nil())
        return Range{first, std::nullopt};
    const std::int64_t last = integer_of(right);
    if (!with_end && last == INT64_MIN)
        throw Error(ErrorKind::invalid, "the number is too small");
    return Range{first, with_end ? last : last - 1};
}

Object ordered(std::string_view mark, const Object& left, const Object& right)
{
    const auto order = compare(left, right);
    if (mark == "<=>") {
        if (order == std::partial_ordering::unordered)
            return {};
        return std::int64_t{order < 0 ? -1 : order > 0 ? 1 : 0};
    }
    if (order == std::partial_ordering::unordered)
        throw Error(ErrorKind::invalid, "{} and {} cannot be compared", kind_of(left), kind_of(right))
            .hint(left.is_nil() ? "the value before the operator is not set" : "to_i and to_f make numbers of strings");
    return mark == "<" ? order < 0 : mark == ">" ? order > 0 : mark == "<=" ? order <= 0 : order >= 0;
}

/// What lists can be put together with.
std::optional<Object> of_lists(std::string_view mark, const Object& left, const Object& right)
{
    const std::vector<Object> other{right};
    if (mark == "+")
        return call_method(left, "concat", other);
    if (mark == "<<")
        return call_method(left, "push", other);
    if (mark == "-")
        return call_method(left, "difference", other);
    if (mark == "&")
        return call_method(left, "intersection", other);
    if (mark == "|")
        return call_method(left, "union", other);
    if (mark == "*")
        return right.as<std::string>() != nullptr ? call_method(left, "join", other) : repeated(left, right);
    return std::nullopt;
}

std::optional<Object> of_texts(std::string_view mark, const Object& left, const Object& right)
{
    const std::string& text = *left.as<std::string>();
    if (mark == "%")
        return formatted(text, right.as<List>() != nullptr ? Arguments(items_of(right)) : Arguments(&right, 1));
    if (mark == "*")
        return repeated(left, right);
    if (mark == "+" || mark == "<<")
        return bounded(text + text_of(right));
    return std::nullopt;
}

std::int64_t length_of(const Object& what)
{
    return *call_method(what, "size", {}).as<std::int64_t>();
}

} // namespace

Object apply_operator(std::string_view mark, const Object& left, const Object& right)
{
    if (mark == "==")
        return left == right;
    if (mark == "===")
        return is_case(left, right);
    if (mark == "!=")
        return !(left == right);
    if (mark == "=~" || mark == "!~") {
        const bool pattern_first = left.as<Pattern>() != nullptr;
        const Object& text = pattern_first ? right : left;
        const bool found = matches(text, pattern_first ? left : right);
        if (mark == "!~")
            return !found;
        return found ? call_method(to_text(text), "index", std::vector<Object>{pattern_first ? left : right})
                     : Object{};
    }
    if (mark == "<" || mark == ">" || mark == "<=" || mark == ">=" || mark == "<=>")
        return ordered(mark, left, right);
    if (mark == ".." || mark == "...")
        return range(left, right, mark == "..");
    std::optional<Object> result;
    if (left.as<std::string>() != nullptr)
        result = of_texts(mark, left, right);
    else if (left.as<List>() != nullptr)
        result = of_lists(mark, left, right);
    else if (left.as<Range>() != nullptr)
        result = of_lists(mark, make_list(items_in(left).value_or(std::vector<Object>{})), right);
    else if (is_number(left) && is_number(right) && std::string_view("+-*/%**").find(mark) != std::string_view::npos)
        result = arithmetic(mark, left, right);
    else if (left.as<std::int64_t>() != nullptr && right.as<std::int64_t>() != nullptr)
        result = bitwise(mark, *left.as<std::int64_t>(), *right.as<std::int64_t>());
    if (result)
        return *result;
    throw Error(ErrorKind::invalid, "'{}' of {} and {} is outside the supported subset", mark, kind_of(left),
                kind_of(right))
        .hint(left.is_nil() ? "the value before the operator is not set" : "");
}

bool is_case(const Object& candidate, const Object& subject)
{
    if (candidate.as<Pattern>() != nullptr)
        return (subject.as<std::string>() != nullptr || subject.as<Symbol>() != nullptr) &&
               matches(to_text(subject), candidate);
    if (const auto* range = candidate.as<Range>()) {
        const Object first = range->first;
        return is_number(subject) && compare(first, subject) <= 0 &&
               (!range->last || compare(subject, Object(*range->last)) <= 0);
    }
    if (const auto* constraint = candidate.as<Version>(); constraint != nullptr && constraint->is_constraint)
        return version_meets(to_text(subject), constraint->text);
    const auto* constant = candidate.as<Constant>();
    if (constant == nullptr)
        return candidate == subject;
    const auto met = is_of_class(subject, constant->name);
    if (!met)
        throw Error(ErrorKind::invalid, "the class '{}' is outside the supported subset", constant->name)
            .hint("String, Integer, Float, Symbol, Array, Hash, Range, NilClass, TrueClass and FalseClass are "
                  "understood");
    return *met;
}

Object slice(const Object& what, const Object& from, const Object& count)
{
    const std::int64_t size = length_of(what);
    const std::int64_t begin = integer_of(from) < 0 ? integer_of(from) + size : integer_of(from);
    const std::int64_t wanted = integer_of(count);
    if (begin < 0 || begin > size || wanted < 0)
        return {};
    const std::int64_t end = wanted > size - begin ? size : begin + wanted;
    if (const auto* text = what.as<std::string>()) {
        const std::string rest = text->substr(byte_of_character(*text, static_cast<std::size_t>(begin)));
        return rest.substr(0, byte_of_character(rest, static_cast<std::size_t>(end - begin)));
    }
    const auto& items = items_of(what);
    return make_list(items.begin() + begin, items.begin() + end);
}

Object element(const Object& what, const Object& key)
{
    if (const Hash* hash = what.as<Hash>()) {
        const Object* found = (*hash)->find_word(key);
        return found == nullptr ? Object{} : *found;
    }
    const auto* text = what.as<std::string>();
    if (text != nullptr && key.as<std::string>() != nullptr)
        return text->find(text_of(key)) == std::string::npos ? Object{} : key;
    if (text != nullptr && key.as<Pattern>() != nullptr) {
        const Object match = match_of(what, key);
        return match.is_nil() ? match : items_of(match)[0];
    }
    if (const auto* range = key.as<Range>(); range != nullptr && (text != nullptr || what.as<List>() != nullptr)) {
        const std::int64_t size = length_of(what);
        const std::int64_t first = range->first < 0 ? range->first + size : range->first;
        // An excluded end such as in 0...-1 was made -2 already.
        const std::int64_t last = !range->last ? size - 1 : *range->last < 0 ? *range->last + size : *range->last;
        return slice(what, first < 0 ? -size - 1 : first, std::max<std::int64_t>(std::min(last, size) - first + 1, 0));
    }
    if (const List* list = what.as<List>()) {
        const std::int64_t size = static_cast<std::int64_t>((*list)->items.size());
        const std::int64_t at = integer_of(key) < 0 ? integer_of(key) + size : integer_of(key);
        return at < 0 || at >= size ? Object{} : (*list)->items[static_cast<std::size_t>(at)];
    }
    if (text != nullptr && key.as<std::int64_t>() != nullptr) {
        const Object one = slice(what, key, std::int64_t{1});
        return one == Object(std::string()) ? Object{} : one;
    }
    if (what.is_nil())
        throw Error(ErrorKind::invalid, "nil has no {}", inspect(key)).hint("the value before the bracket is not set");
    throw Error(ErrorKind::invalid, "{} has no elements", kind_of(what));
}

Object with_element(const Object& what, const Object& key, Object value)
{
    if (const Hash* hash = what.as<Hash>()) {
        auto entries = (*hash)->entries;
        const auto same = std::ranges::find_if(entries, [&](const auto& entry) { return entry.first == key; });
        if (same == entries.end())
            entries.emplace_back(key, std::move(value));
        else
            same->second = std::move(value);
        return make_hash(std::move(entries));
    }
    if (const List* list = what.as<List>()) {
        auto items = (*list)->items;
        const auto size = static_cast<std::int64_t>(items.size());
        const std::int64_t at = integer_of(key) < 0 ? integer_of(key) + size : integer_of(key);
        if (at < 0 || at > longest_range)
            throw Error(ErrorKind::invalid, "an array has no item {}", integer_of(key));
        items.resize(std::max(items.size(), static_cast<std::size_t>(at) + 1));
        items[static_cast<std::size_t>(at)] = std::move(value);
        return make_list(std::move(items));
    }
    throw Error(ErrorKind::invalid, "an element of {} cannot be set", kind_of(what))
        .hint(what.is_nil() ? "make it a hash before: x = {}" : "");
}

std::optional<std::vector<Object>> items_in(const Object& object)
{
    std::vector<Object> items;
    if (const List* list = object.as<List>())
        return (*list)->items;
    if (const Hash* hash = object.as<Hash>()) {
        for (const auto& [key, value] : (*hash)->entries)
            items.push_back(make_list({key, value}));
        return items;
    }
    const auto* range = object.as<Range>();
    if (range == nullptr)
        return std::nullopt;
    if (!range->last || (*range->last > range->first && (range->first < INT64_MAX - longest_range) &&
                         *range->last > range->first + longest_range))
        throw Error(ErrorKind::invalid, "a range has more than {} numbers", longest_range);
    for (std::int64_t at = range->first; at <= *range->last; ++at) {
        items.emplace_back(at);
        if (at == INT64_MAX)
            break;
    }
    return items;
}

std::vector<Found> find_all(const Object& object, const Object& pattern, bool everywhere)
{
    const std::string& text = text_of(object);
    std::vector<Found> all;
    const auto* expression = pattern.as<Pattern>();
    if (expression == nullptr) {
        const std::string& wanted = text_of(pattern);
        if (wanted.empty() && everywhere)
            throw Error(ErrorKind::invalid, "there is nothing to look for in the text");
        for (std::size_t at = text.find(wanted); at != std::string::npos && (everywhere || all.empty());
             at = text.find(wanted, at + wanted.size()))
            all.push_back({at, at + wanted.size(), make_list({wanted})});
        return all;
    }
    const Automaton automaton(expression->text, expression->ignore_case);
    std::size_t steps = 200'000;
    for (std::size_t start = 0; start <= text.size() && (everywhere || all.empty());) {
        const auto spans = automaton.search(text, start, steps);
        if (!spans)
            break;
        std::vector<Object> groups;
        for (const Automaton::Span& span : *spans)
            groups.push_back(span ? Object(text.substr(span->first, span->second - span->first)) : Object{});
        const auto [begin, end] = *spans->front();
        all.push_back({begin, end, make_list(std::move(groups))});
        start = end > begin ? end : end + 1;
    }
    return all;
}

bool matches(const Object& text, const Object& pattern)
{
    const auto* expression = pattern.as<Pattern>();
    if (expression == nullptr)
        return text_of(text).find(text_of(pattern)) != std::string::npos;
    return !text.is_nil() && Automaton(expression->text, expression->ignore_case).found_in(to_text(text));
}

Object match_of(const Object& text, const Object& pattern)
{
    if (text.is_nil() || !matches(text, pattern))
        return {};
    return find_all(to_text(text), pattern, false).at(0).match;
}

bool version_meets(std::string_view version, std::string_view constraint)
{
    const std::string_view text = trim(constraint);
    const std::size_t end = std::min(text.find_first_not_of("<>=~!"), text.size());
    const std::string_view mark = text.substr(0, end);
    const std::string_view wanted = trim(text.substr(end));
    if (wanted.empty() || wanted.find_first_not_of("0123456789.") != std::string_view::npos)
        throw Error(ErrorKind::invalid, "'{}' is no constraint of a version", printable(constraint))
            .hint("write it as '>= 12', '< 2.0' or '~> 10.04'");
    const auto order = compare_versions(version, wanted);
    if (mark.empty() || mark == "=" || mark == "==")
        return order == 0;
    if (mark == ">=" || mark == "<=" || mark == ">" || mark == "<" || mark == "!=")
        return mark == ">="   ? order >= 0
               : mark == "<=" ? order <= 0
               : mark == ">"  ? order > 0
               : mark == "<"  ? order < 0
                              : order != 0;
    if (mark != "~>")
        throw Error(ErrorKind::invalid, "'{}' is no constraint of a version", printable(constraint));
    // ~> 10.4 is >= 10.4 and begins with «10.», ~> 10 is >= 10 only up to 11.
    const std::string_view fixed =
        wanted.substr(0, wanted.find('.') == std::string_view::npos ? wanted.size() : wanted.rfind('.'));
    std::string start(version);
    return order >= 0 && (start == fixed || start.starts_with(std::string(fixed) + "."));
}

} // namespace dfriends::converge::chef
