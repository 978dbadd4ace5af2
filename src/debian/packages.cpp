// SPDX-License-Identifier: Apache-2.0
#include "debian/packages.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "debian/release_file.hpp"
#include "debian/version.hpp"

#include <algorithm>
#include <functional>

namespace dfriends::debian {

namespace {

constexpr std::size_t most_packages = 500'000;

bool is_version(std::string_view version)
{
    const auto fits = [](unsigned char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '+' ||
               c == '-' || c == '~' || c == ':';
    };
    return !version.empty() && version.size() <= 200 && std::ranges::all_of(version, fits);
}

/// The text between a bracket and its end.
std::string_view between(std::string_view text, char begin, char end)
{
    const auto from = text.find(begin);
    if (from == text.npos)
        return {};
    const auto to = text.find(end, from);
    return to == text.npos ? std::string_view() : trim(text.substr(from + 1, to - from - 1));
}

void for_each_provided(const Package& package, const std::function<void(std::string_view)>& visit)
{
    for (const auto& alternatives : parse_relations(package.provides))
        for (const Alternative& virtual_name : alternatives)
            visit(virtual_name.name);
}

} // namespace

bool is_package_name(std::string_view name)
{
    const auto is_letter_or_digit = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    const auto fits = [&](char c) { return is_letter_or_digit(c) || c == '+' || c == '-' || c == '.'; };
    return name.size() >= 2 && name.size() <= 128 && is_letter_or_digit(name[0]) && std::ranges::all_of(name, fits);
}

void Packages::add(Package package)
{
    const auto [place, added] = packages_.emplace(package.name, Package());
    Package& kept = place->second;
    if (!added) {
        if (compare_versions(package.version, kept.version) <= 0)
            return;
        for_each_provided(kept, [&](std::string_view name) {
            if (const auto entry = providers_.find(name); entry != providers_.end())
                entry->second.erase(kept.name);
        });
    }
    kept = std::move(package);
    for_each_provided(kept, [&](std::string_view name) { providers_[std::string(name)].emplace(kept.name, &kept); });
}

const Package* Packages::find(std::string_view name) const
{
    const auto found = packages_.find(name);
    return found == packages_.end() ? nullptr : &found->second;
}

std::vector<const Package*> Packages::providers(std::string_view name) const
{
    std::vector<const Package*> found;
    if (const auto entry = providers_.find(name); entry != providers_.end())
        for (const auto& [_, package] : entry->second)
            found.push_back(package);
    return found;
}

void PackagesReader::field(std::string_view name, std::string_view value)
{
    if (name == "Package")
        package_.name = is_package_name(value) ? value : std::string_view();
    else if (name == "Version")
        package_.version = is_version(value) ? value : std::string_view();
    else if (name == "Architecture")
        package_.architecture = value;
    else if (name == "Essential")
        package_.essential = value == "yes";
    else if (name == "Priority")
        package_.required = value == "required";
    else if (name == "Pre-Depends")
        package_.pre_depends = value;
    else if (name == "Depends")
        package_.depends = value;
    else if (name == "Recommends")
        package_.recommends = value;
    else if (name == "Provides")
        package_.provides = value;
    else if (name == "Filename")
        package_.path = is_inner_path(value) && value.find(' ') == value.npos ? value : std::string_view();
    else if (name == "Size")
        package_.size = parse_unsigned(value).value_or(0);
    else if (name == "SHA256")
        package_.sha256 = crypto::is_digest(crypto::Algorithm::sha256, value) ? to_lower(value) : std::string();
}

void PackagesReader::end_stanza()
{
    Package package = std::exchange(package_, {});
    if (package.name.empty() || package.version.empty() || package.path.empty() || package.size == 0 ||
        package.sha256.empty())
        return;
    if (package.architecture != architecture_ && package.architecture != "all")
        return;
    if (packages_.all().size() >= most_packages)
        throw Error(ErrorKind::invalid, "the mirror lists more than {} packages", most_packages);
    package.mirror = mirror_;
    packages_.add(std::move(package));
}

bool Alternative::applies_to(std::string_view architecture) const
{
    if (architectures.empty())
        return true;
    const auto listed = words(architectures);
    const bool excludes = listed.front().starts_with('!'); // all of them have it, or none
    const auto is_this = [&](std::string_view word) {
        if (word.starts_with('!'))
            word.remove_prefix(1);
        return word == architecture || word == "any" || word == "linux-any";
    };
    return std::ranges::any_of(listed, is_this) != excludes;
}

std::vector<std::vector<Alternative>> parse_relations(std::string_view field)
{
    std::vector<std::vector<Alternative>> relations;
    for (const std::string_view relation : split(field, ',')) {
        std::vector<Alternative> alternatives;
        for (const std::string_view text : split(relation, '|')) {
            const std::string_view name = trim(text.substr(0, text.find_first_of("([<:")));
            if (is_package_name(name))
                alternatives.push_back({name, between(text, '[', ']')});
        }
        if (!alternatives.empty())
            relations.push_back(std::move(alternatives));
    }
    return relations;
}

} // namespace dfriends::debian
