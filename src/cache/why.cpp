// SPDX-License-Identifier: Apache-2.0
#include "cache/why.hpp"

#include "cache/moment.hpp"

namespace dfriends::cache {

namespace {

void tell_document(Explanation& told, const std::string& document, const Generation& generation)
{
    told.listed_by = document;
    told.generation = generation.row.generation;
    told.adopted = generation.row.adopted;
    told.valid_until = generation.release->valid_until;
}

void tell_expected(Explanation& told, const Expected& expected, CacheIndex& index)
{
    told.digest = expected.is_known() ? expected.name() : std::string();
    told.size = expected.size;
    told.sha256 = index.sha256_of(expected);
}

/// A signature belongs to the Release file beside it.
std::string document_of(const std::string& key)
{
    constexpr std::string_view suffix = ".gpg";
    return key.ends_with("/Release.gpg") ? key.substr(0, key.size() - suffix.size()) : key;
}

/// In the order in which the proxy looks.
void tell_source(Explanation& told, const ProxyRequest& asked, Knowledge& knowledge)
{
    for (const auto& source : asked.sources)
        told.fetched_from.push_back(source.text());
    TableRow row;
    if (const auto member = knowledge.releases.find_member(asked.key, {})) {
        const auto order = ReleaseSets::order(*member, asked);
        told.source = Explanation::Source::member;
        told.path = member->path;
        tell_document(told, member->listed_by->row.document, *member->listed_by);
        tell_expected(told, order.expected, knowledge.index);
        told.fetched_from.clear();
        for (const auto& source : order.sources)
            told.fetched_from.push_back(source.text());
    } else if (const auto document = document_of(asked.key); ReleaseSets::is_document(asked.key)) {
        const auto* newest = knowledge.releases.newest(document);
        if (newest == nullptr)
            return;
        told.source = Explanation::Source::document;
        tell_document(told, document, *newest);
        told.sha256 = document == asked.key ? newest->row.sha256 : newest->row.signature;
    } else if (const auto expected = knowledge.tables.find(asked.key, &row)) {
        told.source = Explanation::Source::package;
        told.listed_by = row.origin;
        told.adopted = row.made;
        tell_expected(told, *expected, knowledge.index);
    } else if (const auto name = knowledge.index.find_name(asked.key)) {
        told.source = Explanation::Source::name;
        told.sha256 = name->sha256;
        told.fresh_until = name->verified ? 0 : name->fresh_until;
        told.verdict = name->verified ? Explanation::Verdict::hit : Explanation::Verdict::checked;
    }
}

void tell_content(Explanation& told, Knowledge& knowledge)
{
    if (told.sha256.empty())
        return;
    const auto row = knowledge.index.find_blob(told.sha256);
    const auto sound = is_sound_file(knowledge.store.blob_path(told.sha256), told.sha256);
    if (sound)
        told.content = *sound ? Explanation::Content::sound : Explanation::Content::rotten;
    else
        told.content = row ? Explanation::Content::missing : Explanation::Content::none;
    if (!row)
        return;
    told.used = row->used;
    told.size = told.size.value_or(row->size);
}

void tell_verdict(Explanation& told, std::int64_t now)
{
    using Source = Explanation::Source;
    using Verdict = Explanation::Verdict;
    if (told.content != Explanation::Content::sound)
        told.verdict = Verdict::miss;
    else if (told.source == Source::document)
        told.verdict = Verdict::checked;
    else if (told.source != Source::name || now < told.fresh_until)
        told.verdict = Verdict::hit;
    if (told.verdict == Verdict::hit)
        told.fetched_from.clear();
}

} // namespace

std::string_view name_of(Explanation::Source source)
{
    switch (source) {
    case Explanation::Source::document:
        return "document";
    case Explanation::Source::member:
        return "release";
    case Explanation::Source::package:
        return "package index";
    case Explanation::Source::name:
        return "name";
    case Explanation::Source::nothing:
        break;
    }
    return "nothing";
}

std::string_view name_of(Explanation::Content content)
{
    switch (content) {
    case Explanation::Content::sound:
        return "sound";
    case Explanation::Content::rotten:
        return "rotten";
    case Explanation::Content::missing:
        return "missing";
    case Explanation::Content::none:
        break;
    }
    return "none";
}

std::string_view name_of(Explanation::Verdict verdict)
{
    switch (verdict) {
    case Explanation::Verdict::hit:
        return "HIT";
    case Explanation::Verdict::checked:
        return "CHECK";
    case Explanation::Verdict::miss:
        break;
    }
    return "MISS";
}

Explanation explain(const ProxyRequest& asked, Knowledge& knowledge, TimePoint now)
{
    Explanation told;
    told.key = asked.key;
    tell_source(told, asked, knowledge);
    tell_content(told, knowledge);
    tell_verdict(told, seconds(now));
    return told;
}

} // namespace dfriends::cache
