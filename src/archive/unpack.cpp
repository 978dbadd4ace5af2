// SPDX-License-Identifier: Apache-2.0
#include "archive/unpack.hpp"

#include "base/error.hpp"
#include "base/scope_exit.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace dfriends::archive {

namespace {

constexpr std::size_t most_left_out = 20; // names that are told; hostile archives have millions
constexpr unsigned kept_mode = 0777;

[[noreturn]] void throw_errno(std::string_view what, std::string_view name)
{
    const int code = errno;
    throw Error(kind_of_errno(code), "cannot {} '{}': {}", what, printable(name), describe_errno(code));
}

/// A folder that is open, for the names in it.
class Folder {
  public:
    explicit Folder(int descriptor) : descriptor_(descriptor) {}
    Folder(Folder&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    Folder& operator=(Folder&& other) noexcept
    {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~Folder()
    {
        if (descriptor_ >= 0)
            ::close(descriptor_);
    }
    int descriptor() const { return descriptor_; }

  private:
    int descriptor_;
};

struct Place {
    Folder folder;
    std::string name; ///< in the folder; empty: the destination itself
};

class Unpacking {
  public:
    explicit Unpacking(const std::filesystem::path& directory)
        : root_(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC))
    {
        if (root_.descriptor() < 0)
            throw_errno("unpack into", directory.string());
    }

    void write(const Entry& entry, const std::string& name, const std::string& link_target, Reader& content);
    /// Modes and times of folders come last: one that may not be written into is filled first.
    void finish_folders();
    Unpacked result() && { return std::move(result_); }

  private:
    Folder duplicate_root() const { return Folder(::fcntl(root_.descriptor(), F_DUPFD_CLOEXEC, 0)); }
    Folder enter(const Folder& folder, const std::string& name, std::string_view whole, bool make) const;
    Place find_place(std::string_view name, bool make) const;
    void make_folder(const Place& place, const Entry& entry, const std::string& name);
    void make_room(const Place& place, std::string_view name) const;
    void write_file(const Place& place, const Entry& entry, std::string_view name, Reader& content) const;
    void write_link(const Place& place, const Entry& entry, std::string_view name) const;
    void write_hard_link(const Place& place, std::string_view name, const std::string& target) const;

    struct FolderMark {
        std::string name;
        unsigned mode;
        std::int64_t modified;
    };
    Folder root_;
    std::vector<FolderMark> folders_;
    Unpacked result_;
};

/// No step follows a link: whoever made it, it could lead anywhere.
Folder Unpacking::enter(const Folder& folder, const std::string& name, std::string_view whole, bool make) const
{
    constexpr int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    int descriptor = ::openat(folder.descriptor(), name.c_str(), flags);
    if (descriptor < 0 && errno == ENOENT && make) {
        if (::mkdirat(folder.descriptor(), name.c_str(), 0755) != 0 && errno != EEXIST)
            throw_errno("make", whole);
        descriptor = ::openat(folder.descriptor(), name.c_str(), flags);
    }
    if (descriptor < 0 && (errno == ENOTDIR || errno == ELOOP))
        throw Error(ErrorKind::invalid, "cannot unpack '{}': '{}' in it is a link or a file, not a folder",
                    printable(whole), printable(name));
    if (descriptor < 0)
        throw_errno("unpack", whole);
    return Folder(descriptor);
}

Place Unpacking::find_place(std::string_view name, bool make) const
{
    std::vector<std::string> steps;
    for (const std::string_view step : split(name, '/')) {
        if (step == "..")
            throw Error(ErrorKind::invalid, "cannot unpack '{}': it leads out of the destination", printable(name));
        if (!step.empty() && step != ".")
            steps.emplace_back(step);
    }
    Place place{duplicate_root(), ""};
    for (std::size_t i = 0; i + 1 < steps.size(); ++i)
        place.folder = enter(place.folder, steps[i], name, make);
    if (!steps.empty())
        place.name = steps.back();
    return place;
}

void Unpacking::make_folder(const Place& place, const Entry& entry, const std::string& name)
{
    if (place.name.empty())
        return; // the destination stays as it is
    if (::mkdirat(place.folder.descriptor(), place.name.c_str(), 0700) != 0) {
        struct stat found{};
        if (errno != EEXIST)
            throw_errno("make", name);
        if (::fstatat(place.folder.descriptor(), place.name.c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0 &&
            !S_ISDIR(found.st_mode))
            throw Error(ErrorKind::conflict, "cannot overwrite non-directory '{}' with a directory", printable(name));
    }
    folders_.push_back({name, entry.mode & kept_mode, entry.modified});
}

void Unpacking::make_room(const Place& place, std::string_view name) const
{
    if (place.name.empty())
        throw Error(ErrorKind::conflict, "cannot overwrite the destination with '{}'", printable(name));
    if (::unlinkat(place.folder.descriptor(), place.name.c_str(), 0) == 0 || errno == ENOENT)
        return;
    if (errno == EISDIR || errno == EPERM)
        throw Error(ErrorKind::conflict, "cannot overwrite directory '{}' with a non-directory", printable(name));
    throw_errno("replace", name);
}

void Unpacking::write_file(const Place& place, const Entry& entry, std::string_view name, Reader& content) const
{
    make_room(place, name);
    const int file = ::openat(place.folder.descriptor(), place.name.c_str(),
                              O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0)
        throw_errno("write", name);
    const ScopeExit close([file] { ::close(file); });
    char piece[65536];
    while (const std::size_t count = content.read_some(piece))
        for (std::size_t done = 0; done < count;) {
            const ssize_t written = ::write(file, piece + done, count - done);
            if (written < 0 && errno == EINTR)
                continue;
            if (written < 0)
                throw_errno("write", name);
            done += static_cast<std::size_t>(written);
        }
    const timespec times[2]{{entry.modified, 0}, {entry.modified, 0}};
    if (::fchmod(file, entry.mode & kept_mode) != 0 || ::futimens(file, times) != 0)
        throw_errno("set the mode of", name);
}

void Unpacking::write_link(const Place& place, const Entry& entry, std::string_view name) const
{
    make_room(place, name);
    const timespec times[2]{{entry.modified, 0}, {entry.modified, 0}};
    if (::symlinkat(entry.link_target.c_str(), place.folder.descriptor(), place.name.c_str()) != 0 ||
        ::utimensat(place.folder.descriptor(), place.name.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0)
        throw_errno("link", name);
}

void Unpacking::write_hard_link(const Place& place, std::string_view name, const std::string& target) const
{
    const Place source = find_place(target, false);
    make_room(place, name);
    if (::linkat(source.folder.descriptor(), source.name.c_str(), place.folder.descriptor(), place.name.c_str(), 0) !=
        0)
        throw_errno("link", name);
}

void Unpacking::write(const Entry& entry, const std::string& name, const std::string& link_target, Reader& content)
{
    if (entry.type == Entry::Type::other) {
        if (result_.left_out.size() < most_left_out)
            result_.left_out.push_back(name);
        return;
    }
    const Place place = find_place(name, true);
    if (entry.type == Entry::Type::directory)
        make_folder(place, entry, name);
    else if (entry.type == Entry::Type::link)
        write_link(place, entry, name);
    else if (entry.type == Entry::Type::hard_link)
        write_hard_link(place, name, link_target);
    else
        write_file(place, entry, name, content);
}

void Unpacking::finish_folders()
{
    for (auto mark = folders_.rbegin(); mark != folders_.rend(); ++mark) {
        const Place place = find_place(mark->name, false);
        const int folder =
            ::openat(place.folder.descriptor(), place.name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (folder < 0)
            throw_errno("set the mode of", mark->name);
        const ScopeExit close([folder] { ::close(folder); });
        const timespec times[2]{{mark->modified, 0}, {mark->modified, 0}};
        if (::fchmod(folder, mark->mode) != 0 || ::futimens(folder, times) != 0)
            throw_errno("set the mode of", mark->name);
    }
}

} // namespace

Unpacked unpack(Reader& reader, const std::filesystem::path& directory,
                const std::function<std::string(std::string_view name)>& rename)
{
    Unpacking unpacking(directory);
    while (const auto entry = reader.next())
        unpacking.write(*entry, rename(entry->name),
                        entry->type == Entry::Type::hard_link ? rename(entry->link_target) : "", reader);
    unpacking.finish_folders();
    return std::move(unpacking).result();
}

} // namespace dfriends::archive
