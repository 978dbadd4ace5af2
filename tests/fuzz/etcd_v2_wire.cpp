// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "etcd/v2_wire.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace dfriends::etcd;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        const V2Answer answer = decode_v2_answer(200, text, 7);
        if (answer.refusal) {
            if (answer.refusal->text().empty())
                std::abort();
        } else {
            // What is printed is an answer again, and the same one.
            const std::string once = encode_v2_event(answer.event);
            if (once.find('\n') != once.npos || encode_v2_event(decode_v2_answer(200, once, 7).event) != once)
                std::abort();
        }
    } catch (const dfriends::Error& error) {
        if (error.kind() != dfriends::ErrorKind::unavailable)
            std::abort();
    }
    try {
        decode_v2_members(text);
        decode_v2_member(text);
    } catch (const dfriends::Error&) { // no JSON
    }
    return 0;
}
