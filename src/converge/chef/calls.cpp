// SPDX-License-Identifier: Apache-2.0
#include "base/scope_exit.hpp"
#include "base/suggest.hpp"
#include "base/text.hpp"
#include "converge/chef/evaluator.hpp"
#include "converge/chef/methods.hpp"
#include "converge/chef/methods_inside.hpp"
#include "converge/chef/resources.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string_view>
#include <utility>

namespace dfriends::converge::chef {

namespace {

/// What Chef knows and this does not, with what to do instead.
constexpr auto refused = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"chef_gem", "no gems are needed here; remove the line"},
    {"docker_swarm_init", "a swarm is outside of this; run containers with docker_container"},
    {"docker_swarm_join", "a swarm is outside of this; run containers with docker_container"},
    {"docker_swarm_service", "a swarm is outside of this; run containers with docker_container"},
    {"docker_swarm_token", "a swarm is outside of this; run containers with docker_container"},
    {"gem_package", "use execute with the gem command"},
    {"ruby_block", "use execute, or only_if and not_if for conditions"},
    {"chef_vault_item", "keep the secret in a file that only root reads, and name that file"},
    {"reboot", "use execute with shutdown -r, and a guard that says when"},
    {"search", "there is no Chef server; write the values into the recipe, or into a data bag"},
    {"send", "write the call itself"},
    {"shell_out", "use execute, or only_if and not_if for conditions"},
    {"shell_out!", "use execute, or only_if and not_if for conditions"},
    {"proc", "write its content where it is called"},
    {"loop", "go through a list with each, or 5.times do |i| … end"},
    {"edit_resource", "declare the resource again: both declarations are run in their order"},
    {"find_resource", "declare the resource again: both declarations are run in their order"},
    {"run_context", "name the resource in notifies or subscribes"},
});

/// What to write instead of a call of a class.
std::string_view instead_of(std::string_view constant)
{
    static constexpr auto rows = std::to_array<std::pair<std::string_view, std::string_view>>({
        {"Chef::EncryptedDataBagItem", "keep the secret in a file that only root reads, and name that file"},
        {"ChefVault::Item", "keep the secret in a file that only root reads, and name that file"},
        {"Date", "what changes with the time would change the resource with every run; write the value down"},
        {"Dir", "look at files in only_if or not_if: they are run when it is the resource's turn"},
        {"FileUtils", "use the resources file, directory and link"},
        {"IO", "look at files in only_if or not_if: they are run when it is the resource's turn"},
        {"Mixlib::ShellOut", "use execute, or only_if and not_if for conditions"},
        {"SecureRandom",
         "it would be another value with every run; write it down, or make it once with execute and 'creates'"},
        {"Socket", "use node['hostname'], node['fqdn'] or node['ipaddress']"},
        {"Time", "what changes with the time would change the resource with every run; write the value down"},
        {"YAML", "use to_json: what it gives is YAML, too"},
    });
    const auto* row = std::ranges::find(rows, constant, &std::pair<std::string_view, std::string_view>::first);
    return row == rows.end() ? "write the value into the recipe" : row->second;
}

/// The questions of chef-utils: which platforms, or families of such, a recipe runs on.
struct PlatformQuestion {
    std::string_view name;
    std::string_view fact;
    std::array<std::string_view, 3> values; ///< of which one is it; empty ones are none
};
constexpr auto platform_questions = std::to_array<PlatformQuestion>({
    {"alpine?", "platform_family", {"alpine"}},
    {"amazon?", "platform_family", {"amazon"}},
    {"arch?", "platform_family", {"arch"}},
    {"centos?", "platform", {"centos"}},
    {"centos_platform?", "platform", {"centos"}},
    {"debian?", "platform_family", {"debian"}},
    {"debian_platform?", "platform", {"debian"}},
    {"fedora?", "platform_family", {"fedora"}},
    {"fedora_derived?", "platform_family", {"fedora", "rhel", "amazon"}},
    {"freebsd?", "platform_family", {}},
    {"linuxmint?", "platform", {"linuxmint"}},
    {"mac_os_x?", "platform_family", {}},
    {"macos?", "platform_family", {}},
    {"redhat?", "platform", {"redhat", "rhel"}},
    {"redhat_based?", "platform_family", {"fedora", "rhel", "amazon"}},
    {"rhel?", "platform_family", {"rhel"}},
    {"suse?", "platform_family", {"suse"}},
    {"ubuntu?", "platform", {"ubuntu"}},
    {"ubuntu_platform?", "platform", {"ubuntu"}},
    {"windows?", "platform_family", {}},
});

