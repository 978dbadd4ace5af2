// SPDX-License-Identifier: Apache-2.0
#include "paas/debian/packages.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cctype>

namespace dfriends::paas::debian {

namespace {

constexpr std::size_t longest_line = 256 * 1024;
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

} // namespace

bool is_package_name(std::string_view name)
{
    const auto is_letter_or_digit = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    const auto fits = [&](char c) { return is_letter_or_digit(c) || c == '+' || c == '-' || c == '.'; };
    return name.size() >= 2 && name.size() <= 128 && is_letter_or_digit(name[0]) && std::ranges::all_of(name, fits);
}

bool is_inner_path(std::string_view path)
{
    if (path.empty() || path.size() > 1024)
        return false;
    if (std::ranges::any_of(path, [](unsigned char c) { return c <= 0x20 || c == 0x7f; }))
        return false;
    return std::ranges::none_of(split(path, '/'),
                                [](std::string_view s) { return s.empty() || s == ".." || s == "."; });
}

bool is_sha256(std::string_view text)
{
    return text.size() == 64 && std::ranges::all_of(text, [](unsigned char c) { return std::isxdigit(c) != 0; });
}

void Packages::add(Package package)
{
    const auto [place, added] = packages_.emplace(package.name, Package());
    if (!added)
        return;
    place->second = std::move(package);
    const Package& kept = place->second;
    for (const auto& alternatives : parse_relations(kept.provides))
        for (const Alternative& virtual_name : alternatives)
            providers_[std::string(virtual_name.name)].emplace(kept.name, &kept);
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

void PackagesReader::feed(std::string_view piece)
{
    while (!piece.empty()) {
        const auto end = piece.find('\n');
        const auto part = piece.substr(0, end);
        if (rest_.size() + part.size() > longest_line) {
            skipping_ = true;
            rest_.clear();
        }
        if (end == std::string_view::npos) {
            if (!skipping_)
                rest_ += part;
            return;
        }
        if (skipping_) {
            skipping_ = false;
        } else if (rest_.empty()) {
            line(part);
        } else {
            rest_ += part;
            line(rest_);
        }
        rest_.clear();
        piece.remove_prefix(end + 1);
    }
}

void PackagesReader::finish()
{
    if (!skipping_ && !rest_.empty())
        line(rest_);
    rest_.clear();
    end_stanza();
}

void PackagesReader::line(std::string_view text)
{
    if (text.ends_with('\r'))
        text.remove_suffix(1);
    if (text.empty())
        return end_stanza();
    if (text.front() == ' ' || text.front() == '\t')
        return; // no field that counts here goes over several lines
    const auto colon = text.find(':');
    if (colon != std::string_view::npos)
        field(text.substr(0, colon), trim(text.substr(colon + 1)));
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
    else if (name == "Provides")
        package_.provides = value;
    else if (name == "Filename")
        package_.path = is_inner_path(value) ? value : std::string_view();
    else if (name == "Size")
        package_.size = parse_unsigned(value).value_or(0);
    else if (name == "SHA256")
        package_.sha256 = is_sha256(value) ? to_lower(value) : std::string();
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

} // namespace dfriends::paas::debian
