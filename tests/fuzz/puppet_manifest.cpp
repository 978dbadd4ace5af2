// SPDX-License-Identifier: Apache-2.0
// A manifest from anybody: it is translated or refused with a place, and nothing else may happen.
#include "converge/puppet/manifest.hpp"

#include <cstdlib>

using namespace dfriends;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    converge::Facts facts;
    facts.hostname = "host";
    facts.distribution = "debian";
    facts.os_family = "debian";
    try {
        const converge::Catalog catalog =
            converge::read_puppet({reinterpret_cast<const char*>(data), size}, "site.pp", facts);
        for (const converge::Resource& resource : catalog.resources)
            if (resource.type.empty() || resource.position.line == 0)
                std::abort();
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::invalid || error.position().file != "site.pp" || error.message().empty())
            std::abort();
    }
    return 0;
}
