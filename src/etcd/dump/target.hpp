// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/timestamp.hpp"
#include "etcd/dump/record.hpp"
#include "etcd/v2_client.hpp"
#include "etcd/v3/client.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace dfriends::etcd::dump {

/// Brings keys to a server. What is there already as it should be is left alone, so that the same records may be
/// brought again; what else is there stays.
class Target {
  public:
    enum class Mode {
        write, ///< what differs is written
        check, ///< what differs is counted
    };
    struct Tally {
        std::int64_t same = 0;
        std::int64_t written = 0; ///< or differing, when checking
        std::int64_t expired = 0; ///< its time had run out
        std::string first_difference;
    };

    /// A null client leaves the records of its API out.
    Target(V2Client* v2, v3::Client* v3, Mode mode, std::function<TimePoint()> now);

    net::Task<> take(Record record);
    /// Brings what still waits.
    net::Task<Tally> finish();

  private:
    net::Task<> take_v2(V2Record record);
    net::Task<> write_v2(V2Record record, bool is_there, std::optional<std::uint64_t> ttl);
    net::Task<std::optional<V2Node>> find_v2(std::string key);
    net::Task<> take_lease(LeaseRecord lease);
    net::Task<> flush();
    void count(bool same, const std::string& key);

    V2Client* v2_;
    v3::Client* v3_;
    Mode mode_;
    std::function<TimePoint()> now_;
    Tally tally_;
    std::optional<std::map<std::string, V2Node>> there_; ///< what the listing of v2 shows
    std::string expired_directory_;
    std::vector<v3::KeyValue> waiting_;
    std::size_t waiting_bytes_ = 0;
};

} // namespace dfriends::etcd::dump
