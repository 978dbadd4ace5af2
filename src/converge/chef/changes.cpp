// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "converge/chef/evaluator.hpp"
#include "converge/chef/methods.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace dfriends::converge::chef {

namespace {

/// What a method makes of its receiver, and what it gives.
struct Change {
    Object receiver;
    Object result;
};

bool is_list(const Object& object)
{
    return object.as<List>() != nullptr;
}

bool is_hash(const Object& object)
{
    return object.as<Hash>() != nullptr;
}

/// Whether a method without a block changes its receiver. Of those with «!» the part before it says what it becomes.
bool is_change(const Object& receiver, std::string_view name)
{
    static constexpr std::array<std::string_view, 12> of_lists{"append",    "clear",  "concat",  "delete",
                                                               "delete_at", "insert", "pop",     "prepend",
                                                               "push",      "shift",  "unshift", "replace"};
    static constexpr std::array<std::string_view, 5> of_hashes{"clear", "delete", "replace", "store", "update"};
    static constexpr std::array<std::string_view, 4> of_texts{"clear", "concat", "prepend", "replace"};
    const auto has = [&](const auto& names) { return std::ranges::find(names, name) != names.end(); };
    if (name.ends_with('!') && name.size() > 1)
        return has_method(receiver, name.substr(0, name.size() - 1));
    if (is_list(receiver))
        return has(of_lists);
    if (is_hash(receiver))
        return has(of_hashes);
    return receiver.as<std::string>() != nullptr && has(of_texts);
}

const Object& argument(std::string_view name, std::span<const Object> arguments)
{
    if (arguments.size() != 1)
        throw Error(ErrorKind::invalid, "'{}' is given {} values", name, arguments.size());
    return arguments[0];
}

Object without_item(const std::vector<Object>& items, std::size_t at)
{
    std::vector<Object> rest = items;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(at));
    return make_list(std::move(rest));
}

Change changed_list(const Object& receiver, std::string_view name, std::span<const Object> arguments)
{
    const std::vector<Object>& items = (*receiver.as<List>())->items;
    if (name == "clear")
        return {make_list({}), make_list({})};
    if (name == "replace")
        return {argument(name, arguments), argument(name, arguments)};
    if (name == "delete") {
        const Object& item = argument(name, arguments);
        const bool found = std::ranges::find(items, item) != items.end();
        return {call_method(receiver, "difference", std::vector<Object>{make_list({item})}), found ? item : Object{}};
    }
    if (name == "pop" || name == "shift") {
        const bool last = name == "pop";
        if (arguments.empty() && items.empty())
            return {receiver, {}};
        if (arguments.empty())
            return {without_item(items, last ? items.size() - 1 : 0), last ? items.back() : items.front()};
        const Object taken = call_method(receiver, last ? "last" : "first", arguments);
        const auto count = static_cast<std::ptrdiff_t>((*taken.as<List>())->items.size());
        return {last ? make_list(items.begin(), items.end() - count) : make_list(items.begin() + count, items.end()),
                taken};
    }
    if (name == "delete_at") {
        const Object found = element(receiver, argument(name, arguments));
        const auto* at = arguments[0].as<std::int64_t>();
        const std::int64_t place = *at < 0 ? *at + static_cast<std::int64_t>(items.size()) : *at;
        const bool there = place >= 0 && place < static_cast<std::int64_t>(items.size());
        return {there ? without_item(items, static_cast<std::size_t>(place)) : receiver, found};
    }
    if (name == "insert") {
        const auto* at = arguments.empty() ? nullptr : arguments[0].as<std::int64_t>();
        if (at == nullptr || *at < 0 || *at > static_cast<std::int64_t>(items.size()))
            throw Error(ErrorKind::invalid, "'insert' wants a place in the array, and what to put there");
        std::vector<Object> all = items;
        all.insert(all.begin() + *at, arguments.begin() + 1, arguments.end());
        return {make_list(std::vector<Object>(all)), make_list(std::move(all))};
    }
    const Object result = call_method(receiver, name, arguments);
    return {result, result};
}

Change changed_hash(const Object& receiver, std::string_view name, std::span<const Object> arguments)
{
    if (name == "clear")
        return {make_hash({}), make_hash({})};
    if (name == "replace")
        return {argument(name, arguments), argument(name, arguments)};
    if (name == "delete") {
        const Object* found = (*receiver.as<Hash>())->find(argument(name, arguments));
        return {call_method(receiver, "except", arguments), found == nullptr ? Object{} : *found};
    }
    const Object result = call_method(receiver, name, arguments);
    return {result, name == "store" ? arguments[1] : result};
}

Change changed(const Object& receiver, std::string_view name, std::span<const Object> arguments)
{
    if (name.ends_with('!')) {
        const Object result = call_method(receiver, name.substr(0, name.size() - 1), arguments);
        return {result, result == receiver && !is_hash(receiver) ? Object{} : result};
    }
    if (is_list(receiver))
        return changed_list(receiver, name, arguments);
    if (is_hash(receiver))
        return changed_hash(receiver, name, arguments);
    if (name == "clear")
        return {std::string(), std::string()};
    const Object result = name == "replace" ? argument(name, arguments) : call_method(receiver, name, arguments);
    return {result, result};
}

const Node& root_of(const Node& place)
{
    const Node* root = &place;
    while (root->kind == NodeKind::index)
        root = &root->children[0];
    return *root;
}

