// SPDX-License-Identifier: Apache-2.0
#include "base/scope_exit.hpp"
#include "converge/chef/evaluator.hpp"
#include "converge/chef/methods.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace dfriends::converge::chef {

/// A block that is run for one item after the other.
struct Evaluator::Loop {
    const Object& receiver;
    std::vector<Object> items;
    const Node& block;
    std::vector<Object> results;         ///< of the block, as far as it went
    std::optional<Object> left_with;     ///< what «break» gave
    std::optional<std::int64_t> counted; ///< from where on items are numbered for the block
    std::optional<bool> until;           ///< it ends where the block gives something that is true or not
    bool keeps_results = true;           ///< else what the block gives may still be changed in its place
};

namespace {

using Items = std::vector<Object>;

/// What a method gives, of its receiver, of the items and of what the block gave for them.
struct Gathering {
    std::string_view name;
    Object (*function)(const Object& receiver, const Items& items, const Items& results);
    std::optional<bool> until;
};

/// The items for which the block gave something true, or not; of a hash as a hash where it is asked so.
Object kept(const Object& receiver, const Items& items, const Items& results, bool met, bool as_hash)
{
    Items some;
    for (std::size_t at = 0; at < results.size(); ++at)
        if (results[at].truthy() == met)
            some.push_back(items[at]);
    Object list = make_list(std::move(some));
    return as_hash && receiver.as<Hash>() != nullptr ? call_method(list, "to_h", {}) : list;
}

Object selected(const Object& receiver, const Items& items, const Items& results)
{
    return kept(receiver, items, results, true, true);
}

Object rejected(const Object& receiver, const Items& items, const Items& results)
{
    return kept(receiver, items, results, false, true);
}

Object found_all(const Object& receiver, const Items& items, const Items& results)
{
    return kept(receiver, items, results, true, false);
}

Object in_two(const Object& receiver, const Items& items, const Items& results)
{
    return make_list({kept(receiver, items, results, true, false), kept(receiver, items, results, false, false)});
}

Object mapped(const Object&, const Items&, const Items& results)
{
    return make_list(Items(results));
}

Object mapped_flat(const Object&, const Items&, const Items& results)
{
    return call_method(make_list(Items(results)), "flatten", Items{std::int64_t{1}});
}

Object mapped_true(const Object&, const Items&, const Items& results)
{
    Items some;
    std::ranges::copy_if(results, std::back_inserter(some), &Object::truthy);
    return make_list(std::move(some));
}

Object itself(const Object& receiver, const Items&, const Items&)
{
    return receiver;
}

bool ended(const Items& results, bool met)
{
    return !results.empty() && results.back().truthy() == met;
}

Object found(const Object&, const Items& items, const Items& results)
{
    return ended(results, true) ? items[results.size() - 1] : Object{};
}

Object found_at(const Object&, const Items&, const Items& results)
{
    return ended(results, true) ? Object(static_cast<std::int64_t>(results.size() - 1)) : Object{};
}

Object taken(const Object&, const Items& items, const Items& results)
{
    const auto count = static_cast<std::ptrdiff_t>(results.size()) - (ended(results, false) ? 1 : 0);
    return make_list(items.begin(), items.begin() + count);
}

Object dropped(const Object&, const Items& items, const Items& results)
{
    const auto count = static_cast<std::ptrdiff_t>(results.size()) - (ended(results, false) ? 1 : 0);
    return make_list(items.begin() + count, items.end());
}

Object counted(const Object&, const Items&, const Items& results)
{
    return std::ranges::count_if(results, &Object::truthy);
}

Object summed(const Object&, const Items&, const Items& results)
{
    return call_method(make_list(Items(results)), "sum", {});
}

Object grouped(const Object&, const Items& items, const Items& results)
{
    std::vector<std::pair<Object, Items>> groups;
    for (std::size_t at = 0; at < results.size(); ++at) {
        const auto same = std::ranges::find_if(groups, [&](const auto& group) { return group.first == results[at]; });
        if (same == groups.end())
            groups.emplace_back(results[at], Items{items[at]});
        else
            same->second.push_back(items[at]);
    }
    std::vector<std::pair<Object, Object>> entries;
    for (auto& [key, members] : groups)
        entries.emplace_back(key, make_list(std::move(members)));
    return make_hash(std::move(entries));
}

Object first_of_each(const Object& receiver, const Items& items, const Items& results)
{
    Items some;
    const Object groups = grouped(receiver, items, results);
    for (const auto& [key, members] : (*groups.as<Hash>())->entries)
        some.push_back(element(members, std::int64_t{0}));
    return make_list(std::move(some));
}

Object sorted_by(const Object&, const Items& items, const Items& results)
{
    std::vector<std::size_t> order(results.size());
    for (std::size_t at = 0; at < order.size(); ++at)
        order[at] = at;
    for (const Object& key : results)
        if (compare(results[0], key) == std::partial_ordering::unordered)
            throw Error(ErrorKind::invalid, "{} and {} cannot be sorted", kind_of(results[0]), kind_of(key));
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
        const auto difference = compare(results[a], results[b]);
        return difference < 0 || (difference == 0 && a < b);
    });
    Items all;
    for (const std::size_t at : order)
        all.push_back(items[at]);
    return make_list(std::move(all));
}

