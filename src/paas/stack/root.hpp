// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "archive/tar_writer.hpp"
#include "os/file.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::paas {

/// A package's file on disk.
struct Deb {
    std::string name;
    std::string version;
    os::Path file;
    bool base = false; ///< unpacked by us, so that dpkg can run
};

/// Where a package's member stands once /bin, /sbin and /lib* are links into /usr: "./bin/sh" → "usr/bin/sh". Empty for
/// the root itself. Throws Error(invalid) for a path that leaves the root.
std::string merged_path(std::string_view member);

/// True for what a container has no use for: documentation (not the licences), manual pages, translations.
bool is_left_out(std::string_view path);

/// Writes a tar stream of a file system in which dpkg runs but has installed nothing: the base's files, a database that
/// knows no package, users and groups, and all .debs in /var/cache/apt/archives, in the given order by their names.
/// Blocks. Throws Error(invalid) for a .deb that is none.
void write_root(const std::vector<Deb>& debs, std::string_view mirror, std::string_view suite,
                const archive::TarWriter::Sink& sink);

/// What runs in that file system, as root and by its /bin/sh: installs all .debs and removes the traces.
/// /mnt is a file system in memory: dpkg syncs its database after every step, which would cost a quarter of the time.
extern const std::string_view install_script;

} // namespace dfriends::paas
