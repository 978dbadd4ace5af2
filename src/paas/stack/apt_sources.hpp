// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "os/file.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::paas {

/// A mirror's URL without '/' at its end.
std::string without_slash(std::string_view url);

/// A place where apt gets binary packages of component main from.
struct AptSource {
    std::string url; ///< "http://mirror.example/debian", without '/' at its end
    std::vector<std::string> suites;
};

/// Lines such as "deb [arch=amd64] http://… bookworm main"; others are passed over.
std::vector<AptSource> parse_sources_list(std::string_view text);
/// Stanzas of a deb822 file (.sources); disabled ones and others than of binary packages are passed over.
std::vector<AptSource> parse_deb822_sources(std::string_view text);

/// The mirror that apt of this host uses for a suite; else its Debian mirror of any suite; nothing where it has none.
/// `folder` is /etc/apt.
std::optional<std::string> find_mirror(const os::Path& folder, std::string_view suite);

} // namespace dfriends::paas
