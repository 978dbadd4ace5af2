// SPDX-License-Identifier: Apache-2.0
#include "converge/puppet/collectors.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace dfriends::converge::puppet {

namespace {

bool names_tag(const std::string& name, const std::string& tag)
{
    if (name == tag)
        return true;
    for (std::size_t at = 0; at != std::string::npos && at < name.size();) {
        const std::size_t end = name.find("::", at);
        if (name.substr(at, end == std::string::npos ? end : end - at) == tag)
            return true;
        at = end == std::string::npos ? end : end + 2;
    }
    return false;
}

/// A resource is tagged with its type and title, with those of what contains it, and with what the attribute `tag` says
/// there.
bool has_tag(const Declaration& declaration, const std::vector<Declaration>& all, const std::string& tag)
{
    for (const Declaration* at = &declaration;; at = &all[at->container]) {
        if (names_tag(at->type, tag) || names_tag(to_lower(at->title), tag))
            return true;
        if (const auto given = at->attributes.find("tag"); given != at->attributes.end())
            for (const Datum& item : to_items(given->second.value))
                if (equal_ignoring_case(to_text(item), tag))
                    return true;
        if (at->container == no_container)
            return false;
    }
}

bool is(const Search& search, const Declaration& declaration, const std::vector<Declaration>& all)
{
    if (search.attribute == "title")
        return equal(declaration.title, search.value);
    if (search.attribute == "tag")
        return has_tag(declaration, all, to_lower(to_text(search.value)));
    const auto given = declaration.attributes.find(search.attribute);
    if (given == declaration.attributes.end())
        return search.value.is_undef();
    if (equal(given->second.value, search.value))
        return true;
    const auto items = given->second.value.as<List>() == nullptr ? std::vector<Datum>() : to_items(given->second.value);
    return std::ranges::any_of(items, [&](const Datum& item) { return equal(item, search.value); });
}

bool finds(const Search& search, const Declaration& declaration, const std::vector<Declaration>& all)
{
    const auto found = [&](const Search& part) { return finds(part, declaration, all); };
    switch (search.kind) {
    case Search::Kind::all:
        return std::ranges::all_of(search.parts, found);
    case Search::Kind::any:
        return std::ranges::any_of(search.parts, found);
    case Search::Kind::is:
        return is(search, declaration, all);
    case Search::Kind::is_not:
        return !is(search, declaration, all);
    }
    return false;
}

} // namespace

bool finds(const Collected& collected, const Declaration& declaration, const std::vector<Declaration>& all)
{
    return declaration.type == collected.type && !collected.exported &&
           (collected.search == nullptr || finds(*collected.search, declaration, all));
}

} // namespace dfriends::converge::puppet
