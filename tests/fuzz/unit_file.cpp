// SPDX-License-Identifier: Apache-2.0
// A unit file as anybody may submit it: whatever is accepted has a canonical form that reads as the same directives.
#include "cluster/unit_file.hpp"

#include "base/error.hpp"
#include "cluster/requirements.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace dfriends;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        const auto file = cluster::UnitFile::parse(text, "fuzz.service");
        for (const auto& directive : file.directives())
            for (std::size_t at = 0; at <= directive.value.size(); at += 7)
                if (directive.position(at).line == 0)
                    std::abort();
        if (file.hash().size() != 40)
            std::abort();
        cluster::Warnings warnings;
        const auto requirements = cluster::Requirements::read(file, cluster::parse_unit_name("a@b.service"), warnings);
        static_cast<void>(requirements.repels("a@c.service"));
        requirements.check();
    } catch (const Error&) { // what is no unit file is refused
    }
    return 0;
}
