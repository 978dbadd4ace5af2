// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/host.hpp"

#include <optional>
#include <string>
#include <vector>

namespace dfriends::converge {

/// The machine's package tool: apt, dnf or apk.
class PackageTool {
  public:
    /// Throws Error(unavailable) where the machine has none of them.
    explicit PackageTool(Host& host);

    /// Nothing where it is not installed.
    std::optional<std::string> installed_version(const std::string& package) const;
    /// What an upgrade would install; nothing where that is not known.
    std::optional<std::string> newest_version(const std::string& package) const;
    /// Words are names, or names with versions as versioned() writes them.
    void install(const std::vector<std::string>& packages, const std::vector<std::string>& options) const;
    void remove(const std::vector<std::string>& packages, const std::vector<std::string>& options) const;
    /// With their configuration, where the machine's tool keeps that of packages that go.
    void purge(const std::vector<std::string>& packages, const std::vector<std::string>& options) const;
    /// Whether a package is gone, but not its configuration.
    bool has_left_files(const std::string& package) const;
    std::string versioned(const std::string& package, const std::string& version) const;

  private:
    enum class Kind { apt, dnf, apk };
    os::Command command(const std::vector<std::string>& words, const std::vector<std::string>& options,
                        const std::vector<std::string>& packages) const;
    Host& host_;
    Kind kind_;
};

} // namespace dfriends::converge
