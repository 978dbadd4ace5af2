// SPDX-License-Identifier: Apache-2.0
#include "converge/real_host.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "os/file.hpp"
#include "os/user.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <map>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <thread>
#include <unistd.h>

namespace dfriends::converge {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const char* doing, const std::string& path, int code)
{
    throw Error(kind_of_errno(code), "cannot {} '{}': {}", doing, path, describe_errno(code));
}

uid_t user_id(const std::string& name)
{
    if (name.empty())
        return static_cast<uid_t>(-1);
    if (const auto user = os::find_user(name))
        return user->id;
    if (const auto number = parse_unsigned(name); number && *number < 0xFFFFFFFFU)
        return static_cast<uid_t>(*number);
    throw Error(ErrorKind::not_found, "there is no user '{}'", name);
}

gid_t group_id(const std::string& name)
{
    if (name.empty())
        return static_cast<gid_t>(-1);
    if (const auto group = os::find_group(name))
        return *group;
    if (const auto number = parse_unsigned(name); number && *number < 0xFFFFFFFFU)
        return static_cast<gid_t>(*number);
    throw Error(ErrorKind::not_found, "there is no group '{}'", name);
}

PathState::Kind kind_of(mode_t mode)
{
    if (S_ISREG(mode))
        return PathState::Kind::file;
    if (S_ISDIR(mode))
        return PathState::Kind::directory;
    return S_ISLNK(mode) ? PathState::Kind::link : PathState::Kind::other;
}

class RealHost final : public Host {
  public:
    RealHost(Docker& docker, Say say, std::string sealing_key)
        : docker_(docker), say_(std::move(say)), sealing_key_(std::move(sealing_key))
    {
    }

    std::optional<PathState> find_path(const std::string& path) override
    {
        struct stat status{};
        if (::lstat(path.c_str(), &status) != 0) {
            if (errno == ENOENT || errno == ENOTDIR)
                return std::nullopt;
            fail("look at", path, errno);
        }
        PathState state{.kind = kind_of(status.st_mode),
                        .mode = status.st_mode & 07777U,
                        .owner = name_of(users_, status.st_uid, os::user_name),
                        .group = name_of(groups_, status.st_gid, os::group_name),
                        .target = {},
                        .size = static_cast<std::uint64_t>(status.st_size),
                        .modified = status.st_mtim.tv_sec};
        if (state.kind == PathState::Kind::link)
            state.target = fs::read_symlink(path).string();
        return state;
    }

    std::string read(const std::string& path) override { return os::read_file(path); }

    void write(const std::string& path, std::string_view bytes, mode_t mode) override
    {
        os::write_file(path, bytes, mode);
    }

    void write_pieces(const std::string& path, mode_t mode,
                      const std::function<void(const Sink& sink)>& produce) override
    {
        const std::string neighbour = path + ".dfriends-new";
        ::unlink(neighbour.c_str());
        const os::Descriptor file = os::open_file(neighbour, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
        try {
            produce([&](std::string_view bytes) { os::write_all(file.number(), bytes, neighbour); });
            if (::fchmod(file.number(), mode) != 0 || ::fsync(file.number()) != 0 ||
                ::rename(neighbour.c_str(), path.c_str()) != 0)
                fail("write", path, errno);
            os::sync_directory(fs::path(path).parent_path());
        } catch (const Error&) {
            ::unlink(neighbour.c_str());
            throw;
        }
    }

    std::string digest(const std::string& path) override
    {
        const os::Descriptor file = os::open_file(path, O_RDONLY);
        crypto::Hash hash(crypto::Algorithm::sha256);
        std::array<char, 64UL * 1024> piece{};
        for (;;) {
            const ssize_t count = ::read(file.number(), piece.data(), piece.size());
            if (count < 0)
                fail("read", path, errno);
            if (count == 0)
                return hash.finish_hex();
            hash.update({piece.data(), static_cast<std::size_t>(count)});
        }
    }

    std::vector<std::string> list(const std::string& path) override
    {
        std::vector<std::string> names;
        std::error_code code;
        for (fs::directory_iterator entry(path, code), end; !code && entry != end; entry.increment(code))
            names.push_back(entry->path().filename().string());
        if (code)
            fail("read", path, code.value());
        std::ranges::sort(names);
        return names;
    }

    void set_modified(const std::string& path, std::optional<std::int64_t> seconds) override
    {
        timespec times[2]{{.tv_sec = 0, .tv_nsec = UTIME_NOW}, {.tv_sec = 0, .tv_nsec = UTIME_NOW}};
        if (seconds)
            times[1] = {.tv_sec = *seconds, .tv_nsec = 0};
        if (::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0)
            fail("change the time of", path, errno);
    }

    std::string note(const std::string& path) override
    {
        std::array<char, longest_note> text{};
        const ssize_t length = ::lgetxattr(path.c_str(), note_name, text.data(), text.size());
        return length > 0 ? std::string(text.data(), static_cast<std::size_t>(length)) : "";
    }

    void set_note(const std::string& path, const std::string& text) override
    {
        if (text.size() <= longest_note)
            ::lsetxattr(path.c_str(), note_name, text.data(), text.size(), 0);
    }

    void make_directory(const std::string& path, mode_t mode, bool parents) override
    {
        if (parents && fs::path(path).has_parent_path())
            os::make_directories(fs::path(path).parent_path());
        if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST)
            fail("make", path, errno);
    }

