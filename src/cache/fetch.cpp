// SPDX-License-Identifier: Apache-2.0
#include "cache/fetch.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <unistd.h>

namespace dfriends::cache {

namespace {

constexpr std::uint64_t withheld = 64 * 1024;
constexpr std::uint64_t most_behind_seam = 16U << 20U;
constexpr int most_resumes = 3;
constexpr std::uint64_t largest_file = 64ULL << 30U;
constexpr std::chrono::milliseconds first_pause{300};

struct ContentRange {
    std::uint64_t first = 0;
    std::optional<std::uint64_t> total;
};

/// "bytes 5-9/10"
std::optional<ContentRange> parse_content_range(std::string_view text)
{
    if (!text.starts_with("bytes "))
        return std::nullopt;
    const auto [range, total] = split_once(text.substr(6), '/');
    const auto first = parse_unsigned(split_once(range, '-').first);
    if (!first)
        return std::nullopt;
    return ContentRange{*first, parse_unsigned(total)};
}

/// True where both files begin with the same bytes.
bool have_same_start(int a, int b, std::uint64_t length)
{
    std::array<char, 32 * 1024> left;
    std::array<char, 32 * 1024> right;
    for (std::uint64_t offset = 0; offset < length;) {
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left.size(), length - offset));
        if (::pread(a, left.data(), count, static_cast<off_t>(offset)) != static_cast<ssize_t>(count) ||
            ::pread(b, right.data(), count, static_cast<off_t>(offset)) != static_cast<ssize_t>(count) ||
            std::memcmp(left.data(), right.data(), count) != 0)
            return false;
        offset += count;
    }
    return true;
}

} // namespace

Fill::Fill(FetchOrder order, Upstream& upstream, CacheStore& store)
    : order_(std::move(order)), upstream_(upstream), store_(store)
{
    order_.sources = upstream_.preferred(std::move(order_.sources));
}

std::optional<std::uint64_t> Fill::size() const
{
    if (state_ == State::complete)
        return draft_->size();
    return order_.expected.size ? order_.expected.size : total_;
}

std::uint64_t Fill::available() const
{
    if (!draft_)
        return 0;
    if (state_ == State::complete || !order_.expected.is_known())
        return draft_->size();
    // Behind a seam the bytes are as likely wrong as right; a client can wait for those that take seconds.
    const auto size = draft_->size();
    const auto whole = this->size();
    if (seam_ && whole && *whole - *seam_ <= most_behind_seam)
        return std::min(*seam_, size) > withheld ? std::min(*seam_, size) - withheld : 0;
    return size > withheld ? size - withheld : 0;
}

void Fill::restart()
{
    std::optional<crypto::Algorithm> also;
    if (order_.expected.is_known() && order_.expected.algorithm() != crypto::Algorithm::sha256)
        also = order_.expected.algorithm();
    draft_ = store_.draft(also);
    seam_.reset();
}

void Fill::fail(Error error)
{
    failure_ = std::move(error);
    state_ = State::failed;
}

http::Headers Fill::headers() const
{
    http::Headers headers;
    if (!draft_ || draft_->size() == 0)
        headers = order_.conditions;
    if (!order_.via.empty())
        headers.set("Via", order_.via);
    if (!draft_ || draft_->size() == 0)
        return headers;
    headers.set("Range", "bytes=" + std::to_string(draft_->size()) + "-");
    // A weak tag promises no equal bytes.
    const auto etag = head_.get("ETag");
    if (etag.starts_with('"'))
        headers.set("If-Range", std::string(etag));
    else if (const auto date = head_.find("Last-Modified"))
        headers.set("If-Range", std::string(*date));
    return headers;
}

