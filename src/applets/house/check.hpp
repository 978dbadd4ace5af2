// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace dfriends::applets {
class Context;
}

namespace dfriends::applets::house {

/// One thing that doctor looked at.
struct Check {
    enum class Verdict { good, warning, bad };

    std::string subject; ///< "engine", "port 3142"
    Verdict verdict = Verdict::good;
    std::string found; ///< what is so
    std::string mend;  ///< what to do about it; empty where nothing is to be done
};

/// Looks at this machine: the engine, what is installed, the ports of the long-running commands, the state directory,
/// the configuration.
std::vector<Check> check_host(Context& context);

} // namespace dfriends::applets::house