    /// A neighbour takes the link's place in one step, so that readers always see one.
    void make_link(const std::string& path, const std::string& target) override
    {
        const std::string neighbour = path + ".dfriends-new";
        ::unlink(neighbour.c_str());
        if (::symlink(target.c_str(), neighbour.c_str()) != 0)
            fail("make the link", path, errno);
        if (::rename(neighbour.c_str(), path.c_str()) != 0) {
            const int code = errno;
            ::unlink(neighbour.c_str());
            fail("make the link", path, code);
        }
    }

    void set_mode(const std::string& path, mode_t mode) override
    {
        if (::chmod(path.c_str(), mode) != 0)
            fail("change the mode of", path, errno);
    }

    void set_owner(const std::string& path, const std::string& owner, const std::string& group) override
    {
        if (::lchown(path.c_str(), user_id(owner), group_id(group)) != 0)
            fail("change the owner of", path, errno);
    }

    void remove(const std::string& path, bool recursive) override
    {
        std::error_code code;
        if (recursive)
            fs::remove_all(path, code);
        else
            fs::remove(path, code);
        if (code)
            fail("remove", path, code.value());
    }

    os::Outcome run(const os::Command& command) override
    {
        users_.clear(); // the command may be useradd
        groups_.clear();
        try {
            return os::run(command);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::not_found)
                throw;
            return {.status = 127, .timed_out = false, .output = {}, .error = error.message()};
        }
    }

    bool has_program(const std::string& name) override { return os::find_program(name).has_value(); }
    bool is_root() override { return os::is_root(); }
    void pause(std::chrono::milliseconds time) override { std::this_thread::sleep_for(time); }
    std::string sealing_key() override { return sealing_key_; }
    Docker& docker() override { return docker_; }
    Web& web() override { return *web_; }
    void say(std::string_view line) override { say_(line); }

  private:
    /// The system's database of users is a file that it reads from the beginning for each question.
    template <class Id>
    static const std::string& name_of(std::map<Id, std::string>& known, Id id, std::string (*find)(Id))
    {
        const auto row = known.find(id);
        return row != known.end() ? row->second : known.emplace(id, find(id)).first->second;
    }

    static constexpr const char* note_name = "user.dfriends.converge";
    static constexpr std::size_t longest_note = 512;

    Docker& docker_;
    Say say_;
    std::string sealing_key_;
    std::unique_ptr<Web> web_ = make_real_web();
    std::map<uid_t, std::string> users_;
    std::map<gid_t, std::string> groups_;
};

} // namespace

std::unique_ptr<Host> make_real_host(Docker& docker, Say say, std::string sealing_key)
{
    return std::make_unique<RealHost>(docker, std::move(say), std::move(sealing_key));
}

} // namespace dfriends::converge
