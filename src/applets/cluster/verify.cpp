// SPDX-License-Identifier: Apache-2.0
#include "applets/cluster/verbs.hpp"
#include "applets/context.hpp"
#include "base/error.hpp"
#include "cluster/requirements.hpp"
#include "cluster/service.hpp"
#include "os/file.hpp"

namespace dfriends::applets::cluster {

namespace {

using namespace dfriends::cluster;

/// All that is odd in a unit's file; throws where it cannot be used.
Warnings verify_file(const std::string& path)
{
    const UnitName name = parse_unit_name(normalise_unit_name(path));
    const UnitFile file = UnitFile::parse(os::read_file(path, 1U << 20U), path);
    Warnings warnings = verify_unit(file, name);
    Requirements::read(file, name, warnings).check();
    return warnings;
}

} // namespace

int verify(Context& context)
{
    context.expect_arguments(1);
    for (const std::string& path : context.arguments)
        for (const Warning& warning : verify_file(path))
            context.say(render(warning));
    return 0;
}

} // namespace dfriends::applets::cluster
