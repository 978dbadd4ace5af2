// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "cache/proxy_request.hpp"

#include <algorithm>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace dfriends::cache;
    static const Remap remap({"debian=http://one.example/debian,https://two.example/x"});
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const auto* method : {"GET", "CONNECT"}) {
        try {
            const auto asked = map_request(method, text, remap);
            if (asked.kind != ProxyRequest::Kind::file)
                continue;
            const bool dirty = std::ranges::any_of(asked.key, [](unsigned char c) { return c <= ' ' || c == 0x7f; });
            if (dirty || asked.sources.empty() ||
                asked.key.substr(0, asked.key.find('?')).find("/../") != std::string::npos)
                std::abort();
            // A key is a URL of its own, and the same one.
            if (map_request("GET", asked.key, {}).key != asked.key)
                std::abort();
        } catch (const dfriends::Error&) {
        }
    }
    return 0;
}
