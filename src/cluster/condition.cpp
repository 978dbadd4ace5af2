// SPDX-License-Identifier: Apache-2.0
#include "cluster/condition.hpp"

#include "base/glob.hpp"
#include "base/scope_exit.hpp"
#include "base/text.hpp"
#include "os/user.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dfriends::cluster {

namespace {

namespace fs = std::filesystem;

bool any_path_matches(const std::string& pattern)
{
    glob_t found{};
    const ScopeExit release([&] { ::globfree(&found); });
    return ::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found) == 0 && found.gl_pathc > 0;
}

/// A mount point lies on another device than the folder above it, or is the root.
bool is_mount_point(const std::string& path)
{
    struct stat here{}, above{};
    return ::lstat(path.c_str(), &here) == 0 && ::lstat((path + "/..").c_str(), &above) == 0 &&
           (here.st_dev != above.st_dev || here.st_ino == above.st_ino);
}

bool is_our_user(const std::string& wanted)
{
    const uid_t us = ::geteuid();
    return wanted == std::to_string(us) || wanted == os::user_name(us) || (wanted == "@system" && us < 1000);
}

bool is_filled_file(const std::string& path)
{
    struct stat found{};
    return ::stat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode) && found.st_size > 0;
}

bool is_executable_file(const std::string& path)
{
    struct stat found{};
    return ::stat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode) && (found.st_mode & 0111U) != 0;
}

bool has_entries(const std::string& path)
{
    std::error_code code;
    return fs::is_directory(path, code) && !fs::is_empty(path, code) && !code;
}

struct ConditionKind {
    std::string_view name;
    bool (*holds)(const std::string& parameter);
};

constexpr std::array kinds{
    ConditionKind{"DirectoryNotEmpty", has_entries},
    ConditionKind{"FileIsExecutable", is_executable_file},
    ConditionKind{"FileNotEmpty", is_filled_file},
    ConditionKind{"PathExists", [](const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }},
    ConditionKind{"PathExistsGlob", any_path_matches},
    ConditionKind{"PathIsDirectory",
                  [](const std::string& path) {
                      std::error_code code;
                      return fs::is_directory(path, code);
                  }},
    ConditionKind{"PathIsMountPoint", is_mount_point},
    ConditionKind{"PathIsReadWrite", [](const std::string& path) { return ::access(path.c_str(), W_OK) == 0; }},
    ConditionKind{"PathIsSymbolicLink",
                  [](const std::string& path) {
                      std::error_code code;
                      return fs::is_symlink(path, code);
                  }},
    ConditionKind{"User", is_our_user},
};

bool holds(const Condition& condition, std::string_view host_name)
{
    if (condition.kind == "Host")
        return glob_match(condition.parameter, host_name) != condition.negated;
    const auto kind = std::ranges::find(kinds, condition.kind, &ConditionKind::name);
    return kind == kinds.end() || kind->holds(condition.parameter) != condition.negated;
}

std::string render(const Condition& condition)
{
    return fmt::format("{}={}{}{}", condition.kind, condition.trigger ? "|" : "", condition.negated ? "!" : "",
                       condition.parameter);
}

} // namespace

bool is_known_condition(std::string_view kind)
{
    return kind == "Host" || std::ranges::find(kinds, kind, &ConditionKind::name) != kinds.end();
}

Condition make_condition(std::string_view kind, std::string_view value)
{
    Condition condition{.kind = std::string(kind)};
    for (; value.starts_with('|') || value.starts_with('!'); value = trim(value.substr(1)))
        (value[0] == '|' ? condition.trigger : condition.negated) = true;
    condition.parameter = value;
    return condition;
}

std::optional<std::string> find_unmet(const std::vector<Condition>& conditions, std::string_view host_name)
{
    std::optional<std::string> unmet;
    bool triggered = false;
    for (const Condition& condition : conditions) {
        const bool met = holds(condition, host_name);
        if (!met && !condition.trigger)
            return render(condition);
        if (condition.trigger && met)
            triggered = true;
        else if (condition.trigger && !unmet)
            unmet = render(condition);
    }
    return triggered ? std::nullopt : unmet;
}

} // namespace dfriends::cluster
