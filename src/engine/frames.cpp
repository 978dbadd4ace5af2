// SPDX-License-Identifier: Apache-2.0
#include "engine/frames.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace dfriends::engine {

namespace {

constexpr std::size_t header_size = 8;

std::size_t length_of(const std::string& header)
{
    std::size_t length = 0;
    for (std::size_t i = 4; i < header_size; ++i)
        length = length << 8U | static_cast<unsigned char>(header[i]);
    return length;
}

} // namespace

void FrameReader::feed(std::string_view bytes, const OnOutput& on_output)
{
    while (!bytes.empty()) {
        if (left_ == 0) {
            const std::size_t wanted = std::min(bytes.size(), header_size - header_.size());
            header_.append(bytes.substr(0, wanted));
            bytes.remove_prefix(wanted);
            if (header_.size() < header_size)
                return;
            const auto channel = static_cast<unsigned char>(header_[0]);
            if (channel > static_cast<unsigned>(Channel::system_error) || header_[1] != 0 || header_[2] != 0 ||
                header_[3] != 0)
                throw Error(ErrorKind::invalid, "cannot read the container's streams: a frame does not begin as one");
            channel_ = static_cast<Channel>(channel);
            left_ = length_of(header_);
            header_.clear();
            continue;
        }
        const std::size_t taken = std::min(left_, bytes.size());
        on_output(channel_, bytes.substr(0, taken));
        bytes.remove_prefix(taken);
        left_ -= taken;
    }
}

} // namespace dfriends::engine
