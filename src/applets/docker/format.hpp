// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/types.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::applets::docker {

/// The first twelve digits of an id, "sha256:" taken off.
std::string short_id(std::string_view id);

/// Three digits with a decimal prefix, as docker's tables have it: "13.4MB", "0B".
std::string render_decimal_size(std::int64_t bytes);

/// Four digits with a binary prefix, as docker's tables have memory: "23.54GiB", "0B".
std::string render_binary_size(std::int64_t bytes);

/// "sh -c 'while …" in quotes, cut to 20 characters unless `whole`.
std::string render_command(const std::string& command, bool whole);

/// "0.0.0.0:8000->8000/tcp, 9000/tcp".
std::string render_ports(std::vector<engine::PublishedPort> ports);

/// The fields of one row under the names that docker's --format has for them.
using Fields = std::map<std::string, std::string, std::less<>>;

/// Puts the fields where {{.Name}} stands; \t and \n are a tab and a line end. Throws Error(invalid) for anything else
/// in braces.
std::string render_format(std::string_view format, const Fields& fields);

/// A list by --format: a template for each row, "table TEMPLATE" with aligned columns below `headings`, or "json".
std::string render_list(std::string_view format, const std::vector<Fields>& rows, const Fields& headings);

/// --filter KEY=VALUE, several times. Throws Error(usage).
engine::Filters parse_filters(const std::vector<std::string>& texts);

} // namespace dfriends::applets::docker
