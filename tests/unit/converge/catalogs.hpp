// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/attributes.hpp"
#include "converge/facts.hpp"
#include "converge/schema.hpp"

#include <string>
#include <string_view>

namespace dfriends::converge {

/// A machine for the front ends to translate for.
inline Facts debian_machine()
{
    Facts facts;
    facts.hostname = "web1";
    facts.fqdn = "web1.example";
    facts.domain = "example";
    facts.ipaddress = "192.0.2.7";
    facts.os_family = "debian";
    facts.distribution = "debian";
    facts.distribution_version = "12";
    facts.distribution_codename = "bookworm";
    facts.kernel = "Linux";
    facts.kernel_release = "6.1.0-18-amd64";
    facts.architecture = "x86_64";
    facts.processors = 4;
    return facts;
}

/// A catalog that has passed the check against the table, too.
inline Catalog checked(Catalog catalog)
{
    check(catalog);
    return catalog;
}

/// An attribute as text; "(none)" where it is not given.
inline std::string value(const Resource& resource, std::string_view attribute)
{
    const Value* found = find_attribute(resource, attribute);
    return found == nullptr ? "(none)" : scalar_text(*found);
}

/// What the log resources of a catalog say, in its order, with '|' between them.
inline std::string messages_of(const Catalog& catalog)
{
    std::string all;
    for (const Resource& resource : catalog.resources)
        all += (all.empty() ? "" : "|") + text_or_name(resource, "message");
    return all;
}

} // namespace dfriends::converge
