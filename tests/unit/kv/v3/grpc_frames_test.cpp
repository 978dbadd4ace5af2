// SPDX-License-Identifier: Apache-2.0
#include "kv/v3/grpc_frames.hpp"

#include <doctest/doctest.h>

using namespace dfriends::kv::v3;
using namespace std::chrono_literals;

TEST_CASE("grpc: time-outs of every unit; what is none is told")
{
    CHECK(parse_grpc_timeout("4997408u") == 4997408us);
    CHECK(parse_grpc_timeout("1H") == 1h);
    CHECK(parse_grpc_timeout("2M") == 2min);
    CHECK(parse_grpc_timeout("3S") == 3s);
    CHECK(parse_grpc_timeout("4m") == 4ms);
    CHECK(parse_grpc_timeout("5n") == 5ns);
    CHECK(parse_grpc_timeout("99999999H") == std::chrono::hours(100 * 365 * 24));
    for (const std::string_view wrong : {"", "5", "S", "-1S", "1s", "123456789S", "1 S"})
        CHECK_FALSE(parse_grpc_timeout(wrong));
}

TEST_CASE("grpc: messages have a length before them and are printable in a header")
{
    CHECK(grpc_frame(0x01020304) == std::string("\0\1\2\3\4", 5));
    CHECK(escape_grpc_message("etcdserver: key not found") == "etcdserver: key not found");
    CHECK(escape_grpc_message("100% \n\xc3\xa9") == "100%25 %0A%C3%A9");
}
