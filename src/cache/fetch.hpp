// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "cache/cache_store.hpp"
#include "cache/upstream.hpp"
#include "net/loop.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dfriends::cache {

/// What is to be fetched.
struct FetchOrder {
    std::string key;                ///< canonical URL; fills without a digest are joined by it
    std::vector<http::Url> sources; ///< tried in order, those that are well first, where one has not the right file
    Expected expected;
    http::Headers conditions; ///< If-None-Match or If-Modified-Since, for content that is known only by name
    std::string via;          ///< who handed on the request that it is for
    std::string directory;    ///< of the Release file that lists it, where one does
    std::string path;         ///< relative to that
    Sender sender;            ///< empty: upstream as it is
};

/// One file on its way from upstream into the store, read by any number of clients while it grows. It runs to its end
/// whoever leaves. What an index vouches for is withheld in its last 64 KiB until the digest is right.
class Fill {
  public:
    enum class State {
        waiting, ///< no reply yet
        growing,
        complete, ///< whole and, where a digest is known, verified
        refused,  ///< upstream answered with another status: see status() (304 among them)
        failed,   ///< see failure()
    };

    Fill(FetchOrder order, Upstream& upstream, CacheStore& store);

    State state() const { return state_; }
    int status() const { return status_; }
    const http::Headers& head() const { return head_; }
    const Error& failure() const { return *failure_; }
    const FetchOrder& order() const { return order_; }
    /// The size where it is known before the end.
    std::optional<std::uint64_t> size() const;
    /// Where the bytes are; changes when the fetch had to start again.
    const std::shared_ptr<Draft>& draft() const { return draft_; }
    /// How many of its bytes may be given out.
    std::uint64_t available() const;
    bool has_ended() const { return state_ != State::waiting && state_ != State::growing; }
    /// Something of the above changed.
    net::Event& changed() { return changed_; }
    /// Wrong bytes had come, whatever became of it.
    bool was_wrong() const { return was_wrong_; }
    /// True when the content is in the store too.
    bool is_published() const { return published_; }
    /// Nothing will change any more.
    bool is_over() const { return over_; }
    net::Task<> wait_until_over();

  private:
    friend class Fetches;
    enum class Step { done, cut, wrong, refused };

    net::Task<> run();
    net::Task<Step> attempt(http::Url url);
    bool next_source(bool only_if_up = false);
    void tell_health(Step step);
    bool may_resume() const;
    /// What to do after an attempt that did not succeed; false where it was the last one.
    bool recover(Step step, const std::optional<Error>& error);
    net::Task<Step> receive(http::Reply& reply);
    http::Headers headers() const;
    bool accept_head(const http::Reply& reply);
    void restart();
    bool verify();
    void fail(Error error);

    FetchOrder order_;
    Upstream& upstream_;
    CacheStore& store_;
    State state_ = State::waiting;
    int status_ = 0;
    http::Headers head_;
    std::optional<std::uint64_t> total_;
    std::shared_ptr<Draft> draft_;
    std::size_t source_ = 0;
    bool receives_ = false; ///< the present attempt has got as far as the body
    int cuts_ = 0;
    std::optional<std::uint64_t> seam_; ///< where a second answer's bytes begin
    bool refetched_ = false;
    bool was_wrong_ = false;
    bool published_ = false;
    bool over_ = false;
    std::optional<Error> failure_;
    net::Event changed_;
};
using FillPointer = std::shared_ptr<Fill>;

/// The fills under way: whoever asks for the same content joins the same one.
class Fetches {
  public:
    /// Says whether a complete fill that no index vouches for is worth keeping.
    using MayKeep = std::function<bool(const Fill&)>;
    /// Called when a fill is complete and in the store, while newcomers still join it.
    using OnStored = std::function<net::Task<>(FillPointer)>;
    /// Called when wrong bytes had come, of which clients may hold a part, or when the fill failed.
    using OnTrouble = std::function<void(const Fill&)>;
    Fetches(Upstream& upstream, CacheStore& store, MayKeep may_keep, OnStored on_stored, OnTrouble on_trouble);

    struct Joined {
        FillPointer fill;
        bool is_new = false;
    };
    Joined join(FetchOrder order);
    std::size_t size() const { return fills_.size(); }

  private:
    net::Task<> run(std::string name, FillPointer fill);
    Upstream& upstream_;
    CacheStore& store_;
    MayKeep may_keep_;
    OnStored on_stored_;
    OnTrouble on_trouble_;
    std::map<std::string, FillPointer> fills_;
};

/// Writes a part of a fill to a client as it arrives. Throws where the fill fails, so that the client sees the answer
/// cut.
net::Task<> stream_fill(FillPointer fill, std::uint64_t offset, std::optional<std::uint64_t> length,
                        http::BodyWriter& out);

} // namespace dfriends::cache
