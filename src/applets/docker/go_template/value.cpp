// SPDX-License-Identifier: Apache-2.0
#include "applets/docker/go_template/value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace dfriends::applets::docker::go_template {

namespace {

template <class Kind, class Data>
auto shared(Data data)
{
    return std::make_shared<const Kind>(std::move(data));
}

} // namespace

Value Value::make_nil()
{
    return {Kind::nil, {}};
}

Value Value::make_boolean(bool boolean)
{
    return {Kind::boolean, boolean};
}

Value Value::make_integer(std::int64_t integer)
{
    return {Kind::integer, integer};
}

Value Value::make_number(double number)
{
    return {Kind::number, number};
}

Value Value::make_text(std::string text)
{
    return {Kind::text, shared<std::string>(std::move(text))};
}

Value Value::make_list(Elements elements)
{
    return {Kind::list, List{shared<Elements>(std::move(elements))}};
}

Value Value::make_nil_list()
{
    return {Kind::list, List{}};
}

Value Value::make_map(Members members, Value zero, bool is_nil)
{
    return {Kind::map, Names{.members = shared<Members>(std::move(members)),
                             .type = shared<std::string>(std::string()),
                             .zero = shared<Value>(std::move(zero)),
                             .is_nil = is_nil}};
}

Value Value::make_record(std::string type, Members members)
{
    return {Kind::record, Names{.members = shared<Members>(std::move(members)),
                                .type = shared<std::string>(std::move(type)),
                                .zero = nullptr}};
}

Value Value::make_row(std::string type, Members members)
{
    Value value = make_record(std::move(type), std::move(members));
    std::get<Names>(value.data_).is_row = true;
    return value;
}

Value Value::make_lookup(Members members)
{
    Value value = make_record({}, std::move(members));
    value.kind_ = Kind::lookup;
    return value;
}

const Elements& Value::none()
{
    static const Elements empty;
    return empty;
}

double Value::number() const
{
    return kind_ == Kind::integer ? static_cast<double>(integer()) : std::get<double>(data_);
}

Value Value::zero() const
{
    const auto& zero = std::get<Names>(data_).zero;
    return zero ? *zero : Value();
}

bool Value::is_nil() const
{
    if (kind_ == Kind::list)
        return std::get<List>(data_).elements == nullptr;
    return kind_ == Kind::nil || (kind_ == Kind::map && std::get<Names>(data_).is_nil);
}

const Value* Value::find(std::string_view name) const
{
    const auto found = std::ranges::find(members(), name, &Members::value_type::first);
    return found == members().end() ? nullptr : &found->second;
}

bool Value::is_true() const
{
    switch (kind_) {
    case Kind::missing:
    case Kind::nil:
        return false;
    case Kind::boolean:
        return boolean();
    case Kind::integer:
        return integer() != 0;
    case Kind::number:
        return number() != 0;
    case Kind::text:
        return !text().empty();
    case Kind::list:
        return !elements().empty();
    case Kind::map:
        return !members().empty();
    case Kind::record:
    case Kind::lookup:
        return true;
    }
    return false;
}

std::string_view Value::type_name() const
{
    switch (kind_) {
    case Kind::missing:
    case Kind::nil:
        return "nil";
    case Kind::boolean:
        return "bool";
    case Kind::integer:
        return "int";
    case Kind::number:
        return "float64";
    case Kind::text:
        return "string";
    case Kind::list:
        return "[]interface {}";
    case Kind::map:
        return "map[string]interface {}";
    case Kind::record:
        return type().empty() ? "struct" : std::string_view(type());
    case Kind::lookup:
        return "func(string) string";
    }
    return {};
}

std::vector<const std::pair<std::string, Value>*> sorted(const Members& members)
{
    std::vector<const std::pair<std::string, Value>*> rows;
    for (const auto& member : members)
        rows.push_back(&member);
    std::ranges::sort(rows, {}, [](const auto* member) -> const std::string& { return member->first; });
    return rows;
}

std::string number_text(double value)
{
    if (std::isnan(value))
        return "NaN";
    if (std::isinf(value))
        return value < 0 ? "-Inf" : "+Inf";
    const int exponent = value == 0 ? 0 : static_cast<int>(std::floor(std::log10(std::fabs(value))));
    if (exponent >= -4 && exponent < 21)
        return std::fabs(value) < 1e15 && value == std::floor(value) ? fmt::format("{:.0f}", value)
                                                                     : fmt::format("{}", value);
    return fmt::format("{:e}", value);
}

std::string to_text(const Value& value)
{
    std::string text;
    switch (value.kind()) {
    case Value::Kind::missing:
        return "<no value>";
    case Value::Kind::nil:
        return "<nil>";
    case Value::Kind::boolean:
        return value.boolean() ? "true" : "false";
    case Value::Kind::integer:
        return std::to_string(value.integer());
    case Value::Kind::number:
        return number_text(value.number());
    case Value::Kind::text:
        return value.text();
    case Value::Kind::list:
        for (const Value& element : value.elements())
            text += (text.empty() ? "" : " ") + to_text(element);
        return "[" + text + "]";
    case Value::Kind::map:
        for (const auto* member : sorted(value.members()))
            text += (text.empty() ? "" : " ") + member->first + ":" + to_text(member->second);
        return "map[" + text + "]";
    case Value::Kind::record:
        for (const auto& [name, member] : value.members())
            text += (text.empty() ? "" : " ") + to_text(member);
        return "{" + text + "}";
    case Value::Kind::lookup:
        return "func";
    }
    return text;
}

} // namespace dfriends::applets::docker::go_template
