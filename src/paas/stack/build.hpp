// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/client.hpp"
#include "paas/banner.hpp"

#include <string>
#include <vector>

namespace dfriends::paas {

struct StackOptions {
    std::string image = "dfriends/stack"; ///< reference of what is made
    std::string mirror;                   ///< "http://mirror.example/debian"; empty: what this host's apt uses
    std::string suite = "bookworm";
    std::string proxy;                 ///< "http://172.17.0.1:3142"; empty: none
    std::vector<std::string> packages; ///< beside the base
    std::vector<std::string> labels;   ///< "KEY=VALUE", of the image and of what is made on the way
};

/// What an app with Node.js needs to be built and to run.
std::vector<std::string> stack_packages();

/// Makes an image of a Debian system from a mirror; needs nothing but the engine: no registry, no debootstrap, no root.
/// The banner gets the steps and how long each took. Returns the image's id. Nothing is left of a failed try, and an
/// image that had the name before keeps it then.
net::Task<std::string> build_stack(engine::Client& engine, StackOptions options, Banner banner);

} // namespace dfriends::paas
