// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/context.hpp"
#include "applets/house/demo/ledger.hpp"

namespace dfriends::applets::house::demo {

/// Where the demo keeps what is its own: --state-dir, else /var/lib/dfriends-demo for root.
os::Path folder_of(const Context& context);

/// Ends and removes all that the ledger and the marks tell of, and the ledger's folder at last. What cannot be removed
/// does not keep the rest from going: it is named in an Error(failed), and the ledger stays for the next try.
void remove_everything(Context& context, const Ledger& ledger);

/// True while each service that the ledger tells of runs.
bool is_alive(const Ledger& ledger);

} // namespace dfriends::applets::house::demo
