// SPDX-License-Identifier: Apache-2.0
#include "paas/stack/root.hpp"

#include "archive/reader.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <unordered_set>

namespace dfriends::paas {

namespace {

constexpr std::uint64_t largest_member = 512ULL << 20U; // of a .deb of the base: data.tar.xz
constexpr std::uint64_t largest_base = 4ULL << 30U;     // its files, unpacked
constexpr std::uint64_t largest_accounts = 1U << 20U;

/// The same rules for us and for dpkg.
constexpr std::array<std::string_view, 6> left_out{"usr/share/doc/",    "usr/share/man/",     "usr/share/info/",
                                                   "usr/share/locale/", "usr/share/lintian/", "usr/share/linda/"};
constexpr std::string_view kept_locale = "usr/share/locale/locale.alias";

constexpr std::string_view configuration = R"(# What a container has no use for.
force-unsafe-io
path-exclude=/usr/share/doc/*
path-include=/usr/share/doc/*/copyright
path-exclude=/usr/share/man/*
path-exclude=/usr/share/info/*
path-exclude=/usr/share/locale/*
path-include=/usr/share/locale/locale.alias
path-exclude=/usr/share/lintian/*
path-exclude=/usr/share/linda/*
)";

/// A tree as it grows. The engine takes no name twice: the first counts.
class Tree {
  public:
    explicit Tree(archive::TarWriter& tar) : tar_(tar) {}

    /// A folder, and those above it.
    void add_folder(const std::string& name);
    void add_link(const std::string& name, const std::string& target);
    void add_file(const std::string& name, std::string_view text, unsigned mode = 0644);
    void add_path(const os::Path& path, const std::string& name);
    /// The files of a package.
    void add(const Deb& deb);

  private:
    void add_data(std::string_view compressed);
    void add_member(archive::Entry entry, archive::Reader& data);

    archive::TarWriter& tar_;
    std::unordered_set<std::string> names_;
    std::uint64_t total_ = 0;
};

void Tree::add_folder(const std::string& name)
{
    if (const auto slash = name.rfind('/'); slash != name.npos)
        add_folder(name.substr(0, slash));
    if (names_.insert(name).second)
        tar_.add_directory(name);
}

void Tree::add_link(const std::string& name, const std::string& target)
{
    if (names_.insert(name).second)
        tar_.add_link(name, target);
}

void Tree::add_file(const std::string& name, std::string_view text, unsigned mode)
{
    if (names_.insert(name).second)
        tar_.add_file(name, text, mode);
}

void Tree::add_path(const os::Path& path, const std::string& name)
{
    if (names_.insert(name).second)
        tar_.add_path(path, name);
}

void Tree::add(const Deb& deb)
{
    const os::Descriptor file = os::open_file(deb.file, O_RDONLY);
    archive::Reader members = archive::Reader::from_descriptor(file.number());
    try {
        while (const auto member = members.next())
            if (member->name.starts_with("data.tar"))
                return add_data(members.content(largest_member));
    } catch (Error& error) {
        throw std::move(error.during("unpacking '" + deb.name + "'"));
    }
    throw Error(ErrorKind::invalid, "the file of '{}' is no Debian package", deb.name);
}

void Tree::add_data(std::string_view compressed)
{
    archive::Reader data = archive::Reader::from_memory(compressed);
    while (auto entry = data.next())
        add_member(std::move(*entry), data);
}

void Tree::add_member(archive::Entry entry, archive::Reader& data)
{
    entry.name = merged_path(entry.name);
    if (entry.name.empty() || is_left_out(entry.name))
        return;
    total_ += entry.size;
    if (total_ > largest_base)
        throw Error(ErrorKind::invalid, "the base is larger than {} bytes", largest_base);
    if (entry.type == archive::Entry::Type::hard_link)
        entry.link_target = merged_path(entry.link_target);
    // dpkg knows users by their names, and base-passwd brings them along only when it is installed.
    for (const char* accounts : {"passwd", "group"}) {
        if (entry.name != std::string("usr/share/base-passwd/") + accounts + ".master")
            continue;
        const std::string text = data.content(largest_accounts);
        add_file(entry.name, text);
        add_file(std::string("etc/") + accounts, text);
        return;
    }
    if (names_.insert(entry.name).second)
        tar_.add_entry(entry, data);
}

/// What must be there before any package's file is.
void add_frame(Tree& tree, bool has_lib64)
{
    for (const char* name : {"bin", "sbin", "lib", "lib64"}) {
        if (std::string_view(name) == "lib64" && !has_lib64)
            continue;
        tree.add_folder(std::string("usr/") + name);
        tree.add_link(name, std::string("usr/") + name);
    }
}

/// dpkg's database without a package, and what it and apt go by.
void add_settings(Tree& tree, std::string_view mirror, std::string_view suite)
{
    for (const char* folder : {"info", "updates", "alternatives", "triggers"})
        tree.add_folder(std::string("var/lib/dpkg/") + folder);
    tree.add_file("var/lib/dpkg/status", "");
    tree.add_file("var/lib/dpkg/available", "");
    tree.add_folder("etc/dpkg/dpkg.cfg.d");
    tree.add_file("etc/dpkg/dpkg.cfg.d/dfriends", configuration);
    tree.add_folder("etc/apt");
    tree.add_file("etc/apt/sources.list", fmt::format("deb {} {} main\n", mirror, suite));
    tree.add_file("usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", 0755); // no service starts while dpkg runs
}

bool is_below(std::string_view path, std::string_view folder)
{
    return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

} // namespace

std::string merged_path(std::string_view member)
{
    std::string path;
    for (const std::string_view segment : split(member, '/')) {
        if (segment.empty() || segment == ".")
            continue;
        if (segment == "..")
            throw Error(ErrorKind::invalid, "'{}' leaves the root", printable(member));
        path += (path.empty() ? "" : "/") + std::string(segment);
    }
    if (member.starts_with('/') || path.find('\0') != path.npos)
        throw Error(ErrorKind::invalid, "'{}' leaves the root", printable(member));
    for (const std::string_view moved : {"bin", "sbin", "lib", "lib64"})
        if (is_below(path, moved))
            return "usr/" + path;
    return path;
}

bool is_left_out(std::string_view path)
{
    if (path.starts_with("usr/share/doc/") && path.ends_with("/copyright"))
        return false;
    const auto is_inside = [&](std::string_view folder) { return path.starts_with(folder); };
    return path != kept_locale && std::ranges::any_of(left_out, is_inside);
}

void write_root(const std::vector<Deb>& debs, std::string_view mirror, std::string_view suite,
                const archive::TarWriter::Sink& sink)
{
    archive::TarWriter tar(sink);
    const auto is_64 = [](const Deb& deb) { return deb.file.string().ends_with("_amd64.deb"); };
    Tree tree(tar);
    add_frame(tree, std::ranges::any_of(debs, is_64));
    for (const Deb& deb : debs)
        if (deb.base)
            tree.add(deb);
    add_settings(tree, mirror, suite);
    const std::string archives = "var/cache/apt/archives";
    tree.add_folder(archives);
    for (std::size_t i = 0; i < debs.size(); ++i)
        tree.add_path(debs[i].file, fmt::format("{}/{:05}-{}.deb", archives, i, debs[i].name));
    tar.finish();
}

const std::string_view install_script = R"(set -e
export DEBIAN_FRONTEND=noninteractive DEBCONF_NONINTERACTIVE_SEEN=true LC_ALL=C HOME=/root
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
cp -a /var/lib/dpkg/. /mnt/
rm -rf /var/lib/dpkg
ln -s /mnt /var/lib/dpkg
cd /var/cache/apt/archives
dpkg --force-depends --force-confold --unpack *.deb
dpkg --force-confold --configure -a
cd /
rm /var/lib/dpkg
cp -a /mnt/. /var/lib/dpkg
rm -f /usr/sbin/policy-rc.d /var/cache/apt/archives/*.deb /var/cache/debconf/*-old /var/lib/dpkg/*-old
rm -f /var/cache/ldconfig/aux-cache /var/log/dpkg.log /var/log/alternatives.log /var/log/bootstrap.log
rm -rf /tmp/* /var/tmp/*
)";

} // namespace dfriends::paas
