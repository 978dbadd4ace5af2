// SPDX-License-Identifier: Apache-2.0
#include "json/json.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

namespace dfriends {

namespace {

constexpr int deepest = 256;

/// Refuses deep nesting before the recursive destructor of the tree can meet it.
bool is_too_deep(std::string_view text)
{
    int depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > deepest)
                return true;
        } else if (c == ']' || c == '}') {
            --depth;
        }
    }
    return false;
}

} // namespace

Json parse_json(std::string_view text, std::string_view what)
{
    if (is_too_deep(text))
        throw Error(ErrorKind::invalid, "cannot read {}: JSON nested deeper than {}", what, deepest);
    try {
        return Json::parse(text);
    } catch (const Json::parse_error& error) {
        throw Error(ErrorKind::invalid, "cannot read {}: no valid JSON at byte {}", what, error.byte);
    } catch (const Json::exception&) { // a number out of range
        throw Error(ErrorKind::invalid, "cannot read {}: no valid JSON", what);
    }
}

std::string dump_json(const Json& value, int indent)
{
    return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

const Json& member_of(const Json& object, std::string_view member)
{
    static const Json null;
    if (!object.is_object())
        return null;
    const auto found = object.find(member);
    return found == object.end() ? null : *found;
}

std::string text_of(const Json& object, std::string_view member, std::string_view fallback)
{
    const Json& value = member_of(object, member);
    return value.is_string() ? value.get_ref<const std::string&>() : std::string(fallback);
}

std::int64_t number_of(const Json& object, std::string_view member, std::int64_t fallback)
{
    const Json& value = member_of(object, member);
    return value.is_number_integer() ? value.get<std::int64_t>() : fallback;
}

bool flag_of(const Json& object, std::string_view member, bool fallback)
{
    const Json& value = member_of(object, member);
    return value.is_boolean() ? value.get<bool>() : fallback;
}

} // namespace dfriends
