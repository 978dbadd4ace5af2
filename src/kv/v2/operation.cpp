// SPDX-License-Identifier: Apache-2.0
#include "kv/v2/operation.hpp"

#include "kv/v2/encode.hpp"
#include "kv/v2/path.hpp"

#include <fmt/format.h>

namespace dfriends::kv::v2 {

namespace {

/// One operation at work on the tree.
class Work {
  public:
    Work(Tree& tree, const Operation& operation, std::uint64_t index, TimePoint now)
        : tree_(tree), operation_(operation), index_(index), now_(now)
    {
        path_ = operation.action == Action::create_in_order ? join_path(operation.path, fmt::format("{:020}", index))
                                                            : operation.path;
    }

    Effect run()
    {
        if (path_ == "/")
            return refuse(operation_.action == Action::compare_and_delete ? Code::not_a_file : Code::root_is_read_only,
                          operation_.action == Action::compare_and_delete ? "" : "/");
        switch (operation_.action) {
        case Action::set:
            return put(true);
        case Action::create:
        case Action::create_in_order:
            return put(false);
        case Action::update:
            return update();
        case Action::compare_and_swap:
            return compare_and_swap();
        case Action::remove:
            return remove();
        case Action::compare_and_delete:
            return compare_and_delete();
        case Action::expire:
            return expire();
        }
        return refuse(Code::internal, "");
    }

  private:
    Effect refuse(Code code, std::string cause)
    {
        Effect effect;
        effect.refusal = Refusal{code, std::move(cause), index_ - 1};
        return effect;
    }

    Effect refuse_missing(const Tree::Walk& walk)
    {
        return refuse(walk.at_file ? Code::not_a_directory : Code::key_not_found, walk.stopped_at);
    }

    std::string show(const Node& node) const { return encode_node(path_, node, now_, {.children = false}); }

    void finish(Effect& effect, const Node& node, const std::optional<Node>& before)
    {
        effect.event.index = index_;
        effect.event.path = path_;
        effect.event.is_silent = operation_.refresh;
        effect.event.body =
            encode_event(action_name(operation_.action), show(node), before ? show(*before) : std::string());
    }

    /// set and create: a new node in the place of a file or of nothing.
    Effect put(bool replace)
    {
        Effect effect;
        const Tree::Walk walk = tree_.walk(path_);
        if (walk.at_file)
            return refuse(Code::not_a_directory, walk.stopped_at);
        if (walk.node != nullptr && !replace)
            return refuse(Code::key_exists, path_);
        if (walk.node == nullptr && operation_.refresh)
            return refuse_missing(walk);
        if (walk.node != nullptr && walk.node->dir)
            return refuse(Code::not_a_file, path_);
        std::optional<Node> before;
        if (walk.node != nullptr)
            before = walk.node->shallow();
        Node node;
        node.dir = operation_.dir;
        node.value = operation_.dir ? std::string() : operation_.refresh ? before->value : operation_.value;
        node.created = node.modified = index_;
        node.expires = operation_.expires;
        make_parents(effect);
        const Node& placed = tree_.put(path_, std::move(node));
        effect.rows.push_back({path_, placed.shallow()});
        effect.created = !before;
        finish(effect, placed, before);
        return effect;
    }

    void make_parents(Effect& effect)
    {
        std::string at = "/";
        for (const std::string_view name : components(parent_path(path_))) {
            at = join_path(at, name);
            if (tree_.find(at) != nullptr)
                continue;
            Node directory;
            directory.dir = true;
            directory.created = directory.modified = index_;
            effect.rows.push_back({at, tree_.put(at, std::move(directory)).shallow()});
        }
    }

    Effect update()
    {
        const Tree::Walk walk = tree_.walk(path_);
        if (walk.node == nullptr)
            return refuse_missing(walk);
        Node& node = *walk.node;
        if (node.dir && !operation_.value.empty())
            return refuse(Code::not_a_file, path_);
        return write(node, operation_.refresh ? node.value : operation_.value);
    }

