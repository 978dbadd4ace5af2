// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "engine/frames.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using engine::Channel;

namespace {

std::string frame(char channel, std::string_view payload)
{
    std::string text{channel, 0, 0, 0};
    for (const unsigned shift : {24U, 16U, 8U, 0U})
        text += static_cast<char>(payload.size() >> shift);
    return text.append(payload);
}

/// What came out on each channel after the pieces were fed.
struct Heard {
    std::string output;
    std::string error;
    engine::FrameReader reader;

    void feed(std::string_view bytes)
    {
        reader.feed(bytes, [this](Channel channel, std::string_view payload) {
            (channel == Channel::output ? output : error) += payload;
        });
    }
};

} // namespace

TEST_CASE("FrameReader: takes the channels apart, however the bytes are cut")
{
    const std::string stream = frame(1, "out") + frame(2, "problem") + frame(1, "") + frame(1, "put");
    for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
        Heard heard;
        for (std::size_t at = 0; at < stream.size(); at += piece)
            heard.feed(std::string_view(stream).substr(at, piece));
        CHECK(heard.output == "output");
        CHECK(heard.error == "problem");
        CHECK(heard.reader.is_at_boundary());
    }
}

TEST_CASE("FrameReader: knows when the stream ends within a frame")
{
    Heard heard;
    heard.feed(frame(1, "whole").substr(0, 10));
    CHECK(heard.output == "wh");
    CHECK_FALSE(heard.reader.is_at_boundary());
}

TEST_CASE("FrameReader: a channel that does not exist is refused")
{
    Heard heard;
    CHECK_THROWS_AS(heard.feed(frame(9, "x")), Error);
}
