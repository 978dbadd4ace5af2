// SPDX-License-Identifier: Apache-2.0
#include "http2/serve.hpp"

#include "http2/session.hpp"

namespace dfriends::http2 {

std::string_view Call::header(std::string_view name) const
{
    for (const auto& [key, value] : headers)
        if (key == name)
            return value;
    return {};
}

net::Task<> serve(net::Stream& stream, std::string begun, const Handler& handler, const ServeOptions& options,
                  std::function<void()>& on_drain)
{
    const auto session = std::make_shared<Session>(stream, handler, options);
    on_drain = [weak = std::weak_ptr(session)] {
        if (const auto open = weak.lock())
            open->drain();
    };
    co_await session->run(std::move(begun));
}

} // namespace dfriends::http2