Object least_by(const Object& receiver, const Items& items, const Items& results)
{
    return call_method(sorted_by(receiver, items, results), "first", {});
}

Object most_by(const Object&, const Items& items, const Items& results)
{
    std::size_t best = 0;
    for (std::size_t at = 1; at < results.size(); ++at)
        if (apply_operator(">", results[at], results[best]).truthy())
            best = at;
    return items.empty() ? Object{} : items[best];
}

Object hash_of(const Object&, const Items&, const Items& results)
{
    return call_method(make_list(Items(results)), "to_h", {});
}

/// transform_values and transform_keys.
template <bool keys>
Object transformed(const Object& receiver, const Items& items, const Items& results)
{
    Object hash = make_hash({});
    for (std::size_t at = 0; at < results.size(); ++at) {
        const auto& [key, value] = (*receiver.as<Hash>())->entries.at(at);
        hash = with_element(hash, keys ? results[at] : key, keys ? value : results[at]);
    }
    return items.empty() ? receiver : hash;
}

// clang-format off
constexpr auto gatherings = std::to_array<Gathering>({
    {"all?", [](const Object&, const Items&, const Items& r) -> Object { return !ended(r, false); }, false},
    {"any?", [](const Object&, const Items&, const Items& r) -> Object { return ended(r, true); }, true},
    {"collect", mapped, {}},
    {"collect_concat", mapped_flat, {}},
    {"count", counted, {}},
    {"detect", found, true},
    {"downto", itself, {}},
    {"drop_while", dropped, false},
    {"each", itself, {}},
    {"each_char", itself, {}},
    {"each_cons", itself, {}},
    {"each_entry", itself, {}},
    {"each_index", itself, {}},
    {"each_key", itself, {}},
    {"each_line", itself, {}},
    {"each_pair", itself, {}},
    {"each_slice", itself, {}},
    {"each_value", itself, {}},
    {"each_with_index", itself, {}},
    {"filter", selected, {}},
    {"filter_map", mapped_true, {}},
    {"find", found, true},
    {"find_all", found_all, {}},
    {"find_index", found_at, true},
    {"flat_map", mapped_flat, {}},
    {"group_by", grouped, {}},
    {"index", found_at, true},
    {"map", mapped, {}},
    {"max_by", most_by, {}},
    {"min_by", least_by, {}},
    {"none?", [](const Object&, const Items&, const Items& r) -> Object { return !ended(r, true); }, true},
    {"one?", [](const Object&, const Items&, const Items& r) -> Object { return std::ranges::count_if(r, &Object::truthy) == 1; }, {}},
    {"partition", in_two, {}},
    {"reject", rejected, {}},
    {"reverse_each", itself, {}},
    {"select", selected, {}},
    {"sort_by", sorted_by, {}},
    {"step", itself, {}},
    {"sum", summed, {}},
    {"take_while", taken, false},
    {"times", itself, {}},
    {"to_h", hash_of, {}},
    {"transform_keys", transformed<true>, {}},
    {"transform_values", transformed<false>, {}},
    {"uniq", first_of_each, {}},
    {"upto", itself, {}},
});
// clang-format on

