// SPDX-License-Identifier: Apache-2.0
#include "converge/chef/methods.hpp"

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "base/text.hpp"
#include "converge/pattern.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>

namespace dfriends::converge::chef {

namespace {

constexpr std::size_t longest_text = 256 * 1024;

using Arguments = std::span<const Object>;
using Function = Object (*)(const Object&, Arguments);

struct Method {
    std::string_view name;
    std::size_t least;
    std::size_t most;
    Function function;
};

const std::string& text_of(const Object& object)
{
    if (const auto* text = object.as<std::string>())
        return *text;
    throw Error(ErrorKind::invalid, "{} where a string is wanted", kind_of(object));
}

std::int64_t integer_of(const Object& object)
{
    if (const auto* integer = object.as<std::int64_t>())
        return *integer;
    throw Error(ErrorKind::invalid, "{} where a whole number is wanted", kind_of(object));
}

const std::vector<Object>& items_of(const Object& object)
{
    if (const List* list = object.as<List>())
        return (*list)->items;
    throw Error(ErrorKind::invalid, "{} where an array is wanted", kind_of(object));
}

Object bounded(std::string text)
{
    if (text.size() > longest_text)
        throw Error(ErrorKind::invalid, "a string is longer than {} bytes", longest_text);
    return text;
}

Object integer_in(const Object& object, Arguments)
{
    if (const auto* decimal = object.as<double>()) {
        if (!(std::abs(*decimal) < 9e18))
            throw Error(ErrorKind::invalid, "the number is too large");
        return static_cast<std::int64_t>(*decimal);
    }
    if (object.as<std::int64_t>() != nullptr)
        return object;
    const std::string text = to_text(object);
    return static_cast<std::int64_t>(std::strtoll(text.c_str(), nullptr, 10));
}

std::string changed_case(std::string text, bool upper)
{
    for (char& c : text)
        if (upper ? c >= 'a' && c <= 'z' : c >= 'A' && c <= 'Z')
            c = static_cast<char>(c ^ 0x20);
    return text;
}

Object parts(const Object& object, Arguments arguments)
{
    std::vector<Object> items;
    const std::string& text = text_of(object);
    if (arguments.empty() || text_of(arguments[0]) == " ") {
        const std::string one_line = replace_all(text, "\n", " ");
        for (const std::string_view word : words(one_line))
            items.emplace_back(std::string(word));
        return make_list(std::move(items));
    }
    const std::string& separator = text_of(arguments[0]);
    if (separator.empty())
        throw Error(ErrorKind::invalid, "split wants a separator");
    std::size_t from = 0;
    for (std::size_t at = text.find(separator); at != std::string::npos; at = text.find(separator, from)) {
        items.emplace_back(text.substr(from, at - from));
        from = at + separator.size();
    }
    items.emplace_back(text.substr(from));
    while (!items.empty() && text_of(items.back()).empty())
        items.pop_back();
    return make_list(std::move(items));
}

bool matches(const Object& text, const Object& pattern)
{
    const auto* expression = pattern.as<Pattern>();
    if (expression == nullptr)
        return text_of(text).find(text_of(pattern)) != std::string::npos;
    return !text.is_nil() && Automaton(expression->text, expression->ignore_case).found_in(to_text(text));
}

template <bool everywhere>
Object substituted(const Object& object, Arguments arguments)
{
    if (const auto* pattern = arguments[0].as<Pattern>())
        return bounded(
            Automaton(pattern->text, pattern->ignore_case).replace(text_of(object), text_of(arguments[1]), everywhere));
    if (!everywhere)
        throw Error(ErrorKind::invalid, "'sub' wants a pattern").hint("write it between slashes: sub(/a/, 'b')");
    const std::string& from = text_of(arguments[0]);
    if (from.empty())
        throw Error(ErrorKind::invalid, "there is nothing to replace");
    if (text_of(object).size() / from.size() * (text_of(arguments[1]).size() + 1) > longest_text * 4)
        throw Error(ErrorKind::invalid, "a string is longer than {} bytes", longest_text);
    return bounded(replace_all(text_of(object), from, text_of(arguments[1])));
}

Object joined(const Object& object, Arguments arguments)
{
    std::string text;
    bool first = true;
    for (const Object& item : items_of(object)) {
        if (!first && !arguments.empty())
            text += text_of(arguments[0]);
        text += item.as<List>() != nullptr ? text_of(joined(item, arguments)) : to_text(item);
        first = false;
    }
    return bounded(std::move(text));
}

Object without_repetitions(const Object& object, Arguments)
{
    std::vector<Object> items;
    if (items_of(object).size() > 2000)
        throw Error(ErrorKind::invalid, "the array is too long for uniq");
    for (const Object& item : items_of(object))
        if (std::ranges::find(items, item) == items.end())
            items.push_back(item);
    return make_list(std::move(items));
}

Object sorted(const Object& object, Arguments)
{
    std::vector<Object> items = items_of(object);
    for (const Object& item : items)
        if (compare(items[0], item) == std::partial_ordering::unordered)
            throw Error(ErrorKind::invalid, "{} and {} cannot be sorted", kind_of(items[0]), kind_of(item));
    std::ranges::sort(items, [](const Object& a, const Object& b) { return compare(a, b) < 0; });
    return make_list(std::move(items));
}

void flatten_into(std::vector<Object>& into, const std::vector<Object>& from)
{
    for (const Object& item : from)
        if (const List* inner = item.as<List>())
            flatten_into(into, (*inner)->items);
        else
            into.push_back(item);
}

Object filtered(const Object& object, const std::function<bool(const Object&)>& keep)
{
    std::vector<Object> items;
    std::ranges::copy_if(items_of(object), std::back_inserter(items), keep);
    return make_list(std::move(items));
}

Object keys_or_values(const Object& object, bool keys)
{
    std::vector<Object> items;
    for (const auto& [key, value] : (*object.as<Hash>())->entries)
        items.push_back(keys ? key : value);
    return make_list(std::move(items));
}

Object merged(const Object& object, Arguments arguments)
{
    const Hash* more = arguments[0].as<Hash>();
    if (more == nullptr)
        throw Error(ErrorKind::invalid, "merge wants a hash, not {}", kind_of(arguments[0]));
    auto entries = (*object.as<Hash>())->entries;
    for (const auto& entry : (*more)->entries) {
        const auto same = std::ranges::find(entries, entry.first, [](const auto& known) { return known.first; });
        if (same == entries.end())
            entries.push_back(entry);
        else
            same->second = entry.second;
    }
    return make_hash(std::move(entries));
}

Object starts_or_ends(const Object& object, Arguments arguments, bool starts)
{
    return std::ranges::any_of(arguments, [&](const Object& part) {
        return starts ? text_of(object).starts_with(text_of(part)) : text_of(object).ends_with(text_of(part));
    });
}

std::size_t characters(const std::string& text)
{
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

Object edge(const Object& object, bool first)
{
    const auto& items = items_of(object);
    return items.empty() ? Object{} : first ? items.front() : items.back();
}

// clang-format off
const std::vector<Method> any_methods{
    {"inspect", 0, 0, [](const Object& o, Arguments) -> Object { return bounded(inspect(o)); }},
    {"nil?", 0, 0, [](const Object& o, Arguments) -> Object { return o.is_nil(); }},
    {"to_s", 0, 0, [](const Object& o, Arguments) -> Object { return bounded(to_text(o)); }},
    {"dup", 0, 0, [](const Object& o, Arguments) -> Object { return o; }},
    {"freeze", 0, 0, [](const Object& o, Arguments) -> Object { return o; }},
    {"to_a", 0, 0, [](const Object& o, Arguments) -> Object { return o.is_nil() ? make_list({}) : o.as<List>() != nullptr ? o : make_list({o}); }},
    {"to_i", 0, 0, integer_in},
};
const std::vector<Method> text_methods{
    {"capitalize", 0, 0, [](const Object& o, Arguments) -> Object { std::string t = changed_case(text_of(o), false); return t.empty() ? t : changed_case(t.substr(0, 1), true) + t.substr(1); }},
    {"chomp", 0, 0, [](const Object& o, Arguments) -> Object { std::string t = text_of(o); if (t.ends_with('\n')) t.pop_back(); return t; }},
    {"downcase", 0, 0, [](const Object& o, Arguments) -> Object { return changed_case(text_of(o), false); }},
    {"empty?", 0, 0, [](const Object& o, Arguments) -> Object { return text_of(o).empty(); }},
    {"end_with?", 1, 9, [](const Object& o, Arguments a) -> Object { return starts_or_ends(o, a, false); }},
    {"gsub", 2, 2, substituted<true>},
    {"include?", 1, 1, [](const Object& o, Arguments a) -> Object { return text_of(o).find(text_of(a[0])) != std::string::npos; }},
    {"length", 0, 0, [](const Object& o, Arguments) -> Object { return static_cast<std::int64_t>(characters(text_of(o))); }},
    {"lines", 0, 0, [](const Object& o, Arguments) -> Object { std::vector<Object> all; for (const auto line : lines(text_of(o))) all.emplace_back(std::string(line)); return make_list(std::move(all)); }},
    {"match", 1, 1, [](const Object& o, Arguments a) -> Object { return matches(o, a[0]); }},
    {"match?", 1, 1, [](const Object& o, Arguments a) -> Object { return matches(o, a[0]); }},
    {"size", 0, 0, [](const Object& o, Arguments) -> Object { return static_cast<std::int64_t>(characters(text_of(o))); }},
    {"split", 0, 1, parts},
    {"start_with?", 1, 9, [](const Object& o, Arguments a) -> Object { return starts_or_ends(o, a, true); }},
    {"strip", 0, 0, [](const Object& o, Arguments) -> Object { return std::string(trim(text_of(o))); }},
    {"sub", 2, 2, substituted<false>},
    {"to_f", 0, 0, [](const Object& o, Arguments) -> Object { return std::strtod(text_of(o).c_str(), nullptr); }},
    {"to_sym", 0, 0, [](const Object& o, Arguments) -> Object { return Symbol{text_of(o)}; }},
    {"upcase", 0, 0, [](const Object& o, Arguments) -> Object { return changed_case(text_of(o), true); }},
};
const std::vector<Method> symbol_methods{
    {"to_sym", 0, 0, [](const Object& o, Arguments) -> Object { return o; }},
};
const std::vector<Method> number_methods{
    {"even?", 0, 0, [](const Object& o, Arguments) -> Object { return integer_of(o) % 2 == 0; }},
    {"floor", 0, 0, [](const Object& o, Arguments) -> Object { const auto* d = o.as<double>(); return d == nullptr ? o : integer_in(std::floor(*d), {}); }},
    {"odd?", 0, 0, [](const Object& o, Arguments) -> Object { return integer_of(o) % 2 != 0; }},
    {"round", 0, 0, [](const Object& o, Arguments) -> Object { const auto* d = o.as<double>(); return d == nullptr ? o : integer_in(std::round(*d), {}); }},
    {"to_f", 0, 0, [](const Object& o, Arguments) -> Object { const auto* d = o.as<double>(); return d != nullptr ? *d : static_cast<double>(integer_of(o)); }},
    {"zero?", 0, 0, [](const Object& o, Arguments) -> Object { return compare(o, std::int64_t{0}) == 0; }},
};
const std::vector<Method> list_methods{
    {"any?", 0, 0, [](const Object& o, Arguments) -> Object { return std::ranges::any_of(items_of(o), &Object::truthy); }},
    {"compact", 0, 0, [](const Object& o, Arguments) -> Object { return filtered(o, [](const Object& item) { return !item.is_nil(); }); }},
    {"count", 0, 0, [](const Object& o, Arguments) -> Object { return static_cast<std::int64_t>(items_of(o).size()); }},
    {"empty?", 0, 0, [](const Object& o, Arguments) -> Object { return items_of(o).empty(); }},
    {"first", 0, 0, [](const Object& o, Arguments) -> Object { return edge(o, true); }},
    {"flatten", 0, 0, [](const Object& o, Arguments) -> Object { std::vector<Object> all; flatten_into(all, items_of(o)); return make_list(std::move(all)); }},
    {"include?", 1, 1, [](const Object& o, Arguments a) -> Object { return std::ranges::find(items_of(o), a[0]) != items_of(o).end(); }},
    {"join", 0, 1, joined},
    {"last", 0, 0, [](const Object& o, Arguments) -> Object { return edge(o, false); }},
    {"length", 0, 0, [](const Object& o, Arguments) -> Object { return static_cast<std::int64_t>(items_of(o).size()); }},
    {"reverse", 0, 0, [](const Object& o, Arguments) -> Object { auto all = items_of(o); std::ranges::reverse(all); return make_list(std::move(all)); }},
    {"size", 0, 0, [](const Object& o, Arguments) -> Object { return static_cast<std::int64_t>(items_of(o).size()); }},
    {"sort", 0, 0, sorted},
    {"uniq", 0, 0, without_repetitions},
};
const std::vector<Method> hash_methods{
    {"empty?", 0, 0, [](const Object& o, Arguments) -> Object { return (*o.as<Hash>())->entries.empty(); }},
    {"fetch", 1, 2, [](const Object& o, Arguments a) -> Object {
        if (const Object* found = (*o.as<Hash>())->find(a[0]))
            return *found;
        if (a.size() == 2)
            return a[1];
        throw Error(ErrorKind::invalid, "the hash has no {}", inspect(a[0]));
    }},
    {"has_key?", 1, 1, [](const Object& o, Arguments a) -> Object { return (*o.as<Hash>())->find(a[0]) != nullptr; }},
    {"include?", 1, 1, [](const Object& o, Arguments a) -> Object { return (*o.as<Hash>())->find(a[0]) != nullptr; }},
    {"key?", 1, 1, [](const Object& o, Arguments a) -> Object { return (*o.as<Hash>())->find(a[0]) != nullptr; }},
    {"keys", 0, 0, [](const Object& o, Arguments) -> Object { return keys_or_values(o, true); }},
    {"length", 0, 0, [](const Object& o, Arguments) -> Object { return static_cast<std::int64_t>((*o.as<Hash>())->entries.size()); }},
    {"merge", 1, 1, merged},
    {"size", 0, 0, [](const Object& o, Arguments) -> Object { return static_cast<std::int64_t>((*o.as<Hash>())->entries.size()); }},
    {"to_h", 0, 0, [](const Object& o, Arguments) -> Object { return o; }},
    {"to_hash", 0, 0, [](const Object& o, Arguments) -> Object { return o; }},
    {"values", 0, 0, [](const Object& o, Arguments) -> Object { return keys_or_values(o, false); }},
};
// clang-format on

const std::vector<Method>& methods_of(const Object& object)
{
    static const std::vector<Method> none;
    if (object.as<std::string>() != nullptr)
        return text_methods;
    if (object.as<List>() != nullptr)
        return list_methods;
    if (object.as<Hash>() != nullptr)
        return hash_methods;
    if (object.as<Symbol>() != nullptr)
        return symbol_methods;
    return object.as<std::int64_t>() != nullptr || object.as<double>() != nullptr ? number_methods : none;
}

Object arithmetic(std::string_view mark, const Object& left, const Object& right)
{
    const auto* a = left.as<std::int64_t>();
    const auto* b = right.as<std::int64_t>();
    if (a == nullptr || b == nullptr) {
        const double x = a != nullptr ? static_cast<double>(*a) : *left.as<double>();
        const double y = b != nullptr ? static_cast<double>(*b) : *right.as<double>();
        return mark == "+" ? x + y : mark == "-" ? x - y : mark == "*" ? x * y : mark == "/" ? x / y : std::fmod(x, y);
    }
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

/// "text %s" % value: %s, %d and %%.
Object formatted(const std::string& format, const Object& values)
{
    const std::vector<Object> items = values.as<List>() != nullptr ? items_of(values) : std::vector<Object>{values};
    std::string text;
    std::size_t used = 0;
    for (std::size_t at = 0; at < format.size(); ++at) {
        if (format[at] != '%') {
            text += format[at];
            continue;
        }
        const char kind = ++at < format.size() ? format[at] : '\0';
        if (kind == '%') {
            text += '%';
        } else if (kind != 's' && kind != 'd') {
            throw Error(ErrorKind::invalid, "a format other than %s and %d is outside the supported subset");
        } else if (used == items.size()) {
            throw Error(ErrorKind::invalid, "the format wants more values than it is given");
        } else {
            text += kind == 's' ? to_text(items[used++]) : std::to_string(integer_of(items[used++]));
        }
        if (text.size() > longest_text)
            break;
    }
    return bounded(std::move(text));
}

Object repeated(const std::string& text, const Object& times)
{
    const std::int64_t count = integer_of(times);
    if (count < 0 || (!text.empty() && static_cast<std::size_t>(count) > longest_text / text.size()))
        throw Error(ErrorKind::invalid, "a string is longer than {} bytes", longest_text);
    std::string result;
    for (std::int64_t done = 0; done < count && !text.empty(); ++done)
        result += text;
    return result;
}

Object range(const Object& left, const Object& right, bool with_end)
{
    const std::int64_t first = integer_of(left);
    const std::int64_t last = integer_of(right);
    std::vector<Object> items;
    for (std::int64_t at = first; with_end ? at <= last : at < last; ++at) {
        if (items.size() == 10'000)
            throw Error(ErrorKind::invalid, "a range has more than 10000 numbers");
        items.emplace_back(at);
        if (at == INT64_MAX)
            break;
    }
    return make_list(std::move(items));
}

Object ordered(std::string_view mark, const Object& left, const Object& right)
{
    const auto order = compare(left, right);
    if (order == std::partial_ordering::unordered)
        throw Error(ErrorKind::invalid, "{} and {} cannot be compared", kind_of(left), kind_of(right));
    return mark == "<" ? order < 0 : mark == ">" ? order > 0 : mark == "<=" ? order <= 0 : order >= 0;
}

bool is_number(const Object& object)
{
    return object.as<std::int64_t>() != nullptr || object.as<double>() != nullptr;
}

} // namespace

Object call_method(const Object& receiver, std::string_view name, Arguments arguments)
{
    std::vector<std::string> known;
    for (const auto* table : {&methods_of(receiver), &any_methods})
        for (const Method& method : *table) {
            known.emplace_back(method.name);
            if (method.name != name)
                continue;
            if (arguments.size() < method.least || arguments.size() > method.most)
                throw Error(ErrorKind::invalid, "'{}' is given {} values", name, arguments.size());
            return method.function(receiver, arguments);
        }
    throw Error(ErrorKind::invalid, "the method '{}' of {} is outside the supported subset", name, kind_of(receiver))
        .hint(did_you_mean(name, known));
}

Object apply_operator(std::string_view mark, const Object& left, const Object& right)
{
    if (mark == "==" || mark == "===")
        return left == right;
    if (mark == "!=")
        return !(left == right);
    if (mark == "=~" || mark == "!~")
        return matches(left, right) == (mark == "=~");
    if (mark == "<" || mark == ">" || mark == "<=" || mark == ">=")
        return ordered(mark, left, right);
    if (mark == ".." || mark == "...")
        return range(left, right, mark == "..");
    const auto* text = left.as<std::string>();
    if (text != nullptr && mark == "%")
        return formatted(*text, right);
    if (text != nullptr && mark == "*")
        return repeated(*text, right);
    if (text != nullptr && (mark == "+" || mark == "<<"))
        return bounded(*text + text_of(right));
    if (left.as<List>() != nullptr && (mark == "+" || mark == "<<" || mark == "-")) {
        if (mark == "-" && items_of(left).size() * items_of(right).size() > 1'000'000)
            throw Error(ErrorKind::invalid, "the arrays are too long for a difference");
        if (mark == "-")
            return filtered(left, [&](const Object& item) {
                return std::ranges::find(items_of(right), item) == items_of(right).end();
            });
        std::vector<Object> items = items_of(left);
        if (mark == "<<")
            items.push_back(right);
        else
            items.insert(items.end(), items_of(right).begin(), items_of(right).end());
        return make_list(std::move(items));
    }
    if (is_number(left) && is_number(right) &&
        (mark == "+" || mark == "-" || mark == "*" || mark == "/" || mark == "%"))
        return arithmetic(mark, left, right);
    throw Error(ErrorKind::invalid, "'{}' of {} and {} is outside the supported subset", mark, kind_of(left),
                kind_of(right));
}

Object element(const Object& what, const Object& key)
{
    if (const Hash* hash = what.as<Hash>()) {
        const Object* found = (*hash)->find(key);
        if (found == nullptr && key.as<Symbol>() != nullptr)
            found = (*hash)->find(key.as<Symbol>()->name);
        return found == nullptr ? Object{} : *found;
    }
    if (const List* list = what.as<List>()) {
        const std::int64_t size = static_cast<std::int64_t>((*list)->items.size());
        std::int64_t at = integer_of(key);
        at = at < 0 ? at + size : at;
        return at < 0 || at >= size ? Object{} : (*list)->items[static_cast<std::size_t>(at)];
    }
    if (what.is_nil())
        throw Error(ErrorKind::invalid, "nil has no {}", inspect(key)).hint("the value before the bracket is not set");
    throw Error(ErrorKind::invalid, "{} has no elements", kind_of(what));
}

} // namespace dfriends::converge::chef