/// Whether two are the very same list or hash.
bool is_same(const Object& one, const Object& other)
{
    if (const List* list = one.as<List>())
        return other.as<List>() != nullptr && *list == *other.as<List>();
    const Hash* hash = one.as<Hash>();
    return hash != nullptr && other.as<Hash>() != nullptr && *hash == *other.as<Hash>();
}

} // namespace

std::vector<Object> Evaluator::arguments_of(const Node& node)
{
    const std::size_t end = node.children.size() - (node.has_block ? 1 : 0);
    const std::size_t begin = node.has_receiver ? 1 : 0;
    return values_of(std::span(node.children).subspan(begin, end - begin));
}

Object Evaluator::call(const Node& node)
{
    if (node.has_receiver)
        return method(node);
    if (output_ != nullptr)
        return write_output(node, arguments_of(node));
    if (current_ != nullptr)
        return property(node);
    if (node.kind == NodeKind::call && is_resource(node.text))
        return declare(node, arguments_of(node));
    return function(node, arguments_of(node));
}

Object Evaluator::function(const Node& node, const std::vector<Object>& arguments)
{
    if (node.text == "platform?" || node.text == "platform_family?")
        return platform_matches(arguments, node.text == "platform?" ? "platform" : "platform_family");
    if (node.text == "linux?")
        return true; // there is no other here
    if (const auto* asked = std::ranges::find(platform_questions, node.text, &PlatformQuestion::name);
        asked != platform_questions.end()) {
        std::vector<Object> values;
        for (const std::string_view value : asked->values)
            if (!value.empty())
                values.emplace_back(std::string(value));
        return platform_matches(values, std::string(asked->fact));
    }
    if (node.text == "value_for_platform" || node.text == "value_for_platform_family")
        return platform_value(node, arguments, node.text == "value_for_platform" ? "platform" : "platform_family");
    if (auto converted = placed(node, [&] { return conversion(node.text, arguments); }))
        return *converted;
    if (node.text == "lazy" && node.has_block)
        return settled_later(node.children.back());
    if (node.text == "require" || node.text == "puts" || node.text == "p") {
        const bool loads = node.text == "require";
        for (const Object& argument : arguments)
            say(node, loads ? Message::Level::warning : Message::Level::notice,
                loads ? fmt::format("'require' is passed over: there is no Ruby here to load '{}'", to_text(argument))
                : node.text == "p" ? inspect(argument)
                                   : to_text(argument));
        return {};
    }
    if (node.text == "raise" || node.text == "fail") {
        const std::string last = messages_.empty() ? "stop" : messages_.back().text;
        throw source_->error(node.offset, fmt::format("the recipe says: {}",
                                                      printable(arguments.empty() ? last : to_text(arguments.back()))));
    }
    if (node.text == "include_recipe") {
        for (const Object& recipe : arguments)
            include(node, to_text(recipe));
        if (declarations_.size() > most_declarations)
            throw source_->error(node.offset,
                                 fmt::format("the recipe declares more than {} resources", most_declarations));
        return {};
    }
    if (node.text == "include_attribute") {
        for (const Object& name : arguments)
            include_attribute(node, to_text(name));
        return {};
    }
    if (node.text == "data_bag" || node.text == "data_bag_item")
        return placed(node, [&] { return data_bag(node, arguments); });
    if (is_resource(node.text)) // without a name: apt_update
        return declare(node, arguments);
    for (const auto& [name, instead] : refused)
        if (node.text == name)
            throw source_->error(node.offset, fmt::format("'{}' is outside the supported subset", name),
                                 std::string(instead));
    const std::string nearest = did_you_mean(node.text, resource_names());
    if (arguments.empty() && !node.has_block)
        throw source_->error(
            node.offset, fmt::format("there is no variable, resource or function '{}'", node.text),
            nearest.empty() ? "methods of a cookbook's libraries/ are Ruby; write the value into the recipe" : nearest);
    throw source_->error(node.offset, fmt::format("there is no resource or function '{}'", node.text),
                         nearest.empty() ? "resources of other cookbooks, and methods of libraries/, are Ruby; these "
                                           "are known: " +
                                               join(resource_names(), ", ")
                                         : nearest);
}