    /// A new value and time to live; the creation index stays.
    Effect write(Node& node, std::string value)
    {
        Effect effect;
        const std::optional<Node> before = node.shallow();
        const bool keeps_index = node.dir; // etcd shows a directory's new index in the event, and keeps the old one
        node.value = std::move(value);
        node.modified = index_;
        node.expires = operation_.expires;
        finish(effect, node, before);
        if (keeps_index)
            node.modified = before->modified;
        effect.rows.push_back({path_, node.shallow()});
        return effect;
    }

    /// The cause of a failed comparison, or nothing where it holds.
    std::optional<std::string> mismatch(const Node& node) const
    {
        std::string cause;
        if (!operation_.prev_value.empty() && node.value != operation_.prev_value)
            cause = fmt::format("[{} != {}]", operation_.prev_value, node.value);
        if (operation_.prev_index != 0 && node.modified != operation_.prev_index)
            cause += fmt::format("{}[{} != {}]", cause.empty() ? "" : " ", operation_.prev_index, node.modified);
        return cause.empty() ? std::nullopt : std::optional(cause);
    }

    Effect compare_and_swap()
    {
        const Tree::Walk walk = tree_.walk(path_);
        if (walk.node == nullptr)
            return refuse_missing(walk);
        if (walk.node->dir)
            return refuse(Code::not_a_file, path_);
        if (auto cause = mismatch(*walk.node))
            return refuse(Code::compare_failed, std::move(*cause));
        return write(*walk.node, operation_.refresh ? walk.node->value : operation_.value);
    }

    Effect take_away(const Node& node)
    {
        Effect effect;
        const std::optional<Node> before = node.shallow();
        Node gone = node.shallow();
        gone.has_value = false;
        gone.modified = index_;
        gone.expires.reset();
        finish(effect, gone, before);
        effect.event.removes_dir = before->dir;
        effect.rows.push_back({path_, std::nullopt});
        tree_.remove(path_);
        return effect;
    }

    Effect remove()
    {
        const Tree::Walk walk = tree_.walk(path_);
        if (walk.node == nullptr)
            return refuse_missing(walk);
        if (walk.node->dir && !operation_.dir && !operation_.recursive)
            return refuse(Code::not_a_file, path_);
        if (walk.node->dir && !operation_.recursive && !walk.node->children.empty())
            return refuse(Code::directory_not_empty, path_);
        return take_away(*walk.node);
    }

    Effect compare_and_delete()
    {
        const Tree::Walk walk = tree_.walk(path_);
        if (walk.node == nullptr)
            return refuse_missing(walk);
        if (walk.node->dir)
            return refuse(Code::not_a_file, path_);
        if (auto cause = mismatch(*walk.node))
            return refuse(Code::compare_failed, std::move(*cause));
        return take_away(*walk.node);
    }

    /// The clock's delete: only where the node is still due, for it may have been refreshed meanwhile.
    Effect expire()
    {
        const Tree::Walk walk = tree_.walk(path_);
        if (walk.node == nullptr)
            return refuse_missing(walk);
        if (!walk.node->expires || *walk.node->expires > now_)
            return refuse(Code::compare_failed, path_);
        return take_away(*walk.node);
    }

    Tree& tree_;
    const Operation& operation_;
    std::uint64_t index_;
    TimePoint now_;
    std::string path_;
};

} // namespace

std::string_view action_name(Action action)
{
    switch (action) {
    case Action::set:
        return "set";
    case Action::create:
    case Action::create_in_order:
        return "create";
    case Action::update:
        return "update";
    case Action::compare_and_swap:
        return "compareAndSwap";
    case Action::remove:
        return "delete";
    case Action::compare_and_delete:
        return "compareAndDelete";
    case Action::expire:
        return "expire";
    }
    return "";
}

Effect apply(Tree& tree, const Operation& operation, std::uint64_t index, TimePoint now)
{
    return Work(tree, operation, index, now).run();
}

} // namespace dfriends::kv::v2
