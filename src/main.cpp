// SPDX-License-Identifier: Apache-2.0
#include "applets/dispatch.hpp"
#include "os/nss.hpp"

#include <string>
#include <vector>

int main(int count, char** words)
{
    dfriends::os::use_built_in_name_services();
    return dfriends::applets::dispatch(std::vector<std::string>(words, words + count));
}
