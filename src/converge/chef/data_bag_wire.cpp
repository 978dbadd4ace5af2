// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "converge/chef/evaluator.hpp"
#include "json/json.hpp"

namespace dfriends::converge::chef {

namespace {

Object object_of(const Json& value)
{
    switch (value.type()) {
    case Json::value_t::boolean:
        return value.get<bool>();
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
        return value.get<std::int64_t>();
    case Json::value_t::number_float:
        return value.get<double>();
    case Json::value_t::string:
        return value.get<std::string>();
    case Json::value_t::array: {
        std::vector<Object> items;
        for (const Json& item : value)
            items.push_back(object_of(item));
        return make_list(std::move(items));
    }
    case Json::value_t::object: {
        std::vector<std::pair<Object, Object>> entries;
        for (const auto& [key, item] : value.items())
            entries.emplace_back(key, object_of(item));
        return make_hash(std::move(entries));
    }
    case Json::value_t::null:
    case Json::value_t::binary:
    case Json::value_t::discarded:
        break;
    }
    return {};
}

} // namespace

/// data_bag('users') is its items' names, data_bag_item('users', 'ann') what stands in one.
Object Evaluator::data_bag(const Node& node, const std::vector<Object>& arguments)
{
    const std::size_t wanted = node.text == "data_bag" ? 1 : 2;
    if (arguments.size() > 2)
        throw Error(ErrorKind::invalid, "encrypted data bags are outside the supported subset")
            .hint("keep the secret in a file that only root reads, and name that file");
    if (arguments.size() != wanted)
        throw Error(ErrorKind::invalid, "'{}' wants {}", node.text,
                    wanted == 1 ? "the name of a data bag" : "the names of a data bag and of an item");
    if (wanted == 1) {
        std::vector<Object> names;
        for (std::string& name : cookbook_->data_bag(to_text(arguments[0])))
            names.emplace_back(std::move(name));
        return make_list(std::move(names));
    }
    const CookbookFile file = cookbook_->data_bag_item(to_text(arguments[0]), to_text(arguments[1]));
    const Json document = parse_json(file.text, file.path);
    if (!document.is_object())
        throw Error(ErrorKind::invalid, "'{}' is no map", file.path);
    for (const Json& value : document)
        if (value.is_object() && value.contains("encrypted_data"))
            throw Error(ErrorKind::invalid, "the item '{}' is encrypted, which is outside the supported subset",
                        file.path)
                .hint("keep the secret in a file that only root reads, and name that file");
    charge(node, file.text.size());
    return object_of(document);
}

} // namespace dfriends::converge::chef