/// format, and the functions that are named as what they make.
std::optional<Object> Evaluator::conversion(const std::string& name, const std::vector<Object>& arguments)
{
    if ((name == "format" || name == "sprintf") && !arguments.empty())
        return apply_operator("%", arguments[0], make_list(arguments.begin() + 1, arguments.end()));
    if (arguments.size() != 1)
        return std::nullopt;
    const Object& value = arguments[0];
    if (name == "String")
        return to_text(value);
    if (name == "Array")
        return make_list(items_in(value).value_or(value.is_nil() ? std::vector<Object>{} : std::vector<Object>{value}));
    if (name != "Integer" && name != "Float")
        return std::nullopt;
    if (const auto* text = value.as<std::string>()) {
        const bool whole = parse_signed(*text).has_value();
        const bool plain = !text->empty() && text->find_first_not_of("0123456789+-.eE_") == std::string::npos;
        if (name == "Integer" ? !whole : !plain)
            throw Error(ErrorKind::invalid, "'{}' is no number", printable(*text))
                .hint(fmt::format("{} takes what it can read of a string", name == "Integer" ? "to_i" : "to_f"));
    }
    return call_method(value, name == "Integer" ? "to_i" : "to_f", {});
}

bool Evaluator::platform_matches(const std::vector<Object>& names, const std::string& fact)
{
    const auto value = attributes_.find(std::array{fact});
    return value && std::ranges::find(names, *value) != names.end();
}

/// The value of the platform's version: itself, the constraint that it meets, or the default.
const Object* Evaluator::value_for_version(const HashContent& versions) const
{
    const std::array<std::string, 1> key{"platform_version"};
    const auto version = attributes_.find(key);
    const Object* met = nullptr;
    if (version) {
        if (const Object* chosen = versions.find(*version))
            return chosen;
        for (const auto& [wanted, chosen] : versions.entries) {
            const List* several = wanted.as<List>();
            for (const Object& one : several == nullptr ? std::vector<Object>{wanted} : (*several)->items) {
                if (one == Object(std::string("default")) || !version_meets(to_text(*version), to_text(one)))
                    continue;
                if (met != nullptr && met != &chosen)
                    throw Error(ErrorKind::invalid, "the platform's version {} meets several of the constraints",
                                to_text(*version));
                met = &chosen;
            }
        }
    }
    return met != nullptr ? met : versions.find(std::string("default"));
}

