// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace dfriends::cache {

/// How the package servers did of late, by their origins ("http://mirror.example"). One that failed is avoided where
/// another has the same file, for longer each time it fails again; then a probe has to find it well before a client is
/// sent there.
class ServerHealth {
  public:
    using Time = std::chrono::steady_clock::time_point;
    using Now = std::function<Time()>;
    explicit ServerHealth(Now now = std::chrono::steady_clock::now);

    enum class Failure {
        silent, ///< it could not be reached, or did not answer
        faulty, ///< it answered with an error, broke off or sent wrong bytes
    };
    void failed(const std::string& origin, Failure failure, std::string why);
    /// It answered; whether the whole body comes is not known yet.
    void answered(const std::string& origin);
    /// A whole file came, and was right.
    void completed(const std::string& origin);

    /// True for 20 s after it was silent: a second client need not wait for the same silence.
    bool is_down(const std::string& origin) const;
    bool is_avoided(const std::string& origin) const;
    /// True where an avoided server may be well again and nobody asks it at present; then end_probe() must follow.
    bool begin_probe(const std::string& origin);
    void end_probe(const std::string& origin);

    /// Failures since the last whole file, and the last one's reason; 0 and nothing for a server that is well.
    struct Report {
        std::size_t failures = 0;
        std::string why;
    };
    Report report(const std::string& origin) const;

  private:
    struct Server {
        std::size_t failures = 0;
        std::string why;
        bool avoided = false;
        bool probed = false;
        Time down_until{};
        Time next_probe{};
    };
    void make_room();

    Now now_;
    std::map<std::string, Server, std::less<>> servers_; ///< those that are not well
};

} // namespace dfriends::cache