/// Whether «with_index» follows a method whose results are wanted.
bool is_mapped(const Node& node)
{
    const Node& before = node.children[0];
    return before.kind == NodeKind::call && (before.text == "map" || before.text == "collect");
}

} // namespace

void Evaluator::go_through(Loop& loop)
{
    ++loops_;
    const ScopeExit leave([this] { --loops_; });
    for (std::size_t at = 0; at < loop.items.size(); ++at) {
        charge(loop.block, 2);
        std::vector<Object> arguments{loop.items[at]};
        if (loop.counted)
            arguments.emplace_back(*loop.counted + static_cast<std::int64_t>(at));
        Object result = call_block(loop.block, std::move(arguments));
        if (flow_ == Flow::next)
            flow_ = Flow::on;
        if (flow_ == Flow::leave_loop) {
            flow_ = Flow::on;
            loop.left_with = std::move(result);
            return;
        }
        if (flow_ == Flow::leave)
            return;
        if (!loop.keeps_results)
            continue;
        loop.results.push_back(std::move(result));
        if (loop.until && loop.results.back().truthy() == *loop.until)
            return;
    }
}

/// inject and each_with_object: one value goes from one run of the block to the next.
Object Evaluator::fold(Loop& loop, const Node& node)
{
    std::vector<Object> start = arguments_of(node);
    const bool has_memo = node.text == "each_with_object";
    if (has_memo ? start.size() != 1 : start.size() > 1)
        throw source_->error(node.offset, fmt::format("'{}' is given {} values", node.text, start.size()));
    if (start.empty() && loop.items.empty())
        return {};
    const std::size_t first = start.empty() ? 1 : 0;
    Object value = start.empty() ? loop.items[0] : std::move(start[0]);
    ++loops_;
    const ScopeExit leave([this] { --loops_; });
    for (std::size_t at = first; at < loop.items.size() && flow_ == Flow::on; ++at) {
        charge(loop.block, 2);
        std::vector<Object> arguments;
        arguments.push_back(has_memo ? loop.items[at] : std::move(value));
        arguments.push_back(has_memo ? std::move(value) : loop.items[at]);
        Object memo;
        Object result = call_block(loop.block, std::move(arguments), has_memo ? &memo : nullptr);
        const bool left = flow_ == Flow::leave_loop;
        if (flow_ == Flow::next || left)
            flow_ = Flow::on;
        value = has_memo && !left ? std::move(memo) : std::move(result);
        if (left)
            break;
    }
    return value;
}

/// sort { |a, b| … }: by insertion, so that no block can lead it astray.
Object Evaluator::sort_by_block(Loop& loop)
{
    std::vector<Object> sorted;
    for (const Object& item : loop.items) {
        auto place = sorted.end();
        while (place != sorted.begin()) {
            charge(loop.block, 2);
            const Object order = call_block(loop.block, {item, *(place - 1)});
            if (order.as<std::int64_t>() == nullptr)
                throw source_->error(loop.block.offset, fmt::format("the order of two items is {}", kind_of(order)),
                                     "write it as a <=> b");
            if (*order.as<std::int64_t>() >= 0)
                break;
            --place;
        }
        sorted.insert(place, item);
    }
    return placed(loop.block, [&] { return make_list(std::move(sorted)); });
}