/// value_for_platform({'debian' => {'default' => x}}) and value_for_platform_family('debian' => x).
Object Evaluator::platform_value(const Node& node, const std::vector<Object>& arguments, const std::string& fact)
{
    const Hash* table = arguments.size() == 1 ? arguments[0].as<Hash>() : nullptr;
    if (table == nullptr)
        throw source_->error(node.offset, fmt::format("'{}' wants a hash", node.text));
    const Object* fallback = nullptr;
    for (const auto& [key, value] : (*table)->entries) {
        charge(node, 100 + weight(value));
        const List* several = key.as<List>();
        if (key == Object(std::string("default")))
            fallback = &value;
        if (!platform_matches(several == nullptr ? std::vector<Object>{key} : (*several)->items, fact))
            continue;
        const Hash* versions = fact == "platform" ? value.as<Hash>() : nullptr;
        if (versions == nullptr)
            return value;
        if (const Object* chosen = placed(node, [&] { return value_for_version(**versions); }))
            return *chosen;
    }
    return fallback == nullptr ? Object{} : *fallback;
}

Object Evaluator::method(const Node& node)
{
    Object receiver = evaluate_unsettled(node.children[0]);
    if (const auto* path = receiver.as<NodePath>())
        if (auto result = node_method(node, *path))
            return *result;
    const bool is_attribute = receiver.as<NodePath>() != nullptr;
    receiver = settle(node.children[0], std::move(receiver));
    if (node.is_safe && receiver.is_nil())
        return {};
    if (const auto* constant = receiver.as<Constant>())
        return constant_method(node, *constant);
    if (node.has_block) {
        if (auto result = change_by_block(node, receiver))
            return *result;
        if (auto result = iteration(node, std::move(receiver)))
            return *result;
        throw source_->error(node.offset,
                             fmt::format("the method '{}' with a block is outside the supported subset", node.text),
                             "each, map, select, each_with_object and their like are understood");
    }
    if (auto result = change(node, receiver))
        return *result;
    const std::vector<Object> arguments = arguments_of(node);
    std::size_t cost = weight(receiver);
    for (const Object& argument : arguments)
        cost += argument.as<Pattern>() != nullptr ? weight(receiver) * argument.as<Pattern>()->text.size()
                                                  : weight(argument);
    charge(node, cost);
    if (node.text == "run_action")
        throw source_->error(node.offset, "'run_action' is outside the supported subset",
                             "resources run in the order of the recipe; remove it");
    if (const auto* version = receiver.as<Version>();
        version != nullptr && arguments.size() == 1 && (node.text == "include?" || node.text == "satisfied_by?"))
        return placed(node, [&] { return version_meets(to_text(arguments[0]), version->text); });
    if (node.text == "match" && arguments.size() == 1 && !receiver.is_nil())
        return placed(node, [&] {
            return receiver.as<Pattern>() != nullptr && arguments[0].is_nil() ? Object{}
                                                                              : matched(receiver, arguments[0]);
        });
    if (receiver.as<Pattern>() != nullptr && node.text == "match?" && arguments.size() == 1)
        return placed(node, [&] { return is_case(receiver, arguments[0]); });
    Object result = placed(node, [&] { return call_method(receiver, node.text, arguments); });
    // What an attribute is converted to is the recipe's own, to be changed as it likes.
    return is_attribute && is_same(result, receiver) ? call_method(result, "dup", {}) : result;
}

