// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace dfriends::paas {

/// Process type → command line. Comments begin with '#' or '//'; throws Error(invalid) with the line for what is
/// neither comment nor "type: command", and for a type that stands twice.
std::map<std::string, std::string> parse_procfile(std::string_view text);

} // namespace dfriends::paas
