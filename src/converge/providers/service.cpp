// SPDX-License-Identifier: Apache-2.0
#include "converge/attributes.hpp"
#include "converge/provider.hpp"
#include "converge/providers/service_tool.hpp"

namespace dfriends::converge {

Step examine_service(const Resource& resource, const std::string& action, Scene& scene)
{
    const ServiceTool tool(scene.host);
    const std::string name = text_or_name(resource, "service");
    Step step{.effect = Effect::update, .changes = {}, .perform = [tool, name, action] { tool.act(name, action); }};
    if (action == "start" || action == "stop") {
        const bool wanted = action == "start";
        if (tool.is_running(name) == wanted)
            return {};
        step.changes = {{"running", wanted ? "no" : "yes", wanted ? "yes" : "no"}};
    } else if (action == "enable" || action == "disable") {
        const bool wanted = action == "enable";
        if (tool.is_enabled(name) == wanted)
            return {};
        step.changes = {{"enabled", wanted ? "no" : "yes", wanted ? "yes" : "no"}};
    } else {
        step.effect = Effect::act;
    }
    return step;
}

} // namespace dfriends::converge
