// SPDX-License-Identifier: Apache-2.0
#pragma once

// For the files of this room only.
#include "net/stream.hpp"

#include <boost/system/error_code.hpp>

namespace dfriends::net {

/// Takes over a connected, non-blocking stream socket (TCP or Unix) for the current loop.
StreamPointer adopt_socket(int descriptor, int family);

/// «cannot connect to 'x': Connection refused» and its like, as an Error of the right kind.
[[noreturn]] void throw_socket_error(std::string_view doing, std::string_view peer, int code);

} // namespace dfriends::net
