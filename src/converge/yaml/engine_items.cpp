// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "converge/yaml/readers.hpp"

#include <array>

namespace dfriends::converge::yaml::read {

namespace {

using config::NodeKind;

/// What is made where it is missing, or taken away.
void make_or_remove(Item& item, const char* removal)
{
    if (item.word("state", {"present", "absent"}) == "absent")
        item.resource.actions = {removal};
}

/// An image as an expression or a container names it.
std::string reference_to(const Item& item)
{
    const std::string image = item.find("image") == nullptr ? item.resource.name : item.text("image");
    const std::string tag = item.text("tag");
    const auto last = image.substr(image.rfind('/') == std::string::npos ? 0 : image.rfind('/') + 1);
    return tag.empty() || last.find_first_of(":@") != std::string::npos ? image : image + ":" + tag;
}

/// What a pull policy comes to. A pull of ours asks the registry for the digest first, and fetches only another one.
std::string pull_action(const Item& item)
{
    const Node* policy = item.find("pull_policy");
    const std::string word = policy == nullptr ? "missing" : policy->text();
    if (word == "missing" || word == "if_not_present")
        return "pull_if_missing";
    if (word == "always" || word == "digest")
        return "pull";
    throw policy->error(fmt::format("'{}' is no pull policy that can be kept here", printable(word)))
        .hint("write missing, always or digest; an image that must not be pulled is loaded (load) or built (build)");
}

/// A build of ours is done anew where its context changed.
std::string build_action(const Item& item)
{
    const Node* policy = item.find("pull_policy");
    if (policy == nullptr || policy->text() == "always" || policy->text() == "build")
        return "build";
    if (policy->text() == "missing")
        return "build_if_missing";
    throw policy->error(fmt::format("'{}' is no pull policy of an image that is built", printable(policy->text())))
        .hint("write build (the default: anew where its context changed) or missing");
}

} // namespace

void build(Item& item, const Node& value)
{
    if (value.kind() == NodeKind::scalar)
        return item.set_text("source", path_beside(value, value.text()), value);
    value.allow_only({"context", "dockerfile", "args", "target", "no_cache"});
    const Node& context = value.at("context");
    item.set_text("source", path_beside(context, context.text()), context);
    static constexpr std::array<std::pair<const char*, const char*>, 4> keys{
        {{"dockerfile", "dockerfile"}, {"args", "build_args"}, {"target", "target"}, {"no_cache", "no_cache"}}};
    for (const auto& [key, attribute] : keys)
        if (const Node* found = value.find(key); found != nullptr && !found->is_null())
            item.take(attribute, *found);
}

/// Ranges, gateways and parts that stand at the same place of each list belong together.
void ipam(Item& item, const Node& value)
{
    value.allow_only({"driver", "config"});
    if (const Node* driver = value.find("driver"))
        item.take("ipam_driver", *driver);
    const Node* config = value.find("config");
    if (config == nullptr)
        return;
    static constexpr std::array<const char*, 3> keys{"subnet", "gateway", "ip_range"};
    for (const Node& pool : config->items())
        pool.allow_only({"subnet", "gateway", "ip_range", "aux_addresses"});
    for (const char* key : keys) {
        std::vector<std::string> texts;
        bool has_any = false;
        for (const Node& pool : config->items()) {
            const Node* found = pool.find(key);
            texts.push_back(found == nullptr || found->is_null() ? "" : found->text());
            has_any |= !texts.back().empty();
        }
        if (has_any)
            item.add_texts(key, texts, *config);
    }
    for (std::size_t at = 0; at < config->items().size(); ++at)
        if (const Node* others = config->items()[at].find("aux_addresses")) {
            if (at > 0)
                throw others->error("only the first range has addresses that are others'");
            item.take("aux_addresses", *others);
        }
}

void on_change_of_network(Item& item, const Node& value)
{
    item.set_text("on_change", item.word("on_change", {"recreate", "refuse"}), value);
}

void on_change_of_volume(Item& /*item*/, const Node& value)
{
    if (value.text() != "refuse")
        throw value.error(fmt::format("'{}' is nothing that is done with a volume", printable(value.text())))
            .hint("write refuse: a volume that is made anew loses its content");
}

void package_of_engine(Item& item, const Node& value)
{
    if (value.kind() == NodeKind::scalar)
        return item.take("package", value);
    value.allow_only({"name", "version", "repository", "repository_key"});
    static constexpr std::array<std::pair<const char*, const char*>, 4> keys{{{"name", "package"},
                                                                              {"version", "version"},
                                                                              {"repository", "repository"},
                                                                              {"repository_key", "repository_key"}}};
    for (const auto& [key, attribute] : keys) {
        const Node* found = value.find(key);
        if (found != nullptr && !found->is_null() && found->text() != "auto" && found->text() != "distribution")
            item.take(attribute, *found);
    }
}

void path(Item& item, const Node& value)
{
    item.set_text("archive", path_beside(value, value.text()), value);
}

void begin_engine(Item& item)
{
    item.resource.name = "docker";
}

void begin_registry(Item& item)
{
    item.resource.name = item.text("server");
    if (item.resource.name.empty())
        throw item.body.error("a registry wants 'server'");
}

void finish_engine(Item& item)
{
    const std::string state = item.word("ensure", {"running", "absent", "unmanaged"});
    item.is_resource = state != "unmanaged";
    item.resource.actions = {state == "absent" ? "remove" : "install"};
}

void finish_image(Item& item)
{
    const bool is_built = item.find("build") != nullptr;
    const bool is_loaded = item.find("load") != nullptr;
    if (is_built && is_loaded)
        throw item.find("load")->error("an image is built or loaded, not both");
    if (item.word("state", {"present", "absent"}) == "absent")
        item.resource.actions = {"remove"};
    else
        item.resource.actions = {is_built ? build_action(item) : is_loaded ? "load" : pull_action(item)};
    item.variables.add_image(item.resource.name,
                             {.value = Node::make_scalar(reference_to(item), true, item.name.position()),
                              .is_secret = item.resource.sensitive});
}

void finish_network(Item& item)
{
    make_or_remove(item, "delete");
}

void finish_plugin(Item& item)
{
    const std::string state = item.word("state", {"enabled", "disabled", "present", "absent"});
    item.resource.actions = {state == "absent" ? "remove" : "install"};
    if (state == "enabled" || state == "disabled")
        item.resource.actions.emplace_back(state == "enabled" ? "enable" : "disable");
}

void finish_registry(Item& item)
{
    make_or_remove(item, "logout");
}

void finish_volume(Item& item)
{
    make_or_remove(item, "remove");
}

} // namespace dfriends::converge::yaml::read
