// SPDX-License-Identifier: Apache-2.0
#include "engine/wire.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "engine/container_wire.hpp"
#include "engine/read_wire.hpp"

#include <fmt/format.h>

namespace dfriends::engine {

std::string port_key(std::uint16_t port, std::string_view protocol)
{
    return fmt::format("{}/{}", port, protocol);
}

std::string decode_error(std::string_view body)
{
    std::string sentence;
    try {
        sentence = text_of(parse_json(body, "an error"), "message");
    } catch (const Error&) { // a proxy's page, or an engine from before JSON errors
        sentence.clear();
    }
    if (sentence.empty())
        sentence = std::string(trim(body).substr(0, 500));
    sentence = replace_all(trim(sentence), "\n", " ");
    return sentence.empty() ? "the engine gives no reason" : printable(sentence);
}

std::string encode_filters(const Filters& filters)
{
    Json object = Json::object();
    for (const auto& [name, values] : filters)
        for (const std::string& value : values)
            object[name][value] = true;
    return dump_json(object);
}

std::string encode_map(const std::map<std::string, std::string>& map)
{
    return dump_json(Json(map));
}

std::string encode_map(const std::map<std::string, std::optional<std::string>>& map)
{
    Json object = Json::object();
    for (const auto& [name, value] : map)
        object[name] = value ? Json(*value) : Json();
    return dump_json(object);
}

std::string encode_list(const std::vector<std::string>& list)
{
    return dump_json(Json(list));
}

std::string encode_ulimits(const std::vector<Ulimit>& ulimits)
{
    Json list = Json::array();
    for (const Ulimit& limit : ulimits)
        list.push_back({{"Name", limit.name}, {"Soft", limit.soft}, {"Hard", limit.hard}});
    return dump_json(list);
}

ImageDetails decode_image(std::string document)
{
    const Json object = parse_json(document, "the engine's answer about an image");
    ImageDetails image;
    image.id = text_of(object, "Id");
    image.parent = text_of(object, "Parent");
    image.tags = texts_of(object, "RepoTags");
    image.digests = texts_of(object, "RepoDigests");
    image.created = text_of(object, "Created");
    image.architecture = text_of(object, "Architecture");
    image.os = text_of(object, "Os");
    image.author = text_of(object, "Author");
    image.size = number_of(object, "Size");
    image.layers = texts_of(member_of(object, "RootFS"), "Layers");
    decode_config(member_of(object, "Config"), image.defaults);
    image.document = std::move(document);
    return image;
}

std::string decode_distribution(std::string_view document)
{
    const Json object = parse_json(document, "the engine's answer about an image in its registry");
    return text_of(member_of(object, "Descriptor"), "digest");
}

std::vector<ImageSummary> decode_image_list(std::string_view document)
{
    std::vector<ImageSummary> list;
    for (const Json& entry : parse_json(document, "the engine's list of images"))
        list.push_back({text_of(entry, "Id"), text_of(entry, "ParentId"), texts_of(entry, "RepoTags"),
                        texts_of(entry, "RepoDigests"), number_of(entry, "Created"), number_of(entry, "Size"),
                        number_of(entry, "Containers", -1), map_of(entry, "Labels")});
    return list;
}

std::vector<FoundImage> decode_found_images(std::string_view document)
{
    std::vector<FoundImage> list;
    for (const Json& entry : parse_json(document, "what the registry has found"))
        list.push_back({text_of(entry, "name"), text_of(entry, "description"), number_of(entry, "star_count"),
                        flag_of(entry, "is_official"), flag_of(entry, "is_automated")});
    return list;
}

std::vector<Images::Removed> decode_removed(std::string_view document)
{
    std::vector<Images::Removed> list;
    for (const Json& entry : parse_json(document, "the engine's answer about removed images"))
        list.push_back({text_of(entry, "Untagged"), text_of(entry, "Deleted")});
    return list;
}

ProgressLine decode_progress(std::string_view text)
{
    const Json object = parse_json(text, "the engine's progress");
    ProgressLine line;
    line.progress.id = text_of(object, "id");
    line.progress.status = text_of(object, "status");
    line.progress.bar = text_of(object, "progress");
    line.progress.stream = text_of(object, "stream");
    line.progress.image = text_of(member_of(object, "aux"), "ID");
    const Json& detail = member_of(object, "progressDetail");
    line.progress.current = number_of(detail, "current");
    line.progress.total = number_of(detail, "total");
    const Json& error = member_of(object, "errorDetail");
    line.failure = text_of(error, "message", text_of(object, "error"));
    line.code = static_cast<int>(number_of(error, "code"));
    return line;
}

std::string encode_exec(const ExecSpec& spec)
{
    Json object{{"Cmd", spec.command}, {"Tty", spec.tty}, {"Privileged", spec.privileged}};
    object["AttachStdin"] = spec.attach_stdin;
    object["AttachStdout"] = spec.attach_stdout;
    object["AttachStderr"] = spec.attach_stderr;
    if (!spec.environment.empty())
        object["Env"] = spec.environment;
    if (!spec.user.empty())
        object["User"] = spec.user;
    if (!spec.working_directory.empty())
        object["WorkingDir"] = spec.working_directory;
    if (!spec.detach_keys.empty())
        object["DetachKeys"] = spec.detach_keys;
    return dump_json(object);
}

std::string encode_exec_start(bool detach, bool tty)
{
    return dump_json({{"Detach", detach}, {"Tty", tty}});
}

ExecDetails decode_exec(std::string_view document)
{
    const Json object = parse_json(document, "the engine's answer about an exec");
    return {text_of(object, "ID"), text_of(object, "ContainerID"), flag_of(object, "Running"),
            static_cast<int>(number_of(object, "ExitCode")), number_of(object, "Pid")};
}

std::string encode_network(const NetworkSpec& spec)
{
    Json object{{"Name", spec.name}, {"Driver", spec.driver}, {"CheckDuplicate", true}};
    object["Internal"] = spec.internal;
    object["Attachable"] = spec.attachable;
    object["EnableIPv6"] = spec.ipv6;
    object["Options"] = spec.options;
    object["Labels"] = spec.labels;
    Json pools = Json::array();
    for (const AddressPool& pool : spec.pools) {
        Json entry = Json::object();
        if (!pool.subnet.empty())
            entry["Subnet"] = pool.subnet;
        if (!pool.gateway.empty())
            entry["Gateway"] = pool.gateway;
        if (!pool.range.empty())
            entry["IPRange"] = pool.range;
        if (!pool.auxiliary.empty())
            entry["AuxiliaryAddresses"] = pool.auxiliary;
        pools.push_back(std::move(entry));
    }
    if (!pools.empty() || !spec.ipam_driver.empty())
        object["IPAM"] = {{"Driver", spec.ipam_driver.empty() ? "default" : spec.ipam_driver}, {"Config", pools}};
    return dump_json(object);
}

namespace {

NetworkDetails decode_network(const Json& object)
{
    NetworkDetails network;
    network.id = text_of(object, "Id");
    network.scope = text_of(object, "Scope");
    network.created = text_of(object, "Created");
    network.spec.name = text_of(object, "Name");
    network.spec.driver = text_of(object, "Driver");
    network.spec.internal = flag_of(object, "Internal");
    network.spec.attachable = flag_of(object, "Attachable");
    network.spec.ipv6 = flag_of(object, "EnableIPv6");
    network.spec.options = map_of(object, "Options");
    network.spec.labels = map_of(object, "Labels");
    const Json& ipam = member_of(object, "IPAM");
    network.spec.ipam_driver = text_of(ipam, "Driver");
    for (const Json& entry : member_of(ipam, "Config"))
        network.spec.pools.push_back({text_of(entry, "Subnet"), text_of(entry, "Gateway"), text_of(entry, "IPRange"),
                                      map_of(entry, "AuxiliaryAddresses")});
    const Json& containers = member_of(object, "Containers");
    if (containers.is_object())
        for (const auto& [id, entry] : containers.items())
            network.containers[id] = text_of(entry, "Name");
    return network;
}

VolumeDetails decode_volume(const Json& object)
{
    VolumeDetails volume;
    volume.spec = {text_of(object, "Name"), text_of(object, "Driver"), map_of(object, "Options"),
                   map_of(object, "Labels")};
    volume.mount_point = text_of(object, "Mountpoint");
    volume.scope = text_of(object, "Scope");
    volume.created = text_of(object, "CreatedAt");
    return volume;
}

} // namespace

NetworkDetails decode_network(std::string document)
{
    NetworkDetails network = decode_network(parse_json(document, "the engine's answer about a network"));
    network.document = std::move(document);
    return network;
}

std::vector<NetworkDetails> decode_network_list(std::string_view document)
{
    std::vector<NetworkDetails> list;
    for (const Json& entry : parse_json(document, "the engine's list of networks"))
        list.push_back(decode_network(entry));
    return list;
}

std::string encode_connect(const std::string& container, const NetworkAttachment& attachment)
{
    return dump_json({{"Container", container}, {"EndpointConfig", encode_attachment(attachment)}});
}

std::string encode_update(const ContainerUpdate& update)
{
    Json object = Json::object();
    const ContainerLimits& limits = update.limits;
    for (const auto& [name, value] :
         {std::pair("BlkioWeight", limits.blkio_weight), std::pair("CpuPeriod", limits.cpu_period),
          std::pair("CpuQuota", limits.cpu_quota), std::pair("CpuShares", limits.cpu_shares),
          std::pair("Memory", limits.memory), std::pair("MemoryReservation", limits.memory_reservation),
          std::pair("MemorySwap", limits.memory_swap), std::pair("NanoCpus", limits.nano_cpus),
          std::pair("PidsLimit", limits.pids_limit)})
        if (value != 0)
            object[name] = value;
    for (const auto& [name, value] :
         {std::pair("CpusetCpus", &limits.cpuset_cpus), std::pair("CpusetMems", &limits.cpuset_mems)})
        if (!value->empty())
            object[name] = *value;
    if (update.restart)
        object["RestartPolicy"] = {{"Name", update.restart->name},
                                   {"MaximumRetryCount", update.restart->maximum_retries}};
    return dump_json(object);
}

std::string encode_disconnect(const std::string& container, bool force)
{
    return dump_json({{"Container", container}, {"Force", force}});
}

std::string encode_volume(const VolumeSpec& spec)
{
    return dump_json(
        {{"Name", spec.name}, {"Driver", spec.driver}, {"DriverOpts", spec.options}, {"Labels", spec.labels}});
}

VolumeDetails decode_volume(std::string document)
{
    VolumeDetails volume = decode_volume(parse_json(document, "the engine's answer about a volume"));
    volume.document = std::move(document);
    return volume;
}

std::vector<VolumeDetails> decode_volume_list(std::string_view document)
{
    const Json object = parse_json(document, "the engine's list of volumes");
    std::vector<VolumeDetails> list;
    for (const Json& entry : member_of(object, "Volumes"))
        list.push_back(decode_volume(entry));
    return list;
}

Event decode_event(std::string_view line)
{
    const Json object = parse_json(line, "an event of the engine");
    const Json& actor = member_of(object, "Actor");
    Event event{text_of(object, "Type"),     text_of(object, "Action"),     text_of(actor, "ID"),
                map_of(actor, "Attributes"), number_of(object, "timeNano"), std::string(line)};
    if (event.nanoseconds == 0)
        event.nanoseconds = number_of(object, "time") * 1'000'000'000;
    return event;
}

} // namespace dfriends::engine
