// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/applet.hpp"

#include <string>

namespace dfriends::applets::house {

/// The applets with their verbs and options as one JSON document.
std::string encode_table(std::span<const Applet> applets);

} // namespace dfriends::applets::house
