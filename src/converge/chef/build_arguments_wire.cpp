// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/text.hpp"
#include "converge/chef/images.hpp"
#include "json/json.hpp"

namespace dfriends::converge::chef {

Value::Map parse_build_arguments(std::string_view text)
{
    const Json document = parse_json(text, "the text");
    if (!document.is_object())
        throw Error(ErrorKind::invalid, "the text is no map");
    Value::Map map;
    for (const auto& [name, value] : document.items()) {
        if (!value.is_string() && !value.is_number() && !value.is_boolean())
            throw Error(ErrorKind::invalid, "'{}' is no plain value", printable(name));
        map.push_back({name, Value{value.is_string() ? value.get<std::string>() : value.dump(), {}}});
    }
    return map;
}

} // namespace dfriends::converge::chef
