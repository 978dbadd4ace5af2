// SPDX-License-Identifier: Apache-2.0
#include "engine/read_wire.hpp"
#include "engine/upkeep.hpp"
#include "engine/wire.hpp"

namespace dfriends::engine {

std::vector<ImageStep> decode_history(std::string_view document)
{
    std::vector<ImageStep> steps;
    for (const Json& entry : parse_json(document, "the engine's history of an image"))
        steps.push_back({text_of(entry, "Id"), number_of(entry, "Created"), text_of(entry, "CreatedBy"),
                         number_of(entry, "Size"), text_of(entry, "Comment")});
    return steps;
}

std::vector<FileChange> decode_changes(std::string_view document)
{
    std::vector<FileChange> changes;
    for (const Json& entry : parse_json(document, "the engine's list of changes")) // null where there are none
        if (const std::int64_t kind = number_of(entry, "Kind"); kind >= 0 && kind <= 2)
            changes.push_back({static_cast<FileChange::Kind>(kind), text_of(entry, "Path")});
    return changes;
}

Pruned decode_pruned(std::string_view document)
{
    const Json object = parse_json(document, "the engine's answer about what it removed");
    Pruned pruned;
    for (const char* member : {"ContainersDeleted", "NetworksDeleted", "VolumesDeleted", "CachesDeleted"})
        for (std::string& name : texts_of(object, member))
            pruned.names.push_back(std::move(name));
    for (const Json& image : member_of(object, "ImagesDeleted")) {
        if (std::string name = text_of(image, "Untagged"); !name.empty())
            pruned.untagged.push_back(std::move(name));
        if (std::string id = text_of(image, "Deleted"); !id.empty())
            pruned.names.push_back(std::move(id));
    }
    pruned.reclaimed = number_of(object, "SpaceReclaimed");
    return pruned;
}

namespace {

DiskUse use_of_images(const Json& object)
{
    DiskUse use;
    use.size = number_of(object, "LayersSize");
    std::int64_t used = 0;
    for (const Json& image : member_of(object, "Images")) {
        ++use.total;
        const std::int64_t shared = number_of(image, "SharedSize", -1);
        if (number_of(image, "Containers") == 0)
            continue;
        use.active += number_of(image, "Containers") > 0;
        if (shared >= 0)
            used += number_of(image, "Size") - shared;
    }
    use.reclaimable = use.size - used;
    return use;
}

DiskUse use_of_containers(const Json& object)
{
    DiskUse use;
    for (const Json& container : member_of(object, "Containers")) {
        const std::string state = text_of(container, "State");
        const bool is_active = state == "running" || state == "paused" || state == "restarting";
        ++use.total;
        use.active += is_active;
        use.size += number_of(container, "SizeRw");
        use.reclaimable += is_active ? 0 : number_of(container, "SizeRw");
    }
    return use;
}

DiskUse use_of_volumes(const Json& object)
{
    DiskUse use;
    for (const Json& volume : member_of(object, "Volumes")) {
        const Json& data = member_of(volume, "UsageData");
        const std::int64_t size = std::max<std::int64_t>(number_of(data, "Size"), 0); // -1: unknown
        ++use.total;
        use.active += number_of(data, "RefCount") > 0;
        use.size += size;
        use.reclaimable += number_of(data, "RefCount") > 0 ? 0 : size;
    }
    return use;
}

DiskUse use_of_build_cache(const Json& object)
{
    DiskUse use;
    for (const Json& entry : member_of(object, "BuildCache")) {
        const std::int64_t size = flag_of(entry, "Shared") ? 0 : number_of(entry, "Size");
        ++use.total;
        use.active += flag_of(entry, "InUse");
        use.size += size;
        use.reclaimable += flag_of(entry, "InUse") ? 0 : size;
    }
    return use;
}

} // namespace

DiskUsage decode_disk_usage(std::string_view document)
{
    const Json object = parse_json(document, "what the engine says of its disk");
    return {use_of_images(object), use_of_containers(object), use_of_volumes(object), use_of_build_cache(object)};
}

} // namespace dfriends::engine
