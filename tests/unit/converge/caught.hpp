// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

namespace dfriends::converge {

/// The error that an action ends with; one that no test expects where it ends well.
template <class Action>
Error caught(Action action)
{
    try {
        action();
    } catch (const Error& error) {
        return error;
    }
    return Error(ErrorKind::internal, "no error");
}

} // namespace dfriends::converge
