// SPDX-License-Identifier: Apache-2.0
#include "base/suggest.hpp"
#include "base/text.hpp"
#include "converge/puppet/evaluator.hpp"
#include "converge/puppet/functions.hpp"
#include "converge/puppet/types.hpp"
#include "converge/puppet/words.hpp"

#include <algorithm>
#include <array>

namespace dfriends::converge::puppet {

namespace {

constexpr std::size_t most_resources = 20'000;
constexpr int deepest_instances = 30;

/// Classes that only prepare what others use: nothing is left to do here.
constexpr auto preparing =
    std::to_array<std::string_view>({"apt", "apt::update", "concat", "concat::setup", "epel", "stdlib", "yum"});

/// Classes of the docker module that make resources of a hash.
struct HashClass {
    std::string_view name;
    std::string_view parameter;
    std::string_view type;
};
constexpr auto hash_classes = std::to_array<HashClass>({{"docker::images", "images", "docker::image"},
                                                        {"docker::networks", "networks", "docker_network"},
                                                        {"docker::plugins", "plugins", "docker::plugin"},
                                                        {"docker::registry_auth", "registries", "docker::registry"},
                                                        {"docker::run_instance", "instance", "docker::run"},
                                                        {"docker::volumes", "volumes", "docker_volume"}});

/// How well a node's names fit this machine: by name, by pattern, by «default», not at all.
int fit_of(const Datum& name, const Facts& facts)
{
    if (name.as<Fallback>() != nullptr)
        return 1;
    if (name.as<Pattern>() != nullptr)
        return matches(facts.fqdn, name) ? 2 : 0;
    return equal(name, facts.fqdn) || equal(name, facts.hostname) ? 3 : 0;
}

} // namespace

Evaluation evaluate(const Source& source, const Node& program, const Facts& facts)
{
    return Evaluator(source, facts).run(program);
}

Evaluation Evaluator::run(const Node& program)
{
    hoist(program, "", 0);
    try {
        eval(program, top_);
        evaluate_node(program);
    } catch (const Leave& leave) {
        if (leave.word != "return")
            throw error(leave.offset, "'" + leave.word + "' stands outside of a lambda");
    }
    finish();
    return std::move(result_);
}

void Evaluator::say(Message::Level level, std::string text, std::size_t offset)
{
    add_message(result_.messages, {level, std::move(text), source_->position(offset)});
}

/// The table for what a node defines; none for another node, and for what stands at the top only and does not.
std::map<std::string, const Node*, std::less<>>* Evaluator::definitions_of(NodeKind kind, bool at_top)
{
    if (kind == NodeKind::class_definition)
        return &classes_;
    if (kind == NodeKind::define_definition)
        return &defines_;
    if (kind == NodeKind::type_definition && at_top)
        return &aliases_;
    return kind == NodeKind::function_definition && at_top ? &functions_ : nullptr;
}

/// Definitions may be used before the place where they are written.
void Evaluator::hoist(const Node& block, const std::string& prefix, int depth)
{
    for (const Node& node : block.children) {
        auto* table = definitions_of(node.kind, depth == 0);
        if (table == nullptr)
            continue;
        if (depth > 10)
            throw error(node.offset, "classes are nested too deeply");
        const std::string name = prefix.empty() ? node.text : prefix + "::" + node.text;
        definitions_.insert(&node);
        if (const auto [row, is_new] = table->emplace(name, &node); !is_new) {
            const SourcePosition before = homes_.at(row->second)->position(row->second->offset);
            throw error(node.offset, fmt::format("'{}' is defined already, in line {}{}", printable(name), before.line,
                                                 homes_.at(row->second) == source_ ? "" : " of " + before.file));
        }
        homes_[&node] = source_;
        if (node.kind == NodeKind::class_definition)
            hoist(node.children.back(), name, depth + 1);
    }
}

void Evaluator::evaluate_node(const Node& program)
{
    const Node* best = nullptr;
    const Node* any = nullptr;
    int best_fit = 0;
    for (const Node& node : program.children) {
        if (node.kind != NodeKind::node_definition)
            continue;
        any = &node;
        for (const Node& name : std::span(node.children).first(node.children.size() - 1))
            if (const int fit = at(name.offset, [&] { return fit_of(eval(name, top_), facts_); }); fit > best_fit) {
                best = &node;
                best_fit = fit;
            }
    }
    if (best == nullptr && any != nullptr)
        throw error(any->offset, "no node of the manifest is this machine, '" + facts_.fqdn + "'",
                    "name it in one of them, or add node default { }");
    if (best == nullptr)
        return;
    auto scope = std::make_shared<Scope>();
    scope->parent = scope->caller = top_;
    node_scope_ = scope;
    eval(best->children.back(), scope);
}

std::size_t Evaluator::add(Declaration declaration)
{
    const auto key = std::pair(declaration.type, declaration.title);
    if (const auto before = index_.find(key); before != index_.end())
        throw Error(ErrorKind::invalid, declaration.position, "'{}' is declared already, in line {}",
                    show({declaration.type, declaration.title, {}}), result_.declarations[before->second].position.line)
            .hint("a resource is declared once; refine it with TYPE['TITLE'] { … }");
    if (result_.declarations.size() >= most_resources)
        throw Error(ErrorKind::invalid, declaration.position, "there are more than {} resources", most_resources);
    index_[key] = result_.declarations.size();
    result_.declarations.push_back(std::move(declaration));
    return result_.declarations.size() - 1;
}

std::vector<std::string> Evaluator::titles_of(const Datum& title, std::size_t offset) const
{
    std::vector<std::string> titles;
    if (title.is_undef())
        throw error(offset, "a title is undef");
    for (const Datum& item : to_items(title)) {
        const auto* text = item.as<std::string>();
        if (item.as<List>() != nullptr) {
            for (std::string& inner : titles_of(item, offset))
                titles.push_back(std::move(inner));
            continue;
        }
        if (text == nullptr || text->empty())
            throw error(offset, text == nullptr ? "a title is a string, not " + std::string(kind_of(item))
                                                : "a title is empty");
        titles.push_back(*text);
    }
    return titles;
}

/// What a copy of them costs.
std::size_t Evaluator::weight_of(const Attributes& attributes)
{
    std::size_t all = 0;
    for (const auto& [name, attribute] : attributes)
        all += 8 * (1 + weight(attribute.value));
    return all;
}

Attributes Evaluator::eval_attributes(const Node& owner, std::size_t first, const ScopePointer& scope)
{
    Attributes attributes;
    for (const Node& node : std::span(owner.children).subspan(first)) {
        if (node.integer == 1 && owner.kind != NodeKind::refine && owner.kind != NodeKind::collector)
            throw error(node.offset, "'+>' adds to an attribute that is there",
                        "it stands in TYPE['TITLE'] { … } and TYPE <| … |> { … }; write => here");
        // A mode without quotes is meant as it is written: 0644 is no number here, as it was none in Puppet 3.
        const bool is_bare_mode = node.text == "mode" && node.children[0].kind == NodeKind::integer;
        const Datum value = is_bare_mode ? Datum(node.children[0].text) : eval(node.children[0], scope);
        const auto put = [&](const std::string& name, const Datum& given) {
            if (!attributes.emplace(name, Attribute{given, source_->position(node.offset)}).second)
                throw error(node.offset, "the attribute '" + printable(name) + "' is given twice");
        };
        if (node.text != "*") {
            put(node.text, value);
            continue;
        }
        const auto* hash = value.as<Hash>();
        if (hash == nullptr)
            throw error(node.offset, "behind '* =>' stands a hash, not " + std::string(kind_of(value)));
        spend(8 * (*hash)->entries.size(), node.offset);
        for (const auto& [key, item] : (*hash)->entries)
            put(to_text(key), item);
    }
    return attributes;
}

Datum Evaluator::eval_resource(const Node& node, const ScopePointer& scope)
{
    refuse_in_template(node.offset, "a resource");
    const std::string type = class_name(node.children[0].text);
    std::vector<Datum> references;
    Attributes shared;
    for (const Node& body : std::span(node.children).subspan(1)) {
        const Datum title = eval(body.children[0], scope);
        Attributes attributes = eval_attributes(body, 1, scope);
        if (title.as<Fallback>() != nullptr) {
            shared = std::move(attributes);
            continue;
        }
        attributes.insert(shared.begin(), shared.end());
        const std::size_t offset = body.children[0].offset;
        for (const std::string& name : titles_of(title, offset))
            references.push_back(declare(type, name, attributes, scope, offset, node.text));
    }
    return references.size() == 1 ? references[0] : make_list(std::move(references));
}

/// `mark`: @ for a virtual resource, @@ for an exported one. There is no server
/// that would keep the latter for other machines, so that it is a virtual one,
/// as Puppet has it without PuppetDB.
Reference Evaluator::declare(const std::string& type, const std::string& title, const Attributes& attributes,
                             const ScopePointer& scope, std::size_t offset, std::string_view mark)
{
    spend(10 + weight_of(attributes), offset);
    if (type == "class")
        return declare_class(title, attributes, scope, offset, false, false);
    if (mark.empty() && !defines_.contains(type) && declare_of_module(type, title, attributes, scope, offset))
        return {type, title, source_->position(offset)};
    if (!defines_.contains(type) && find_type_row(type) == nullptr)
        load(type, offset);
    const auto definition = defines_.find(type);
    Declaration declaration{
        type,          title, source_->position(offset), attributes, scope->container, definition != defines_.end(),
        !mark.empty(), scope};
    if (mark == "@@")
        say(Message::Level::warning,
            fmt::format("{}[{}] is exported for other machines, and no server is here to keep it: it is passed over "
                        "where this manifest does not realize it",
                        type, title),
            offset);
    const std::size_t index = add(std::move(declaration));
    if (definition != defines_.end()) {
        auto inner = std::make_shared<Scope>();
        inner->parent = top_;
        inner->caller = scope;
        inner->container = index;
        inner->variables["title"] = title;
        const auto named = attributes.find("name"); // which any instance may be given
        inner->variables["name"] = named == attributes.end() ? Datum(title) : named->second.value;
        inner->variables["module_name"] = Modules::own_module(homes_.at(definition->second)->position(0).file);
        if (mark.empty())
            instantiate(*definition->second, index, inner, offset);
        else
            waiting_.emplace(index, Waiting{definition->second, std::move(inner), {source_, offset}});
    }
    return {type, title, source_->position(offset)};
}

void Evaluator::declare_all(const std::string& type, const Datum& hash, const Datum& defaults,
                            const ScopePointer& scope, std::size_t offset)
{
    const auto put = [&](const Datum& from, Attributes& into) {
        if (const auto* content = from.as<Hash>())
            for (const auto& [key, value] : (*content)->entries)
                into.insert_or_assign(to_text(key), Attribute{value, source_->position(offset)});
        else if (!from.is_undef() && !to_text(from).empty())
            throw error(offset, "attributes are a hash, not " + std::string(kind_of(from)));
    };
    if (hash.is_undef())
        return;
    if (hash.as<Hash>() == nullptr)
        throw error(offset, "resources are made of a hash, not of " + std::string(kind_of(hash)));
    for (const auto& [title, own] : (*hash.as<Hash>())->entries) {
        Attributes attributes;
        put(defaults, attributes);
        put(own, attributes);
        declare(type, to_text(title), attributes, scope, offset);
    }
}

Reference Evaluator::declare_class(const std::string& written, const Attributes& attributes, const ScopePointer& scope,
                                   std::size_t offset, bool contained, bool again)
{
    const std::string name = class_name(written);
    Reference reference{"class", name, source_->position(offset)};
    if (again && index_.contains({"class", name}))
        return reference;
    Declaration declaration{
        "class", name, reference.position, attributes, contained ? scope->container : no_container, true, false, scope};
    if (const auto row = std::ranges::find(hash_classes, name, &HashClass::name);
        row != hash_classes.end() && !classes_.contains(name)) {
        const std::size_t index = add(std::move(declaration));
        auto inner = std::make_shared<Scope>();
        inner->parent = inner->caller = scope;
        inner->container = index;
        const auto given = attributes.find(row->parameter);
        const auto data = given != attributes.end() ? std::optional(given->second.value) : at(offset, [&] {
            return find_data(name + "::" + std::string(row->parameter), std::nullopt, scope, offset);
        });
        if (data)
            declare_all(std::string(row->type), *data, {}, inner, offset);
        return reference;
    }
    if (!classes_.contains(name) && declare_of_module("class", name, attributes, scope, offset))
        return reference;
    const bool is_engine = name == "docker";
    if (!classes_.contains(name) && std::ranges::find(preparing, name) == preparing.end())
        load(name, offset);
    const auto definition = classes_.find(name);
    if (definition == classes_.end()) {
        if (!is_engine && std::ranges::find(preparing, name) == preparing.end()) {
            std::vector<std::string> known{"docker"};
            for (const auto& [other, node] : classes_)
                known.push_back(other);
            const std::string hint = did_you_mean(name, known);
            throw error(offset, "there is no class '" + printable(name) + "'",
                        hint.empty() ? "a class stands in the same file, in manifests/ of a module, or is 'docker'"
                                     : hint);
        }
        declaration.is_container = !is_engine;
        if (!is_engine) {
            add(std::move(declaration));
            return reference;
        }
        add_data(name, declaration.attributes, scope, offset);
        const Attributes all = declaration.attributes;
        add(std::move(declaration));
        if (const auto users = all.find("docker_users"); users != all.end())
            for (const Datum& user : to_items(users->second.value))
                let_use_engine(to_text(user), all, scope, offset);
        return reference;
    }
    if (!definition->second->words.empty()) {
        const Visit there(*this, homes_.at(definition->second));
        if (!open_classes_.insert(name).second)
            throw error(definition->second->offset, "the class '" + printable(name) + "' inherits itself");
        declare_class(definition->second->words[0], {}, scope, definition->second->offset, false, true);
        open_classes_.erase(name);
    }
    const std::size_t index = add(std::move(declaration));
    auto inner = std::make_shared<Scope>();
    const auto inherited = definition->second->words.empty()
                               ? class_scopes_.end()
                               : class_scopes_.find(class_name(definition->second->words[0]));
    inner->parent = inherited == class_scopes_.end() ? top_ : inherited->second;
    inner->caller = scope;
    inner->container = index;
    for (const char* word : {"title", "name"})
        inner->variables[word] = name;
    inner->variables["module_name"] = Modules::own_module(homes_.at(definition->second)->position(0).file);
    class_scopes_[name] = inner;
    instantiate(*definition->second, index, inner, offset);
    return reference;
}

void Evaluator::instantiate(const Node& definition, std::size_t container, const ScopePointer& scope,
                            std::size_t offset)
{
    if (++instances_ > deepest_instances)
        throw error(offset, "definitions use each other more than " + std::to_string(deepest_instances) + " deep");
    const Attributes attributes = result_.declarations[container].attributes;
    const bool is_class = definition.kind == NodeKind::class_definition;
    const Place user{source_, offset};
    const Visit there(*this, homes_.at(&definition));
    bind_parameters(definition, attributes, scope, user,
                    is_class ? result_.declarations[container].title + "::" : std::string());
    try {
        eval(definition.children.back(), scope);
    } catch (const Leave& leave) {
        if (leave.word != "return")
            throw error(leave.offset, "'" + leave.word + "' stands outside of a lambda");
    }
    --instances_;
}

/// Sets a parameter that is not given to what the data has for it.
bool Evaluator::bind_data(const Node& parameter, const Datum& given, const std::string& data, const ScopePointer& scope,
                          const Place& user)
{
    if (data.empty() || !given.is_undef())
        return false;
    std::optional<Datum> found;
    {
        const Visit there(*this, user.source);
        found = at(user.offset, [&] { return find_data(data + parameter.text, std::nullopt, scope, user.offset); });
    }
    if (!found || found->is_undef())
        return false;
    const auto type = type_of(parameter, scope);
    if (type) {
        spend(type_cost(*found, *type), parameter.offset);
        if (!at(parameter.offset, [&] { return is_instance(*found, *type); }).value_or(true))
            throw error(parameter.offset,
                        fmt::format("the data for '{}{}' is {}, not {}", data, parameter.text, misfit(*found, *type),
                                    inspect(*type)),
                        "change it in the files that hiera.yaml names");
    }
    set(scope, parameter, parameter.text, std::move(*found));
    return true;
}

/// Where a class is not given a value, that of the data for CLASS::PARAMETER counts: `data` is what stands before the
/// parameter there, or nothing.
void Evaluator::bind_parameters(const Node& definition, const Attributes& attributes, const ScopePointer& scope,
                                const Place& user, const std::string& data)
{
    const auto parameters = std::span(definition.children).first(definition.children.size() - 1);
    const bool is_class = definition.kind == NodeKind::class_definition;
    std::vector<std::string> names;
    for (const Node& parameter : parameters)
        names.push_back(parameter.text);
    for (const auto& [name, attribute] : attributes)
        if (std::ranges::find(names, name) == names.end() && !is_metaparameter(name) && (is_class || name != "name"))
            throw Error(ErrorKind::invalid, attribute.position, "'{}' has no parameter '{}'", definition.text,
                        printable(name))
                .hint(did_you_mean(name, names));
    for (const Node& parameter : parameters) {
        const auto given = attributes.find(parameter.text);
        if (bind_data(parameter, given == attributes.end() ? Datum() : given->second.value, data, scope, user))
            continue;
        if (given == attributes.end() && parameter.children.empty())
            throw user.source->error(user.offset,
                                     "'" + definition.text + "' wants a value for '" + parameter.text + "'");
        const bool takes_default =
            given == attributes.end() || (given->second.value.is_undef() && !parameter.children.empty());
        Datum value = takes_default ? eval(parameter.children[0], scope) : given->second.value;
        check_type(parameter, value, takes_default ? source_->position(parameter.offset) : given->second.position,
                   scope);
        set(scope, parameter, parameter.text, std::move(value));
    }
}

} // namespace dfriends::converge::puppet