/// node.default, node.platform?('x'), node.attribute?('x') and node.hostname; nothing for methods of the attribute's
/// value.
std::optional<Object> Evaluator::node_method(const Node& node, const NodePath& path)
{
    const bool plain = node.children.size() == 1 && !node.has_block;
    if (path.keys.empty() && path.level.empty() && plain &&
        (NodeAttributes::is_level(node.text) || node.text == run_state))
        return NodePath{node.text, {}};
    if (path.keys.empty() && path.level.empty() && plain && node.text == "name")
        return settle(node, NodePath{{}, {"fqdn"}});
    if (path.keys.empty() && (node.text == "platform?" || node.text == "platform_family?"))
        return platform_matches(arguments_of(node), node.text == "platform?" ? "platform" : "platform_family");
    const bool changes = !path.level.empty() && !path.keys.empty();
    if (changes && node.has_block && node.text == "tap") {
        // Chef makes what is not there yet a hash.
        Object own = own_value(node.children[0]);
        own = own.is_nil() ? make_hash({}) : placed(node, [&] { return call_method(own, "dup", {}); });
        const auto& parameters = node.children.back().parameters;
        growing_.push_back(parameters.empty() ? "" : parameters.front().name);
        const ScopeExit grown([this] { growing_.pop_back(); });
        Object changed = *block_method(node, own);
        put_back(node.children[0], 1, changed);
        return changed;
    }
    if (changes && node.text != "key?" && node.text != "dig" && node.text != "read") {
        const Object own = own_value(node.children[0]);
        return node.has_block ? change_by_block(node, own) : change(node, own);
    }
    if (node.text == "attribute?" || node.text == "key?" || node.text == "has_key?" || node.text == "read" ||
        node.text == "exist?" || node.text == "dig") {
        NodePath longer = path;
        for (const Object& key : arguments_of(node))
            longer.keys.push_back(to_text(key));
        charge(node, 100);
        const auto found =
            longer.keys.size() > 16 ? std::nullopt : placed(node, [&] { return attributes_.find(longer.keys); });
        return node.text == "read" || node.text == "dig" ? found.value_or(Object{}) : Object(found.has_value());
    }
    if (path.keys.empty() && plain)
        return NodePath{path.level, {node.text}};
    return std::nullopt;
}

/// What may be said to classes.
Object Evaluator::constant_method(const Node& node, const Constant& constant)
{
    const std::vector<Object> arguments = arguments_of(node);
    const std::string& name = constant.name;
    if (name == "scope")
        return scope_method(node, arguments);
    if (name == "Chef::Log") {
        if (!arguments.empty() && (node.text == "warn" || node.text == "error" || node.text == "fatal"))
            say(node, Message::Level::warning, to_text(arguments[0]));
        return {};
    }
    if (name == "File" || name == "Pathname")
        return file_method(node, arguments);
    if (node.text == "new")
        return new_object(node, name, arguments);
    if (name == "Regexp")
        return regexp_method(node, arguments);
    const bool pretty = node.text == "pretty_generate" || node.text == "to_json_pretty";
    if ((name == "JSON" || name == "Chef::JSONCompat") && arguments.size() == 1 &&
        (pretty || node.text == "generate" || node.text == "dump" || node.text == "to_json")) {
        charge(node, weight(arguments[0]));
        return placed(node, [&] { return Object(json_text(arguments[0], pretty)); });
    }
    if (name == "Shellwords" && arguments.size() == 1 && (node.text == "escape" || node.text == "shellescape"))
        return placed(node, [&] { return call_method(to_text(arguments[0]), "shellescape", {}); });
    if (name == "Shellwords" && arguments.size() == 1 && (node.text == "join" || node.text == "shelljoin"))
        return placed(node, [&] { return call_method(arguments[0], "shelljoin", {}); });
    if (name == "ENV" && node.text == "fetch" && !arguments.empty()) {
        const char* value = std::getenv(to_text(arguments[0]).c_str());
        if (value == nullptr && arguments.size() == 1)
            throw source_->error(node.offset,
                                 fmt::format("the environment has no '{}'", printable(to_text(arguments[0]))));
        return value == nullptr ? arguments[1] : Object(std::string(value));
    }
    throw source_->error(node.offset, fmt::format("'{}.{}' is outside the supported subset", name, node.text),
                         std::string(instead_of(name)));
}

