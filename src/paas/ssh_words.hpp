// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dfriends::paas {

/// The words of SSH_ORIGINAL_COMMAND: blanks cut, quotes and backslashes group as in a shell; nothing is expanded.
/// Throws Error(usage) for a quote that is not closed.
std::vector<std::string> split_ssh_words(std::string_view command);

/// The app that git's word means: '/codeit', 'codeit.git' and codeit are codeit.
std::string app_of_git_path(std::string_view path);

} // namespace dfriends::paas
