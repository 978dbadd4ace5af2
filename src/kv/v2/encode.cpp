// SPDX-License-Identifier: Apache-2.0
#include "kv/v2/encode.hpp"

#include "etcd/quote.hpp"
#include "kv/v2/path.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace dfriends::kv::v2 {

namespace {

/// RFC 3339 with as many decimals as the moment needs.
std::string render_expiration(TimePoint moment)
{
    std::string text = render_rfc3339(moment, 9);
    text.pop_back();
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.'))
        text.pop_back();
    return text + "Z";
}

/// Appends nodes to a text. The path is one that grows and shrinks on the way through the tree.
class NodeWriter {
  public:
    NodeWriter(std::string& out, std::string_view path, TimePoint now, bool recursive)
        : out_(out), path_(path), now_(now), recursive_(recursive)
    {
    }

    void write(const Node& node, bool children)
    {
        bool is_first = true;
        const auto begin = [&](std::string_view name) {
            out_.append(is_first ? "{\"" : ",\"").append(name).append("\":");
            is_first = false;
        };
        const bool is_root = path_ == "/";
        if (!is_root) {
            begin("key");
            etcd::append_quoted(out_, path_);
        }
        if (node.dir) {
            begin("dir");
            out_ += "true";
        } else if (node.has_value) {
            begin("value");
            etcd::append_quoted(out_, node.value);
        }
        if (node.expires) {
            begin("expiration");
            etcd::append_quoted(out_, render_expiration(*node.expires));
            const auto left = std::chrono::ceil<std::chrono::seconds>(*node.expires - now_).count();
            if (left != 0) {
                begin("ttl");
                append_number(left);
            }
        }
        if (node.dir && children && std::ranges::any_of(node.children, is_shown)) {
            begin("nodes");
            write_children(node);
        }
        if (!is_root) {
            begin("modifiedIndex");
            append_number(node.modified);
            begin("createdIndex");
            append_number(node.created);
        }
        out_ += is_first ? "{}" : "}";
    }

  private:
    static bool is_shown(const decltype(Node::children)::value_type& named) { return !named.first.starts_with('_'); }

    void write_children(const Node& node)
    {
        const std::size_t length = path_.size();
        char before = '[';
        for (const auto& named : node.children) {
            if (!is_shown(named))
                continue;
            out_ += std::exchange(before, ',');
            path_.append(path_.ends_with('/') ? "" : "/").append(named.first);
            write(*named.second, recursive_);
            path_.resize(length);
        }
        out_ += ']';
    }

    void append_number(auto number)
    {
        const fmt::format_int digits(number);
        out_.append(digits.data(), digits.size());
    }

    std::string& out_;
    std::string path_;
    TimePoint now_;
    bool recursive_;
};

} // namespace

std::string encode_node(std::string_view path, const Node& node, TimePoint now, const Listing& listing)
{
    std::string text;
    text.reserve(path.size() + node.value.size() + 100);
    NodeWriter(text, path, now, listing.recursive).write(node, listing.children);
    return text;
}

std::string encode_event(std::string_view action, std::string_view node, std::string_view prev_node)
{
    constexpr std::string_view begin = R"({"action":")", middle = R"(","node":)", prev = R"(,"prevNode":)";
    std::string text;
    text.reserve(begin.size() + action.size() + middle.size() + node.size() + prev.size() + prev_node.size() + 2);
    text.append(begin).append(action).append(middle).append(node);
    if (!prev_node.empty())
        text.append(prev).append(prev_node);
    return text += '}';
}

} // namespace dfriends::kv::v2
