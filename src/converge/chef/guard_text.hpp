// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dfriends::converge::chef {

/// The letter of test(1) that asks the same as a method of File or Dir, such as e for File.exist?.
std::optional<char> test_flag(std::string_view constant, std::string_view method);

} // namespace dfriends::converge::chef
