// SPDX-License-Identifier: Apache-2.0
#include "converge/yaml/sections.hpp"

#include "base/text.hpp"
#include "converge/yaml/item.hpp"
#include "converge/yaml/resources.hpp"
#include "converge/yaml/values.hpp"

#include <algorithm>
#include <array>

namespace dfriends::converge::yaml {

namespace {

using config::Node;
using config::NodeKind;

constexpr std::size_t most_resources = 20'000;

/// The map without the keys that say whether and how often it counts.
Node without_control(const Node& body)
{
    if (body.kind() != NodeKind::map)
        return body;
    std::vector<Node::Member> members;
    for (const auto& member : body.members())
        if (member.first.text() != "when" && member.first.text() != "for_each")
            members.push_back(member);
    return Node::make_map(std::move(members), body.position());
}

class Declaring {
  public:
    Declaring(Variables& variables, Declared& declared) : variables_(variables), declared_(declared) {}

    void resources(const Node& document)
    {
        const Node* list = document.find("resources");
        if (list == nullptr || list->is_null())
            return;
        for (const Node& raw : list->items())
            each_time(raw, [&] {
                refuse_secrets(raw, raw.kind() == NodeKind::map && !raw.members().empty()
                                        ? raw.members()[0].first.text()
                                        : std::string());
                const Node body = variables_.expand(without_control(raw));
                is_secret_ |= variables_.take_secrecy();
                covered(body, [&] {
                    Resource resource = resource_of(body, declared_);
                    resource.sensitive |= is_secret_;
                    add(std::move(resource), body);
                });
            });
    }

    void section(const Section& section, const Node& document)
    {
        const Node* content = document.find(section.name);
        if (content == nullptr || content->is_null())
            return;
        if (section.shape == Shape::one)
            return item(section, *content, *content);
        if (section.shape == Shape::by_name) {
            for (const auto& [name, body] : content->members())
                item(section, name, body);
            return;
        }
        for (const Node& body : content->items())
            item(section, body, body);
    }

  private:
    /// Once, or once for each value of `for_each`; where `when` holds.
    template <class Function>
    void each_time(const Node& raw, Function declare)
    {
        const bool is_map = raw.kind() == NodeKind::map;
        const Node* repeated = is_map ? raw.find("for_each") : nullptr;
        const Node* condition = is_map ? raw.find("when") : nullptr;
        const auto once = [&] {
            if (condition != nullptr && !variables_.is_met(*condition))
                return;
            is_secret_ |= variables_.take_secrecy();
            declare();
        };
        is_secret_ = false;
        static_cast<void>(variables_.take_secrecy());
        if (repeated == nullptr)
            return once();
        const Node values = variables_.expand(*repeated);
        const bool is_secret = variables_.take_secrecy();
        for (const Node& value : values.items()) {
            is_secret_ = is_secret;
            const Variables::Turn turn(variables_, {.value = value, .is_secret = is_secret});
            once();
        }
    }

    void item(const Section& section, const Node& key, const Node& raw)
    {
        check_item_words(section, raw);
        if (section.shape == Shape::by_name && raw.kind() == NodeKind::map && raw.find("for_each") != nullptr &&
            key.text().find("each") == std::string::npos)
            throw key.error(fmt::format("each of those that '{}' is repeated to needs a name", printable(key.text())))
                .hint("put ${each} into it: \"" + key.text() + "-${each}\"");
        if (section.kind == "handler" && key.text().find("${") == std::string::npos)
            declared_.handlers.try_emplace(key.text()); // one that is left out is told in vain
        each_time(raw, [&] {
            const bool is_named = section.shape == Shape::by_name;
            const Node name = is_named ? variables_.expand(key) : key;
            if (variables_.take_secrecy())
                refuse_secret(key);
            refuse_secrets(raw, section.name == "files" ? "path" : section.name == "registries" ? "server" : "name");
            const Node body = variables_.expand(without_control(raw));
            is_secret_ |= variables_.take_secrecy();
            covered(body, [&] { declare(section, name, body); });
        });
    }