/// Class.new(…): of few classes.
Object Evaluator::new_object(const Node& node, const std::string& name, const std::vector<Object>& arguments)
{
    if ((name == "Gem::Version" || name == "Chef::Version") && arguments.size() == 1)
        return Version{to_text(arguments[0]), false};
    if ((name == "Chef::VersionConstraint" || name == "Gem::Requirement") && arguments.size() == 1)
        return Version{to_text(arguments[0]), true};
    const bool plain = arguments.empty() && !node.has_block;
    if (plain && (name == "Hash" || name == "Mash" || name == "Chef::Node::ImmutableMash"))
        return make_hash({});
    if (plain && name == "Array")
        return make_list({});
    if (name == "Array" && !node.has_block && arguments.size() <= 2)
        return placed(node, [&] {
            return apply_operator("*", make_list({arguments.size() == 2 ? arguments[1] : Object{}}), arguments[0]);
        });
    if (name == "String" && arguments.size() <= 1)
        return arguments.empty() ? Object(std::string()) : arguments[0];
    throw source_->error(node.offset, fmt::format("'{}.new' is outside the supported subset", name),
                         name == "Hash" ? "begin with {}, and write h[key] ||= [] before it is used"
                                        : std::string(instead_of(name)));
}

Object Evaluator::regexp_method(const Node& node, const std::vector<Object>& arguments)
{
    if (node.text == "last_match" && arguments.size() <= 1) {
        if (arguments.empty() || last_match_.is_nil())
            return last_match_;
        return placed(node, [&] { return element(last_match_, arguments[0]); });
    }
    if (node.text != "escape" || arguments.size() != 1)
        throw source_->error(node.offset, fmt::format("'Regexp.{}' is outside the supported subset", node.text),
                             "write the pattern between slashes: /^web/");
    std::string escaped;
    for (const char c : to_text(arguments[0])) {
        if (std::string_view(".*?+^$|\\()[]{}-").find(c) != std::string_view::npos)
            escaped += '\\';
        escaped += c;
    }
    return escaped;
}

/// The functions of paths, which look at no file.
Object Evaluator::file_method(const Node& node, const std::vector<Object>& arguments)
{
    if (node.text == "join") {
        std::string path;
        const Object parts =
            placed(node, [&] { return call_method(make_list(std::vector<Object>(arguments)), "flatten", {}); });
        for (const Object& part : (*parts.as<List>())->items) {
            std::string text = to_text(part);
            while (!path.empty() && text.starts_with('/'))
                text.erase(0, 1);
            path += (path.empty() || path.ends_with('/') ? "" : "/") + text;
            if (path.size() > 4096)
                throw source_->error(node.offset, "a path is longer than 4096 bytes");
        }
        return path;
    }
    const std::string path = arguments.empty() ? std::string() : to_text(arguments[0]);
    const std::size_t slash = path.rfind('/');
    const std::string last = slash == std::string::npos ? path : path.substr(slash + 1);
    const std::size_t dot = last.rfind('.');
    const std::string extension = dot == std::string::npos || dot == 0 ? "" : last.substr(dot);
    if (node.text == "basename" && arguments.size() == 2) {
        const std::string end = to_text(arguments[1]);
        const std::string_view cut = end == ".*" ? extension : end;
        return last.ends_with(cut) && last.size() > cut.size() ? last.substr(0, last.size() - cut.size()) : last;
    }
    if (arguments.size() == 1 && node.text == "basename")
        return last;
    if (arguments.size() == 1 && node.text == "extname")
        return extension;
    if (arguments.size() == 1 && node.text == "dirname")
        return slash == std::string::npos ? std::string(".") : path.substr(0, std::max<std::size_t>(slash, 1));
    if (node.text == "expand_path" && arguments.size() <= 2) {
        const std::string from = arguments.size() == 2 ? to_text(arguments[1]) : "";
        const std::string whole = path.starts_with('/') ? path : from + "/" + path;
        if (whole.starts_with('/'))
            return std::filesystem::path(whole).lexically_normal().string();
    }
    throw source_->error(node.offset, fmt::format("'File.{}' is outside the supported subset", node.text),
                         node.text == "expand_path"
                             ? "write the whole path"
                             : "look at files in only_if or not_if: they are run when it is the resource's turn");
}

} // namespace dfriends::converge::chef
