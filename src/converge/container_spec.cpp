// SPDX-License-Identifier: Apache-2.0
#include "converge/container_spec.hpp"

#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/container_attributes.hpp"
#include "crypto/hash.hpp"
#include "engine/run_flags.hpp"

#include <algorithm>
#include <array>

namespace dfriends::converge {

namespace {

std::vector<std::string> values_of(const Resource& resource, std::string_view attribute)
{
    const Value* value = find_attribute(resource, attribute);
    if (value == nullptr || !std::holds_alternative<Value::Map>(value->content))
        return list_of(resource, attribute);
    std::vector<std::string> pairs;
    for (const auto& [name, text] : map_of(resource, attribute))
        pairs.push_back(name + "=" + text);
    return pairs;
}

/// A list as it is; one text is split as a shell would.
std::vector<std::string> command_words(const Resource& resource, const char* attribute)
{
    const Value* value = find_attribute(resource, attribute);
    if (value == nullptr || std::holds_alternative<Value::List>(value->content))
        return list_of(resource, attribute);
    return shell_words(scalar_text(*value));
}

std::string flag_word(const ContainerAttribute& attribute, std::string_view value)
{
    return fmt::format("--{}={}", attribute.flag, value);
}

/// Whether an attribute is given as a list.
bool has_words(const Resource& resource, std::string_view attribute)
{
    const Value* value = find_attribute(resource, attribute);
    return value != nullptr && std::holds_alternative<Value::List>(value->content);
}

/// What docker run has no flag for: a check that no shell runs.
void set_health_words(engine::ContainerSpec& spec, const Resource& resource)
{
    if (!has_words(resource, "health_cmd"))
        return;
    engine::Health& health = spec.health ? *spec.health : spec.health.emplace();
    health.test = {"CMD"};
    for (std::string& word : list_of(resource, "health_cmd"))
        health.test.push_back(std::move(word));
}

std::vector<std::string> run_words(const Resource& resource)
{
    std::vector<std::string> words;
    for (const ContainerAttribute& row : container_attributes())
        if (row.name != "health_cmd" || !has_words(resource, row.name))
            for (const std::string& value : values_of(resource, row.name))
                words.push_back(flag_word(row, value));
    for (const std::string& text : list_of(resource, "extra_parameters"))
        for (std::string& word : shell_words(text))
            words.push_back(std::move(word));
    return words;
}

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

bool is_secret(std::string_view name)
{
    static constexpr std::array<std::string_view, 5> words{"password", "passwd", "secret", "token", "_key"};
    const std::string lower = to_lower(name);
    return std::ranges::any_of(words, [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

/// "A=1, DB_PASSWORD=(hidden)".
std::string shown(std::string_view attribute, const std::string& value)
{
    if (attribute != "env")
        return replace_all(value, "\n", ", ");
    std::vector<std::string> parts;
    for (const std::string_view line : lines(value)) {
        const auto [name, text] = split_once(line, '=');
        parts.push_back(is_secret(name) ? std::string(name) + "=(hidden)" : std::string(line));
    }
    return join(parts, ", ");
}

std::string digest_of_secret(std::string_view text)
{
    return fmt::format("sha256:{:.32}", crypto::hash_hex(crypto::Algorithm::sha256, text));
}

/// Labels and plans of a container outlive its declaration: of a secret they keep a digest, which says when it changes.
std::string sealed(const std::string& pair)
{
    const auto [name, text] = split_once(pair, '=');
    if (!is_secret(name) || text.empty())
        return pair;
    return fmt::format("{}={}", name, digest_of_secret(text));
}

/// What the flags say, as a state; secrets sealed.
void add_flags(DeclaredState& state, const engine::ContainerSpec& spec)
{
    for (const ContainerAttribute& row : container_attributes()) {
        auto values = comparable_values(row, spec);
        if (row.name == "env") {
            std::ranges::transform(values, values.begin(), sealed);
            std::ranges::sort(values);
        }
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
                words.push_back(flag_word(row, value));
    if (auto further = texts.extract("extra_parameters"))
        for (std::string& word : shell_words(further.mapped()))
            words.push_back(std::move(word));
    engine::RunRequest request;
    engine::apply_run_flags(request, words);
    add_flags(texts, request.spec);
    return texts;
}

void check_compare(const Resource& resource)
{
    static constexpr std::array<std::string_view, 3> words{"declared", "ignore", "strict"};
    static constexpr std::array<std::string_view, 4> further{"*", "command", "entrypoint", "image"};
    for (const auto& [name, mode] : map_of(resource, "compare")) {
        if (std::ranges::find(words, mode) == words.end())
            throw Error(ErrorKind::invalid, "'{}' is no way to compare '{}'", mode, name)
                .hint("declared, strict or ignore");
        if (find_container_attribute(name) == nullptr && std::ranges::find(further, name) == further.end())
            throw Error(ErrorKind::invalid, "there is no attribute '{}' to compare", name);
    }
}

/// What is declared, what there is, and what of that the image gives.
struct ContainerSpecs {
    const engine::ContainerSpec& wanted;
    const engine::ContainerSpec& found;
    const engine::ContainerSpec& image;
};

/// How far an attribute of a container is as declared; nothing where it is.
std::optional<Change> compare_attribute(const ContainerAttribute& row, CompareMode mode, bool is_declared,
                                        const ContainerSpecs& specs)
{
    const auto wanted = comparable_values(row, specs.wanted);
    const bool is_strict = mode == CompareMode::strict && row.shape != Shape::scalar;
    if (!is_declared && wanted.empty() && !is_strict)
        return std::nullopt;
    auto found = comparable_values(row, specs.found);
    if (is_strict)
        found = without(std::move(found), without(comparable_values(row, specs.image), wanted));
    const bool same = row.shape == Shape::set && !is_strict ? without(wanted, found).empty() : found == wanted;
    if (same)
        return std::nullopt;
    return Change{.attribute = std::string(row.name),
                  .from = shown(row.name, join(found, "\n")),
                  .to = shown(row.name, join(wanted, "\n"))};
}

} // namespace

bool is_own_label(std::string_view name)
{
    return name == digest_label || name == state_label || name == older_state_label;
}

std::string container_name(const Resource& resource)
{
    std::string name = text_or_name(resource, "container");
    for (char& c : name)
        if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_' && c != '.' && c != '-')
            c = '-';
    return name.empty() || std::isalnum(static_cast<unsigned char>(name[0])) == 0 ? "c" + name : name;
}

engine::ContainerSpec container_spec(const Resource& resource)
{
    try {
        check_compare(resource);
        engine::RunRequest request;
        engine::apply_run_flags(request, run_words(resource));
        engine::ContainerSpec spec = std::move(request.spec);
        spec.name = container_name(resource);
        set_health_words(spec, resource);
        spec.image = text_or(resource, "image", "");
        spec.command = command_words(resource, "command");
        if (find_attribute(resource, "entrypoint") != nullptr)
            spec.entrypoint = command_words(resource, "entrypoint");
        return spec;
    } catch (const Error& error) {
        const ErrorKind kind = error.kind() == ErrorKind::usage ? ErrorKind::invalid : error.kind();
        throw Error(kind, resource.position, "'{}': {}", address(resource), error.message()).hint(error.hint());
    }
}

CompareMode compare_mode(const Resource& resource, std::string_view attribute)
{
    CompareMode mode = CompareMode::declared;
    for (const auto& [name, word] : map_of(resource, "compare")) {
        if (name != attribute && name != "*")
            continue;
        mode = word == "strict" ? CompareMode::strict : word == "ignore" ? CompareMode::ignore : CompareMode::declared;
        if (name == attribute)
            break;
    }
    return mode;
}

DeclaredState declared_state(const Resource& resource)
{
    DeclaredState state{{"image", text_or(resource, "image", "")}};
    add_flags(state, container_spec(resource));
    for (const char* attribute : {"command", "entrypoint"})
        if (const auto words = command_words(resource, attribute); !words.empty())
            state[attribute] = join(words, " ");
    if (resource.sensitive)
        for (auto& [attribute, value] : state)
            if (attribute != "networks") // the names of those to leave
                value = digest_of_secret(value);
    return state;
}

std::string digest_of(const DeclaredState& state)
{
    return crypto::hash_hex(crypto::Algorithm::sha256, render_state(state));
}

DeclaredState declared_before(const engine::Labels& labels)
{
    if (const auto row = labels.find(state_label); row != labels.end())
        return parse_state(row->second);
    const auto texts = labels.find(older_state_label);
    if (texts == labels.end())
        return {};
    try {
        return state_of_texts(parse_state(texts->second));
    } catch (const Error&) {
        return parse_state(texts->second); // a file that it names is gone
    }
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

std::vector<Change> compare_states(const DeclaredState& from, const DeclaredState& to)
{
    std::vector<Change> changes;
    for (const auto& [name, value] : from)
        if (const auto other = to.find(name); other == to.end() || other->second != value)
            changes.push_back({name, shown(name, value), other == to.end() ? "" : shown(name, other->second)});
    for (const auto& [name, value] : to)
        if (!from.contains(name))
            changes.push_back({name, "", shown(name, value)});
    std::ranges::sort(changes, {}, &Change::attribute);
    return changes;
}

std::vector<Change> compare_container(const Resource& resource, const engine::ContainerDetails& actual,
                                      const std::string& image_id, const engine::ContainerSpec& image)
{
    const engine::ContainerSpec wanted = container_spec(resource);
    const engine::ContainerSpec& found = actual.spec;
    std::vector<Change> changes;
    const auto compare = [&](const char* name, bool same, const std::string& from, const std::string& to) {
        if (!same && compare_mode(resource, name) != CompareMode::ignore)
            changes.push_back({name, from, to});
    };
    const auto is_declared = [&](std::string_view name) { return find_attribute(resource, name) != nullptr; };
    compare("image", !image_id.empty() && image_id == actual.image_id, found.image, wanted.image);
    if (is_declared("command"))
        compare("command", found.command == wanted.command, join(found.command, " "), join(wanted.command, " "));
    if (is_declared("entrypoint"))
        compare("entrypoint", found.entrypoint == wanted.entrypoint,
                join(found.entrypoint.value_or(std::vector<std::string>{}), " "), join(*wanted.entrypoint, " "));
    for (const ContainerAttribute& row : container_attributes()) {
        const CompareMode mode = compare_mode(resource, row.name);
        if (mode == CompareMode::ignore || row.name == "networks")
            continue;
        if (auto change = compare_attribute(row, mode, is_declared(row.name), {wanted, found, image}))
            changes.push_back(std::move(*change));
    }
    return changes;
}

} // namespace dfriends::converge
