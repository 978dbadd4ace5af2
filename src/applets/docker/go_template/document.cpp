// SPDX-License-Identifier: Apache-2.0
// The engine's JSON and the values of Go that docker makes of it.
#include "applets/docker/go_template/value.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "json/cursor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace dfriends::applets::docker::go_template {

namespace {

/// What a map of Go holds under the keys that it does not have.
enum class Zero { text, nil, list, record };

/// The members whose value is a map; any other object is a struct.
constexpr std::array<std::pair<std::string_view, Zero>, 22> map_names{{
    {"Annotations", Zero::text}, {"Attributes", Zero::text},   {"AuxiliaryAddresses", Zero::text},
    {"BuildArgs", Zero::text},   {"Containers", Zero::record}, {"Data", Zero::text},
    {"Details", Zero::text},     {"DriverOpts", Zero::text},   {"ExposedPorts", Zero::record},
    {"IndexConfigs", Zero::nil}, {"Labels", Zero::text},       {"Networks", Zero::nil},
    {"Options", Zero::text},     {"PortBindings", Zero::list}, {"Ports", Zero::list},
    {"Runtimes", Zero::record},  {"Status", Zero::nil},        {"StorageOpt", Zero::text},
    {"Sysctls", Zero::text},     {"Tmpfs", Zero::text},        {"Volumes", Zero::record},
    {"Features", Zero::text},
}};

/// The members that are pointers: null is nil, and not a slice that was never made.
constexpr std::array<std::string_view, 13> pointer_names{
    "Health",   "Healthcheck", "IPAMConfig",  "Init",   "MemorySwappiness", "OomKillDisable", "PidsLimit",
    "Platform", "RootFS",      "StopTimeout", "SizeRw", "SizeRootFs",       "UsageData"};

struct Omitted {
    std::string_view type; ///< the member under which the struct stands; empty: the whole document
    std::string_view field;
    Value::Kind kind;
};
/// The fields that the engine leaves out where they are empty.
constexpr std::array<Omitted, 22> omitted_fields{{
    {"", "SizeRootFs", Value::Kind::nil},
    {"", "SizeRw", Value::Kind::nil},
    {"", "Status", Value::Kind::map},
    {"", "UsageData", Value::Kind::nil},
    {"", "CreatedAt", Value::Kind::text},
    {"", "Variant", Value::Kind::text},
    {"Config", "ArgsEscaped", Value::Kind::boolean},
    {"Config", "ExposedPorts", Value::Kind::map},
    {"Config", "Healthcheck", Value::Kind::nil},
    {"Config", "MacAddress", Value::Kind::text},
    {"Config", "NetworkDisabled", Value::Kind::boolean},
    {"Config", "Shell", Value::Kind::list},
    {"Config", "StopSignal", Value::Kind::text},
    {"Config", "StopTimeout", Value::Kind::nil},
    {"HostConfig", "Annotations", Value::Kind::map},
    {"HostConfig", "Init", Value::Kind::nil},
    {"HostConfig", "Mounts", Value::Kind::list},
    {"HostConfig", "StorageOpt", Value::Kind::map},
    {"HostConfig", "Sysctls", Value::Kind::map},
    {"HostConfig", "Tmpfs", Value::Kind::map},
    {"Mounts", "Name", Value::Kind::text},
    {"State", "Health", Value::Kind::nil},
}};

Value zero_of(Zero zero)
{
    switch (zero) {
    case Zero::text:
        return Value::make_text({});
    case Zero::nil:
        return Value::make_nil();
    case Zero::list:
        return Value::make_nil_list();
    case Zero::record:
        return Value::make_record({}, {});
    }
    return {};
}

/// A member of an object while it is read: `owner` is the name of the object.
struct Place {
    std::string owner;
    std::string name;
    bool is_in_map = false; ///< the name is a key, and tells nothing
};

std::optional<Zero> find_map(const Place& place)
{
    if (place.is_in_map)
        return std::nullopt;
    if (place.owner == "LogConfig" && place.name == "Config")
        return Zero::text;
    const auto found = std::ranges::find(map_names, place.name, &std::pair<std::string_view, Zero>::first);
    return found == map_names.end() ? std::nullopt : std::optional(found->second);
}

Value read_null(const Place& place)
{
    if (const auto zero = find_map(place))
        return Value::make_map({}, zero_of(*zero), true);
    const bool is_list =
        !place.name.empty() && !place.is_in_map && std::ranges::find(pointer_names, place.name) == pointer_names.end();
    return is_list || (place.is_in_map && (place.owner == "Ports" || place.owner == "PortBindings"))
               ? Value::make_nil_list()
               : Value::make_nil();
}

Value read_number(std::string_view digits)
{
    std::int64_t integer = 0;
    const auto whole = std::from_chars(digits.data(), digits.data() + digits.size(), integer);
    if (whole.ec == std::errc() && whole.ptr == digits.data() + digits.size())
        return Value::make_integer(integer);
    double number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return Value::make_number(number);
}

Value read_value(json::Cursor& cursor, const Place& place);

Value read_object(json::Cursor& cursor, const Place& place)
{
    const auto zero = find_map(place);
    Members members;
    std::string name;
    cursor.begin_object();
    while (cursor.next_member(name)) {
        const Place inner{.owner = place.name, .name = name, .is_in_map = zero.has_value()};
        members.emplace_back(name, read_value(cursor, inner));
    }
    return zero ? Value::make_map(std::move(members), zero_of(*zero))
                : Value::make_record(place.is_in_map ? place.owner : place.name, std::move(members));
}

Value read_value(json::Cursor& cursor, const Place& place)
{
    switch (cursor.peek()) {
    case '{':
        return read_object(cursor, place);
    case '[': {
        Elements elements;
        cursor.begin_array();
        while (cursor.next_element())
            elements.push_back(read_value(cursor, place));
        return Value::make_list(std::move(elements));
    }
    case '"':
        return Value::make_text(cursor.read_string());
    case 't':
    case 'f':
        return Value::make_boolean(cursor.read_bool());
    case 'n':
        cursor.skip_null();
        return read_null(place);
    default:
        return read_number(cursor.read_number());
    }
}

/// `escapes`: also what has a meaning in HTML.
void append_quoted(std::string& out, std::string_view text, bool escapes)
{
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            (out += '\\') += c;
        else if (c == '\n' || c == '\r' || c == '\t' || c == '\b' || c == '\f')
            (out += '\\') += c == '\n' ? 'n' : c == '\r' ? 'r' : c == '\t' ? 't' : c == '\b' ? 'b' : 'f';
        else if (byte < 0x20 || (escapes && (c == '<' || c == '>' || c == '&')))
            out += fmt::format("\\u{:04x}", byte);
        else
            out += c;
    }
    out += '"';
}

