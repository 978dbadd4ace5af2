// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dfriends::cache {

/// The IPv4 address of a network interface of this host.
std::optional<std::string> interface_address(std::string_view name);

/// "http://172.17.0.1:3142"
std::string proxy_url(std::string_view address, std::uint16_t port);

/// `Acquire::http { Proxy "http://172.17.0.1:3142"; };`
std::string apt_line(std::string_view proxy);

/// The RUN line that writes it into an image.
std::string dockerfile_line(std::string_view proxy);

} // namespace dfriends::cache
