// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/provider.hpp"

#include <string>

namespace dfriends::converge {

/// The label that says what an image was built from: a digest of its context, Dockerfile, arguments and target.
inline constexpr auto context_label = "dfriends.converge.context";

/// Builds the image where there is none, or where it was built from something else.
Step build_image(const Resource& resource, const std::string& action, const std::string& image, Scene& scene);

} // namespace dfriends::converge
