// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/connection.hpp"
#include "engine/containers.hpp"
#include "engine/exec.hpp"
#include "engine/host.hpp"
#include "engine/images.hpp"
#include "engine/networks.hpp"
#include "engine/plugins.hpp"
#include "engine/types.hpp"
#include "engine/volumes.hpp"

#include <string>

namespace dfriends::engine {

/// A Docker Engine. Cheap to make: the engine is first asked at the first call. Use it from one loop at a time; several
/// loops one after the other (net::run(client.images().pull("a"))) are fine. It must outlive the tasks that its parts
/// return.
class Client {
  public:
    explicit Client(Host host, http::Dial dial = {})
        : connection_(std::move(host), std::move(dial)), containers_(connection_), images_(connection_),
          networks_(connection_), volumes_(connection_), plugins_(connection_), exec_(connection_)
    {
    }

    Containers& containers() { return containers_; }
    Images& images() { return images_; }
    Networks& networks() { return networks_; }
    Volumes& volumes() { return volumes_; }
    Plugins& plugins() { return plugins_; }
    Exec& exec() { return exec_; }

    const Host& host() const { return connection_.host(); }
    Connection& connection() { return connection_; }

    /// Returns the agreed API version ("1.41"); throws with a hint where the engine does not answer, see
    /// Connection::negotiate.
    net::Task<std::string> ping() { return connection_.negotiate(); }
    net::Task<EngineVersion> version();
    /// Has the engine try a login at a registry; what to keep of it is returned: a registry may give a token instead
    /// of the password. Throws Error(denied) where it is refused.
    net::Task<RegistryLogin> log_in(RegistryLogin login);
    net::Task<EngineSummary> info();
    /// Hands over events as they happen until `until` (RFC 3339 or seconds since 1970), or until the caller's task
    /// ends.
    net::Task<> events(Filters filters, std::string since, std::string until, OnEvent on_event);

  private:
    Connection connection_;
    Containers containers_;
    Images images_;
    Networks networks_;
    Volumes volumes_;
    Plugins plugins_;
    Exec exec_;
};

} // namespace dfriends::engine