bool Fill::accept_head(const http::Reply& reply)
{
    const auto resumed_at = draft_ ? draft_->size() : 0;
    std::optional<std::uint64_t> total = reply.content_length();
    if (reply.status() == 206) {
        const auto range = parse_content_range(reply.headers().get("Content-Range"));
        if (resumed_at == 0 || !range || range->first != resumed_at ||
            (total_ && range->total && *range->total != *total_))
            return false;
        total = range->total ? range->total : total_;
        if (order_.expected.is_known() && !seam_)
            seam_ = resumed_at;
    } else if (!draft_ || resumed_at != 0) {
        restart();
    }
    const auto& size = order_.expected.size;
    if ((size && total && *size != *total) || total.value_or(0) > largest_file)
        return false;
    if (reply.status() == 200)
        head_ = reply.headers();
    total_ = total;
    status_ = 200;
    state_ = State::growing;
    changed_.notify_all();
    return true;
}

net::Task<Fill::Step> Fill::receive(http::Reply& reply)
{
    std::vector<char> piece(128 * 1024);
    const auto limit = order_.expected.size.value_or(largest_file);
    for (;;) {
        const auto count = co_await reply.read_some(piece);
        if (count == 0)
            break;
        if (draft_->size() + count > limit)
            co_return Step::wrong;
        draft_->append({piece.data(), count});
        changed_.notify_all();
    }
    if (size() && draft_->size() < *size())
        co_return Step::cut;
    co_return verify() ? Step::done : Step::wrong;
}

bool Fill::verify()
{
    draft_->finish();
    return draft_->matches(order_.expected);
}

net::Task<Fill::Step> Fill::attempt(http::Url url)
{
    auto sent = order_.sender ? order_.sender("GET", std::move(url), headers())
                              : upstream_.send("GET", std::move(url), headers(), {});
    auto reply = co_await std::move(sent);
    const int status = reply.status();
    if (status == 416 || (status == 206 && (!draft_ || draft_->size() == 0)))
        co_return Step::wrong;
    if (status != 200 && status != 206) {
        status_ = status;
        co_return is_transient(status) ? Step::cut : Step::refused;
    }
    if (!accept_head(reply))
        co_return Step::wrong;
    receives_ = true;
    co_return co_await receive(reply);
}

/// Without an index to vouch for the whole, two parts belong together only where a validator says so.
bool Fill::may_resume() const
{
    return order_.expected.is_known() || head_.get("ETag").starts_with('"') || head_.has("Last-Modified");
}

bool Fill::next_source(bool only_if_up)
{
    auto next = source_ + 1;
    while (only_if_up && next < order_.sources.size() && upstream_.are_down({order_.sources[next]}))
        ++next;
    if (next >= order_.sources.size())
        return false;
    source_ = next;
    refetched_ = false;
    if (draft_ && draft_->size() != 0 && !order_.expected.is_known())
        restart();
    return true;
}

bool Fill::recover(Step step, const std::optional<Error>& error)
{
    if (step == Step::refused || (error && error->kind() != ErrorKind::unavailable)) {
        if (next_source())
            return true;
        if (error)
            fail(*error);
        else
            state_ = State::refused;
        return false;
    }
    if (step == Step::wrong) {
        was_wrong_ = true;
        restart();
        // A proxy on the way may hold the wrong bytes.
        order_.conditions.set("Cache-Control", "no-cache");
        if (!refetched_)
            return refetched_ = true;
        if (next_source())
            return true;
        fail(Error(ErrorKind::unavailable, "'{}' is not what its index says it is", order_.key));
        return false;
    }
    const bool is_silent = error && upstream_.are_down({order_.sources[source_]}) && (!draft_ || draft_->size() == 0);
    if (is_silent && next_source(true))
        return true;
    if (++cuts_ <= (is_silent ? 1 : most_resumes)) {
        next_source();
        if (draft_ && draft_->size() != 0 && !may_resume())
            restart();
        return true;
    }
    if (!error && is_transient(status_))
        state_ = State::refused;
    else
        fail(error ? *error : Error(ErrorKind::unavailable, "'{}' breaks off again and again", order_.key));
    return false;
}

/// What comes of the head is the upstream's to judge.
void Fill::tell_health(Step step)
{
    const auto& source = order_.sources[source_];
    if (step == Step::done)
        upstream_.completed(source);
    else if (step == Step::wrong)
        upstream_.failed(source, "sends wrong bytes");
    else if (step == Step::cut && receives_)
        upstream_.failed(source, "breaks off");
}

