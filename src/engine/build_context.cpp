// SPDX-License-Identifier: Apache-2.0
#include "engine/build_context.hpp"

#include "archive/tar_writer.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "engine/byte_pipe.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <map>
#include <sys/stat.h>
#include <unistd.h>

namespace dfriends::engine {

namespace {

using Path = std::filesystem::path;

/// What one build sends: made once, before the engine is called, so that a broken context fails early.
struct Plan {
    Path directory;
    std::vector<std::string> names;           ///< sorted; folders before what they hold
    std::map<std::string, std::string> extra; ///< texts that are not on disk under that name
    std::string dockerfile;                   ///< one of the names
};

bool is_sendable(const std::filesystem::directory_entry& entry)
{
    const auto type = entry.symlink_status().type();
    return type == std::filesystem::file_type::regular || type == std::filesystem::file_type::directory ||
           type == std::filesystem::file_type::symlink || type == std::filesystem::file_type::fifo;
}

/// Folders of an ignored folder are entered only where a '!' pattern may bring something back.
void collect(const Path& directory, const std::string& prefix, const IgnoreList& ignored,
             const std::vector<std::string>& always, std::vector<std::string>& names)
{
    std::vector<std::filesystem::directory_entry> entries;
    std::error_code code;
    for (std::filesystem::directory_iterator it(directory, code), end; !code && it != end; it.increment(code))
        entries.push_back(*it);
    if (code)
        throw Error(kind_of_errno(code.value()), "cannot read the build context '{}': {}", directory.string(),
                    code.message());
    std::ranges::sort(entries);
    for (const auto& entry : entries) {
        const std::string name = prefix + entry.path().filename().string();
        const bool skipped = ignored.ignores(name) && std::ranges::find(always, name) == always.end();
        const bool is_directory = entry.is_directory() && !entry.is_symlink();
        if (!skipped && is_sendable(entry))
            names.push_back(is_directory ? name + "/" : name);
        const bool holds_needed =
            std::ranges::any_of(always, [&](const std::string& needed) { return needed.starts_with(name + "/"); });
        if (is_directory && (!skipped || ignored.has_exceptions() || holds_needed))
            collect(entry.path(), name + "/", ignored, always, names);
    }
}

void pack(const Plan& plan, const archive::TarWriter::Sink& sink)
{
    archive::TarWriter tar(sink);
    for (const std::string& name : plan.names)
        if (!plan.extra.contains(name))
            tar.add_path(plan.directory / name, name);
    for (const auto& [name, text] : plan.extra)
        tar.add_file(name, text);
    tar.finish();
}

net::Task<> send_plan(std::shared_ptr<const Plan> plan, http::BodyWriter& writer)
{
    BytePipe pipe([plan](const BytePipe::Sink& sink) { pack(*plan, sink); });
    std::vector<char> piece(128 * 1024);
    while (const std::size_t count = co_await pipe.read_some(piece))
        co_await writer.write({piece.data(), count});
}

http::Producer producer_of(std::shared_ptr<const Plan> plan)
{
    return [plan](http::BodyWriter& writer) { return send_plan(plan, writer); };
}

/// The file that holds the patterns: one beside the Dockerfile, of its name, comes first.
std::optional<std::string> read_ignore_file(const Path& directory, const Path& dockerfile)
{
    if (auto own = os::find_file(dockerfile.string() + ".dockerignore", 1U << 20U))
        return own;
    return os::find_file(directory / ".dockerignore", 1U << 20U);
}

/// The path below the folder with '/', or nothing where it lies outside.
std::optional<std::string> name_inside(const Path& directory, const Path& file)
{
    const Path relative = file.lexically_relative(directory);
    if (relative.empty() || *relative.begin() == "..")
        return std::nullopt;
    return relative.generic_string();
}

Path find_root(const Path& directory)
{
    std::error_code code;
    Path root = std::filesystem::canonical(directory, code);
    if (code || !std::filesystem::is_directory(root))
        throw Error(ErrorKind::not_found, "unable to prepare context: path '{}' not found", directory.string());
    return root;
}

Plan make_plan(const Path& directory, const Path& dockerfile)
{
    std::error_code code;
    const Path root = find_root(directory);
    const Path wanted = dockerfile.empty() ? root / "Dockerfile" : dockerfile;
    // The folder's real path counts, the file's own name too: a Dockerfile may be a link.
    const Path parent = std::filesystem::canonical(wanted.has_parent_path() ? wanted.parent_path() : Path("."), code);
    const Path file = code ? wanted : parent / wanted.filename();
    if (!std::filesystem::is_regular_file(file, code))
        throw Error(ErrorKind::not_found,
                    "unable to prepare context: unable to evaluate symlinks in Dockerfile path: '{}': no such file",
                    wanted.string())
            .hint("name it with -f FILE");
    Plan plan;
    plan.directory = root;
    const auto inside = name_inside(root, file);
    plan.dockerfile = inside ? *inside : ".dockerfile." + crypto::random_hex(10);
    if (!inside)
        plan.extra[plan.dockerfile] = os::read_file(file, 16U << 20U);
    const auto patterns = read_ignore_file(root, file);
    const IgnoreList ignored(patterns.value_or(""));
    collect(root, "", ignored, {plan.dockerfile, ".dockerignore"}, plan.names);
    return plan;
}

/// Its name, kind and mode, and what it holds.
void add_entry(crypto::Hash& hash, const Path& path, const std::string& name)
{
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0)
        throw Error(kind_of_errno(errno), "cannot read the build context '{}': {}", path.string(),
                    describe_errno(errno));
    hash.update(fmt::format("\n{}:{} {:o} ", name.size(), name, status.st_mode));
    if (S_ISLNK(status.st_mode))
        hash.update(std::filesystem::read_symlink(path).string());
    if (!S_ISREG(status.st_mode))
        return;
    const os::Descriptor file = os::open_file(path, O_RDONLY);
    crypto::Hash content(crypto::Algorithm::sha256);
    std::array<char, 64UL * 1024> piece{};
    while (const ssize_t count = ::read(file.number(), piece.data(), piece.size())) {
        if (count < 0)
            throw Error(kind_of_errno(errno), "cannot read '{}': {}", path.string(), describe_errno(errno));
        content.update({piece.data(), static_cast<std::size_t>(count)});
    }
    hash.update(content.finish());
}

} // namespace

