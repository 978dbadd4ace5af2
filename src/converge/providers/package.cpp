// SPDX-License-Identifier: Apache-2.0
#include "converge/attributes.hpp"
#include "converge/provider.hpp"
#include "converge/providers/package_tool.hpp"

namespace dfriends::converge {

Step examine_package(const Resource& resource, const std::string& action, Scene& scene)
{
    const PackageTool tool(scene.host);
    auto names = list_of(resource, "package");
    if (names.empty())
        names = {resource.name};
    const auto version = find_text(resource, "version");
    const bool is_gone = action == "remove" || action == "purge";
    Step step;
    std::vector<std::string> missing;
    for (const std::string& name : names) {
        const auto installed = tool.installed_version(name);
        if (is_gone) {
            const bool is_left = installed || (action == "purge" && tool.has_left_files(name));
            if (is_left) {
                const std::string from = installed.value_or("its configuration");
                step.changes.push_back({names.size() == 1 ? "version" : name, from, ""});
                missing.push_back(name);
            }
            continue;
        }
        auto wanted = version;
        if (action == "upgrade" && !wanted)
            wanted = tool.newest_version(name);
        if (installed && (!wanted || *wanted == *installed))
            continue;
        step.changes.push_back(
            {names.size() == 1 ? "version" : name, installed.value_or(""), wanted.value_or("installed")});
        step.effect = installed ? Effect::update : step.effect == Effect::none ? Effect::create : step.effect;
        missing.push_back(version ? tool.versioned(name, *version) : name);
    }
    if (missing.empty())
        return {};
    if (is_gone)
        step.effect = Effect::remove;
    step.perform = [tool, missing, action, options = list_of(resource, "options")] {
        if (action == "purge")
            tool.purge(missing, options);
        else if (action == "remove")
            tool.remove(missing, options);
        else
            tool.install(missing, options);
    };
    return step;
}

} // namespace dfriends::converge
