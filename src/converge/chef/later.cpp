// SPDX-License-Identifier: Apache-2.0
#include "base/scope_exit.hpp"
#include "converge/chef/evaluator.hpp"

#include <utility>

namespace dfriends::converge::chef {

namespace {

constexpr int deepest_forcing = 16;

} // namespace

/// Runs a function where a closure stands, with variables of its own.
template <class Function>
auto Evaluator::within(const Closure& closure, Function function)
{
    const Source* source = std::exchange(source_, closure.source);
    const Cookbook* cookbook = std::exchange(cookbook_, closure.cookbook);
    auto scopes = std::exchange(scopes_, closure.scopes);
    scopes_.push_back(std::make_shared<Scope>());
    ++forcing_;
    const ScopeExit leave([&] {
        --forcing_;
        source_ = source;
        cookbook_ = cookbook;
        scopes_ = std::move(scopes);
    });
    if (forcing_ > deepest_forcing)
        throw source_->error(closure.block == nullptr ? 0 : closure.block->offset,
                             "lazy values that need each other are nested too deeply");
    return function();
}

/// What «lazy { … }» is.
Object Evaluator::settled_later(const Node& block)
{
    closures_.push_back({&block, source_, cookbook_, scopes_});
    return Lazy{closures_.size() - 1};
}

/// The value with what its lazy parts are now.
Object Evaluator::forced(const Object& object)
{
    if (const auto* lazy = object.as<Lazy>()) {
        const Closure closure = closures_[lazy->place]; // a copy: it may make others
        return within(closure, [&] { return forced(statements(*closure.block)); });
    }
    if (!is_lazy(object))
        return object;
    if (const List* list = object.as<List>()) {
        std::vector<Object> items;
        for (const Object& item : (*list)->items)
            items.push_back(forced(item));
        return make_list(std::move(items));
    }
    std::vector<std::pair<Object, Object>> entries;
    for (const auto& [key, value] : (*object.as<Hash>())->entries)
        entries.emplace_back(key, forced(value));
    return make_hash(std::move(entries));
}

/// Chef evaluates these when it is the resource's turn; here it is once every recipe has been read.
void Evaluator::finish()
{
    for (const Pending& pending : std::exchange(pending_, {})) {
        current_ = &declarations_[pending.declaration];
        const ScopeExit leave([this] { current_ = nullptr; });
        finish(pending);
    }
}

void Evaluator::finish(const Pending& pending)
{
    for (const auto& [guard, place] : pending.guards) {
        const Closure closure = closures_[place];
        current_->guards[guard].command = within(closure, [&] { return guard_text_of_block(*closure.block); });
    }
    for (const auto& [name, lazy] : pending.properties)
        current_->properties[name] = to_value(forced(lazy.first), lazy.second);
    if (current_->type != "template")
        return;
    const Object variables = forced(pending.variables);
    within(pending.place, [&] {
        placed(*pending.place.block, [&] {
            fill_template(*current_, variables);
            return 0;
        });
        return 0;
    });
}

} // namespace dfriends::converge::chef
