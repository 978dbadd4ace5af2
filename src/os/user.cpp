// SPDX-License-Identifier: Apache-2.0
#include "os/user.hpp"

#include <array>
#include <cerrno>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

namespace dfriends::os {

namespace {

constexpr std::size_t buffer_size = 16384;

} // namespace

std::optional<User> find_user(std::string_view name)
{
    std::array<char, buffer_size> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwnam_r(std::string(name).c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
        return std::nullopt;
    return User{found->pw_name, found->pw_uid, found->pw_gid, found->pw_dir, found->pw_shell};
}

std::optional<gid_t> find_group(std::string_view name)
{
    std::array<char, buffer_size> buffer{};
    group entry{};
    group* found = nullptr;
    if (::getgrnam_r(std::string(name).c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
        return std::nullopt;
    return found->gr_gid;
}

std::string user_name(uid_t id)
{
    std::array<char, buffer_size> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwuid_r(id, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
        return std::to_string(id);
    return found->pw_name;
}

std::string group_name(gid_t id)
{
    std::array<char, buffer_size> buffer{};
    group entry{};
    group* found = nullptr;
    if (::getgrgid_r(id, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
        return std::to_string(id);
    return found->gr_name;
}

bool is_root() noexcept
{
    return ::geteuid() == 0;
}

std::string host_name()
{
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0)
        return "localhost";
    return name.data();
}

} // namespace dfriends::os
