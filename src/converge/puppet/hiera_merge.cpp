// SPDX-License-Identifier: Apache-2.0
#include "base/suggest.hpp"
#include "base/text.hpp"
#include "converge/puppet/functions_inside.hpp"
#include "converge/puppet/hiera.hpp"

#include <algorithm>
#include <array>

namespace dfriends::converge::puppet {

namespace {

constexpr std::array<std::pair<std::string_view, Merge::Kind>, 4> kinds{{{"first", Merge::Kind::first},
                                                                         {"unique", Merge::Kind::unique},
                                                                         {"hash", Merge::Kind::hash},
                                                                         {"deep", Merge::Kind::deep}}};

Merge::Kind kind_named(const std::string& word)
{
    const auto row = std::ranges::find(kinds, word, &std::pair<std::string_view, Merge::Kind>::first);
    if (row != kinds.end())
        return row->second;
    const std::string nearest = did_you_mean(word, {"first", "unique", "hash", "deep"});
    throw Error(ErrorKind::invalid, "there is no way to merge called '{}'", printable(word))
        .hint(nearest.empty() ? "first, unique, hash and deep are understood" : nearest);
}

Datum union_of(const Merge& merge, const Datum& higher, const Datum& lower)
{
    std::vector<Datum> items;
    std::vector<std::string> seen;
    std::vector<std::string> removed;
    const auto add = [&](const Datum& item) {
        std::string same = identity(item);
        if (std::ranges::find(removed, same) != removed.end() || std::ranges::find(seen, same) != seen.end())
            return;
        seen.push_back(std::move(same));
        items.push_back(item);
    };
    std::vector<Datum> kept;
    for (const Datum& item : to_items(higher)) {
        const auto* text = item.as<std::string>();
        if (!merge.knockout.empty() && text != nullptr && text->starts_with(merge.knockout))
            removed.push_back(identity(text->substr(merge.knockout.size())));
        else
            kept.push_back(item);
    }
    for (const Datum& item : to_items(lower))
        add(item);
    removed.clear(); // of the lower level's items only
    for (const Datum& item : kept)
        add(item);
    Datum list = make_list(std::move(items));
    return merge.sorted ? functions::sorted(list) : list;
}

/// As Puppet does it: the lower level's keys and items stand first, and the higher one's values win.
Datum deep_merge(const Merge& merge, const Datum& higher, const Datum& lower)
{
    const auto* above = higher.as<Hash>();
    const auto* below = lower.as<Hash>();
    if (higher.as<List>() != nullptr && lower.as<List>() != nullptr)
        return union_of(merge, higher, lower);
    if (above == nullptr || below == nullptr)
        return higher;
    std::vector<std::pair<Datum, Datum>> entries;
    const auto is_knocked_out = [&](const Datum& key) {
        return !merge.knockout.empty() && (*above)->find(merge.knockout + to_text(key)) != nullptr;
    };
    for (const auto& [key, value] : (*below)->entries) {
        const Datum* over = (*above)->find(key);
        if (!is_knocked_out(key))
            entries.emplace_back(key, over == nullptr ? value : deep_merge(merge, *over, value));
    }
    for (const auto& [key, value] : (*above)->entries) {
        const bool knocks = !merge.knockout.empty() && to_text(key).starts_with(merge.knockout);
        if (!knocks && (*below)->find(key) == nullptr)
            entries.emplace_back(key, value);
    }
    return make_hash(std::move(entries));
}

} // namespace

Merge merge_of(const Datum& written)
{
    if (const auto* word = written.as<std::string>())
        return {kind_named(*word), {}, false};
    const auto* hash = written.as<Hash>();
    const Datum* strategy = hash == nullptr ? nullptr : (*hash)->find(std::string("strategy"));
    if (strategy == nullptr)
        throw Error(ErrorKind::invalid, "{} does not say how to merge", brief(written))
            .hint("write 'first', 'unique', 'hash' or 'deep', or a hash with 'strategy'");
    Merge merge{kind_named(to_text(*strategy)), {}, false};
    for (const auto& [key, value] : (*hash)->entries) {
        const std::string name = to_text(key);
        if (name == "knockout_prefix")
            merge.knockout = to_text(value);
        else if (name == "sort_merged_arrays")
            merge.sorted = value.truthy();
        else if (name != "strategy" && !(name == "merge_hash_arrays" && !value.truthy()))
            throw Error(ErrorKind::invalid, "'{}' of a merge is outside the supported part of Hiera", printable(name))
                .hint("strategy, knockout_prefix and sort_merged_arrays are understood");
    }
    return merge;
}

Datum merge_values(const Merge& merge, const Datum& higher, const Datum& lower)
{
    if (merge.kind == Merge::Kind::deep)
        return deep_merge(merge, higher, lower);
    if (merge.kind == Merge::Kind::hash) {
        const auto* above = higher.as<Hash>();
        const auto* below = lower.as<Hash>();
        if (above == nullptr || below == nullptr)
            throw Error(ErrorKind::invalid, "{} is no hash, which merging by 'hash' wants",
                        brief(above == nullptr ? higher : lower));
        auto entries = (*below)->entries;
        entries.insert(entries.end(), (*above)->entries.begin(), (*above)->entries.end());
        return make_hash(std::move(entries));
    }
    if (higher.as<Hash>() != nullptr || lower.as<Hash>() != nullptr)
        throw Error(ErrorKind::invalid, "a hash cannot be merged by 'unique'").hint("merge by 'hash' or 'deep'");
    std::vector<Datum> items;
    functions::flatten(higher, items);
    functions::flatten(lower, items);
    return functions::unique(make_list(std::move(items)));
}

std::vector<std::string> key_parts(std::string_view key)
{
    std::vector<std::string> parts(1);
    char quote = '\0';
    for (const char c : key) {
        if (quote != '\0' ? c == quote : c == '\'' || c == '"')
            quote = quote == '\0' ? c : '\0';
        else if (c == '.' && quote == '\0')
            parts.emplace_back();
        else
            parts.back() += c;
    }
    if (quote != '\0' || std::ranges::any_of(parts, &std::string::empty))
        throw Error(ErrorKind::invalid, "'{}' is no key", printable(key)).hint("write NAME or NAME.PART, as a::b.port");
    return parts;
}

std::optional<Datum> dig_parts(Datum value, const std::vector<std::string>& parts, std::size_t first)
{
    for (std::size_t at = first; at < parts.size(); ++at) {
        const auto index = parse_unsigned(parts[at]);
        Datum inner;
        if (const auto* hash = value.as<Hash>()) {
            const Datum* found = (*hash)->find(parts[at]);
            if (found == nullptr)
                return std::nullopt;
            inner = *found;
        } else if (const auto* list = value.as<List>(); list != nullptr && index && *index < (*list)->items.size())
            inner = (*list)->items[*index];
        else
            return std::nullopt;
        value = std::move(inner);
    }
    return value;
}

} // namespace dfriends::converge::puppet