    void declare(const Section& section, const Node& name, const Node& body)
    {
        Item item{.section = section,
                  .name = name,
                  .body = body,
                  .variables = variables_,
                  .declared = declared_,
                  .resource = {}};
        item.resource.type = section.type;
        item.resource.position = name.position();
        item.resource.sensitive = is_secret_;
        if (section.shape == Shape::by_name)
            item.resource.name = name.text();
        if (section.begin != nullptr)
            section.begin(item);
        if (item.resource.name.empty())
            throw name.error("a name is empty");
        if (body.kind() == NodeKind::map)
            for (const auto& [word, value] : body.members())
                take(item, word, value);
        else if (!body.is_null() && section.type != "package")
            throw body.error("this wants a map");
        is_secret_ |= variables_.take_secrecy(); // a template's
        item.resource.sensitive |= is_secret_;   // whatever it says itself
        section.finish(item);
        if (item.is_resource) {
            declared_.items.push_back(item.index());
            add(std::move(item.resource), name);
        } else {
            refuse_relations(item);
        }
    }

    void take(Item& item, const Node& word, const Node& value)
    {
        if (is_extension(word.text()) || read_manner(item.resource, word.text(), value))
            return;
        const auto find = [&](std::span<const Word> words) {
            const auto row = std::ranges::find(words, word.text(), &Word::key);
            return row == words.end() ? nullptr : &*row;
        };
        const Word* row = find(item.section.words);
        if (row == nullptr)
            row = find(words_of_all());
        if (row == nullptr || value.is_null())
            return;
        if (row->read != nullptr)
            row->read(item, value);
        else
            item.take(row->attribute, value);
    }

    /// A handler that is a name for others' actions has no place of its own in the order.
    static void refuse_relations(const Item& item)
    {
        for (const Word& word : words_of_all())
            if (const Node* found = item.find(word.key); found != nullptr && word.read != nullptr)
                throw found->error(fmt::format("'{}' has no '{}'", printable(item.resource.name), word.key))
                    .hint("it is an action of the containers that it names");
    }

    void add(Resource resource, const Node& at)
    {
        if (declared_.catalog.resources.size() == most_resources)
            throw at.error(fmt::format("the manifest has more than {} resources", most_resources));
        declared_.catalog.resources.push_back(std::move(resource));
    }

    /// Names stand in every plan: those of the item itself, and those of others that it has to do with.
    void refuse_secrets(const Node& raw, const std::string& naming)
    {
        static constexpr std::array<std::string_view, 8> relations{"before",  "depends_on", "notifies",  "notify",
                                                                   "require", "requires",   "subscribe", "subscribes"};
        const auto look = [&](const Node& node) {
            static_cast<void>(variables_.expand(node));
            if (variables_.take_secrecy())
                refuse_secret(node);
        };
        if (raw.kind() == NodeKind::scalar)
            look(raw);
        if (raw.kind() != NodeKind::map)
            return;
        for (const auto& [key, value] : raw.members())
            if (key.text() == naming || std::ranges::find(relations, key.text()) != relations.end())
                look(value);
    }

    [[noreturn]] static void refuse_secret(const Node& name)
    {
        throw name.error("a secret would be a part of a name, which everybody is told");
    }

    /// What is wrong with a secret's value is not told: the words would have it in them.
    template <class Function>
    void covered(const Node& body, Function function)
    {
        try {
            function();
        } catch (const Error& error) {
            if (!is_secret_ && !variables_.take_secrecy())
                throw;
            throw Error(ErrorKind::invalid, error.position().line > 0 ? error.position() : body.position(),
                        "this is wrong; why is not told, for a secret is in it");
        }
    }

    Variables& variables_;
    Declared& declared_;
    bool is_secret_ = false; ///< a secret is in the item that is being declared
};

} // namespace

void declare_all(std::span<const Node> documents, Variables& variables, Declared& declared)
{
    Declaring declaring(variables, declared);
    for (const Node& document : documents)
        declaring.resources(document);
    for (const Section& section : sections())
        for (const Node& document : documents)
            declaring.section(section, document);
}

} // namespace dfriends::converge::yaml
