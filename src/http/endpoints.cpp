// SPDX-License-Identifier: Apache-2.0
#include "http/endpoints.hpp"

#include "base/text.hpp"

namespace dfriends::http {

Endpoints& Endpoints::on(std::string method, std::string path, Handler handler)
{
    const bool prefix = path.ends_with('*');
    if (prefix)
        path.pop_back();
    entries_.push_back({std::move(method), std::move(path), prefix, std::move(handler)});
    return *this;
}

net::Task<Response> Endpoints::operator()(Request& request) const
{
    const std::string_view path = request.path();
    const Entry* best = nullptr;
    std::size_t best_length = 0; // of the most specific path that fits, whatever its method
    std::string allowed;
    for (const Entry& entry : entries_) {
        const bool fits = entry.prefix ? path.starts_with(entry.path) : path == entry.path;
        const std::size_t length =
            2 * entry.path.size() + (entry.prefix ? 1 : 2); // exact beats a prefix of equal length
        if (!fits || length < best_length)
            continue;
        if (length > best_length) {
            best = nullptr;
            allowed.clear();
            best_length = length;
        }
        allowed += (allowed.empty() ? "" : ", ") + entry.method;
        if (entry.method == request.method || (entry.method == "GET" && request.method == "HEAD"))
            best = &entry;
    }
    if (best != nullptr)
        co_return co_await best->handler(request);
    if (best_length == 0)
        co_return text_response(404, "not found\n");
    Response response = text_response(405, "method not allowed\n");
    response.headers.set("Allow", allowed);
    co_return response;
}

} // namespace dfriends::http
