// SPDX-License-Identifier: Apache-2.0
// A container's multiplexed streams, cut into pieces by the first byte: what is handed on never depends on the cuts.
#include "base/error.hpp"
#include "engine/frames.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

std::string read_all(std::string_view bytes, std::size_t piece)
{
    std::string heard;
    dfriends::engine::FrameReader reader;
    try {
        for (std::size_t at = 0; at < bytes.size(); at += piece)
            reader.feed(bytes.substr(at, piece), [&heard](dfriends::engine::Channel channel, std::string_view payload) {
                for (const char c : payload) {
                    heard += static_cast<char>('0' + static_cast<int>(channel));
                    heard += c;
                }
            });
    } catch (const dfriends::Error&) {
        heard += "!";
    }
    return heard;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    if (read_all(bytes, data[0] % 16 + 1U) != read_all(bytes, bytes.size() + 1))
        std::abort();
    return 0;
}
