// SPDX-License-Identifier: Apache-2.0
#include "converge/yaml/values.hpp"

#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/yaml/words.hpp"

namespace dfriends::converge::yaml {

namespace {

using config::Node;
using config::NodeKind;

constexpr std::int64_t most_retries = 1'000;
constexpr std::int64_t longest_delay = 86'400;

Value scalar_of(const Node& node, AttributeType wanted)
{
    Value value{.content = node.text(), .position = node.position()};
    const std::string& text = node.text();
    if (node.is_quoted())
        return value;
    const bool any = wanted == AttributeType::document;
    if ((any || wanted == AttributeType::flag) && (text == "true" || text == "false"))
        value.content = text == "true";
    else if (const auto number = parse_signed(text); number && (any || wanted == AttributeType::number))
        value.content = *number;
    return value;
}

} // namespace

Value value_of(const Node& node, AttributeType wanted)
{
    switch (node.kind()) {
    case NodeKind::null:
        return Value{.content = std::monostate{}, .position = node.position()};
    case NodeKind::scalar:
        return scalar_of(node, wanted);
    case NodeKind::list: {
        Value::List list;
        for (const Node& item : node.items())
            list.push_back(value_of(item, wanted));
        return Value{.content = std::move(list), .position = node.position()};
    }
    case NodeKind::map: {
        Value::Map map;
        for (const auto& [key, item] : node.members())
            map.push_back({key.text(), value_of(item, wanted)});
        return Value{.content = std::move(map), .position = node.position()};
    }
    }
    return {};
}

void check_mode(const Node& node)
{
    if (node.kind() == NodeKind::scalar && !node.is_quoted())
        throw node.error("a mode without quotes can be misread").hint("write mode: \"" + node.text() + "\"");
}

Reference reference_of(const Node& node)
{
    auto reference = parse_address(node.text());
    if (!reference)
        throw node.error("'" + printable(node.text()) + "' is no reference to a resource")
            .hint("write TYPE[NAME], as in docker_image[busybox]");
    if (const Section* section = find_section_of_kind(reference->type))
        reference->type = section->type;
    reference->position = node.position();
    return *reference;
}

Notification notification_of(const Node& node)
{
    if (node.kind() != NodeKind::map)
        return {.target = reference_of(node), .action = {}};
    node.allow_only({"resource", "action", "immediately", "before"});
    Notification notification{.target = reference_of(node.at("resource")), .action = {}};
    if (const Node* action = node.find("action"))
        notification.action = action->text();
    if (const Node* immediately = node.find("immediately"))
        notification.immediately = immediately->flag();
    if (const Node* before = node.find("before"))
        notification.before = before->flag();
    if (notification.before && notification.immediately)
        throw node.error("a notification comes before or immediately, not both");
    return notification;
}

std::int64_t number_up_to(const Node& node, std::int64_t most)
{
    const std::int64_t number = node.number();
    if (number < 0 || number > most)
        throw node.error(fmt::format("'{}' is not between 0 and {}", number, most));
    return number;
}

bool read_manner(Resource& resource, std::string_view key, const Node& node)
{
    if (key == "sensitive")
        resource.sensitive = node.flag();
    else if (key == "noop")
        resource.noop = node.flag();
    else if (key == "ignore_failure")
        resource.ignore_failure = node.flag();
    else if (key == "retries")
        resource.retries = number_up_to(node, most_retries);
    else if (key == "retry_delay")
        resource.retry_delay = number_up_to(node, longest_delay);
    else
        return false;
    return true;
}

} // namespace dfriends::converge::yaml
