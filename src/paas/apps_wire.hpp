// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "paas/checks.hpp"

#include <map>
#include <string>
#include <string_view>

namespace dfriends::paas {

/// Columns of the database that hold JSON.
std::string encode_texts(const std::map<std::string, std::string>& texts);
std::map<std::string, std::string> decode_texts(std::string_view json);
std::string encode_checks(const Checks& checks);
Checks decode_checks(std::string_view json);

} // namespace dfriends::paas
