// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dfriends::paas {

/// Checks an app's name: lower-case letters, digits, dots and hyphens, a letter or digit first. Throws Error(invalid)
/// in dokku's words.
std::string parse_app_name(std::string_view name);

/// The host names that an app has by its own name: "codeit" is codeit.DOMAIN; "code.it" is code.it and code.it.DOMAIN.
/// Without a domain only names with a dot have one.
std::vector<std::string> default_domains(const std::string& app, const std::string& domain);

/// A host name by RFC 1123, lower case; throws Error(invalid) for what is none.
std::string parse_domain(std::string_view domain);

/// "KEY" of a variable: a letter or '_' first. Throws Error(invalid).
std::string parse_config_key(std::string_view key);

} // namespace dfriends::paas
