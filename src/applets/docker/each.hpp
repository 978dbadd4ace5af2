// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/context.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <functional>
#include <string>

namespace dfriends::applets::docker {

/// Does something to each argument, as docker does: a failure is told and the rest still done. Returns the exit code.
template <class Work>
int attempt_each(Context& context, Work work)
{
    context.expect_arguments(1);
    int code = 0;
    for (const std::string& argument : context.arguments) {
        try {
            work(argument);
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::interrupted || error.kind() == ErrorKind::unavailable)
                throw; // the next would fare no better
            context.write_error("Error: " + printable(error.what()) + "\n");
            code = 1;
        }
    }
    return code;
}

/// attempt_each() that prints the arguments with which it went well.
template <class Work>
int for_each_argument(Context& context, Work work)
{
    return attempt_each(context, [&](const std::string& argument) {
        work(argument);
        context.print("{}\n", argument);
    });
}

/// The documents of the arguments as one array, or each by --format, and then what was not to be found. Returns the
/// exit code.
int inspect_each(Context& context, const std::function<std::string(const std::string& name)>& find_document);

} // namespace dfriends::applets::docker
