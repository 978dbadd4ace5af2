// SPDX-License-Identifier: Apache-2.0
#include "git/repository.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <git2.h>

#include <cstdlib>

namespace dfriends::git {

namespace {

constexpr std::uint64_t largest_single_file = 8ULL << 20U;

/// Initialises libgit2 once for the process.
void require_library()
{
    static const int ready = [] {
        const int result = ::git_libgit2_init();
        // Repositories are ours by their place; root may look into those of another user of ours.
        ::git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
        return result;
    }();
    if (ready < 0)
        throw Error(ErrorKind::internal, "libgit2 does not start");
}

[[noreturn]] void fail(int code, const std::string& doing)
{
    const git_error* error = ::git_error_last();
    throw Error(code == GIT_ENOTFOUND ? ErrorKind::not_found : ErrorKind::invalid, "cannot {}: {}", doing,
                error != nullptr ? printable(error->message) : "libgit2 does not say why");
}

void check(int code, const std::string& doing)
{
    if (code < 0)
        fail(code, doing);
}

template <class Object, void (*release)(Object*)>
struct Owned {
    Owned() = default;
    ~Owned() { release(object); }
    Owned(const Owned&) = delete;
    Owned& operator=(const Owned&) = delete;
    Object* object = nullptr;
};

using OwnedObject = Owned<git_object, ::git_object_free>;
using OwnedTree = Owned<git_tree, ::git_tree_free>;
using OwnedBlob = Owned<git_blob, ::git_blob_free>;
using OwnedEntry = Owned<git_tree_entry, ::git_tree_entry_free>;
using OwnedOdb = Owned<git_odb, ::git_odb_free>;

/// No tree that git itself makes has these; a hostile one may.
bool is_safe_name(std::string_view name)
{
    return !name.empty() && name != "." && name != ".." && name.find('/') == name.npos &&
           !equal_ignoring_case(name, ".git");
}

std::string_view content_of(git_blob* blob)
{
    return {static_cast<const char*>(::git_blob_rawcontent(blob)), static_cast<std::size_t>(::git_blob_rawsize(blob))};
}

/// Bytes of a blob, without reading them.
std::uint64_t size_of(git_repository* repository, const git_oid* id, const std::string& path)
{
    OwnedOdb objects;
    check(::git_repository_odb(&objects.object, repository), "read '" + path + "'");
    std::size_t size = 0;
    git_object_t type{};
    check(::git_odb_read_header(&size, &type, objects.object, id), "read '" + path + "'");
    return size;
}

/// Walks one tree; calls itself for the trees below.
class Walk {
  public:
    Walk(git_repository* repository, std::uint64_t limit, const std::function<void(const File&)>& on_file)
        : repository_(repository), left_(limit), limit_(limit), on_file_(on_file)
    {
    }

    void tree(const git_tree* tree, const std::string& prefix, unsigned depth)
    {
        if (depth > 128)
            throw Error(ErrorKind::invalid, "'{}' is deeper than 128 folders", printable(prefix));
        for (std::size_t index = 0; index < ::git_tree_entrycount(tree); ++index)
            entry(::git_tree_entry_byindex(tree, index), prefix, depth);
    }

