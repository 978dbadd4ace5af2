// SPDX-License-Identifier: Apache-2.0
#include "cluster/requirements.hpp"

#include "base/suggest.hpp"
#include "base/text.hpp"
#include "cluster/specifiers.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace dfriends::cluster {

namespace {

enum class Key { machine_id, machine_of, machine_metadata, conflicts, global, replaces };

struct Name {
    std::string_view name;
    Key key;
    int rank; ///< of several machine ids, the newest name's counts
};

constexpr std::array names{
    Name{"MachineID", Key::machine_id, 0},
    Name{"X-ConditionMachineID", Key::machine_id, 1},
    Name{"X-ConditionMachineBootID", Key::machine_id, 2},
    Name{"MachineOf", Key::machine_of, 0},
    Name{"X-ConditionMachineOf", Key::machine_of, 1},
    Name{"MachineMetadata", Key::machine_metadata, 0},
    Name{"X-ConditionMachineMetadata", Key::machine_metadata, 1},
    Name{"Conflicts", Key::conflicts, 0},
    Name{"X-Conflicts", Key::conflicts, 1},
    Name{"Global", Key::global, 0},
    Name{"Replaces", Key::replaces, 0},
};

bool is_truthy(std::string_view text)
{
    return std::ranges::any_of(std::array<std::string_view, 5>{"true", "yes", "1", "on", "t"},
                               [&](std::string_view word) { return equal_ignoring_case(text, word); });
}

void warn_unknown(const Directive& directive, const UnitName& unit, Warnings& warnings)
{
    std::vector<std::string> candidates;
    for (const Name& row : names)
        candidates.emplace_back(row.name);
    const std::string plain = directive.name.starts_with("X-") ? directive.name.substr(2) : directive.name;
    std::string hint = did_you_mean(directive.name, candidates);
    for (const Name& row : names) // MachineId, X-Global: right but for the case or the prefix
        if (equal_ignoring_case(row.name, plain))
            hint = fmt::format("did you mean '{}'?", row.name);
    warnings.push_back(
        {directive.name_position, fmt::format("Unit {}: unrecognized requirement in [X-Fleet] section: \"{}\"{}",
                                              unit.full, directive.name, hint.empty() ? "" : "; " + hint)});
}

/// «k=v» with exactly one '=' and both sides; anything else is overlooked, as fleet does.
void add_metadata(Requirements& requirements, const std::string& item, const Directive& directive, Warnings& warnings)
{
    const auto [key, value] = split_once(item, '=');
    if (key.empty() || value.empty() || value.find('=') != value.npos) {
        warnings.push_back(
            {directive.position(), fmt::format("'{}' is not of the form KEY=VALUE and is ignored", item)});
        return;
    }
    requirements.machine_metadata[std::string(key)].insert(std::string(value));
}

void add_words(std::vector<std::string>& to, std::string_view text)
{
    for (const std::string_view word : words(text))
        to.emplace_back(word);
}

/// Applies the directives of one name; the order of names is fleet's, new before old.
class RequirementsReader {
  public:
    RequirementsReader(const UnitName& unit, Warnings& warnings) : unit_(unit), warnings_(warnings) {}

    void apply(const Name& row, const Directive& directive)
    {
        for (const std::string& raw : split_multivalue(directive.value)) {
            const std::string item = expand_name_specifiers(raw, unit_);
            switch (row.key) {
            case Key::machine_id:
                take_machine_id(row.rank, item);
                break;
            case Key::machine_of:
                requirements_.machine_of.push_back(item);
                break;
            case Key::machine_metadata:
                add_metadata(requirements_, item, directive, warnings_);
                break;
            case Key::conflicts:
                add_words(requirements_.conflicts, item);
                break;
            case Key::global:
                requirements_.global = is_truthy(item);
                break;
            case Key::replaces:
                add_words(requirements_.replaces, item);
                break;
            }
        }
    }

    Requirements take() { return std::move(requirements_); }

  private:
    void take_machine_id(int rank, const std::string& id)
    {
        if (requirements_.machine_id && rank >= machine_id_rank_)
            return; // the first one counts
        requirements_.machine_id = id;
        machine_id_rank_ = rank;
    }

