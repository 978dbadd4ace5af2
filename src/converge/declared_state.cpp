// SPDX-License-Identifier: Apache-2.0
#include "converge/declared_state.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/container_attributes.hpp"
#include "converge/container_spec.hpp"
#include "crypto/hash.hpp"
#include "crypto/hmac.hpp"
#include "engine/run_flags.hpp"

#include <algorithm>
#include <array>

namespace dfriends::converge {

namespace {

constexpr std::string_view seal_mark = "hmac:";
constexpr std::string_view older_seal_mark = "sha256:"; ///< labels of older versions: a digest without a key
constexpr std::size_t seal_digits = 32;

std::string escape(const std::string& text)
{
    return replace_all(replace_all(text, "\\", "\\\\"), "\n", "\\n");
}

std::string unescape(std::string_view text)
{
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\\' && at + 1 < text.size())
            out += text[++at] == 'n' ? '\n' : text[at];
        else
            out += text[at];
    }
    return out;
}

std::string sealed(std::string_view text, std::string_view key)
{
    return fmt::format("{}{:.{}}", seal_mark, crypto::hmac_hex(key, text), seal_digits);
}

/// A variable, its value sealed where its name speaks of a secret.
std::string sealed_pair(const std::string& pair, std::string_view key)
{
    const auto [name, text] = split_once(pair, '=');
    return is_secret_name(name) && !text.empty() ? fmt::format("{}={}", name, sealed(text, key)) : pair;
}

/// What the flags say, as a state.
void add_flags(DeclaredState& state, const engine::ContainerSpec& spec, std::string_view key)
{
    for (const ContainerAttribute& row : container_attributes()) {
        auto values = comparable_values(row, spec);
        if (row.name == "env")
            for (std::string& pair : values)
                pair = sealed_pair(pair, key);
        if (!values.empty())
            state[std::string(row.name)] = join(values, "\n");
    }
}

/// Labels of older versions hold the attributes as they were written, not what they come to.
DeclaredState state_of_texts(DeclaredState texts)
{
    std::vector<std::string> words;
    for (const ContainerAttribute& row : container_attributes())
        if (auto found = texts.extract(std::string(row.name)))
            for (const std::string_view value : lines(found.mapped()))
                words.push_back(fmt::format("--{}={}", row.flag, value));
    if (auto further = texts.extract("extra_parameters"))
        for (std::string& word : shell_words(further.mapped()))
            words.push_back(std::move(word));
    engine::RunRequest request;
    engine::apply_run_flags(request, words);
    add_flags(texts, request.spec, "");
    return texts;
}

/// A state of an older version, whose texts may be written in another way than they are now.
DeclaredState in_plain_texts(DeclaredState state)
{
    for (auto& [name, value] : state) {
        const ContainerAttribute* row = find_container_attribute(name);
        if (row == nullptr || row->plain == nullptr || is_sealed(value))
            continue;
        std::vector<std::string> texts;
        for (const std::string_view line : lines(value))
            texts.push_back(row->plain(std::string(line)));
        if (row->shape == Shape::set)
            std::ranges::sort(texts);
        value = join(texts, "\n");
    }
    return state;
}

} // namespace

bool is_own_label(std::string_view name)
{
    return name == digest_label || name == state_label || name == older_state_label || name == name_label;
}

bool is_secret_name(std::string_view name)
{
    static constexpr std::array<std::string_view, 5> words{"password", "passwd", "secret", "token", "_key"};
    const std::string lower = to_lower(name);
    return std::ranges::any_of(words, [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

DeclaredState declared_state(const Resource& resource, std::string_view key)
{
    return declared_state(resource, container_spec(resource), key);
}

DeclaredState declared_state(const Resource& resource, const engine::ContainerSpec& spec, std::string_view key)
{
    DeclaredState state{{"image", spec.image}};
    add_flags(state, spec, key);
    if (!spec.command.empty())
        state["command"] = join(spec.command, " ");
    if (spec.entrypoint && !spec.entrypoint->empty())
        state["entrypoint"] = join(*spec.entrypoint, " ");
    if (resource.sensitive)
        for (auto& [attribute, value] : state)
            if (attribute != "networks") // the names of those to leave
                value = sealed(value, key);
    return state;
}

bool is_sealed(std::string_view value)
{
    return std::ranges::any_of(std::array{seal_mark, older_seal_mark}, [&](std::string_view mark) {
        return value.starts_with(mark) && value.size() == mark.size() + seal_digits &&
               is_hex(value.substr(mark.size()));
    });
}

std::string digest_of(const DeclaredState& state)
{
    return crypto::hash_hex(crypto::Algorithm::sha256, render_state(state));
}

DeclaredState declared_before(const engine::Labels& labels)
{
    if (const auto row = labels.find(state_label); row != labels.end())
        return in_plain_texts(parse_state(row->second));
    const auto texts = labels.find(older_state_label);
    if (texts == labels.end())
        return {};
    try {
        return state_of_texts(parse_state(texts->second));
    } catch (const Error&) {
        return parse_state(texts->second); // a file that it names is gone
    }
}

std::vector<std::string> values_in(const DeclaredState& state, std::string_view attribute)
{
    const auto row = state.find(std::string(attribute));
    if (row == state.end())
        return {};
    const auto texts = lines(row->second);
    return {texts.begin(), texts.end()};
}

std::string render_state(const DeclaredState& state)
{
    std::string out;
    for (const auto& [name, value] : state)
        out += name + "=" + escape(value) + "\n";
    return out;
}

DeclaredState parse_state(std::string_view text)
{
    DeclaredState state;
    for (const std::string_view line : lines(text))
        if (const auto [name, value] = split_once(line, '='); !name.empty())
            state[std::string(name)] = unescape(value);
    return state;
}

std::string shown_value(std::string_view attribute, const std::string& value)
{
    if (is_sealed(value))
        return "(hidden)";
    if (attribute != "env")
        return replace_all(value, "\n", ", ");
    std::vector<std::string> parts;
    for (const std::string_view line : lines(value)) {
        const auto [name, text] = split_once(line, '=');
        parts.push_back(is_secret_name(name) ? std::string(name) + "=(hidden)" : std::string(line));
    }
    return join(parts, ", ");
}

std::vector<Change> compare_states(const DeclaredState& from, const DeclaredState& to)
{
    std::vector<Change> changes;
    for (const auto& [name, value] : from)
        if (const auto other = to.find(name); other == to.end() || other->second != value)
            changes.push_back(
                {name, shown_value(name, value), other == to.end() ? "" : shown_value(name, other->second)});
    for (const auto& [name, value] : to)
        if (!from.contains(name))
            changes.push_back({name, "", shown_value(name, value)});
    std::ranges::sort(changes, {}, &Change::attribute);
    return changes;
}

} // namespace dfriends::converge
