// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/puppet/syntax.hpp"
#include "converge/source.hpp"

namespace dfriends::converge::puppet {

/// The statements of a manifest as a block node. Throws Error(invalid) at the place, also for what is outside the
/// subset.
Node parse(const Source& source);

/// What the calls are named that an EPP template's text and its <%= … %> become; no manifest can write such names.
constexpr std::string_view epp_text = "text of the template";
constexpr std::string_view epp_value = "value in the template";

/// An EPP template as parameters and a block; integer 1: it names its parameters, be it none. Places are those of the
/// template.
Node parse_epp(const Source& source);

} // namespace dfriends::converge::puppet
