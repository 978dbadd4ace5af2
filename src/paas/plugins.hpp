// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "os/file.hpp"
#include "os/process.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::paas {

struct Plugin {
    std::string name;
    std::string description; ///< of its plugin.toml
    std::string version;
    bool enabled = true;
};

/// The plugins of an installation, as dokku has them: a folder each, whose executables are named after the triggers
/// that they answer. Folder: available/NAME, and a link to it in enabled/.
class Plugins {
  public:
    /// `environment` is what every plugin finds beside ours: DOKKU_ROOT and the like.
    Plugins(os::Path directory, std::map<std::string, std::string> environment);

    std::vector<Plugin> list() const;

    using OnLine = std::function<void(std::string_view line)>;
    /// Calls a trigger of every enabled plugin that has it, in the order of their names. Throws Error(failed) where one
    /// ends with another code than 0.
    void trigger(const std::string& name, const std::vector<std::string>& arguments, const OnLine& on_line) const;
    /// The same as a filter: each gets what the one before printed (`input` the first).
    std::string filter(const std::string& name, const std::vector<std::string>& arguments, std::string input) const;
    /// The program behind a word of a plugin's own ("maintenance:on"): its subcommands/WORD, else its commands.
    std::optional<os::Command> find_command(const std::vector<std::string>& words) const;

    /// Takes a plugin from a folder or a git repository (https, ssh, or a local path) and calls its trigger install.
    void install(const std::string& source, std::string name, const OnLine& on_line) const;
    void enable(const std::string& name, bool enabled) const;
    void uninstall(const std::string& name, const OnLine& on_line) const;

  private:
    os::Path folder(const std::string& name) const { return directory_ / "available" / name; }
    std::vector<os::Path> programs(const std::string& trigger) const;
    os::Command command(const os::Path& program, const std::vector<std::string>& arguments) const;
    void run(const os::Path& program, const std::vector<std::string>& arguments, const OnLine& on_line) const;

    os::Path directory_;
    std::map<std::string, std::string> environment_;
};

} // namespace dfriends::paas
