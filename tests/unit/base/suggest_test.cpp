// SPDX-License-Identifier: Apache-2.0
#include "base/suggest.hpp"

#include <doctest/doctest.h>

using namespace dfriends;

TEST_CASE("suggest: finds the nearest word and no far one")
{
    CHECK(suggest("gte", {"get", "set", "ls"}) == "get");
    CHECK(suggest("instal-links", {"install-links"}) == "install-links");
    CHECK(!suggest("xyzzy", {"get", "set"}));
    CHECK(did_you_mean("sevre", {"serve"}) == "did you mean 'serve'?");
}
