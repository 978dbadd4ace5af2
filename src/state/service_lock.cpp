// SPDX-License-Identifier: Apache-2.0
#include "os/file.hpp"
#include "state/store.hpp"

namespace dfriends::state {

namespace {

std::filesystem::path lock_file(const std::filesystem::path& directory, std::string_view service)
{
    return directory / (std::string(service) + ".lock");
}

} // namespace

struct ServiceLock::Held {
    os::FileLock lock;
};

ServiceLock::ServiceLock(const std::filesystem::path& directory, std::string_view service)
{
    os::make_directories(directory, 0750);
    const std::filesystem::path path = lock_file(directory, service);
    auto lock = os::FileLock::try_lock(path);
    if (!lock)
        throw Error(ErrorKind::conflict, "'{}' already serves the state directory '{}' (process {})", service,
                    directory.string(), os::FileLock::holder(path))
            .hint("stop that process, or give this one a directory of its own with --state-dir");
    held_ = std::make_unique<Held>(Held{std::move(*lock)});
}

ServiceLock::~ServiceLock() = default;

std::optional<pid_t> ServiceLock::find_holder(const std::filesystem::path& directory, std::string_view service)
{
    return os::FileLock::find_holder(lock_file(directory, service));
}

} // namespace dfriends::state
