// SPDX-License-Identifier: Apache-2.0
#include "http/headers.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace dfriends::http {

std::optional<std::string_view> Headers::find(std::string_view name) const
{
    for (const auto& [key, value] : fields_)
        if (equal_ignoring_case(key, name))
            return value;
    return std::nullopt;
}

bool Headers::has_token(std::string_view name, std::string_view token) const
{
    for (const auto& [key, value] : fields_)
        if (equal_ignoring_case(key, name))
            for (const std::string_view part : split(value, ','))
                if (equal_ignoring_case(trim(part), token))
                    return true;
    return false;
}

void Headers::set(std::string_view name, std::string value)
{
    remove(name);
    add(name, std::move(value));
}

void Headers::add(std::string_view name, std::string value)
{
    fields_.emplace_back(std::string(name), std::move(value));
}

void Headers::remove(std::string_view name)
{
    std::erase_if(fields_, [&](const Field& field) { return equal_ignoring_case(field.first, name); });
}

} // namespace dfriends::http
