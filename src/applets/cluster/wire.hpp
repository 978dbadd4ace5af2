// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace dfriends::applets::cluster {

/// An array with an object for each row; the first row holds the members' names. A cell of "-" is null.
std::string encode_table(const std::vector<std::vector<std::string>>& rows);

} // namespace dfriends::applets::cluster
