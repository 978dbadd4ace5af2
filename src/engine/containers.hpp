// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/attachment.hpp"
#include "engine/connection.hpp"
#include "engine/stats.hpp"
#include "engine/types.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace dfriends::engine {

/// The containers of an engine. `container` is always a name, an id or the beginning of one; a missing one is
/// Error(not_found).
class Containers {
  public:
    explicit Containers(Connection& connection) : connection_(connection) {}

    /// Does not pull: a missing image is Error(not_found). Networks beyond the first are joined here too.
    net::Task<Created> create(ContainerSpec spec);
    /// False where it ran already.
    net::Task<bool> start(std::string container);
    /// False where it was stopped already. Without a timeout the container's own (usually 10 s) counts; negative waits
    /// for ever.
    net::Task<bool> stop(std::string container, std::optional<int> timeout = std::nullopt, std::string signal = {});
    net::Task<> restart(std::string container, std::optional<int> timeout = std::nullopt, std::string signal = {});
    /// An empty signal is KILL.
    net::Task<> kill(std::string container, std::string signal = {});
    net::Task<> pause(std::string container);
    net::Task<> unpause(std::string container);
    net::Task<> update(std::string container, ContainerUpdate change);
    net::Task<> rename(std::string container, std::string name);
    net::Task<> remove(std::string container, bool force = false, bool volumes = false, bool link = false);
    net::Task<> resize(std::string container, unsigned columns, unsigned rows);

    net::Task<ContainerDetails> inspect(std::string container, bool size = false);
    /// Nothing where there is no such container.
    net::Task<std::optional<ContainerDetails>> find(std::string container);
    net::Task<std::vector<ContainerSummary>> list(bool all = false, Filters filters = {}, int limit = 0,
                                                  bool size = false);

    /// Waits until it stops and returns its exit code. `condition`: "not-running" (default), "next-exit" or "removed".
    net::Task<int> wait(std::string container, std::string condition = {});
    /// A wait that the engine has taken note of, so that an end soon after is not missed.
    class Waiting {
      public:
        explicit Waiting(http::Reply reply) : reply_(std::move(reply)) {}
        net::Task<int> exit_code();

      private:
        http::Reply reply_;
    };
    /// Returns at once with an engine of API 1.30 or newer; older ones answer only at the end, so nothing is returned.
    net::Task<std::optional<Waiting>> begin_wait(std::string container, std::string condition);
    /// Hands over the log; with `follow` until the container ends. A container with a terminal has only output.
    net::Task<> logs(std::string container, LogOptions options, OnOutput on_output);

    struct AttachOptions {
        bool input = false;
        bool output = true;
        bool error = true;
        bool logs = false; ///< what was written before, first
        std::string detach_keys;
    };
    /// `tty`: whether the container has a terminal, as its spec says.
    net::Task<Attachment> attach(std::string container, AttachOptions options, bool tty);

    /// The processes inside, as ps prints them: titles first.
    net::Task<std::vector<std::vector<std::string>>> top(std::string container, std::string ps_arguments = {});

    /// What it uses: once, after a second's measuring, or with `stream` each second until the container is removed.
    net::Task<> stats(std::string container, bool stream, OnStats on_stats);

    /// The tar stream of a path inside, to `on_bytes`.
    net::Task<> copy_from(std::string container, std::string path, OnOutput on_bytes);
    /// The whole file system as a tar stream, in the reply's body; volumes are not in it.
    net::Task<http::Reply> export_files(std::string container);
    /// Makes an image of the container's file system: a layer on its own image. Returns the image's id.
    net::Task<std::string> commit(std::string container, ImageChanges changes);
    /// Unpacks a tar stream into an existing folder inside; the owners are those of the archive, or with `as_user` the
    /// container's user.
    net::Task<> copy_to(std::string container, std::string folder, http::Producer tar, bool as_user = false);
    /// What a path inside is: name, size, mode (Go's os.FileMode bits) and link target. Nothing where it does not
    /// exist.
    struct PathStat {
        std::string name;
        std::int64_t size = 0;
        std::uint32_t mode = 0;
        std::string link_target;
        bool is_directory() const { return (mode & 0x80000000U) != 0; }
        bool is_link() const { return (mode & 0x08000000U) != 0; }
        bool is_special() const { return (mode & 0x04080000U) != 0; } ///< a device, or something unknown
    };
    net::Task<std::optional<PathStat>> stat(std::string container, std::string path);

  private:
    Connection& connection_;
};

} // namespace dfriends::engine
