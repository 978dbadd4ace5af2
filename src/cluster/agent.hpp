// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/local_units.hpp"
#include "cluster/reconcile.hpp"
#include "cluster/registry.hpp"
#include "http/message.hpp"
#include "log/log.hpp"
#include "net/loop.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>

namespace dfriends::cluster {

/// Makes one machine do what the cluster wants of it, and tells the cluster how that goes. One of all agents, the one
/// that holds the lease, is the scheduler too. Belongs to one loop.
///
/// A machine counts as gone `ttl` seconds after its last word. While the key-value store does not answer, everything
/// goes on as it is; and after that for `grace`, since the words of all machines may have been lost with its answers.
class Agent {
  public:
    struct Timing {
        std::uint64_t ttl = 2;                 ///< seconds
        std::chrono::milliseconds beat{500};   ///< between two words of presence
        std::chrono::milliseconds look{200};   ///< between two looks at the units' states
        std::chrono::milliseconds pass{2'000}; ///< between two passes where nothing calls for one
        /// Until all have had their say again: a request may wait for its time-out before another endpoint is asked.
        std::chrono::milliseconds grace{5'000};
    };
    Agent(Registry& registry, LocalUnits& units, Member member, log::Logger& log, Timing timing);

    /// Makes the machine known: throws Error(conflict) where another one has its id. To be awaited before run().
    net::Task<> join();
    /// Runs until the loop ends.
    net::Task<> run();
    /// Stops all units, gives them `patience` to end, and takes the machine out of the cluster.
    net::Task<> leave(std::chrono::milliseconds patience);

    /// Answers GET /v1/units/NAME/status and /journal[?lines=N][&follow=1] to those who know the token.
    net::Task<http::Response> serve(http::Request& request);

    const Member& member() const { return member_; }

  private:
    net::Task<> keep_present();
    net::Task<> follow_changes();
    net::Task<> pass();
    net::Task<> schedule_units(const Snapshot& snapshot);
    /// Notes that the store took a word of presence.
    void note_word();
    /// Whether a machine that is not known has been silent, rather than the store.
    bool is_store_steady() const;
    net::Task<> report(const std::map<std::string, LocalUnit>& local);
    void take(const Step& step);
    /// Logs what does not answer once, and that it does again.
    void note_store(const std::exception* failure);
    http::Response stream_journal(const std::string& unit, std::size_t lines, bool follow);

    Registry& registry_;
    LocalUnits& units_;
    Member member_;
    log::Logger& log_;
    Timing timing_;
    net::Event changed_;
    std::int64_t revision_ = 0; ///< the first that the last pass has not seen
    bool is_dirty_ = true;
    bool is_leader_ = false;
    bool is_cut_off_ = false;
    std::chrono::steady_clock::time_point last_word_;
    std::chrono::steady_clock::time_point steady_from_;   ///< what the store says of other machines counts from here on
    std::optional<std::map<std::string, Wanted>> wanted_; ///< as last read; nothing before the first time
    std::map<std::string, std::pair<Report, bool>> published_;
    std::string token_;
};

} // namespace dfriends::cluster
