// SPDX-License-Identifier: Apache-2.0
// The value of an Exec directive as a hostile unit may have it.
#include "cluster/unit_command.hpp"

#include "base/error.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace dfriends;
    using namespace dfriends::cluster;
    static const Specifiers specifiers(parse_unit_name("a-b@c\\x2dd.service"), Machine{.id = "m", .host_name = "h"});
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        const UnitFile file = UnitFile::parse("[Service]\nExecStart=" + std::string(text), "fuzz.service");
        for (const Directive& directive : file.directives()) {
            Warnings warnings;
            for (const UnitCommand& command : parse_commands(directive, specifiers, warnings)) {
                if (command.program.empty() || command.words.empty())
                    std::abort();
                expand_variables(command, {{"A", "x y"}, {"B", ""}});
            }
        }
    } catch (const Error&) { // what is no command line is refused
    }
    return 0;
}
