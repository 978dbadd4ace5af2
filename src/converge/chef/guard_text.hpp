// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/chef/object.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dfriends::converge::chef {

/// The letter of test(1) that asks the same as a method of File or Dir, such as e for File.exist?.
std::optional<char> test_flag(std::string_view constant, std::string_view method);

/// A guard's command with what its options say: cwd, environment, timeout and user. Throws Error(invalid), without a
/// position, for others.
std::string command_with_options(const std::string& command, const Object& options);

/// Code as the argument of its interpreter: bash -c '…'. Throws Error(invalid) for an interpreter that is not known.
std::string script_command(const Value& interpreter, std::string_view flags, const Value& code);

} // namespace dfriends::converge::chef
