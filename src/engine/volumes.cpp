// SPDX-License-Identifier: Apache-2.0
#include "engine/volumes.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "engine/wire.hpp"

namespace dfriends::engine {

namespace {

std::string path_of_volume(const std::string& volume)
{
    if (volume.empty())
        throw Error(ErrorKind::invalid, "a volume's name is empty");
    return "/volumes/" + encode_percent(volume);
}

} // namespace

net::Task<VolumeDetails> Volumes::create(VolumeSpec spec)
{
    co_return decode_volume(
        co_await connection_.fetch({.method = "POST", .path = "/volumes/create", .body = encode_volume(spec)}));
}

net::Task<VolumeDetails> Volumes::inspect(std::string volume)
{
    co_return decode_volume(co_await connection_.fetch({.path = path_of_volume(volume)}));
}

net::Task<std::optional<VolumeDetails>> Volumes::find(std::string volume)
{
    try {
        co_return co_await inspect(volume);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::not_found)
            throw;
    }
    co_return std::nullopt;
}

net::Task<std::vector<VolumeDetails>> Volumes::list(Filters filters)
{
    co_return decode_volume_list(
        co_await connection_.fetch({.path = "/volumes" + Query().add("filters", filters).text()}));
}

net::Task<> Volumes::remove(std::string volume, bool force)
{
    co_await connection_.fetch(
        {.method = "DELETE", .path = path_of_volume(volume) + Query().add("force", force).text()});
}

} // namespace dfriends::engine
