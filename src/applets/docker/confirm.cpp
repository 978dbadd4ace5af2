// SPDX-License-Identifier: Apache-2.0
#include "applets/docker/confirm.hpp"

#include <iostream>

namespace dfriends::applets::docker {

bool confirms(Context& context, const std::string& question)
{
    context.print("{} [y/N] ", question);
    std::string answer;
    std::getline(std::cin, answer);
    return answer == "y" || answer == "Y";
}

} // namespace dfriends::applets::docker
