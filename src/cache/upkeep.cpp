// SPDX-License-Identifier: Apache-2.0
// What the proxy does beside answering: writes down what was stored and used, removes what is too much, tells of
// trouble.
#include "base/text.hpp"
#include "cache/freshness.hpp"
#include "cache/moment.hpp"
#include "cache/proxy.hpp"

#include <algorithm>

namespace dfriends::cache {

net::Task<> Proxy::stored(FillPointer fill)
{
    const auto& order = fill->order();
    const auto& draft = *fill->draft();
    const auto now = seconds(options_.clock());
    const bool verified = order.expected.is_known();
    const auto date = date_of(fill->head());
    std::vector<NameRow> names;
    names.push_back({order.key, draft.sha256(), verified, std::string(fill->head().get("ETag")),
                     is_strong_date(date, options_.clock()) ? date : std::string(),
                     verified ? 0 : now + fresh_seconds(order.key, fill->head())});
    if (verified && order.expected.algorithm() != crypto::Algorithm::sha256)
        names.push_back({order.expected.name(), draft.sha256(), true, {}, {}, 0});
    const bool is_known = index_.find_blob(draft.sha256()).has_value();
    co_await index_.put({draft.sha256(), draft.size(), type_of(fill->head(), order.key), date}, std::move(names),
                        milliseconds(options_.clock()));
    statistics_.fetched(draft.size());
    bytes_ += is_known ? 0 : static_cast<std::int64_t>(draft.size());
    // A tenth of the limit is made free at a time.
    if (options_.max_size && bytes_ > static_cast<std::int64_t>(*options_.max_size) && !collecting_)
        net::spawn(collect(static_cast<std::int64_t>(*options_.max_size / 10 * 9)));
}

void Proxy::make_room(std::uint64_t size)
{
    constexpr std::int64_t a_minute = 60;
    const auto now = seconds(options_.clock());
    if (now - full_at_ > a_minute)
        log_.warning("the disk is full: what comes is served from memory and not kept",
                     {{"directory", options_.directory.string()}});
    full_at_ = now;
    if (collecting_)
        return;
    const auto wanted = bytes_ / 10 + 2 * static_cast<std::int64_t>(size);
    net::spawn(collect(std::max<std::int64_t>(bytes_ - wanted, 0)));
}

std::vector<MirrorState> Proxy::mirrors() const
{
    std::vector<MirrorState> mirrors;
    for (const auto& [name, urls] : remap_.names())
        for (const auto& url : urls) {
            const auto report = upstream_.health(url);
            mirrors.push_back({name, url.text(), report.failures, report.why});
        }
    return mirrors;
}

void Proxy::tell_mirrors()
{
    auto text = encode_mirrors(mirrors());
    if (text == told_mirrors_)
        return;
    told_mirrors_ = text;
    try {
        write_mirrors(options_.directory, text);
    } catch (const std::exception& error) { // a full disk: `stats` then shows an older state
        log_.warning(error.what());
    }
}

net::Task<> Proxy::collect(std::int64_t goal)
{
    collecting_ = true;
    try {
        co_await flush();
        const auto total = index_.content_bytes();
        std::int64_t freed = 0;
        hot_.clear(); // it may hold files open whose room is wanted
        for (const auto& blob : co_await index_.evict(std::max<std::int64_t>(total - goal, 0))) {
            store_.remove(blob.sha256);
            freed += static_cast<std::int64_t>(blob.size);
        }
        bytes_ = total - freed;
        log_.info("removed what was used least", {{"bytes", std::to_string(freed)}, {"left", std::to_string(bytes_)}});
    } catch (const Error& error) {
        log_.warning(error.what());
    }
    collecting_ = false;
}

void Proxy::used(const std::string& sha256)
{
    constexpr std::size_t most = 256;
    constexpr std::int64_t a_minute = 60;
    used_.insert(sha256);
    if (used_.size() >= most || seconds(options_.clock()) - flushed_ > a_minute)
        net::spawn(flush());
}

net::Task<> Proxy::flush()
{
    flushed_ = seconds(options_.clock());
    if (used_.empty())
        co_return;
    std::vector<std::string> sha256s(used_.begin(), used_.end());
    used_.clear();
    co_await index_.touch(std::move(sha256s), milliseconds(options_.clock()));
    bytes_ = index_.content_bytes(); // import, gc and purge change it beside us
}

void Proxy::trouble(const Fill& fill)
{
    if (fill.was_wrong()) {
        if (taken_back_.size() > 1000)
            taken_back_.clear();
        taken_back_[fill.order().key] = seconds(options_.clock());
        statistics_.refused_content();
        log_.warning("dropped content that is not what its index says", {{"url", fill.order().key}});
    }
    if (fill.state() == Fill::State::failed)
        warn(fill.failure(), fill.order().key);
}

void Proxy::warn(const Error& error, std::string_view about)
{
    const std::string hint = error.hint().empty() ? std::string() : " (" + error.hint() + ")";
    log_.warning(printable(error.what() + hint), {{"about", printable(about.substr(0, 500))}});
}

} // namespace dfriends::cache
