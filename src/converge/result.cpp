// SPDX-License-Identifier: Apache-2.0
#include "converge/result.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace dfriends::converge {

namespace {

std::string_view sign_of(const Result& result)
{
    static constexpr std::array<std::string_view, 6> signs{" ", "+", "~", "-/+", "-", "!"};
    if (result.status == Status::failed)
        return "x";
    return signs[static_cast<std::size_t>(result.effect)];
}

std::string quoted_or_none(const std::string& text)
{
    return text.empty() ? "(none)" : printable(text);
}

std::string render_change(const Result& result, const Change& change)
{
    const bool makes = result.effect == Effect::create || result.effect == Effect::act;
    const std::string from = makes && change.from.empty() ? "" : quoted_or_none(change.from) + " -> ";
    const std::string to = makes ? printable(change.to) : quoted_or_none(change.to);
    const std::string note = change.note.empty() ? "" : " (" + printable(change.note) + ")";
    return fmt::format("    {}: {}{}{}\n", change.attribute, from, to, note);
}

std::string render_hint(const Result& result)
{
    return result.hint.empty() ? "" : "    hint: " + printable(result.hint) + "\n";
}

} // namespace

std::string_view name_of(Status status)
{
    static constexpr std::array<std::string_view, 5> names{"unchanged", "changed", "failed", "skipped", "guarded"};
    return names[static_cast<std::size_t>(status)];
}

std::size_t Report::count(Status status) const
{
    return static_cast<std::size_t>(std::ranges::count(results, status, &Result::status));
}

std::string render_result(const Result& result)
{
    if (result.status == Status::unchanged || (result.status == Status::guarded && result.effect == Effect::none))
        return {};
    const std::string address = fmt::format("{}[{}]", result.type, printable(result.name));
    if (result.status == Status::skipped)
        return fmt::format("- {} skipped: {}\n", address, printable(result.reason));
    std::string out = fmt::format("{} {}", sign_of(result), address);
    if (result.status == Status::failed) {
        out += ": " + printable(result.reason) + "\n";
        return out + render_hint(result);
    }
    if (result.effect == Effect::act || result.effect == Effect::update)
        out += " " + result.action;
    out += result.reason.empty() ? "\n" : " (" + printable(result.reason) + ")\n";
    for (const Change& change : result.changes)
        out += render_change(result, change);
    return out + render_hint(result);
}

std::string render_summary(const Report& report, bool planning)
{
    std::size_t created = 0;
    std::size_t removed = 0;
    for (const Result& result : report.results) {
        created += result.status == Status::changed && result.effect == Effect::create ? 1U : 0U;
        removed += result.status == Status::changed && result.effect == Effect::remove ? 1U : 0U;
    }
    const std::size_t changed = report.count(Status::changed) - created - removed;
    const std::size_t skipped = report.count(Status::skipped);
    const std::size_t kept = report.count(Status::unchanged) + report.count(Status::guarded);
    std::string out = planning ? fmt::format("plan: {} to create, {} to change, {} to remove, {} unchanged", created,
                                             changed, removed, kept)
                               : fmt::format("applied: {} created, {} changed, {} removed, {} unchanged", created,
                                             changed, removed, kept);
    if (report.has_failures())
        out += fmt::format(", {} failed, {} skipped", report.count(Status::failed), skipped);
    return out + "\n";
}

} // namespace dfriends::converge
