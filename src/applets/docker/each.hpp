// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/context.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace dfriends::applets::docker {

/// Does something to each argument, as docker does: what went well is printed, a failure is told and the rest still
/// done. Returns the exit code.
template <class Work>
int for_each_argument(Context& context, Work work)
{
    context.expect_arguments(1);
    int code = 0;
    for (const std::string& argument : context.arguments) {
        try {
            work(argument);
            context.print("{}\n", argument);
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::interrupted || error.kind() == ErrorKind::unavailable)
                throw; // the next would fare no better
            context.write_error("Error: " + printable(error.what()) + "\n");
            code = 1;
        }
    }
    return code;
}

/// Documents as one array, or each by --format.
int print_documents(Context& context, const std::vector<std::string>& documents);

} // namespace dfriends::applets::docker
