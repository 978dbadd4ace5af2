// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "os/file.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace dfriends::os {

/// A program and its arguments. Never a shell: words reach the program as they are.
struct Command {
    std::vector<std::string> words;                   ///< words[0] is searched in PATH unless it has a '/'
    std::map<std::string, std::string> environment;   ///< added to (or replacing) ours
    bool clear_environment = false;                   ///< start from an empty one
    std::optional<Path> directory;                    ///< working directory
    std::optional<std::pair<uid_t, gid_t>> user;      ///< run as
    std::string input;                                ///< fed to stdin; empty means /dev/null
    std::optional<std::chrono::milliseconds> timeout; ///< after that SIGTERM, 5 s later SIGKILL, to its process group
    std::size_t output_limit = 16U << 20U;            ///< bytes kept of each stream; the rest is read and dropped
    bool inherit_output = false;                      ///< stdout and stderr are ours (nothing is captured)
    std::function<void(std::string_view)> on_output;  ///< called with pieces of both streams as they arrive
};

/// How a process ended.
struct Outcome {
    int status = 0; ///< exit status, or 128 + signal
    bool timed_out = false;
    std::string output; ///< stdout
    std::string error;  ///< stderr
    bool ok() const noexcept { return status == 0 && !timed_out; }
};

/// Runs to the end (blocks: servers call it on a net::Worker). Throws Error(not_found) where the program does not
/// exist.
Outcome run(const Command& command);

/// run(), and Error(failed) with the last lines of stderr where it did not end with 0.
Outcome run_checked(const Command& command);

/// The program's full path as PATH has it, or nothing.
std::optional<Path> find_program(std::string_view name);

/// A child that runs on while we go on. Destroying the object does not end the child.
class Child {
  public:
    static Child start(const Command& command);
    /// Its stdin and stdout are `stream`, its stderr ours.
    static Child start_on(const Command& command, const Descriptor& stream);
    pid_t id() const noexcept { return id_; }
    /// Waits; exit status, or 128 + signal.
    int wait();
    /// The status if it has ended, without waiting.
    std::optional<int> poll();
    void signal(int number) const noexcept;

  private:
    explicit Child(pid_t id) : id_(id) {}
    pid_t id_;
    std::optional<int> status_;
};

/// Replaces this process; returns only by throwing.
[[noreturn]] void execute(const Command& command);

} // namespace dfriends::os
