// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "os/file.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace dfriends::os {

struct User {
    std::string name;
    uid_t id = 0;
    gid_t group = 0;
    Path home;
    std::string shell;
};

std::optional<User> find_user(std::string_view name);
std::optional<gid_t> find_group(std::string_view name);
std::string user_name(uid_t id); ///< the number as text where there is none
std::string group_name(gid_t id);
bool is_root() noexcept;
std::string host_name();

} // namespace dfriends::os
