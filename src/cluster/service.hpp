// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/condition.hpp"
#include "cluster/unit_command.hpp"
#include "cluster/unit_file.hpp"

#include <chrono>
#include <csignal>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <sys/resource.h>
#include <vector>

namespace dfriends::cluster {

using Milliseconds = std::chrono::milliseconds;
using Commands = std::vector<UnitCommand>;

enum class ServiceType { simple, oneshot, forking, notify, idle };
enum class Restart { no, always, on_success, on_failure, on_abnormal, on_abort, on_watchdog };
enum class KillMode { control_group, mixed, process, none };
enum class NotifyAccess { none, main, exec, all };

/// Exit statuses and signals, as SuccessExitStatus= lists them.
struct ExitSet {
    std::set<int> statuses;
    std::set<int> signals;
};

struct EnvironmentFile {
    std::string path; ///< or a glob
    bool optional = false;
};

/// What a unit says of others on its machine.
struct Dependencies {
    std::vector<std::string> requires_units, requisite, wants, binds_to, part_of, conflicts, before, after;
    std::vector<std::string> wanted_by, required_by; ///< [Install]
};

/// What a started process gets: the settings that systemd.exec(5) has.
struct ExecutionContext {
    std::map<std::string, std::string> environment;
    std::vector<EnvironmentFile> environment_files;
    std::set<std::string> pass_environment, unset_environment;
    std::string user, group;
    std::vector<std::string> supplementary_groups;
    std::string working_directory; ///< "~" for the user's home
    bool working_directory_optional = false;
    std::optional<int> nice, oom_score_adjust;
    unsigned file_mode_mask = 0022;
    std::map<int, rlimit> limits; ///< by RLIMIT_…
    bool ignore_sigpipe = true;
    std::string syslog_identifier;
    bool drop_output = false, drop_errors = false; ///< StandardOutput=null, StandardError=null
};

/// A [Service], with systemd's defaults. A time of nothing means without limit.
struct Service {
    std::string description;
    ServiceType type = ServiceType::simple;
    bool remain_after_exit = false;
    Commands start_pre, start, start_post, reload, stop, stop_post;
    Restart restart = Restart::no;
    Milliseconds restart_after{100};
    std::optional<Milliseconds> start_timeout{90'000}, stop_timeout{90'000};
    ExitSet success, prevent_restart, force_restart;
    Milliseconds limit_interval{10'000};
    unsigned limit_burst = 5;
    KillMode kill_mode = KillMode::control_group;
    int kill_signal = SIGTERM;
    bool send_sigkill = true, send_sighup = false;
    std::string pid_file;
    bool guess_main_process = true;
    NotifyAccess notify_access = NotifyAccess::none;
    ExecutionContext execution;
    std::vector<Condition> conditions, asserts;
    Dependencies dependencies;

    /// Reads a unit of type service. Throws Error(invalid) where systemd would refuse to load it; what is merely odd
    /// becomes a warning and is left at its default.
    static Service read(const UnitFile& file, Specifiers specifiers, Warnings& warnings);
};

/// "90", "5min 20s", "1h30m", "100ms"; "infinity" is the longest there is. Nothing where it is no time span.
std::optional<Milliseconds> parse_time_span(std::string_view text);
constexpr Milliseconds without_end = Milliseconds::max();

/// "SIGTERM", "TERM" or "15".
std::optional<int> parse_signal(std::string_view text);
/// "TERM"; the number where it has no name.
std::string signal_name(int number);

/// Checks a unit's text whatever its type: warnings, or an Error(invalid) with file:line:column.
Warnings verify_unit(const UnitFile& file, const UnitName& unit);

} // namespace dfriends::cluster
