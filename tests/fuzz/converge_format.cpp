// SPDX-License-Identifier: Apache-2.0
// Formatting a file of each language: what is formatted is not changed again, and everything else is refused with a
// place. That it says the same is seen by format() itself.
#include "base/error.hpp"
#include "converge/format.hpp"

#include <cstdint>
#include <cstdlib>

using namespace dfriends;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const std::string file : {"f.rb", "f.pp", "f.yaml"}) {
        std::string formatted;
        try {
            formatted = converge::format(text, file);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::invalid || error.message().empty())
                std::abort();
            continue;
        }
        if (converge::format(formatted, file) != formatted)
            std::abort();
        converge::render_format_diff(text, formatted, file);
    }
    return 0;
}