BuildContext read_context(const Path& directory, const Path& dockerfile)
{
    auto plan = std::make_shared<Plan>(make_plan(directory, dockerfile));
    BuildContext context;
    context.dockerfile = plan->dockerfile;
    context.tar = producer_of(std::move(plan));
    return context;
}

std::string digest_context(const Path& directory, const Path& dockerfile)
{
    const Plan plan = make_plan(directory, dockerfile);
    crypto::Hash hash(crypto::Algorithm::sha256);
    if (plan.extra.empty())
        hash.update(plan.dockerfile);
    for (const auto& [name, text] : plan.extra) // its name is another one each time
        hash.update(crypto::hash(crypto::Algorithm::sha256, text));
    for (const std::string& name : plan.names)
        add_entry(hash, plan.directory / name, name);
    return hash.finish_hex();
}

BuildContext read_context_with(const Path& directory, std::string dockerfile)
{
    auto plan = std::make_shared<Plan>();
    plan->directory = find_root(directory);
    plan->dockerfile = ".dockerfile." + crypto::random_hex(10);
    plan->extra[plan->dockerfile] = std::move(dockerfile);
    const IgnoreList ignored(os::find_file(plan->directory / ".dockerignore", 1U << 20U).value_or(""));
    collect(plan->directory, "", ignored, {plan->dockerfile, ".dockerignore"}, plan->names);
    const std::string name = plan->dockerfile;
    return {producer_of(std::move(plan)), name};
}

bool is_archive(std::string_view head)
{
    using namespace std::string_view_literals;
    for (const std::string_view magic : {"\x1f\x8b\x08"sv, "BZh"sv,
                                         "\xfd"
                                         "7zXZ\0"sv,
                                         "\x28\xb5\x2f\xfd"sv})
        if (head.starts_with(magic))
            return true;
    constexpr std::size_t block = 512;
    constexpr std::size_t sum_at = 148;
    constexpr std::size_t sum_size = 8;
    if (head.size() < block || head.front() == '\0')
        return false;
    unsigned sum = 0;
    for (std::size_t i = 0; i < block; ++i) // the sum's own field counts as blanks
        sum += i >= sum_at && i < sum_at + sum_size ? ' ' : static_cast<unsigned char>(head[i]);
    const std::string_view digits =
        trim(head.substr(sum_at, sum_size).substr(0, head.substr(sum_at, sum_size).find('\0')));
    unsigned said = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), said, 8);
    return read.ec == std::errc() && !digits.empty() && said == sum;
}

BuildContext dockerfile_context(std::string dockerfile)
{
    auto plan = std::make_shared<Plan>();
    plan->extra["Dockerfile"] = std::move(dockerfile);
    return {producer_of(std::move(plan)), "Dockerfile"};
}

} // namespace dfriends::engine
