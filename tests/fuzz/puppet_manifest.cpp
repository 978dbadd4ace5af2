// SPDX-License-Identifier: Apache-2.0
// A Puppet manifest from anybody: it is translated or refused with a place, and nothing else may happen. What it needs
// and tells is in the catalog.
#include "converge/puppet/manifest.hpp"

#include <cstdlib>
#include <set>
#include <utility>

using namespace dfriends;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    converge::Facts facts;
    facts.hostname = "host";
    facts.fqdn = "host.example";
    facts.distribution = "debian";
    facts.os_family = "debian";
    try {
        const converge::Catalog catalog =
            converge::read_puppet({reinterpret_cast<const char*>(data), size}, "manifest.pp", facts);
        std::set<std::pair<std::string, std::string>> known;
        for (const converge::Resource& resource : catalog.resources) {
            if (resource.type.empty() || resource.position.line == 0)
                std::abort();
            known.emplace(resource.type, resource.name);
        }
        for (const converge::Resource& resource : catalog.resources) {
            for (const converge::Reference& reference : resource.requires_)
                if (!known.contains({reference.type, reference.name}))
                    std::abort();
            for (const converge::Notification& told : resource.notifications)
                if (!known.contains({told.target.type, told.target.name}))
                    std::abort();
        }
    } catch (const Error& error) {
        // A template within has a name that says where it stands.
        const std::string& file = error.position().file;
        const bool is_ours = file == "manifest.pp" || file.starts_with("template in manifest.pp:");
        if (error.kind() != ErrorKind::invalid || !is_ours || error.message().empty())
            std::abort();
    }
    return 0;
}