  private:
    void entry(const git_tree_entry* entry, const std::string& prefix, unsigned depth)
    {
        const std::string name = ::git_tree_entry_name(entry);
        if (!is_safe_name(name))
            throw Error(ErrorKind::invalid, "the commit holds a file named '{}'", printable(prefix + name));
        File file{.path = prefix + name};
        if (::git_tree_entry_type(entry) == GIT_OBJECT_TREE) {
            OwnedTree below;
            check(::git_tree_lookup(&below.object, repository_, ::git_tree_entry_id(entry)),
                  "read '" + file.path + "'");
            tree(below.object, file.path + "/", depth + 1);
            return;
        }
        if (::git_tree_entry_type(entry) == GIT_OBJECT_COMMIT) {
            file.kind = File::Kind::submodule;
            on_file_(file);
            return;
        }
        if (size_of(repository_, ::git_tree_entry_id(entry), file.path) > left_) // before it is unpacked
            throw Error(ErrorKind::invalid, "the commit's files are larger than {} MiB", limit_ >> 20U);
        OwnedBlob blob;
        check(::git_blob_lookup(&blob.object, repository_, ::git_tree_entry_id(entry)), "read '" + file.path + "'");
        file.content = content_of(blob.object);
        left_ -= file.content.size();
        const git_filemode_t mode = ::git_tree_entry_filemode(entry);
        file.kind = mode == GIT_FILEMODE_LINK              ? File::Kind::link
                    : mode == GIT_FILEMODE_BLOB_EXECUTABLE ? File::Kind::executable
                                                           : File::Kind::regular;
        on_file_(file);
    }

    git_repository* repository_;
    std::uint64_t left_, limit_;
    const std::function<void(const File&)>& on_file_;
};

} // namespace

struct Repository::Inside {
    git_repository* handle = nullptr;
    Inside() = default;
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    ~Inside() { ::git_repository_free(handle); }

    void find_tree(const std::string& commit, OwnedTree& tree) const
    {
        OwnedObject object;
        check(::git_revparse_single(&object.object, handle, (commit + "^{tree}").c_str()), "find '" + commit + "'");
        check(::git_tree_lookup(&tree.object, handle, ::git_object_id(object.object)), "read '" + commit + "'");
    }
};

Repository::Repository(const os::Path& path) : inside_(std::make_unique<Inside>())
{
    require_library();
    check(::git_repository_open_bare(&inside_->handle, path.c_str()), "open the repository '" + path.string() + "'");
    if (const char* quarantine = std::getenv("GIT_QUARANTINE_PATH")) {
        OwnedOdb objects;
        check(::git_repository_odb(&objects.object, inside_->handle), "read '" + path.string() + "'");
        check(::git_odb_add_disk_alternate(objects.object, quarantine), "read what is pushed");
    }
}

Repository::~Repository() = default;

void Repository::initialize(const os::Path& path)
{
    require_library();
    Inside made;
    check(::git_repository_init(&made.handle, path.c_str(), 1), "make the repository '" + path.string() + "'");
}

std::string Repository::find_commit(const std::string& revision) const
{
    OwnedObject object;
    check(::git_revparse_single(&object.object, inside_->handle, (revision + "^{commit}").c_str()),
          "find '" + printable(revision) + "'");
    char text[GIT_OID_HEXSZ + 1] = {};
    ::git_oid_tostr(text, sizeof text, ::git_object_id(object.object));
    return text;
}

void Repository::for_each_file(const std::string& commit, std::uint64_t limit,
                               const std::function<void(const File&)>& on_file) const
{
    OwnedTree tree;
    inside_->find_tree(commit, tree);
    Walk(inside_->handle, limit, on_file).tree(tree.object, "", 0);
}

std::optional<std::string> Repository::find_file(const std::string& commit, const std::string& path) const
{
    OwnedTree tree;
    inside_->find_tree(commit, tree);
    OwnedEntry entry;
    const int found = ::git_tree_entry_bypath(&entry.object, tree.object, path.c_str());
    if (found == GIT_ENOTFOUND)
        return std::nullopt;
    check(found, "find '" + path + "'");
    if (::git_tree_entry_type(entry.object) != GIT_OBJECT_BLOB)
        return std::nullopt;
    if (size_of(inside_->handle, ::git_tree_entry_id(entry.object), path) > largest_single_file)
        throw Error(ErrorKind::invalid, "'{}' is larger than {} MiB", path, largest_single_file >> 20U);
    OwnedBlob blob;
    check(::git_blob_lookup(&blob.object, inside_->handle, ::git_tree_entry_id(entry.object)), "read '" + path + "'");
    return std::string(content_of(blob.object));
}

} // namespace dfriends::git
