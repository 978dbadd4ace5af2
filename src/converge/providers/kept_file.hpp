// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/provider.hpp"

#include <functional>
#include <string>

namespace dfriends::converge {

/// The file of the system in which a resource is kept: made or changed to that content; `then` tells who reads it.
Step keep_file(Host& host, const std::string& path, std::string content, std::function<void()> then = {});
/// Removes it, where it is there.
Step drop_file(Host& host, const std::string& path, std::function<void()> then = {});

/// As a part of a path: every character but letters, digits, '_' and '-' becomes '-'. Throws Error(invalid) where
/// nothing is left.
std::string file_word(const std::string& name);

/// Throws Error(invalid), with the attribute's place, where it is more than one line.
void check_line(const Resource& resource, std::string_view attribute, const std::string& value);

/// The command runs as the declared user and group, with that user's HOME.
void run_as_declared(const Resource& resource, os::Command& command);

} // namespace dfriends::converge
