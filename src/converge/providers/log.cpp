// SPDX-License-Identifier: Apache-2.0
#include "converge/attributes.hpp"
#include "converge/provider.hpp"

namespace dfriends::converge {

/// Writing a line is no change of the machine: its step has no effect, only a perform.
Step examine_log(const Resource& resource, const std::string&, Scene& scene)
{
    const std::string text = resource.sensitive ? "(sensitive)" : text_or_name(resource, "message");
    return {.effect = Effect::none, .changes = {}, .perform = [&scene, text] { scene.host.say(text); }};
}

} // namespace dfriends::converge
