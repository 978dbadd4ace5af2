// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "cache/registry_request.hpp"
#include "cache/registry_token.hpp"
#include "cache/registry_wire.hpp"

#include <algorithm>
#include <cstdlib>

namespace {

using namespace dfriends::cache;

bool is_dirty(std::string_view text)
{
    return std::ranges::any_of(text, [](unsigned char c) { return c <= ' ' || c == 0x7f; });
}

void check_request(std::string_view text)
{
    const auto asked = parse_registry_request(text);
    if (asked.kind == RegistryRequest::Kind::refused)
        return;
    // What upstream is asked for is the same request, and no other path.
    const auto again = parse_registry_request(asked.target);
    const auto path = std::string_view(asked.target).substr(0, asked.target.find('?'));
    if (again.kind != asked.kind || again.name != asked.name || again.reference != asked.reference ||
        again.target != asked.target || path.find("..") < path.rfind('/') || is_dirty(path) ||
        !is_registry_target(asked.target))
        std::abort();
}

void check_challenge(std::string_view text)
{
    static const auto registry = dfriends::http::parse_url("https://registry.example/");
    for (const auto& challenge : parse_challenges(text)) {
        if (challenge.scheme.empty())
            std::abort();
        try {
            const auto url = token_url(registry, challenge, "repository:a/b:pull");
            if (url.scheme != "https" || !url.user_info.empty() || is_dirty(url.text()))
                std::abort();
        } catch (const dfriends::Error&) {
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check_request("/v2/" + std::string(text));
    check_challenge(text);
    try {
        if (is_dirty(decode_token(text).token))
            std::abort();
    } catch (const dfriends::Error&) {
    }
    if (is_dirty(manifest_type_of(text)))
        std::abort();
    return 0;
}
