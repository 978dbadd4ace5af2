// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "log/log.hpp"
#include "paas/installation.hpp"
#include "paas/setup_page.hpp"

#include <memory>
#include <string>

namespace dfriends::applets::paas {

/// A new one-time token for the setup page; the one before is worth nothing from now on.
std::string make_setup_token(dfriends::paas::Apps& apps);

/// The page, for the token that is open now; null where the setup is done.
std::unique_ptr<dfriends::paas::SetupPage>
make_setup_page(dfriends::paas::Apps& apps, const dfriends::paas::Installation& installation, std::uint16_t port);

} // namespace dfriends::applets::paas
