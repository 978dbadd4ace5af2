// SPDX-License-Identifier: Apache-2.0
// Functions of values that need the machine, the scope or the modules, and those that declare what is not there yet.
#include "converge/puppet/evaluator.hpp"
#include "converge/puppet/functions_inside.hpp"

namespace dfriends::converge::puppet {

namespace {

/// What a value has at 'a.b.0'; the default where there is nothing.
Datum at_path(std::optional<Datum> value, const std::vector<std::string>& parts, std::size_t first,
              const Datum& otherwise)
{
    if (value)
        value = dig_parts(std::move(*value), parts, first);
    return value && !value->is_undef() ? *value : otherwise;
}

} // namespace

/// Nothing where the function is none of these.
std::optional<Datum> Evaluator::call_scoped(const std::string& name, const std::vector<Datum>& arguments,
                                            const ScopePointer& scope)
{
    const auto otherwise = [&](std::size_t at) { return at < arguments.size() ? arguments[at] : Datum(); };
    if (name == "fact" || name == "getvar" || name == "get") {
        const bool is_get = name == "get";
        const std::string path = arguments.size() > 1 || !is_get ? functions::text_at(arguments, is_get ? 1 : 0) : "";
        const auto parts = path.empty() ? std::vector<std::string>() : key_parts(path);
        if (is_get)
            return at_path(otherwise(0), parts, 0, otherwise(2));
        if (parts.empty())
            return otherwise(1);
        if (name == "getvar")
            return at_path(find_variable(parts[0], scope), parts, 1, otherwise(1));
        const bool has_prefix = parts[0] == "facts" && parts.size() > 1;
        const Datum* fact = find_fact(parts[has_prefix ? 1 : 0]);
        return at_path(fact == nullptr ? std::nullopt : std::optional(*fact), parts, has_prefix ? 2 : 1, otherwise(1));
    }
    if (name == "file") {
        std::string last;
        for (const Datum& argument : arguments) {
            last = functions::text_at(std::span(&argument, 1), 0);
            if (auto found = modules_.data_file(last))
                return std::move(found->text);
        }
        throw Error(ErrorKind::invalid, "there is no file '{}'", printable(last))
            .hint("write MODULE/FILE, which is MODULE/files/FILE, or a path from the root");
    }
    if (name == "fqdn_rand") {
        const std::int64_t limit = functions::number_at(arguments, 0);
        const std::string host = otherwise(2).truthy() ? to_lower(facts_.fqdn) : facts_.fqdn;
        return functions::random_of(host + ":" + std::to_string(limit) + ":" + to_text(otherwise(1)), limit);
    }
    return std::nullopt;
}

/// ensure_packages(TITLES or HASH, [ATTRIBUTES]), ensure_resource(TYPE, TITLES, [ATTRIBUTES]) and
/// ensure_resources(TYPE, HASH, [ATTRIBUTES]): what is declared already stays as it is.
void Evaluator::ensure_declared(const Node& node, const std::vector<Datum>& arguments, const ScopePointer& scope)
{
    const bool packages = node.text == "ensure_packages";
    const std::string type = packages ? "package" : to_lower(functions::text_at(arguments, 0));
    const std::size_t first = packages ? 0 : 1;
    const Datum what = arguments.size() > first ? arguments[first] : Datum();
    const Datum shared = arguments.size() > first + 1 ? arguments[first + 1] : Datum();
    std::vector<std::pair<Datum, Datum>> missing;
    const auto add = [&](const Datum& title, const Datum& attributes) {
        for (const std::string& one : titles_of(title, node.offset))
            if (!index_.contains({type, one}))
                missing.emplace_back(one, attributes);
    };
    if (const auto* hash = what.as<Hash>())
        for (const auto& [title, attributes] : (*hash)->entries)
            add(title, attributes);
    else
        add(what, make_hash({}));
    declare_all(type, make_hash(std::move(missing)), shared, scope, node.offset);
}

} // namespace dfriends::converge::puppet
