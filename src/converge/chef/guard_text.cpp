// SPDX-License-Identifier: Apache-2.0
#include "converge/chef/guard_text.hpp"

#include "base/text.hpp"

#include <array>
#include <utility>

namespace dfriends::converge::chef {

std::optional<char> test_flag(std::string_view constant, std::string_view method)
{
    static constexpr std::array<std::pair<std::string_view, char>, 9> flags{{
        {"exist?", 'e'},
        {"exists?", 'e'},
        {"file?", 'f'},
        {"directory?", 'd'},
        {"symlink?", 'L'},
        {"executable?", 'x'},
        {"readable?", 'r'},
        {"writable?", 'w'},
        {"size?", 's'},
    }};
    if (constant == "Dir")
        return method == "exist?" || method == "exists?" ? std::optional('d') : std::nullopt;
    if (constant != "File" && constant != "FileTest")
        return std::nullopt;
    for (const auto& [name, flag] : flags)
        if (name == method)
            return flag;
    return std::nullopt;
}

} // namespace dfriends::converge::chef
