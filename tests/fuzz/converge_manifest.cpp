// SPDX-License-Identifier: Apache-2.0
// Native manifests: what is accepted is written and read again as the same, and everything else is refused with a
// place.
#include "converge/resource_graph.hpp"
#include "converge/schema.hpp"
#include "converge/yaml/manifest.hpp"

#include <cstdlib>

using namespace dfriends;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    converge::Catalog catalog;
    try {
        catalog = converge::read_yaml_manifest({reinterpret_cast<const char*>(data), size}, "m.yaml");
        converge::check(catalog);
        converge::order_resources(catalog);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::invalid)
            std::abort();
        return 0;
    }
    const std::string written = converge::render_yaml_manifest(catalog);
    if (converge::render_yaml_manifest(converge::read_yaml_manifest(written, "m.yaml")) != written)
        std::abort();
    return 0;
}
