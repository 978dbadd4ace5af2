// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/host.hpp"

#include <functional>
#include <memory>
#include <string_view>

namespace dfriends::engine {
class Client;
}

namespace dfriends::converge {

using Say = std::function<void(std::string_view line)>;

/// The engine behind a client, which must outlive the result. Calls block: not for coroutines. `say` gets the progress
/// of long work.
std::unique_ptr<Docker> make_real_docker(engine::Client& client, Say say);

/// The servers that this machine reaches. Calls block.
std::unique_ptr<Web> make_real_web();

/// This machine. `docker` must outlive the result.
std::unique_ptr<Host> make_real_host(Docker& docker, Say say, std::string sealing_key);

} // namespace dfriends::converge