/// 3.times, 1.upto(3), 3.downto(1), 1.step(9, 2).
std::vector<Object> Evaluator::numbers_to_go_through(const Node& node, const Object& receiver)
{
    const std::vector<Object> arguments = arguments_of(node);
    const auto number = [&](std::size_t at, std::int64_t otherwise) {
        if (at >= arguments.size())
            return otherwise;
        if (arguments[at].as<std::int64_t>() == nullptr)
            throw source_->error(node.offset, fmt::format("'{}' wants whole numbers", node.text));
        return *arguments[at].as<std::int64_t>();
    };
    if (arguments.size() < (node.text == "times" ? 0U : 1U) || arguments.size() > 2)
        throw source_->error(node.offset, fmt::format("'{}' is given {} values", node.text, arguments.size()));
    const std::int64_t from = node.text == "times" ? 0 : *receiver.as<std::int64_t>();
    const std::int64_t to =
        node.text == "times" ? *receiver.as<std::int64_t>() - (*receiver.as<std::int64_t>() > 0 ? 1 : 0) : number(0, 0);
    const std::int64_t step = node.text == "step" ? number(1, 1) : node.text == "downto" ? -1 : 1;
    if (step == 0)
        throw source_->error(node.offset, "a step of 0 goes nowhere");
    std::vector<Object> items;
    if (node.text == "times" && *receiver.as<std::int64_t>() <= 0)
        return items;
    for (std::int64_t at = from; step > 0 ? at <= to : at >= to;) {
        if (items.size() == 10'000)
            throw source_->error(node.offset, fmt::format("'{}' goes through more than 10000 numbers", node.text));
        items.emplace_back(at);
        if (__builtin_add_overflow(at, step, &at))
            break;
    }
    return items;
}

/// gsub and sub with a block, which is given what was found.
Object Evaluator::replaced(const Node& node, const Object& receiver)
{
    const std::vector<Object> arguments = arguments_of(node);
    if (arguments.size() != 1)
        throw source_->error(node.offset, fmt::format("'{}' with a block wants one pattern", node.text));
    const std::string& text = *receiver.as<std::string>();
    const auto* pattern = arguments[0].as<Pattern>();
    charge(node, weight(receiver) * (pattern == nullptr ? 1 : pattern->text.size()));
    const auto all = placed(node, [&] { return find_all(receiver, arguments[0], node.text == "gsub"); });
    std::string result;
    std::size_t from = 0;
    for (const Found& found : all) {
        last_match_ = found.match;
        const Object piece = call_block(node.children.back(), {element(found.match, std::int64_t{0})});
        charge(node, 2 + weight(piece));
        result += text.substr(from, found.begin - from) + to_text(piece);
        from = found.end;
    }
    return result + text.substr(from);
}

/// Methods with a block that is run once, or not at all.
std::optional<Object> Evaluator::block_method(const Node& node, Object& receiver)
{
    const Node& block = node.children.back();
    if (receiver.as<std::string>() != nullptr && (node.text == "gsub" || node.text == "sub"))
        return replaced(node, receiver);
    if (node.text == "then" || node.text == "yield_self")
        return call_block(block, {std::move(receiver)});
    if (node.text == "tap") {
        if (block.parameters.empty()) {
            call_block(block, {receiver});
            return receiver;
        }
        Object last;
        std::vector<Object> arguments;
        arguments.push_back(std::move(receiver)); // a list in braces would keep a copy
        call_block(block, std::move(arguments), &last);
        return last;
    }
    const Hash* hash = receiver.as<Hash>();
    if (node.text == "fetch" && (hash != nullptr || receiver.as<List>() != nullptr)) {
        const std::vector<Object> arguments = arguments_of(node);
        const Object found =
            arguments.size() == 1 ? placed(node, [&] { return element(receiver, arguments[0]); }) : Object{};
        if (arguments.size() != 1)
            throw source_->error(node.offset, "'fetch' with a block wants one key");
        const bool there = !found.is_nil() || (hash != nullptr && (*hash)->find_word(arguments[0]) != nullptr);
        return there ? found : call_block(block, {arguments[0]});
    }
    if (node.text == "merge" && hash != nullptr) {
        Object all = receiver;
        for (const Object& more : arguments_of(node)) {
            if (more.as<Hash>() == nullptr)
                throw source_->error(node.offset, fmt::format("'merge' wants a hash, not {}", kind_of(more)));
            for (const auto& [key, value] : (*more.as<Hash>())->entries) {
                const Object* old = (*all.as<Hash>())->find(key);
                charge(node, 2 + weight(all) / 16);
                Object chosen = old == nullptr ? value : call_block(block, {key, *old, value});
                all = placed(node, [&] { return with_element(all, key, std::move(chosen)); });
            }
        }
        return all;
    }
    return std::nullopt;
}

/// A method with a block; nothing for one that is not known.
std::optional<Object> Evaluator::iteration(const Node& node, Object receiver)
{
    if (auto result = block_method(node, receiver))
        return result;
    const auto* row = std::ranges::find(gatherings, node.text, &Gathering::name);
    const bool folds = node.text == "inject" || node.text == "reduce" || node.text == "each_with_object";
    if (row == gatherings.end() && !folds && node.text != "sort" && node.text != "with_index")
        return std::nullopt;
    Loop loop{receiver, {}, node.children.back(), {}, {}, {}, {}, true};
    const bool counts = node.text == "times" || node.text == "upto" || node.text == "downto" || node.text == "step";
    if (counts && receiver.as<std::int64_t>() != nullptr) {
        loop.items = numbers_to_go_through(node, receiver);
    } else if (node.text == "each_char" || node.text == "each_line" || node.text == "each_slice" ||
               node.text == "each_cons" || node.text == "each_key" || node.text == "each_value") {
        const std::string pieces = node.text == "each_char" ? "chars" : node.text == "each_line" ? "lines" : node.text;
        const std::vector<Object> arguments = arguments_of(node);
        const Object list = placed(node, [&] { return call_method(receiver, pieces, arguments); });
        loop.items = (*list.as<List>())->items;
    } else if (auto items = placed(node, [&] { return items_in(receiver); }); items && !counts) {
        loop.items = std::move(*items);
    } else {
        throw source_->error(node.offset, fmt::format("'{}' of {}", node.text, kind_of(receiver)),
                             receiver.is_nil() ? "the value before it is not set" : "");
    }
    charge(node, loop.items.size());
    if (node.text == "transform_values" || node.text == "transform_keys") {
        if (receiver.as<Hash>() == nullptr)
            throw source_->error(node.offset, fmt::format("'{}' of {}", node.text, kind_of(receiver)));
        for (Object& pair : loop.items)
            pair = element(pair, std::int64_t{node.text == "transform_values" ? 1 : 0});
    }
    if (node.text == "reverse_each")
        std::ranges::reverse(loop.items);
    if (node.text == "each_index")
        for (std::size_t at = 0; at < loop.items.size(); ++at)
            loop.items[at] = static_cast<std::int64_t>(at);
    if (folds)
        return fold(loop, node);
    if (node.text == "sort")
        return sort_by_block(loop);
    if (node.text == "each_with_index" || node.text == "with_index") {
        const std::vector<Object> arguments = node.text == "with_index" ? arguments_of(node) : std::vector<Object>{};
        const auto* from = arguments.empty() ? nullptr : arguments[0].as<std::int64_t>();
        loop.counted = from == nullptr ? 0 : *from;
    }
    loop.until = row == gatherings.end() ? std::nullopt : row->until;
    const bool is_map = row != gatherings.end() && row->function == &mapped;
    loop.keeps_results =
        row == gatherings.end() ? is_mapped(node) : row->function != &itself && !(is_map && idle_ == &node);
    go_through(loop);
    if (loop.left_with)
        return loop.left_with;
    if (flow_ == Flow::leave)
        return Object{};
    if (row == gatherings.end())
        return is_mapped(node) ? placed(node, [&] { return make_list(std::move(loop.results)); }) : receiver;
    return placed(node, [&] { return row->function(receiver, loop.items, loop.results); });
}

} // namespace dfriends::converge::chef
