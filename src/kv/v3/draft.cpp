// SPDX-License-Identifier: Apache-2.0
#include "kv/v3/draft.hpp"

namespace dfriends::kv::v3 {

void Draft::begin()
{
    changes_.clear();
    before_.clear();
    writes_before_ = writes_.size();
    dones_before_ = dones_.size();
    undos_before_ = undos_.size();
}

void Draft::keep()
{
    if (!changes_.empty())
        revisions_.push_back({++revision_, std::exchange(changes_, {})});
    before_.clear();
}

void Draft::undo()
{
    for (auto at = before_.rbegin(); at != before_.rend(); ++at) {
        if (at->second)
            layer_.insert_or_assign(at->first, std::move(*at->second));
        else
            layer_.erase(at->first);
    }
    for (std::size_t i = undos_.size(); i > undos_before_; --i)
        undos_[i - 1]();
    changes_.clear();
    before_.clear();
    writes_.resize(writes_before_);
    dones_.resize(dones_before_);
    undos_.resize(undos_before_);
}

const Record* Draft::find(std::string_view key) const
{
    if (const auto found = layer_.find(key); found != layer_.end())
        return found->second ? &*found->second : nullptr;
    const auto found = committed_.find(key);
    return found == committed_.end() ? nullptr : &found->second;
}

void Draft::set(std::string_view key, std::optional<Record> record)
{
    const auto found = layer_.find(key);
    if (found == layer_.end()) {
        before_.emplace_back(key, std::nullopt);
        layer_.emplace(key, std::move(record));
    } else {
        before_.emplace_back(key, std::exchange(found->second, std::move(record)));
    }
}

void Draft::put(std::string_view key, std::string value, std::int64_t lease)
{
    Record record;
    record.mod_revision = next_revision();
    record.lease = lease;
    record.value = std::move(value);
    if (const Record* const old = find(key)) {
        record.create_revision = old->create_revision;
        record.version = old->version + 1;
    } else {
        record.create_revision = record.mod_revision;
        record.version = 1;
    }
    changes_.push_back({std::string(key), record, std::nullopt});
    set(key, std::move(record));
}

void Draft::remove(std::string_view key)
{
    Record tombstone;
    tombstone.mod_revision = next_revision();
    changes_.push_back({std::string(key), tombstone, std::nullopt});
    set(key, std::nullopt);
}

std::vector<std::string> Draft::keys_of_lease(std::int64_t lease) const
{
    std::vector<std::string> keys;
    for (const auto& [key, record] : layer_)
        if (record && record->lease == lease)
            keys.push_back(key);
    return keys;
}

} // namespace dfriends::kv::v3
