// SPDX-License-Identifier: Apache-2.0
#include "converge/chef/methods.hpp"

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "base/text.hpp"
#include "converge/chef/methods_inside.hpp"

#include <algorithm>
#include <cmath>

namespace dfriends::converge::chef {

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

std::int64_t integer_at(Arguments arguments, std::size_t at, std::int64_t otherwise)
{
    return at < arguments.size() ? integer_of(arguments[at]) : otherwise;
}

std::size_t count_of(const Object& count, std::size_t most)
{
    const std::int64_t number = integer_of(count);
    if (number < 0)
        throw Error(ErrorKind::invalid, "{} is no count", number);
    return std::min(static_cast<std::size_t>(number), most);
}

namespace {

Object integer_from(double value)
{
    if (!(std::abs(value) < 9e18))
        throw Error(ErrorKind::invalid, "the number is too large");
    return static_cast<std::int64_t>(value);
}

double decimal_of(const Object& object)
{
    const auto* decimal = object.as<double>();
    return decimal != nullptr ? *decimal : static_cast<double>(integer_of(object));
}

/// floor, ceil, round and truncate: with a number of digits, or without any.
template <double (*function)(double)>
Object rounded(const Object& object, Arguments arguments)
{
    const std::int64_t digits = std::clamp<std::int64_t>(integer_at(arguments, 0, 0), -15, 15);
    if (object.as<std::int64_t>() != nullptr && digits >= 0)
        return object;
    const double scale = std::pow(10.0, static_cast<double>(digits));
    const double value = function(decimal_of(object) * scale) / scale;
    return digits > 0 ? Object(value) : integer_from(value);
}

Object in_base(const Object& object, Arguments arguments)
{
    if (arguments.empty() || object.as<std::int64_t>() == nullptr)
        return to_text(object);
    const std::int64_t base = integer_of(arguments[0]);
    if (base < 2 || base > 36)
        throw Error(ErrorKind::invalid, "a number is written in a base from 2 to 36");
    std::int64_t value = integer_of(object);
    const bool negative = value < 0;
    std::string text;
    do {
        text += "0123456789abcdefghijklmnopqrstuvwxyz"[std::abs(value % base)];
        value /= base;
    } while (value != 0);
    text += negative ? "-" : "";
    return std::string(text.rbegin(), text.rend());
}

Object between(const Object& object, Arguments arguments)
{
    return apply_operator(">=", object, arguments[0]).truthy() && apply_operator("<=", object, arguments[1]).truthy();
}

Object clamped(const Object& object, Arguments arguments)
{
    if (apply_operator("<", object, arguments[0]).truthy())
        return arguments[0];
    return apply_operator(">", object, arguments[1]).truthy() ? arguments[1] : object;
}

Object is_a(const Object& object, Arguments arguments)
{
    const auto* wanted = arguments[0].as<Constant>();
    if (wanted == nullptr)
        throw Error(ErrorKind::invalid, "{} where a class is wanted", kind_of(arguments[0]));
    return is_case(arguments[0], object);
}

Object class_of(const Object& object, Arguments)
{
    for (const char* name :
         {"String", "Integer", "Float", "Symbol", "Array", "Hash", "NilClass", "TrueClass", "FalseClass", "Range"})
        if (is_of_class(object, name).value_or(false))
            return Constant{name};
    throw Error(ErrorKind::invalid, "the class of {} is outside the supported subset", kind_of(object));
}

Object as_list(const Object& object, Arguments)
{
    if (auto items = items_in(object))
        return make_list(std::move(*items));
    return make_list(object.is_nil() ? std::vector<Object>{} : std::vector<Object>{object});
}

/// dup and clone: a list or hash of its own.
Object copied(const Object& object, Arguments)
{
    if (const List* list = object.as<List>())
        return make_list(std::vector<Object>((*list)->items));
    if (const Hash* hash = object.as<Hash>())
        return make_hash(std::vector<std::pair<Object, Object>>((*hash)->entries));
    return object;
}

Object range_includes(const Object& object, Arguments arguments)
{
    return is_case(object, arguments[0]);
}

// clang-format off
const std::vector<Method> any_methods{
    {"class", 0, 0, class_of},
    {"clone", 0, 1, copied},
    {"dup", 0, 0, copied},
    {"eql?", 1, 1, [](const Object& o, Arguments a) -> Object { return o.content.index() == a[0].content.index() && o == a[0]; }},
    {"equal?", 1, 1, [](const Object& o, Arguments a) -> Object { return o == a[0]; }},
    {"freeze", 0, 0, [](const Object& o, Arguments) -> Object { return o; }},
    {"frozen?", 0, 0, [](const Object&, Arguments) -> Object { return true; }},
    {"inspect", 0, 0, [](const Object& o, Arguments) -> Object { return bounded(inspect(o)); }},
    {"instance_of?", 1, 1, is_a},
    {"is_a?", 1, 1, is_a},
    {"itself", 0, 0, [](const Object& o, Arguments) -> Object { return o; }},
    {"kind_of?", 1, 1, is_a},
    {"nil?", 0, 0, [](const Object& o, Arguments) -> Object { return o.is_nil(); }},
    {"to_json", 0, 0, [](const Object& o, Arguments) -> Object { return bounded(json_text(o, false)); }},
    {"to_s", 0, 0, [](const Object& o, Arguments) -> Object { return bounded(to_text(o)); }},
};
const std::vector<Method> nil_methods{
    {"to_a", 0, 0, as_list},
    {"to_f", 0, 0, [](const Object&, Arguments) -> Object { return 0.0; }},
    {"to_h", 0, 0, [](const Object&, Arguments) -> Object { return make_hash({}); }},
    {"to_i", 0, 0, [](const Object&, Arguments) -> Object { return std::int64_t{0}; }},
};
const std::vector<Method> range_methods{
    {"cover?", 1, 1, range_includes},
    {"include?", 1, 1, range_includes},
    {"member?", 1, 1, range_includes},
};
const std::vector<Method> number_methods{
    {"abs", 0, 0, [](const Object& o, Arguments) -> Object { return compare(o, std::int64_t{0}) < 0 ? apply_operator("-", std::int64_t{0}, o) : o; }},
    {"between?", 2, 2, between},
    {"ceil", 0, 1, rounded<std::ceil>},
    {"chr", 0, 0, [](const Object& o, Arguments) -> Object { const auto i = integer_of(o); if (i < 1 || i > 127) throw Error(ErrorKind::invalid, "'chr' wants a number from 1 to 127"); return std::string(1, static_cast<char>(i)); }},
    {"clamp", 2, 2, clamped},
    {"div", 1, 1, [](const Object& o, Arguments a) -> Object { return apply_operator("/", integer_of(o), integer_of(a[0])); }},
    {"divmod", 1, 1, [](const Object& o, Arguments a) -> Object { return make_list({apply_operator("/", integer_of(o), integer_of(a[0])), apply_operator("%", o, a[0])}); }},
    {"even?", 0, 0, [](const Object& o, Arguments) -> Object { return integer_of(o) % 2 == 0; }},
    {"fdiv", 1, 1, [](const Object& o, Arguments a) -> Object { return decimal_of(o) / decimal_of(a[0]); }},
    {"floor", 0, 1, rounded<std::floor>},
    {"integer?", 0, 0, [](const Object& o, Arguments) -> Object { return o.as<std::int64_t>() != nullptr; }},
    {"modulo", 1, 1, [](const Object& o, Arguments a) -> Object { return apply_operator("%", o, a[0]); }},
    {"negative?", 0, 0, [](const Object& o, Arguments) -> Object { return compare(o, std::int64_t{0}) < 0; }},
    {"next", 0, 0, [](const Object& o, Arguments) -> Object { return apply_operator("+", integer_of(o), std::int64_t{1}); }},
    {"odd?", 0, 0, [](const Object& o, Arguments) -> Object { return integer_of(o) % 2 != 0; }},
    {"positive?", 0, 0, [](const Object& o, Arguments) -> Object { return compare(o, std::int64_t{0}) > 0; }},
    {"pred", 0, 0, [](const Object& o, Arguments) -> Object { return apply_operator("-", integer_of(o), std::int64_t{1}); }},
    {"round", 0, 1, rounded<std::round>},
    {"succ", 0, 0, [](const Object& o, Arguments) -> Object { return apply_operator("+", integer_of(o), std::int64_t{1}); }},
    {"to_f", 0, 0, [](const Object& o, Arguments) -> Object { return decimal_of(o); }},
    {"to_i", 0, 0, rounded<std::trunc>},
    {"to_s", 0, 1, in_base},
    {"truncate", 0, 1, rounded<std::trunc>},
    {"zero?", 0, 0, [](const Object& o, Arguments) -> Object { return compare(o, std::int64_t{0}) == 0; }},
};
// clang-format on

/// The tables in which a value's methods are looked for, one after the other.
std::vector<std::span<const Method>> tables_of(const Object& object)
{
    if (object.as<std::string>() != nullptr)
        return {text_methods(), any_methods};
    if (object.as<Symbol>() != nullptr)
        return {any_methods, text_methods()};
    if (object.as<List>() != nullptr)
        return {list_methods(), any_methods};
    if (object.as<Hash>() != nullptr)
        return {hash_methods(), any_methods, list_methods()};
    if (object.as<Range>() != nullptr)
        return {range_methods, any_methods, list_methods()};
    if (object.as<std::int64_t>() != nullptr || object.as<double>() != nullptr)
        return {number_methods, any_methods};
    if (object.is_nil())
        return {nil_methods, any_methods};
    return {any_methods};
}

/// What a method of a list is given where a hash or a range has it, too.
Object receiver_for(const Object& receiver, std::span<const Method> table)
{
    if (table.data() == list_methods().data() && receiver.as<List>() == nullptr)
        return make_list(items_in(receiver).value_or(std::vector<Object>{}));
    if (const auto* symbol = receiver.as<Symbol>(); symbol != nullptr && table.data() == text_methods().data())
        return symbol->name;
    return receiver;
}

const Method* find_method(std::span<const Method> table, std::string_view name)
{
    const auto found = std::ranges::find(table, name, &Method::name);
    return found == table.end() ? nullptr : &*found;
}

} // namespace

bool has_method(const Object& receiver, std::string_view name)
{
    return std::ranges::any_of(tables_of(receiver),
                               [&](const auto& table) { return find_method(table, name) != nullptr; });
}

Object call_method(const Object& receiver, std::string_view name, Arguments arguments)
{
    for (const auto table : tables_of(receiver))
        if (const Method* method = find_method(table, name)) {
            if (arguments.size() < method->least || arguments.size() > method->most)
                throw Error(ErrorKind::invalid, "'{}' is given {} values", name, arguments.size());
            return method->function(receiver_for(receiver, table), arguments);
        }
    if (receiver.is_nil())
        throw Error(ErrorKind::invalid, "the method '{}' of nil", name)
            .hint(fmt::format("the value before it is not set; &.{} gives nil then", name));
    std::vector<std::string> known;
    for (const auto table : tables_of(receiver))
        for (const Method& method : table)
            known.emplace_back(method.name);
    const std::string nearest = did_you_mean(name, known);
    std::ranges::sort(known);
    throw Error(ErrorKind::invalid, "the method '{}' of {} is outside the supported subset", name, kind_of(receiver))
        .hint(nearest.empty() ? fmt::format("there are: {}", join(known, ", ")) : nearest);
}

} // namespace dfriends::converge::chef