    const UnitName& unit_;
    Warnings& warnings_;
    Requirements requirements_;
    int machine_id_rank_ = 0;
};

/// A character set at the head of a pattern: its length, and whether it has the character. Nothing where malformed.
struct SetStep {
    std::size_t length;
    bool matches;
};

std::optional<char> take_set_character(std::string_view& rest)
{
    if (rest.empty() || rest[0] == '-' || rest[0] == ']')
        return std::nullopt;
    const bool quoted = rest[0] == '\\';
    if (quoted && rest.size() < 2)
        return std::nullopt;
    const char c = rest[quoted ? 1 : 0];
    rest.remove_prefix(quoted ? 2 : 1);
    return c;
}

std::optional<SetStep> match_set(std::string_view pattern, char c)
{
    std::string_view rest = pattern.substr(1);
    const bool negated = rest.starts_with('^');
    if (negated)
        rest.remove_prefix(1);
    bool inside = false;
    for (bool first = true; first || !rest.starts_with(']'); first = false) {
        const auto low = take_set_character(rest);
        if (!low)
            return std::nullopt;
        char high = *low;
        if (rest.starts_with('-')) {
            rest.remove_prefix(1);
            const auto end = take_set_character(rest);
            if (!end)
                return std::nullopt;
            high = *end;
        }
        if (rest.empty())
            return std::nullopt;
        inside = inside || (*low <= c && c <= high);
    }
    return SetStep{pattern.size() - rest.size() + 1, inside != negated};
}

/// One element of a pattern against one character; nothing where the pattern is malformed.
std::optional<SetStep> match_one(std::string_view pattern, char c)
{
    switch (pattern[0]) {
    case '[':
        return match_set(pattern, c);
    case '?':
        return SetStep{1, c != '/'};
    case '\\':
        return pattern.size() < 2 ? std::nullopt : std::optional<SetStep>({2, pattern[1] == c});
    default:
        return SetStep{1, pattern[0] == c};
    }
}

bool is_well_formed(std::string_view pattern)
{
    while (!pattern.empty()) {
        const auto step = match_one(pattern, 'a');
        if (!step)
            return false;
        pattern.remove_prefix(step->length);
    }
    return true;
}

} // namespace

Requirements Requirements::read(const UnitFile& file, const UnitName& unit, Warnings& warnings)
{
    RequirementsReader reader(unit, warnings);
    for (const Directive& directive : file.directives()) {
        if (directive.section != "X-Fleet")
            continue;
        const auto row = std::ranges::find(names, directive.name, &Name::name);
        if (row == names.end())
            warn_unknown(directive, unit, warnings);
        else
            reader.apply(*row, directive);
    }
    return reader.take();
}

void Requirements::check() const
{
    const auto refuse = [](std::string_view why) { throw Error(ErrorKind::invalid, "{}", why); };
    for (const std::string& peer : machine_of) {
        for (const std::string& glob : conflicts)
            if (unit_glob_match(glob, peer))
                refuse(fmt::format("unresolvable requirements: peer \"{}\" matches conflict \"{}\"", peer, glob));
        for (const std::string& glob : replaces)
            if (unit_glob_match(glob, peer))
                refuse(fmt::format("unresolvable requirements: peer \"{}\" matches replace \"{}\"", peer, glob));
    }
    if (machine_id && !machine_of.empty())
        refuse("MachineID cannot be used with Peers");
    if (machine_id && !conflicts.empty())
        refuse("MachineID cannot be used with Conflicts");
    if (machine_id && global)
        refuse("MachineID cannot be used with Global");
    if (machine_id && !replaces.empty())
        refuse("MachineID cannot be used with Replaces");
    if (global && !machine_of.empty())
        refuse("Global cannot be used with Peers");
    if (global && !replaces.empty())
        refuse("Global cannot be used with Replaces");
    if (!conflicts.empty() && !replaces.empty())
        refuse("Conflicts cannot be used with Replaces");
}

bool Requirements::repels(std::string_view unit) const
{
    return std::ranges::any_of(conflicts, [&](const std::string& glob) { return unit_glob_match(glob, unit); });
}

std::vector<std::string> split_multivalue(std::string_view value)
{
    if (!value.starts_with('"') || !value.ends_with('"'))
        return {std::string(value)};
    std::vector<std::string> items;
    std::string item;
    bool quoted = false;
    for (const char c : value) {
        if (c == '"') {
            quoted = !quoted;
        } else if (c == ' ' && !quoted) {
            items.push_back(std::exchange(item, {}));
        } else {
            item += c;
        }
    }
    items.push_back(std::move(item));
    return items;
}

bool unit_glob_match(std::string_view pattern, std::string_view name)
{
    if (!is_well_formed(pattern))
        return false;
    std::size_t p = 0, n = 0;
    std::size_t star = pattern.npos, resume = 0; // where to go on after the last '*' takes one character more
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = ++p;
            resume = n;
            continue;
        }
        if (p < pattern.size()) {
            if (const auto step = match_one(pattern.substr(p), name[n]); step->matches) {
                p += step->length;
                ++n;
                continue;
            }
        }
        if (star == pattern.npos || name[resume] == '/')
            return false;
        p = star;
        n = ++resume;
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

} // namespace dfriends::cluster
