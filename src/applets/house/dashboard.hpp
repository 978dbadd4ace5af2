// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/context.hpp"
#include "http/message.hpp"
#include "net/mutex.hpp"
#include "net/worker.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace dfriends::applets::house {

/// An address to open from the dashboard.
struct Link {
    std::string title;
    std::string url;
};

/// "The editor=http://127.0.0.1:8000/". Throws Error(usage) unless it leads to http or https.
Link parse_link(const std::string& text);

/// The page that shows what `status` says, and the address that it polls. Tells nothing to pages of other hosts: the
/// Host of a request must be an address, localhost or this host's name. Belongs to one loop.
class Dashboard {
  public:
    Dashboard(const GlobalOptions& global, std::vector<std::string> services);

    void use(std::vector<Link> links) { links_ = std::move(links); }
    net::Task<http::Response> operator()(http::Request& request);

  private:
    net::Task<http::Response> show_status();

    std::shared_ptr<Context> context_; ///< only the worker touches it
    std::vector<std::string> services_;
    std::vector<Link> links_;
    std::string host_;
    std::string status_; ///< the last answer
    std::chrono::steady_clock::time_point asked_{};
    net::Mutex asking_;
    net::Worker worker_{1}; ///< asking may block; last, so that it goes first
};

} // namespace dfriends::applets::house
