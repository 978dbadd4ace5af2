// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/applet.hpp"
#include "applets/house/check.hpp"
#include "applets/house/status.hpp"

#include <string>

namespace dfriends::applets::house {

/// The applets with their verbs and options as one JSON document.
std::string encode_table(std::span<const Applet> applets);
std::string encode_status(const Status& status);
std::string encode_checks(const std::vector<Check>& checks);

} // namespace dfriends::applets::house
