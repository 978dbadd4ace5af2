// SPDX-License-Identifier: Apache-2.0
#include "engine/read_wire.hpp"
#include "engine/wire.hpp"

namespace dfriends::engine {

EngineVersion decode_version(std::string document)
{
    const Json object = parse_json(document, "the engine's version");
    EngineVersion version;
    version.version = text_of(object, "Version");
    version.api_version = text_of(object, "ApiVersion");
    version.minimum_api_version = text_of(object, "MinAPIVersion");
    version.os = text_of(object, "Os");
    version.architecture = text_of(object, "Arch");
    version.kernel = text_of(object, "KernelVersion");
    version.git_commit = text_of(object, "GitCommit");
    version.go_version = text_of(object, "GoVersion");
    version.built = text_of(object, "BuildTime");
    version.experimental = flag_of(object, "Experimental");
    version.platform = text_of(member_of(object, "Platform"), "Name");
    for (const Json& entry : member_of(object, "Components"))
        version.components.push_back({text_of(entry, "Name"), text_of(entry, "Version"), map_of(entry, "Details")});
    version.document = std::move(document);
    return version;
}

EngineSummary decode_summary(std::string document)
{
    const Json object = parse_json(document, "the engine's summary");
    EngineSummary summary;
    summary.id = text_of(object, "ID");
    summary.name = text_of(object, "Name");
    summary.server_version = text_of(object, "ServerVersion");
    summary.storage_driver = text_of(object, "Driver");
    summary.logging_driver = text_of(object, "LoggingDriver");
    summary.cgroup_driver = text_of(object, "CgroupDriver");
    summary.cgroup_version = text_of(object, "CgroupVersion");
    summary.root = text_of(object, "DockerRootDir");
    summary.os = text_of(object, "OperatingSystem");
    summary.os_type = text_of(object, "OSType");
    summary.architecture = text_of(object, "Architecture");
    summary.kernel = text_of(object, "KernelVersion");
    summary.containers = number_of(object, "Containers");
    summary.running = number_of(object, "ContainersRunning");
    summary.paused = number_of(object, "ContainersPaused");
    summary.stopped = number_of(object, "ContainersStopped");
    summary.images = number_of(object, "Images");
    summary.cpus = number_of(object, "NCPU");
    summary.memory = number_of(object, "MemTotal");
    summary.runtimes = keys_of(object, "Runtimes");
    summary.security_options = texts_of(object, "SecurityOptions");
    const Json& registries = member_of(member_of(object, "RegistryConfig"), "InsecureRegistryCIDRs");
    for (const Json& entry : registries)
        if (entry.is_string())
            summary.insecure_registries.push_back(entry.get<std::string>());
    summary.warnings = texts_of(object, "Warnings");
    for (const Json& entry : member_of(object, "DriverStatus"))
        if (entry.is_array() && entry.size() == 2 && entry[0].is_string() && entry[1].is_string())
            summary.storage_status.emplace_back(entry[0].get<std::string>(), entry[1].get<std::string>());
    summary.default_runtime = text_of(object, "DefaultRuntime");
    summary.init_binary = text_of(object, "InitBinary");
    summary.debug = flag_of(object, "Debug");
    summary.live_restore = flag_of(object, "LiveRestoreEnabled");
    summary.document = std::move(document);
    return summary;
}

} // namespace dfriends::engine
