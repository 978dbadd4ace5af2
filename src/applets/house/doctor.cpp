// SPDX-License-Identifier: Apache-2.0
#include "applets/context.hpp"
#include "applets/house/check.hpp"
#include "applets/house/verbs.hpp"
#include "applets/house/wire.hpp"
#include "cli/table_output.hpp"

#include <algorithm>

namespace dfriends::applets::house {

namespace {

std::string render_verdict(Check::Verdict verdict, const cli::Colour& colour)
{
    switch (verdict) {
    case Check::Verdict::good:
        return colour.green("ok  ");
    case Check::Verdict::warning:
        return colour.yellow("warn");
    case Check::Verdict::bad:
        break;
    }
    return colour.red("bad ");
}

} // namespace

int doctor(Context& context)
{
    context.expect_arguments(0, 0);
    const std::vector<Check> checks = check_host(context);
    const bool is_well =
        std::ranges::none_of(checks, [](const Check& check) { return check.verdict == Check::Verdict::bad; });
    if (context.global.json) {
        context.write(encode_checks(checks));
        return is_well ? 0 : 1;
    }
    for (const Check& check : checks) {
        context.print("{}  {}: {}\n", render_verdict(check.verdict, context.out_colour), check.subject, check.found);
        if (!check.mend.empty())
            context.print("      {}\n", check.mend);
    }
    return is_well ? 0 : 1;
}

} // namespace dfriends::applets::house
