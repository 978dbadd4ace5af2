// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "log/log.hpp"

#include <memory>
#include <string>

namespace dfriends::service {

/// One line for each request, written a twentieth of a second later at most, many with one system call: at fifty
/// thousand requests a second a call for each line would cost as much as the answer. Lives on one loop.
class AccessLog {
  public:
    explicit AccessLog(log::Logger& log);
    ~AccessLog();
    AccessLog(const AccessLog&) = delete;
    AccessLog& operator=(const AccessLog&) = delete;

    bool is_wanted() const;
    void add(std::string line);
    void flush();

  private:
    struct Lines;
    std::shared_ptr<Lines> lines_; ///< shared with the one who waits
};

} // namespace dfriends::service
