// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/types.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dfriends::applets::docker {

std::string encode_containers(const std::vector<engine::ContainerSummary>& rows);
std::string encode_images(const std::vector<engine::ImageSummary>& rows);

/// The engine's documents as one indented JSON array.
std::string encode_documents(const std::vector<std::string>& documents);

/// What docker calls {"Client": …, "Server": …}.
std::string version_document(const std::string& api_version, const std::string& server);
/// What the engine says of itself, with what docker says of itself as ClientInfo.
std::string info_document(const std::string& api_version, const std::string& server);

/// For --since and --until, in seconds since 1970: those as they are, RFC 3339, "2026-11-27" and "2026-11-27T01:00:00"
/// in local time, and "10m" as that long ago. Throws Error(usage).
std::string parse_moment(const std::string& text);

} // namespace dfriends::applets::docker
