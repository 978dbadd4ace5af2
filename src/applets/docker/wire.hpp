// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/docker/format.hpp"
#include "engine/types.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dfriends::applets::docker {

std::string encode_containers(const std::vector<engine::ContainerSummary>& rows);
std::string encode_images(const std::vector<engine::ImageSummary>& rows);

/// One row of a list as a JSON object.
std::string encode_fields(const Fields& fields);

/// The engine's documents as one indented JSON array.
std::string encode_documents(const std::vector<std::string>& documents);
/// Puts members of a document where {{.Path.To.It}} or {{json .Path}} stands. Throws Error(invalid) for other
/// templates.
std::string render_template(std::string_view format, const std::string& document);

/// What docker calls {"Client": …, "Server": …}.
std::string version_document(std::string_view ours, const std::string& server);

/// For --since and --until, in seconds since 1970: those as they are, RFC 3339, "2026-11-27" and "2026-11-27T01:00:00"
/// in local time, and "10m" as that long ago. Throws Error(usage).
std::string parse_moment(const std::string& text);

} // namespace dfriends::applets::docker
