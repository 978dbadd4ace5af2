// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/applet.hpp"
#include "applets/house/check.hpp"
#include "applets/house/dashboard.hpp"
#include "applets/house/demo/walk.hpp"
#include "applets/house/status.hpp"

#include <string>

namespace dfriends::applets::house {

/// The applets with their verbs and options as one JSON document.
std::string encode_table(std::span<const Applet> applets);
std::string encode_status(const Status& status);
/// What the dashboard polls: the status, and what else it was told.
std::string encode_dashboard(const Status& status, const std::string& host, const std::vector<std::string>& services,
                             const std::vector<Link>& links);
/// A line of the demo's: what became of a step.
std::string encode_step(const demo::StepResult& result);
std::string encode_links(const std::vector<Link>& links);
std::string encode_checks(const std::vector<Check>& checks);

} // namespace dfriends::applets::house
