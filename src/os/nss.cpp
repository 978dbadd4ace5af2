// SPDX-License-Identifier: Apache-2.0
#include "os/nss.hpp"

#if __has_include(<nss.h>)
#include <nss.h>
#endif

namespace dfriends::os {

void use_built_in_name_services() noexcept
{
#if __has_include(<nss.h>)
    __nss_configure_lookup("hosts", "files dns");
    __nss_configure_lookup("passwd", "files");
    __nss_configure_lookup("group", "files");
#endif
}

} // namespace dfriends::os
