// SPDX-License-Identifier: Apache-2.0
#include "etcd/v3/watch.hpp"

#include "net/loop.hpp"

#include <algorithm>
#include <iterator>

namespace dfriends::etcd::v3 {

namespace {

/// What a stream ends with when its server goes, and not because of what was asked.
bool is_passing(const Status& status)
{
    return status.code() == Code::unavailable || status.code() == Code::cancelled || status.code() == Code::internal;
}

} // namespace

Watch::Watch(Client& client, WatchCreateRequest request)
    : client_(client), request_(std::move(request)), wants_progress_(request_.progress_notify)
{
    request_.progress_notify = true; // also a quiet watch hears from a server that lives
}

net::Task<WatchResponse> Watch::next()
{
    if (is_over_)
        throw Error(ErrorKind::internal, "a watch that is over was asked for more");
    for (;;) {
        if (!lines_)
            co_await open();
        std::optional<WatchResponse> response = co_await receive();
        if (!response) {
            lines_.reset();
            fragments_.clear();
            client_.pass_over_first();
            co_await net::sleep(std::chrono::milliseconds(100));
        } else if (take(*response)) {
            co_return std::move(*response);
        }
    }
}

net::Task<> Watch::open()
{
    for (;;) {
        try {
            lines_.emplace(co_await client_.open_watch({.create_request = request_}));
            co_return;
        } catch (const Error& error) {
            if (!was_open_ || error.kind() != ErrorKind::unavailable)
                throw;
        } catch (const Status& status) {
            if (!was_open_ || !is_passing(status))
                throw;
        }
        co_await net::sleep(std::chrono::milliseconds(500));
    }
}

net::Task<std::optional<WatchResponse>> Watch::receive()
{
    try {
        const auto line = co_await lines_->next();
        if (!line)
            co_return std::nullopt;
        co_return decode_line<WatchResponse>(*line);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::unavailable && error.kind() != ErrorKind::invalid) // cut in the middle of a line
            throw;
    } catch (const Status& status) {
        if (!is_passing(status))
            throw;
    }
    co_return std::nullopt;
}

bool Watch::take(WatchResponse& response)
{
    const std::int64_t revision = response.header ? response.header->revision : 0;
    if (response.canceled) {
        is_over_ = true;
        return true;
    }
    if (response.created) { // from now on means: after this revision, also when the next connection asks
        was_open_ = true;
        if (request_.start_revision == 0)
            request_.start_revision = revision + 1;
        return false;
    }
    fragments_.insert(fragments_.end(), std::make_move_iterator(response.events.begin()),
                      std::make_move_iterator(response.events.end()));
    if (response.fragment)
        return false;
    response.events = std::exchange(fragments_, {});
    const bool is_progress = response.events.empty();
    std::erase_if(response.events,
                  [this](const Event& event) { return !event.kv || event.kv->mod_revision < request_.start_revision; });
    if (!response.events.empty())
        request_.start_revision = response.events.back().kv->mod_revision + 1;
    else if (is_progress)
        request_.start_revision = std::max(request_.start_revision, revision + 1);
    return !response.events.empty() || (is_progress && wants_progress_);
}

} // namespace dfriends::etcd::v3
