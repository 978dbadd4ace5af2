// SPDX-License-Identifier: Apache-2.0
#include "log/log.hpp"

#include <doctest/doctest.h>

using namespace dfriends::log;

TEST_CASE("Logger: levels below its own are off")
{
    const Logger logger(Level::warning, Format::text);
    CHECK(!logger.enabled(Level::info));
    CHECK(logger.enabled(Level::error));
}