void append_json(std::string& out, const Value& value, bool escapes);

void append_members(std::string& out, const std::vector<const Members::value_type*>& members, bool escapes)
{
    out += '{';
    const char* comma = "";
    for (const auto* member : members) {
        if (member->second.kind() == Value::Kind::lookup)
            continue;
        out += comma;
        append_quoted(out, member->first, escapes);
        out += ':';
        append_json(out, member->second, escapes);
        comma = ",";
    }
    out += '}';
}

void append_json(std::string& out, const Value& value, bool escapes)
{
    switch (value.kind()) {
    case Value::Kind::missing:
    case Value::Kind::nil:
    case Value::Kind::lookup:
        out += "null";
        return;
    case Value::Kind::text:
        append_quoted(out, value.text(), escapes);
        return;
    case Value::Kind::list: {
        const char* comma = "";
        out += value.is_nil() ? "null" : "[";
        for (const Value& element : value.elements()) {
            out += comma;
            append_json(out, element, escapes);
            comma = ",";
        }
        out += value.is_nil() ? "" : "]";
        return;
    }
    case Value::Kind::map:
        if (value.is_nil())
            out += "null";
        else
            append_members(out, sorted(value.members()), escapes);
        return;
    case Value::Kind::record: {
        std::vector<const Members::value_type*> members;
        for (const auto& member : value.members())
            members.push_back(&member);
        append_members(out, value.is_row() ? sorted(value.members()) : members, escapes || value.is_row());
        return;
    }
    case Value::Kind::boolean:
    case Value::Kind::integer:
    case Value::Kind::number:
        out += to_text(value);
    }
}

} // namespace

Value read_document(std::string_view json)
{
    json::Cursor cursor(json);
    Value value = read_value(cursor, {});
    if (!cursor.at_end())
        cursor.fail("the end");
    return value;
}

std::string to_json(const Value& value)
{
    std::string out;
    append_json(out, value, false);
    return out;
}

std::optional<Value> find_omitted(std::string_view type, std::string_view field)
{
    const auto found = std::ranges::find_if(
        omitted_fields, [&](const Omitted& omitted) { return omitted.type == type && omitted.field == field; });
    if (found == omitted_fields.end())
        return std::nullopt;
    if (found->kind == Value::Kind::text)
        return Value::make_text({});
    if (found->kind == Value::Kind::boolean)
        return Value::make_boolean(false);
    if (found->kind == Value::Kind::list)
        return Value::make_nil_list();
    if (found->kind == Value::Kind::map)
        return Value::make_map({}, Value::make_text({}), true);
    return Value::make_nil();
}

} // namespace dfriends::applets::docker::go_template
