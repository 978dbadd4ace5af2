// SPDX-License-Identifier: Apache-2.0
#include "debian/resolve.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <set>
#include <unordered_set>

namespace dfriends::debian {

namespace {

constexpr std::size_t most_chosen = 10'000;

/// A walk through what packages need, without recursion: a hostile index may chain any number of them.
class Walk {
  public:
    /// `missing` takes the names of dependencies that the suite does not have; null: they are errors.
    Walk(const Packages& packages, std::string_view architecture, std::set<std::string>* missing = nullptr,
         bool recommends = false)
        : packages_(packages), architecture_(architecture), missing_(missing), recommends_(recommends)
    {
    }

    /// From now on the package is preferred to other alternatives.
    void prefer(const Package& package) { chosen_.insert(&package); }
    /// Appends the package and all that it needs and is not there yet.
    void visit(const Package& first, bool base);
    std::vector<Chosen> take() { return std::move(order_); }

  private:
    struct Step {
        const Package* package;
        std::vector<std::vector<Alternative>> needs;
        std::size_t strict = 0; ///< so many of them are dependencies, the rest recommendations
        std::size_t next = 0;
    };

    Step begin(const Package& package);
    const Package* pick(const std::vector<Alternative>& alternatives, const Package& wanter, bool strict) const;
    const Package* find_chosen(const Alternative& alternative) const;
    const Package* find_any(const Alternative& alternative) const;

    const Packages& packages_;
    std::string_view architecture_;
    std::set<std::string>* missing_;
    bool recommends_;
    std::unordered_set<const Package*> chosen_;
    std::unordered_set<const Package*> visited_;
    std::vector<Chosen> order_;
};

Walk::Step Walk::begin(const Package& package)
{
    chosen_.insert(&package);
    visited_.insert(&package);
    if (visited_.size() > most_chosen)
        throw Error(ErrorKind::invalid, "more than {} packages would be installed", most_chosen);
    Step step{&package, parse_relations(package.pre_depends)};
    for (auto& relation : parse_relations(package.depends))
        step.needs.push_back(std::move(relation));
    step.strict = step.needs.size();
    if (recommends_)
        for (auto& relation : parse_relations(package.recommends))
            step.needs.push_back(std::move(relation));
    return step;
}

void Walk::visit(const Package& first, bool base)
{
    if (visited_.contains(&first))
        return;
    std::vector<Step> steps{begin(first)};
    while (!steps.empty()) {
        Step& step = steps.back();
        if (step.next == step.needs.size()) {
            order_.push_back({step.package, base});
            steps.pop_back();
            continue;
        }
        const bool strict = step.next < step.strict;
        const Package* needed = pick(step.needs[step.next++], *step.package, strict);
        if (needed != nullptr && !visited_.contains(needed))
            steps.push_back(begin(*needed));
    }
}

const Package* Walk::find_chosen(const Alternative& alternative) const
{
    const Package* real = packages_.find(alternative.name);
    if (real != nullptr && chosen_.contains(real))
        return real;
    for (const Package* provider : packages_.providers(alternative.name))
        if (chosen_.contains(provider))
            return provider;
    return nullptr;
}

const Package* Walk::find_any(const Alternative& alternative) const
{
    if (const Package* real = packages_.find(alternative.name))
        return real;
    const auto providers = packages_.providers(alternative.name);
    return providers.empty() ? nullptr : providers.front();
}

/// Null where no alternative is meant for this architecture, or none is there and that is no error.
const Package* Walk::pick(const std::vector<Alternative>& alternatives, const Package& wanter, bool strict) const
{
    std::vector<Alternative> fitting;
    std::ranges::copy_if(alternatives, std::back_inserter(fitting),
                         [&](const Alternative& one) { return one.applies_to(architecture_); });
    for (const Alternative& alternative : fitting)
        if (const Package* found = find_chosen(alternative))
            return found;
    for (const Alternative& alternative : fitting)
        if (const Package* found = find_any(alternative))
            return found;
    if (fitting.empty() || !strict)
        return nullptr;
    if (missing_ != nullptr) {
        missing_->emplace(fitting.front().name);
        return nullptr;
    }
    throw Error(ErrorKind::not_found, "there is no package '{}', which '{}' depends on", fitting.front().name,
                wanter.name);
}

const Package& find_wanted(const Packages& packages, const std::string& name)
{
    if (const Package* real = packages.find(name))
        return *real;
    const auto providers = packages.providers(name);
    if (providers.empty())
        throw Error(ErrorKind::not_found, "there is no package '{}', which the stack wants", printable(name))
            .hint("look the name up at https://packages.debian.org/, or take another suite");
    return *providers.front();
}

} // namespace

std::vector<Chosen> resolve(const Packages& packages, const std::vector<std::string>& wanted,
                            std::string_view architecture)
{
    std::vector<const Package*> base;
    std::vector<const Package*> more;
    for (const auto& [name, package] : packages.all())
        if (package.essential || package.required)
            base.push_back(&package);
    if (base.empty())
        throw Error(ErrorKind::invalid, "the mirror lists no essential package: this is no whole suite");
    // The file system is merged from the beginning: nothing is left to do for usrmerge, which would bring perl along.
    if (const Package* merged = packages.find("usr-is-merged"))
        base.push_back(merged);
    if (const Package* apt = packages.find("apt"))
        more.push_back(apt);
    for (const std::string& name : wanted)
        more.push_back(&find_wanted(packages, name));

    Walk walk(packages, architecture);
    std::ranges::for_each(base, [&](const Package* package) { walk.prefer(*package); });
    std::ranges::for_each(more, [&](const Package* package) { walk.prefer(*package); });
    std::ranges::for_each(base, [&](const Package* package) { walk.visit(*package, true); });
    std::ranges::for_each(more, [&](const Package* package) { walk.visit(*package, false); });
    return walk.take();
}

Need resolve_beside_base(const Packages& packages, const std::vector<std::string>& wanted,
                         std::string_view architecture, bool recommends)
{
    std::set<std::string> lacks_of_base;
    std::unordered_set<const Package*> base;
    Walk base_walk(packages, architecture, &lacks_of_base);
    for (const auto& [name, package] : packages.all())
        if (package.essential || package.required)
            base_walk.visit(package, true);
    for (const Chosen& chosen : base_walk.take())
        base.insert(chosen.package);

    std::vector<const Package*> first;
    for (const std::string& name : wanted) {
        const auto providers = packages.providers(name);
        if (const Package* real = packages.find(name))
            first.push_back(real);
        else if (!providers.empty())
            first.push_back(providers.front());
    }
    std::set<std::string> missing;
    Walk walk(packages, architecture, &missing, recommends);
    std::ranges::for_each(base, [&](const Package* package) { walk.prefer(*package); });
    std::ranges::for_each(first, [&](const Package* package) { walk.prefer(*package); });
    std::ranges::for_each(first, [&](const Package* package) { walk.visit(*package, false); });
    Need need;
    for (const Chosen& chosen : walk.take())
        if (!base.contains(chosen.package) || std::ranges::find(first, chosen.package) != first.end())
            need.packages.push_back(chosen.package);
    need.missing.assign(missing.begin(), missing.end());
    return need;
}

} // namespace dfriends::debian
