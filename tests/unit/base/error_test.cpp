// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"

#include <doctest/doctest.h>

using namespace dfriends;

TEST_CASE("Error: what() tells position, sentence and context from the inside out")
{
    Error error(ErrorKind::invalid, SourcePosition{"a.yaml", 3, 7, ""}, "'{}' must be a number", "scale");
    error.during("reading the manifest").during("planning");
    CHECK(std::string(error.what()) ==
          "a.yaml:3:7: 'scale' must be a number, while reading the manifest, while planning");
}

TEST_CASE("Error: the first hint wins")
{
    const Error error = Error(ErrorKind::usage, "no").hint("near").hint("far");
    CHECK(error.hint() == "near");
}
