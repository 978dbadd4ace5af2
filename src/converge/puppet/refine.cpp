// SPDX-License-Identifier: Apache-2.0
#include "converge/puppet/evaluator.hpp"

#include <algorithm>

namespace dfriends::converge::puppet {

namespace {

/// What «+>» makes of an attribute: the old items, and the new ones behind them.
Datum with_items(const Datum& before, const Datum& more)
{
    auto items = to_items(before);
    for (Datum& item : to_items(more))
        items.push_back(std::move(item));
    return make_list(std::move(items));
}

} // namespace

/// Type { … }: defaults. Type['title'] { … }: what a declared resource has not said yet.
Datum Evaluator::eval_refine(const Node& node, const ScopePointer& scope)
{
    refuse_in_template(node.offset, "attributes of a resource");
    const Datum what = eval(node.children[0], scope);
    const Attributes attributes = eval_attributes(node, 1, scope);
    if (const auto* type = what.as<TypeName>()) {
        for (const auto& [name, attribute] : attributes)
            if (!scope->defaults[type->name].emplace(name, attribute).second)
                throw Error(ErrorKind::invalid, attribute.position, "the default of '{}' is given twice", name);
        return {};
    }
    for (const Datum& item : to_items(what)) {
        const auto* reference = item.as<Reference>();
        const auto found = reference == nullptr ? index_.end() : index_.find({reference->type, reference->name});
        if (found == index_.end())
            throw error(node.offset, "there is no " + brief(item) + " to refine before this line");
        spend(weight_of(attributes), node.offset);
        Declaration& declaration = result_.declarations[found->second];
        if (declaration.is_container)
            throw error(node.offset, "the parameters of " + brief(item) + " cannot be refined",
                        "it is made already; give them where it is declared");
        refine(declaration, attributes, node, inherits(scope->container, declaration.container));
    }
    return what;
}

/// A class that inherits may replace what the inherited one said of its resources; others may only add to it.
void Evaluator::refine(Declaration& declaration, const Attributes& attributes, const Node& node, bool may_replace)
{
    for (const Node& written : std::span(node.children).subspan(1)) {
        const auto given = attributes.find(written.text);
        if (given == attributes.end() || written.integer == 0)
            continue;
        auto& before = declaration.attributes[written.text];
        before = {at(written.offset, [&] { return with_items(before.value, given->second.value); }),
                  given->second.position};
    }
    for (const auto& [name, attribute] : attributes) {
        const auto written = std::ranges::find(node.children, name, &Node::text);
        if (written != node.children.end() && written->integer == 1)
            continue;
        if (may_replace)
            declaration.attributes.insert_or_assign(name, attribute);
        else if (!declaration.attributes.emplace(name, attribute).second)
            throw Error(ErrorKind::invalid, attribute.position, "'{}' has the attribute '{}' already",
                        show({declaration.type, declaration.title, {}}), name)
                .hint("only a class that inherits the one of the resource replaces attributes");
    }
}

/// Whether the class of one container inherits that of the other, directly or not.
bool Evaluator::inherits(std::size_t container, std::size_t from) const
{
    if (container == no_container || from == no_container || result_.declarations[container].type != "class")
        return false;
    const Declaration& base = result_.declarations[from];
    auto definition = classes_.find(result_.declarations[container].title);
    while (definition != classes_.end() && !definition->second->words.empty()) {
        const std::string parent = class_name(definition->second->words[0]);
        if (base.type == "class" && base.title == parent)
            return true;
        definition = classes_.find(parent);
    }
    return false;
}

Datum Evaluator::eval_collector(const Node& node, const ScopePointer& scope)
{
    refuse_in_template(node.offset, "a collector");
    Collected collected{node.text, nullptr, node.words[0] == "exported"};
    if (node.integer == 1)
        collected.search = std::make_shared<const Search>(eval_search(node.children[0], scope));
    const std::size_t first = node.integer == 1 ? 1 : 0;
    Collector collector{collected, eval_attributes(node, first, scope), {}, {source_, node.offset}};
    for (const Node& written : std::span(node.children).subspan(first))
        if (written.integer == 1)
            collector.added.insert(written.text);
    collectors_.push_back(std::move(collector));
    return collected;
}

Search Evaluator::eval_search(const Node& node, const ScopePointer& scope)
{
    if (node.text == "==" || node.text == "!=")
        return {node.text == "==" ? Search::Kind::is : Search::Kind::is_not,
                {},
                node.children[0].text,
                eval(node.children[1], scope)};
    Search search{node.text == "and" ? Search::Kind::all : Search::Kind::any, {}, {}, {}};
    for (const Node& part : node.children)
        search.parts.push_back(eval_search(part, scope));
    return search;
}

void Evaluator::realize(const Datum& what, std::size_t offset)
{
    const auto* reference = what.as<Reference>();
    const auto found = reference == nullptr ? index_.end() : index_.find({reference->type, reference->name});
    if (found == index_.end())
        throw error(offset, brief(what) + " is not declared before this line");
    result_.declarations[found->second].is_virtual = false;
}

/// Shows a collector what has been declared since it looked last.
void Evaluator::collect(Collector& collector)
{
    const Visit there(*this, collector.place.source);
    spend(1 + (result_.declarations.size() - collector.seen) / 16, collector.place.offset);
    for (; collector.seen < result_.declarations.size(); ++collector.seen) {
        Declaration& declaration = result_.declarations[collector.seen];
        if (declaration.type != collector.what.type || collector.what.exported)
            continue;
        spend(1 + weight(declaration.title), collector.place.offset);
        if (!finds(collector.what, declaration, result_.declarations))
            continue;
        declaration.is_virtual = false;
        spend(weight_of(collector.attributes), collector.place.offset);
        for (const auto& [name, attribute] : collector.attributes) {
            const auto before = declaration.attributes.find(name);
            const bool adds = collector.added.contains(name) && before != declaration.attributes.end();
            const Datum value =
                adds ? at(collector.place.offset, [&] { return with_items(before->second.value, attribute.value); })
                     : attribute.value;
            declaration.attributes.insert_or_assign(name, Attribute{value, attribute.position});
        }
    }
}

/// Makes the instances of defined types that have been realized; false where there is none.
bool Evaluator::make_realized()
{
    std::vector<std::size_t> realized;
    for (const auto& [index, waiting] : waiting_)
        if (!result_.declarations[index].is_virtual)
            realized.push_back(index);
    for (const std::size_t index : realized) {
        const Waiting waiting = std::move(waiting_.extract(index).mapped());
        const Visit there(*this, waiting.place.source);
        instantiate(*waiting.definition, index, waiting.scope, waiting.place.offset);
    }
    return !realized.empty();
}

/// Collectors see all that is declared, also behind them and by what they realize; then what stays virtual is nothing.
void Evaluator::finish()
{
    do
        for (std::size_t at = 0; at < collectors_.size(); ++at)
            collect(collectors_[at]);
    while (make_realized());
    for (Declaration& declaration : result_.declarations)
        for (const Scope* scope = declaration.scope.get(); scope != nullptr; scope = scope->caller.get())
            if (const auto defaults = scope->defaults.find(declaration.type); defaults != scope->defaults.end()) {
                spend(weight_of(defaults->second), 0);
                declaration.attributes.insert(defaults->second.begin(), defaults->second.end());
            }
}

} // namespace dfriends::converge::puppet
