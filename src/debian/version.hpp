// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <string_view>

namespace dfriends::debian {

/// Which of two versions is the newer one, as Debian's policy orders them (section 5.6.12): "1.0~rc1" < "1.0" < "1.0-1"
/// < "1:0.1".
std::strong_ordering compare_versions(std::string_view a, std::string_view b);

} // namespace dfriends::debian