/// Resumes what was cut up to three times, and starts once more from nothing where the bytes turn out wrong. Sources
/// that do not have the file are passed over.
net::Task<> Fill::run()
{
    for (;;) {
        std::optional<Error> error;
        auto step = Step::cut;
        const auto tried = source_;
        receives_ = false;
        try {
            step = co_await attempt(order_.sources[source_]);
        } catch (const Error& caught) {
            error = caught;
        }
        tell_health(step);
        if (step == Step::done) {
            state_ = State::complete;
            break;
        }
        if (!recover(step, error))
            break;
        if (step == Step::cut && source_ == tried)
            co_await net::sleep(first_pause * (1 << std::min(cuts_, most_resumes)) / 2);
    }
    changed_.notify_all();
}

net::Task<> Fill::wait_until_over()
{
    while (!over_)
        co_await changed_.wait();
}

Fetches::Fetches(Upstream& upstream, CacheStore& store, MayKeep may_keep, OnStored on_stored, OnTrouble on_trouble)
    : upstream_(upstream), store_(store), may_keep_(std::move(may_keep)), on_stored_(std::move(on_stored)),
      on_trouble_(std::move(on_trouble))
{
}

Fetches::Joined Fetches::join(FetchOrder order)
{
    const auto name = order.expected.is_known() ? order.expected.name() : order.key;
    if (const auto found = fills_.find(name); found != fills_.end())
        return {found->second, false};
    auto fill = std::make_shared<Fill>(std::move(order), upstream_, store_);
    fills_.emplace(name, fill);
    net::spawn(run(name, fill));
    return {fill, true};
}

net::Task<> Fetches::run(std::string name, FillPointer fill)
{
    std::optional<Error> error;
    try {
        co_await fill->run();
    } catch (const Error& caught) {
        error = caught;
    } catch (const std::exception& caught) {
        error = Error(ErrorKind::internal, "cannot fetch '{}': {}", fill->order().key, caught.what());
    }
    if (error)
        fill->fail(*std::move(error));
    if (fill->was_wrong_ || fill->state() == Fill::State::failed)
        on_trouble_(*fill);
    // Clients have every byte by now; what fails from here on costs only the next one a fetch.
    if (fill->state() == Fill::State::complete && (fill->order().expected.is_known() || may_keep_(*fill))) {
        try {
            co_await store_.publish(fill->draft());
            fill->published_ = true;
            co_await on_stored_(fill);
        } catch (const Error&) {
            fill->published_ = false;
        }
    }
    fills_.erase(name);
    fill->over_ = true;
    fill->changed().notify_all();
}

net::Task<> stream_fill(FillPointer fill, std::uint64_t offset, std::optional<std::uint64_t> length,
                        http::BodyWriter& out)
{
    constexpr std::uint64_t most_at_once = 1U << 20U;
    std::shared_ptr<Draft> source = fill->draft();
    const auto promised = fill->size();
    std::uint64_t position = offset;
    const auto end = length ? std::optional(offset + *length) : std::nullopt;
    while (!end || position < *end) {
        if (fill->state() == Fill::State::failed)
            throw fill->failure();
        const auto limit = std::min(fill->available(), end.value_or(~std::uint64_t{0}));
        if (limit > position) {
            // The fetch began anew: go on only where what was sent already is still right.
            if (source != fill->draft()) {
                if (fill->size() != promised ||
                    !have_same_start(source->descriptor(), fill->draft()->descriptor(), position))
                    throw Error(ErrorKind::unavailable, "'{}' changed while it was sent", fill->order().key);
                source = fill->draft();
            }
            const auto count = std::min(limit - position, most_at_once);
            co_await out.send_file(source->descriptor(), position, count);
            position += count;
            continue;
        }
        if (fill->has_ended())
            break;
        co_await fill->changed().wait();
    }
    if (fill->state() == Fill::State::refused || (end && position != *end))
        throw Error(ErrorKind::unavailable, "'{}' ended early", fill->order().key);
}

} // namespace dfriends::cache
