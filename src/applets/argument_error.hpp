// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

namespace dfriends::applets {

/// There is no such verb, or it has too few or too many arguments: docker ends otherwise with these than with a wrong
/// option.
class ArgumentError : public Error {
  public:
    using Error::Error;
};

} // namespace dfriends::applets
