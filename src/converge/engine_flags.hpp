// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/resource.hpp"

#include <span>
#include <string>

namespace dfriends::converge {

/// Options of dockerd's command line, in texts of one or more words each, as keys of daemon.json:
/// --insecure-registry=a:5000 becomes insecure-registries: [a:5000]. Names and kinds are those of
/// https://docs.docker.com/reference/cli/dockerd/. Throws Error(invalid) for words that are no options of it, and for
/// those that daemon.json cannot have.
Value::Map daemon_of_flags(std::span<const std::string> texts, const SourcePosition& position);

/// 'base=192.0.2.0/24,size=28' as a pool of default-address-pools. Throws Error(invalid).
Value address_pool(const Value& text);
/// 'nofile=1024:2048' as a member of default-ulimits. Throws Error(invalid).
Member default_limit(const Value& text);

} // namespace dfriends::converge
