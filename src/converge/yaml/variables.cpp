// SPDX-License-Identifier: Apache-2.0
#include "converge/yaml/variables.hpp"

#include "base/suggest.hpp"
#include "base/text.hpp"
#include "converge/source.hpp"
#include "converge/yaml/engine_facts.hpp"
#include "converge/yaml/kv_secret.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <utility>

namespace dfriends::converge::yaml {

namespace {

using config::Node;
using config::NodeKind;

namespace fs = std::filesystem;

constexpr std::size_t most_made = std::size_t{64} << 20U; ///< bytes that expressions come to
constexpr std::size_t cost_of_node = 256;
constexpr unsigned deepest_value = 64;
constexpr std::size_t longest_chain = 32; ///< variables that refer to variables
constexpr std::uint64_t largest_secret = 256ULL << 10U;
constexpr std::size_t longest_shown = 200;
constexpr std::array<std::string_view, 6> roots{"vars", "host", "secret", "image", "each", "name"};

Node node_of(const Value& value)
{
    if (value.is_null())
        return {};
    if (const auto* map = std::get_if<Value::Map>(&value.content)) {
        std::vector<Node::Member> members;
        for (const Member& member : *map)
            members.emplace_back(Node::make_scalar(member.name, true, {}), node_of(member.value));
        return Node::make_map(std::move(members), {});
    }
    if (const auto* number = std::get_if<std::int64_t>(&value.content))
        return Node::make_scalar(std::to_string(*number), false, {});
    const auto* text = std::get_if<std::string>(&value.content);
    return Node::make_scalar(text == nullptr ? "" : *text, true, {});
}

/// How much a value is: its parts, their texts, and how they are nested.
struct Extent {
    std::size_t size = 0;
    unsigned depth = 0;
};

Extent extent_of(const Node& node)
{
    Extent whole{.size = cost_of_node, .depth = 1};
    const auto add = [&](const Node& part) {
        const Extent inner = extent_of(part);
        whole.size += inner.size;
        whole.depth = std::max(whole.depth, inner.depth + 1);
    };
    if (node.kind() == NodeKind::scalar)
        whole.size += node.text().size();
    if (node.kind() == NodeKind::list)
        std::ranges::for_each(node.items(), add);
    if (node.kind() == NodeKind::map)
        for (const auto& [key, value] : node.members()) {
            add(key);
            add(value);
        }
    return whole;
}

/// The member of a map, or the item of a list, that a path leads to.
const Node* walk(const Node& whole, const Path& path, std::size_t from)
{
    const Node* node = &whole;
    for (std::size_t at = from; node != nullptr && at < path.size(); ++at) {
        const auto number = parse_unsigned(path[at]);
        if (node->kind() == NodeKind::map)
            node = node->find(path[at]);
        else if (node->kind() == NodeKind::list && number && *number < node->items().size())
            node = &node->items()[*number];
        else
            node = nullptr;
    }
    return node;
}

/// The dotted names of what is in a map.
void add_names(const Node& map, const std::string& prefix, std::vector<std::string>& names)
{
    for (const auto& [key, value] : map.members()) {
        names.push_back(prefix + "." + key.text());
        if (value.kind() == NodeKind::map)
            add_names(value, names.back(), names);
    }
}

/// Where a line and column are in a text.
std::size_t offset_of(std::string_view text, const SourcePosition& position)
{
    std::size_t at = 0;
    for (unsigned line = 1; line < position.line && at < text.size(); ++line)
        at = std::min(text.find('\n', at), text.size() - 1) + 1;
    return std::min(at + position.column - 1, text.size());
}

SourcePosition position_at(std::string_view text, const std::string& file, std::size_t offset)
{
    const std::string_view before = text.substr(0, offset);
    const std::size_t start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
    const std::size_t end = std::min(text.find('\n', start), text.size());
    SourcePosition position{file,
                            static_cast<unsigned>(std::ranges::count(before, '\n')) + 1,
                            static_cast<unsigned>(offset - start) + 1,
                            {}};
    if (end - start <= longest_shown)
        position.text = printable(text.substr(start, end - start));
    return position;
}

/// The place of an offset into a scalar. Quotes, escapes and folded lines move what is behind them; the expressions
/// themselves stand in the file one after the other as they do in the scalar.
SourcePosition position_in(const Node& scalar, std::size_t offset, std::string_view source)
{
    const std::string_view text = scalar.text();
    std::size_t anchor = 0;
    std::size_t found = offset_of(source, scalar.position());
    if (text.find("${") == std::string_view::npos)
        found = std::min(found + (scalar.is_quoted() ? 1 : 0), source.size());
    for (std::size_t at = text.find("${"); at <= offset; at = text.find("${", at + 1)) {
        found = source.find("${", anchor == at ? found : found + 1);
        if (found == std::string_view::npos)
            return scalar.position();
        anchor = at;
    }
    const std::string_view between = text.substr(anchor, offset - anchor);
    const bool is_as_written = source.substr(found).starts_with(between);
    return position_at(source, scalar.position().file, is_as_written ? found + between.size() : found);
}

std::string secret_of_environment(const std::string& name, const Node& variable)
{
    const char* found = std::getenv(variable.text().c_str());
    if (found == nullptr)
        throw variable.error(fmt::format("the environment has no '{}' for the secret '{}'", printable(variable.text()),
                                         printable(name)));
    return found;
}

std::string secret_of_store(const std::string& name, const Node& key)
{
    try {
        std::string value = read_kv_secret(key.text());
        if (value.size() > largest_secret)
            throw Error(ErrorKind::invalid, "its value has more than {} bytes", largest_secret);
        return value;
    } catch (const Error& error) {
        throw key
            .error(fmt::format("the key-value store does not give '{}' for the secret '{}': {}", printable(key.text()),
                               printable(name), error.message()))
            .hint("ETCDCTL_ENDPOINTS names its servers, as for dfriends kv get");
    }
}

} // namespace

std::string path_beside(const Node& node, const std::string& path)
{
    if (path.empty() || path.find('\0') != std::string::npos)
        throw node.error("this is no path");
    std::error_code code;
    const fs::path folder = fs::absolute(fs::path(node.position().file).parent_path() / ".", code);
    std::string whole = (folder / path).lexically_normal().string();
    while (whole.size() > 1 && whole.ends_with('/'))
        whole.pop_back();
    return whole;
}

std::string read_beside(const Node& node, const std::string& path, std::uint64_t limit)
{
    std::error_code code;
    if (!fs::is_regular_file(path, code))
        throw node.error(fmt::format("there is no file '{}'", printable(path)));
    try {
        std::string text = os::read_file(path, limit);
        if (!is_utf8(text) || text.find('\0') != std::string::npos)
            throw node.error(fmt::format("the file '{}' is no text in UTF-8", printable(path)));
        return text;
    } catch (const Error& error) {
        if (error.position().line > 0)
            throw;
        throw node.error(error.message());
    }
}

Variables::Variables(const Facts& facts) : facts_(node_of(facts.host())), left_(most_made) {}

void Variables::add_file(const std::string& file, std::string text)
{
    files_[file] = std::move(text);
}

void Variables::set_name(const Node& name)
{
    name_ = expand(name);
    if (take_secrecy() || name_.text().empty())
        throw name.error("this is no name of a manifest").hint("write a text without a secret in it");
}

/// What was found out about others may depend on what is replaced.
void Variables::add_variables(const Node& map)
{
    for (const auto& [name, value] : map.members()) {
        spend(value.position(), extent_of(value).size);
        variables_[name.text()].declared = value;
    }
    for (auto& [name, variable] : variables_)
        variable.known.reset();
}

void Variables::add_secrets(const Node& map)
{
    for (const auto& [name, secret] : map.members()) {
        secret.allow_only({"file", "env", "kv"});
        if (secret.members().size() != 1)
            throw name.error(fmt::format("the secret '{}' has one of 'file', 'env' and 'kv'", printable(name.text())));
        static_cast<void>(secret.members()[0].second.text());
        secrets_[name.text()] = {.declared = secret, .value = std::nullopt};
    }
}

Node Variables::expand(const Node& node)
{
    return expand_inside(node, 0);
}

Node Variables::expand_inside(const Node& node, unsigned depth)
{
    if (node.kind() == NodeKind::scalar)
        return expand_scalar(node, depth);
    spend(node.position(), cost_of_node);
    if (node.kind() == NodeKind::list) {
        std::vector<Node> items;
        for (const Node& item : node.items())
            items.push_back(expand_inside(item, depth + 1));
        return Node::make_list(std::move(items), node.position());
    }
    if (node.kind() == NodeKind::null)
        return node;
    std::vector<Node::Member> members;
    std::set<std::string> seen;
    for (const auto& [key, value] : node.members()) {
        Node name = expand_scalar(key, depth + 1);
        if (!seen.insert(name.text()).second)
            throw key.error(fmt::format("the key '{}' stands here twice", printable(name.text())));
        members.emplace_back(std::move(name), expand_inside(value, depth + 1));
    }
    return Node::make_map(std::move(members), node.position());
}

Node Variables::expand_scalar(const Node& node, unsigned depth)
{
    spend(node.position(), cost_of_node + node.text().size());
    if (node.text().find("${") == std::string::npos)
        return node;
    const SourcePosition outside = std::exchange(at_, node.position());
    Filled filled = fill_in(passage_of(node), *this);
    at_ = outside;
    if (!filled.whole)
        return Node::make_scalar(std::move(filled.text), filled.has_values || node.is_quoted(), node.position());
    if (depth + extent_of(*filled.whole).depth > deepest_value)
        throw node.error(fmt::format("nested deeper than {}", deepest_value));
    return filled.whole->moved_to(node.position());
}

bool Variables::is_met(const Node& condition)
{
    spend(condition.position(), cost_of_node + condition.text().size());
    return holds(passage_of(condition), *this);
}

std::string Variables::fill_template(const std::string& text, const std::string& file)
{
    const Source source(text, file);
    const Passage passage{.text = text, .position = [&](std::size_t offset) { return source.position(offset); }};
    spend(source.position(0), text.size());
    Filled filled = fill_in(passage, *this);
    if (!filled.whole)
        return std::move(filled.text);
    if (filled.whole->kind() != NodeKind::scalar)
        throw passage.error(0, "a list or a map is no text");
    return filled.whole->text();
}

Passage Variables::passage_of(const Node& scalar) const
{
    return {.text = scalar.text(), .position = [this, &scalar](std::size_t offset) {
                const auto source = files_.find(scalar.position().file);
                return source == files_.end() ? scalar.position() : position_in(scalar, offset, source->second);
            }};
}

void Variables::spend(const SourcePosition& position, std::size_t size)
{
    if (size > left_)
        throw Error(ErrorKind::invalid, position, "the values of the manifest come to more than {} bytes", most_made);
    left_ -= size;
}

std::optional<Node> Variables::find(const Path& path)
{
    const std::string& root = path[0];
    if (root == "each")
        return each_.empty() ? std::nullopt : copy(each_.back(), path, 1);
    if (root == "host" && path.size() > 1 && path[1] == "docker") {
        if (!engine_)
            engine_ = engine_facts();
        return copy({.value = *engine_}, path, 2);
    }
    if (root == "host")
        return copy({.value = facts_}, path, 1);
    if (root == "name")
        return name_.is_null() ? std::nullopt : copy({.value = name_}, path, 1);
    if (path.size() < 2)
        return std::nullopt;
    if (root == "vars") {
        const auto row = variables_.find(path[1]);
        return row == variables_.end() ? std::nullopt : copy(variable(row->first, row->second), path, 2);
    }
    if (root == "image") {
        const auto row = images_.find(path[1]);
        return row == images_.end() ? std::nullopt : copy(row->second, path, 2);
    }
    const auto row = secrets_.find(path[1]);
    if (row == secrets_.end() || path.size() > 2)
        return std::nullopt;
    const std::string& value = read_secret(row->first, row->second);
    return copy({.value = Node::make_scalar(value, true, {}), .is_secret = true}, path, 2);
}

std::optional<Node> Variables::copy(const Known& known, const Path& path, std::size_t from)
{
    const Node* found = walk(known.value, path, from);
    if (found == nullptr)
        return std::nullopt;
    spend(at_, extent_of(*found).size);
    secrecy_ |= known.is_secret;
    return *found;
}

/// Its expressions are evaluated when its value is wanted, and once.
const Known& Variables::variable(const std::string& name, Variable& variable)
{
    if (variable.known)
        return *variable.known;
    const bool is_cycle = std::ranges::find(open_, name) != open_.end();
    open_.push_back(name);
    if (is_cycle || open_.size() > longest_chain)
        throw variable.declared.error(is_cycle
                                          ? fmt::format("the variables refer to each other: {}", join(open_, " -> "))
                                          : fmt::format("more than {} variables refer to each other", longest_chain));
    const bool outside = std::exchange(secrecy_, false);
    Node value = expand(variable.declared);
    variable.known = Known{.value = std::move(value), .is_secret = secrecy_};
    secrecy_ |= outside;
    open_.pop_back();
    return *variable.known;
}

std::string Variables::secret_file(const Node& name) const
{
    const auto row = secrets_.find(name.text());
    if (row == secrets_.end())
        throw name.error(explain({"secret", name.text()})).hint(advise({"secret", name.text()}));
    const auto& [way, value] = row->second.declared.members()[0];
    if (way.text() != "file")
        throw name.error(fmt::format("the secret '{}' is in no file that could be mounted", printable(name.text())))
            .hint("give it as an environment variable: ${secret." + name.text() + "}");
    return path_beside(value, value.text());
}

const std::string& Variables::read_secret(const std::string& name, Secret& secret)
{
    if (secret.value)
        return *secret.value;
    const auto& [way, value] = secret.declared.members()[0];
    std::string text = way.text() == "file" ? read_beside(value, path_beside(value, value.text()), largest_secret)
                       : way.text() == "kv" ? secret_of_store(name, value)
                                            : secret_of_environment(name, value);
    if (!is_utf8(text) || text.find('\0') != std::string::npos)
        throw value.error(fmt::format("the secret '{}' is no text in UTF-8", printable(name)));
    if (text.ends_with('\n'))
        text.pop_back();
    secret.value = std::move(text);
    return *secret.value;
}

bool Variables::has_root(std::string_view word) const
{
    return std::ranges::find(roots, word) != roots.end();
}

std::string Variables::explain(const Path& path) const
{
    const std::string whole = printable(join(path, "."));
    if (!has_root(path[0]))
        return fmt::format("there is no '{}' for an expression to name", printable(path[0]));
    if (path[0] == "each" && each_.empty())
        return "'each' has a value only beside for_each";
    if (engine_ && engine_->members().empty() && path.size() > 1 && path[1] == "docker")
        return fmt::format("there is no '{}', for no engine answers", whole);
    return fmt::format("there is no '{}'", whole);
}

std::string Variables::advise(const Path& path) const
{
    static constexpr std::string_view literally = "write $${ for a ${ that is meant for somebody else";
    std::vector<std::string> known;
    const auto add = [&](std::string_view root, const auto& rows) {
        for (const auto& [name, row] : rows)
            known.push_back(fmt::format("{}.{}", root, name));
    };
    if (!has_root(path[0])) {
        const std::string nearest = did_you_mean(path[0], {roots.begin(), roots.end()});
        return nearest.empty() ? fmt::format("known are {}; {}", join({roots.begin(), roots.end()}, ", "), literally)
                               : nearest;
    }
    if (path[0] == "vars") {
        add("vars", variables_);
    } else if (path[0] == "secret") {
        add("secret", secrets_);
    } else if (path[0] == "image") {
        add("image", images_);
    } else if (path[0] == "host") {
        add_names(facts_, "host", known);
        known.insert(known.end(), {"host.docker.version", "host.docker.api"});
    }
    return did_you_mean(join(path, "."), known);
}

} // namespace dfriends::converge::yaml
