// SPDX-License-Identifier: Apache-2.0
#include "cache/registry_wire.hpp"

#include "base/error.hpp"
#include "json/json.hpp"

#include <algorithm>

namespace dfriends::cache {

namespace {

constexpr std::size_t longest_token = 32 * 1024;
constexpr std::int64_t longest_lifetime = 3600;
constexpr std::size_t longest_media_type = 255;

bool is_visible(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

} // namespace

TokenAnswer decode_token(std::string_view text)
{
    const auto document = parse_json(text, "the token server's answer");
    TokenAnswer answer;
    answer.token = text_of(document, "token", text_of(document, "access_token"));
    if (!is_visible(answer.token) || answer.token.size() > longest_token)
        throw Error(ErrorKind::invalid, "the token server's answer holds no token");
    answer.lifetime =
        std::chrono::seconds(std::clamp<std::int64_t>(number_of(document, "expires_in", 60), 1, longest_lifetime));
    return answer;
}

std::string encode_registry_error(std::string_view code, std::string_view message)
{
    const Json error = {{"code", std::string(code)}, {"message", std::string(message)}};
    return dump_json({{"errors", Json::array({error})}}) + "\n";
}

std::string manifest_type_of(std::string_view text)
{
    Json document;
    try {
        document = parse_json(text, "a manifest");
    } catch (const Error&) {
        return {};
    }
    auto type = text_of(document, "mediaType");
    if (is_visible(type) && type.size() <= longest_media_type)
        return type;
    // The specification lets OCI's own types leave the member out.
    if (member_of(document, "manifests").is_array())
        return "application/vnd.oci.image.index.v1+json";
    if (member_of(document, "config").is_object())
        return "application/vnd.oci.image.manifest.v1+json";
    return {};
}

} // namespace dfriends::cache
