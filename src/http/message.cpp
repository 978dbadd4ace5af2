// SPDX-License-Identifier: Apache-2.0
#include "http/message.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace dfriends::http {

net::Task<std::string> BodyReader::read_all(std::size_t limit)
{
    std::string all;
    std::size_t size = 0;
    std::size_t room = 1000; // most bodies are small
    for (;;) {
        if (size == all.size()) {
            all.resize(size + room);
            room = std::min<std::size_t>(room * 2, 1U << 20U);
        }
        const std::size_t count = co_await read_some(std::span(all).subspan(size));
        if (count == 0)
            break;
        size += count;
        if (size > limit)
            throw Error(ErrorKind::invalid, "a message body is larger than {} bytes", limit);
    }
    all.resize(size);
    co_return all;
}

std::string_view Request::path() const
{
    return std::string_view(target).substr(0, target.find('?'));
}

std::string_view Request::query() const
{
    const auto mark = target.find('?');
    return mark == target.npos ? std::string_view() : std::string_view(target).substr(mark + 1);
}

std::string Request::base_url() const
{
    const bool is_encrypted = connection != nullptr && connection->is_encrypted();
    return (is_encrypted ? "https://" : "http://") + std::string(headers.get("Host"));
}

Response text_response(int status, std::string text, std::string_view content_type)
{
    Response response;
    response.status = status;
    response.headers.set("Content-Type", std::string(content_type));
    response.body = std::move(text);
    return response;
}

} // namespace dfriends::http
