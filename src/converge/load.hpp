// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/facts.hpp"
#include "converge/resource.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace dfriends::converge {

/// The manifests that the words name: files as they are, and of a folder (not below it) those with a known suffix but
/// hiera.yaml, by name. Throws Error(not_found) for what is not there, Error(invalid) for an unknown suffix or a folder
/// without manifests.
std::vector<std::filesystem::path> find_manifests(const std::vector<std::string>& words);

/// The text of a manifest. Throws Error(invalid) where it is larger than any may be.
std::string read_manifest(const std::filesystem::path& file);

/// Reads each file in the dialect of its suffix (.yaml and .yml: native, .rb: Chef, .pp: Puppet), checks all together
/// and returns the resources in the order of the files. As in Chef, what follows a failed resource of a recipe is not
/// looked at: it requires it.
Catalog load(const std::vector<std::filesystem::path>& files, const Facts& facts);

} // namespace dfriends::converge
