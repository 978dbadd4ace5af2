// SPDX-License-Identifier: Apache-2.0
#include "cache/import.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cache/answer.hpp"
#include "cache/moment.hpp"
#include "net/loop.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dfriends::cache {

namespace {

constexpr int deepest_folder = 32;
constexpr std::size_t most_candidates = 2'000'000;
constexpr std::size_t head_limit = 64 * 1024;
constexpr std::string_view head_suffix = ".head";

/// apt-cacher-ng's own folders, and where apt keeps what it has not whole.
bool is_internal_folder(std::string_view name)
{
    return name == "_xstore" || name == "_import" || name == "partial";
}

bool is_package_name_of_file(std::string_view name)
{
    for (const std::string_view suffix : {".deb", ".udeb", ".ddeb", ".dsc", ".diff.gz"})
        if (name.ends_with(suffix))
            return true;
    const auto tar = name.rfind(".tar.");
    return tar != std::string_view::npos && name.find_first_of("./", tar + 5) == std::string_view::npos;
}

/// A file below the source, opened: what is hashed is what is stored, whatever happens to the name meanwhile.
struct Candidate {
    os::Path path;        ///< for people
    std::string relative; ///< to the source
    os::Descriptor descriptor;
    std::uint64_t size = 0;
    std::int64_t modified = 0; ///< milliseconds
    std::string key;           ///< from the .head file beside it, or empty
};

void for_each_piece(const Candidate& file, const std::function<void(std::string_view)>& visit)
{
    std::array<char, 256 * 1024> piece;
    for (off_t offset = 0;;) {
        const auto count = ::pread(file.descriptor.number(), piece.data(), piece.size(), offset);
        if (count < 0)
            throw Error(kind_of_errno(errno), "cannot read '{}'{}", file.path.string(), describe_errno(errno));
        if (count == 0)
            return;
        visit({piece.data(), static_cast<std::size_t>(count)});
        offset += count;
    }
}

os::Descriptor open_inside(int folder, const std::string& name, int flags)
{
    // O_NONBLOCK: a FIFO must not hold us up.
    return os::Descriptor(::openat(folder, name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | flags));
}

std::string_view head_field(std::string_view head, std::string_view wanted)
{
    for (const auto line : lines(head))
        if (const auto [name, value] = split_once(line, ':'); equal_ignoring_case(trim(name), wanted))
            return trim(value);
    return {};
}

std::string read_head(int folder, const std::string& name)
{
    const auto descriptor = open_inside(folder, name + std::string(head_suffix), 0);
    std::string text(head_limit, '\0');
    const auto count = descriptor ? ::read(descriptor.number(), text.data(), text.size()) : -1;
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    return text;
}

/// The URL that apt-cacher-ng's layout (HOST/path) stands for, where the first folder is a host at all.
std::string key_of_layout(const std::string& relative)
{
    const auto [host, rest] = split_once(relative, '/');
    if (rest.empty() || (host.find_first_of(".:") == std::string_view::npos && host != "localhost"))
        return {};
    const auto url = http::find_url(fmt::format("http://{}/{}", host, encode_percent(rest, "/+:@!$&'()*,;=")));
    try {
        return url ? canonical_key(*url) : std::string();
    } catch (const Error&) {
        return {}; // a name that no request can have
    }
}

/// Walks a directory through descriptors, so that nobody can lead it elsewhere by swapping a folder for a link.
class Walk {
  public:
    using OnFile = std::function<void(Candidate)>;
    Walk(ImportReport& report, OnFile on_file) : report_(report), on_file_(std::move(on_file)) {}

    void enter(os::Descriptor folder, const os::Path& path, const std::string& relative, int depth);

  private:
    std::vector<std::string> names_in(const os::Descriptor& folder, const os::Path& path);
    void meet(const os::Descriptor& folder, const os::Path& path, const std::string& relative, int depth,
              const std::string& name);

    ImportReport& report_;
    OnFile on_file_;
    std::size_t met_ = 0;
};

std::vector<std::string> Walk::names_in(const os::Descriptor& folder, const os::Path& path)
{
    // fdopendir() takes its descriptor over, and ours is still needed.
    const int copy = ::fcntl(folder.number(), F_DUPFD_CLOEXEC, 0);
    DIR* stream = copy < 0 ? nullptr : ::fdopendir(copy);
    if (stream == nullptr)
        throw Error(kind_of_errno(errno), "cannot list '{}'{}", path.string(), describe_errno(errno));
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(stream))
        if (const std::string_view name = entry->d_name; name != "." && name != "..")
            names.emplace_back(name);
    ::closedir(stream);
    met_ += names.size();
    if (met_ > most_candidates)
        throw Error(ErrorKind::invalid, "'{}' and the folders before it hold more than {} files", path.string(),
                    most_candidates)
            .hint("import a part of it");
    std::ranges::sort(names);
    return names;
}

void Walk::enter(os::Descriptor folder, const os::Path& path, const std::string& relative, int depth)
{
    for (const std::string& name : names_in(folder, path))
        if (!name.ends_with(head_suffix))
            meet(folder, path / name, relative.empty() ? name : relative + "/" + name, depth, name);
}