long owners_of(const Object& object)
{
    if (const List* list = object.as<List>())
        return list->use_count();
    if (const Hash* hash = object.as<Hash>())
        return hash->use_count();
    return 1;
}

} // namespace

/// What a local variable, or a place in it such as x['a'][0], is; nothing for all else.
const Object* Evaluator::find_place(const Node& place)
{
    static const Object none;
    if (place.kind == NodeKind::name)
        return variable(place.text);
    if (place.kind != NodeKind::index || place.children.size() != 2)
        return nullptr;
    if (find_place(place.children[0]) == nullptr)
        return nullptr;
    const Object key = evaluate(place.children[1]);
    const Object* around = find_place(place.children[0]);
    if (const Hash* hash = around->as<Hash>()) {
        const Object* found = (*hash)->find_word(key);
        return found == nullptr ? &none : found;
    }
    const List* list = around->as<List>();
    const auto* at = key.as<std::int64_t>();
    if (list == nullptr || at == nullptr)
        return &none;
    const auto size = static_cast<std::int64_t>((*list)->items.size());
    const std::int64_t item = *at < 0 ? *at + size : *at;
    return item < 0 || item >= size ? &none : &(*list)->items[static_cast<std::size_t>(item)];
}

/// What is about to get an element: where Chef would make a hash, one.
Object Evaluator::grown(const Node& place, const Object& object) const
{
    const Node& root = root_of(place);
    const bool grows =
        object.is_nil() && root.kind == NodeKind::name && std::ranges::find(growing_, root.text) != growing_.end();
    return grows ? make_hash({}) : object;
}

/// Gives the place another value. Lists and hashes never change, so that one that is known by another name as well
/// would be left there as it was, other than in Ruby: that is refused. `copies` of it are in the evaluator's hands.
void Evaluator::change_place(const Node& place, long copies, Object value)
{
    const Object* old = find_place(place);
    if (owners_of(*old) > 1 + copies)
        throw source_->error(place.offset,
                             fmt::format("{} that is known by another name as well is changed", kind_of(*old)),
                             "change a copy of it: x = y.dup, or make another: x = y + […], x = y.merge(…)");
    if (place.kind == NodeKind::name) {
        *variable(place.text) = std::move(value);
        return;
    }
    const Object key = evaluate(place.children[1]);
    const Object* around = find_place(place.children[0]);
    charge(place, weight(*around) / 16);
    Object changed_around = placed(place, [&] { return with_element(grown(place, *around), key, std::move(value)); });
    change_place(place.children[0], 0, std::move(changed_around));
}

/// What the receiver's place gets: a variable's, an attribute's, or none for a value that stands nowhere.
void Evaluator::put_back(const Node& place, long copies, const Object& value)
{
    if (find_place(place) != nullptr)
        return change_place(place, copies, value);
    const Node& root = root_of(place);
    if (root.kind != NodeKind::name && root.kind != NodeKind::call)
        return;
    const Object where = root.kind == NodeKind::name || place.kind == NodeKind::index || place.has_receiver
                             ? evaluate_unsettled(place)
                             : Object{};
    const auto* path = where.as<NodePath>();
    if (path == nullptr && place.kind == NodeKind::index)
        throw source_->error(place.offset, "what stands inside of another value cannot be changed in its place",
                             "give it a name, and change that: x = […]");
    if (path == nullptr)
        return;
    if (path->level.empty())
        throw source_->error(place.offset, "a node attribute cannot be changed in its place",
                             "set it: node.default['…'] = node['…'] + […]");
    charge(place, 100 + weight(value) / 16);
    placed(place, [&] {
        attributes_.set(path->level, path->keys, value);
        return 0;
    });
}

/// «names << x << y» changes what stands at its beginning.
void Evaluator::append(const Node& node, const Object& left, const Object& result)
{
    if (left.as<List>() == nullptr && left.as<std::string>() == nullptr)
        return;
    const Node* root = &node.children[0];
    while (root->kind == NodeKind::binary && root->text == "<<")
        root = &root->children[0];
    put_back(*root, 1, result);
}

/// push, delete, merge! and their like; nothing for a method that changes nothing.
std::optional<Object> Evaluator::change(const Node& node, const Object& receiver)
{
    if (!is_change(receiver, node.text))
        return std::nullopt;
    const std::vector<Object> arguments = arguments_of(node);
    std::size_t cost = weight(receiver);
    for (const Object& argument : arguments)
        cost += argument.as<Pattern>() != nullptr ? weight(receiver) * argument.as<Pattern>()->text.size()
                                                  : weight(argument);
    charge(node, cost / 8 + 1);
    Change made = placed(node, [&] { return changed(receiver, node.text, arguments); });
    put_back(node.children[0], 1, made.receiver);
    return std::move(made.result);
}

/// select! { }, delete_if { }: what the loop of the other name gives is what the place becomes.
std::optional<Object> Evaluator::change_by_block(const Node& node, const Object& receiver)
{
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 2> names{
        {{"delete_if", "reject"}, {"keep_if", "select"}}};
    const auto* other = std::ranges::find(names, node.text, &std::pair<std::string_view, std::string_view>::first);
    if (other == names.end() && !node.text.ends_with('!'))
        return std::nullopt;
    Node loop = node;
    loop.text = other == names.end() ? node.text.substr(0, node.text.size() - 1) : std::string(other->second);
    auto result = iteration(loop, receiver);
    if (result)
        put_back(node.children[0], 1, *result);
    return result;
}

} // namespace dfriends::converge::chef
