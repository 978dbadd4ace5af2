// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one file to change if another coroutine type is ever wanted.
#include <boost/asio/awaitable.hpp>

namespace dfriends::net {

/// A coroutine that runs on one loop. It starts when awaited or spawned. Parameters are values, or references to
/// objects that outlive it; a view may be passed only where the call is awaited at once.
template <class T = void>
using Task = boost::asio::awaitable<T>;

} // namespace dfriends::net