void Walk::meet(const os::Descriptor& folder, const os::Path& path, const std::string& relative, int depth,
                const std::string& name)
{
    auto opened = open_inside(folder.number(), name, 0);
    struct stat status{};
    if (!opened || ::fstat(opened.number(), &status) != 0) {
        ++report_.skipped; // a link, a socket, or not ours to read
        return;
    }
    if (S_ISDIR(status.st_mode)) {
        if (depth == 0)
            ++report_.skipped;
        else if (!is_internal_folder(name))
            enter(std::move(opened), path, relative, depth - 1);
        return;
    }
    const auto size = static_cast<std::uint64_t>(status.st_size);
    const auto head = read_head(folder.number(), name);
    // apt-cacher-ng keeps what it has of a file under the file's own name.
    if (!S_ISREG(status.st_mode) || size == 0 ||
        parse_unsigned(head_field(head, "Content-Length")).value_or(size) != size)
        ++report_.skipped;
    else
        on_file_(
            {path, relative, std::move(opened), size, std::int64_t{status.st_mtim.tv_sec} * 1000, original_key(head)});
}

/// What is done with one file after the other.
class Importer {
  public:
    Importer(bool dry_run, Knowledge& knowledge, TimePoint now, ImportReport& report)
        : dry_run_(dry_run), knowledge_(knowledge), now_(now), report_(report)
    {
    }
    void take(const Candidate& file);

  private:
    struct Vouched {
        std::string key;
        std::string sha256;
        bool from_head = false; ///< the URL is what upstream was asked for, not our reading of the folders
        bool package = false;
    };
    std::optional<Vouched> find(const Candidate& file) const;
    void enter(const Candidate& file, const std::string& sha256, const std::string& verified_key);
    void store(const Candidate& file, const std::string& sha256);

    bool dry_run_;
    Knowledge& knowledge_;
    TimePoint now_;
    ImportReport& report_;
};

std::optional<Importer::Vouched> Importer::find(const Candidate& file) const
{
    for (const bool from_head : {true, false}) {
        const std::string key = from_head ? file.key : key_of_layout(file.relative);
        if (key.empty())
            continue;
        if (const auto member = knowledge_.releases.find_member(key, {}))
            return Vouched{ReleaseSets::order(*member, std::vector<http::Url>()).key,
                           member->expected.sha256().value_or(std::string()), from_head, false};
        if (const auto expected = knowledge_.tables.find(key))
            return Vouched{key, expected->sha256().value_or(std::string()), from_head, true};
    }
    return std::nullopt;
}

void Importer::take(const Candidate& file)
{
    const auto vouched = find(file);
    const bool is_package = is_package_name_of_file(file.path.filename().string());
    if (!vouched && !is_package) {
        ++report_.skipped;
        return;
    }
    crypto::Hash hash(crypto::Algorithm::sha256);
    for_each_piece(file, [&](std::string_view piece) { hash.update(piece); });
    const std::string sha256 = hash.finish_hex();
    if (vouched && vouched->sha256 == sha256)
        return enter(file, sha256, vouched->key);
    if (vouched && vouched->package && vouched->from_head)
        report_.dropped.push_back({file.path.string(), vouched->key});
    // An index of an earlier time is no damage, and a guessed URL no evidence of it.
    if ((vouched && vouched->from_head) || !is_package) {
        ++report_.skipped;
        return;
    }
    enter(file, sha256, {});
}

void Importer::enter(const Candidate& file, const std::string& sha256, const std::string& verified_key)
{
    std::error_code code;
    const bool is_stored = knowledge_.index.find_blob(sha256) &&
                           std::filesystem::file_size(knowledge_.store.blob_path(sha256), code) == file.size && !code;
    ++(is_stored ? report_.present : report_.imported);
    report_.bytes += is_stored ? 0 : file.size;
    if (dry_run_)
        return;
    if (!is_stored)
        store(file, sha256);
    NameRow name{verified_key, sha256, true, {}, {}, 0};
    if (verified_key.empty()) {
        if (is_stored && !knowledge_.index.urls(sha256).empty())
            return;
        name.name = "file://" + encode_percent(file.path.string(), "/+:@!$&'()*,;=~");
        name.verified = false;
    }
    if (is_stored)
        return net::run(knowledge_.index.put_name(std::move(name)));
    // What no index knows yet counts as used when it was written: it is the first to go when space is needed.
    net::run(knowledge_.index.put({sha256, file.size, content_type_of(file.relative), {}}, {std::move(name)},
                                  verified_key.empty() ? file.modified : milliseconds(now_)));
}

void Importer::store(const Candidate& file, const std::string& sha256)
{
    const auto draft = knowledge_.store.draft();
    for_each_piece(file, [&](std::string_view piece) { draft->append(piece); });
    draft->finish();
    if (draft->sha256() != sha256)
        throw Error(ErrorKind::conflict, "'{}' changed while it was imported", file.path.string())
            .hint("stop what writes there, apt-cacher-ng say, and import again");
    net::run(knowledge_.store.publish(draft));
}

} // namespace

std::string original_key(std::string_view head)
{
    try {
        const auto url = http::find_url(head_field(head, "X-Original-Source"));
        return url && url->user_info.empty() ? canonical_key(*url) : std::string();
    } catch (const Error&) {
        return {}; // what a hostile upstream wrote there names nothing
    }
}

ImportReport import_directory(const os::Path& source, bool dry_run, Knowledge& knowledge, TimePoint now)
{
    const os::Path absolute = std::filesystem::absolute(source).lexically_normal();
    ImportReport report;
    Importer importer(dry_run, knowledge, now, report);
    Walk walk(report, [&](const Candidate& file) { importer.take(file); });
    walk.enter(os::open_file(absolute, O_RDONLY | O_DIRECTORY), absolute, {}, deepest_folder);
    return report;
}

} // namespace dfriends::cache
