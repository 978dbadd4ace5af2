// SPDX-License-Identifier: Apache-2.0
#include "http/byte_range.hpp"

#include <doctest/doctest.h>

using namespace dfriends::http;

TEST_CASE("parse_byte_range: what RFC 9110 says of a thousand bytes")
{
    using Kind = ByteRange::Kind;
    const auto check = [](std::string_view text, Kind kind, std::uint64_t offset = 0, std::uint64_t length = 0) {
        CAPTURE(text);
        const auto range = parse_byte_range(text, 1000);
        CHECK(static_cast<int>(range.kind) == static_cast<int>(kind));
        if (kind == Kind::part) {
            CHECK(range.offset == offset);
            CHECK(range.length == length);
        }
    };
    check("bytes=0-99", Kind::part, 0, 100);
    check("bytes=500-", Kind::part, 500, 500);
    check("bytes=-100", Kind::part, 900, 100);
    check("bytes=-5000", Kind::part, 0, 1000);
    check("bytes=0-0", Kind::part, 0, 1);
    check("bytes=900-5000", Kind::part, 900, 100);
    check("bytes=1000-", Kind::unsatisfiable);
    check("bytes=-0", Kind::unsatisfiable);
    for (const auto* text : {"", "bytes=", "bytes=0-1,5-6", "bytes=9-5", "bytes=a-b", "lines=1-2", "bytes=--5",
                             "bytes=99999999999999999999-", "bytes=1-2-3"})
        check(text, Kind::whole);
}
