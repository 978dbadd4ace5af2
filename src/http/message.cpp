// SPDX-License-Identifier: Apache-2.0
#include "http/message.hpp"

#include "base/error.hpp"

#include <array>

namespace dfriends::http {

net::Task<std::string> BodyReader::read_all(std::size_t limit)
{
    std::string all;
    std::array<char, 16384> piece;
    while (const std::size_t count = co_await read_some(piece)) {
        if (all.size() + count > limit)
            throw Error(ErrorKind::invalid, "a message body is larger than {} bytes", limit);
        all.append(piece.data(), count);
    }
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
