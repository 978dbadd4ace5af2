// SPDX-License-Identifier: Apache-2.0
#include "converge/yaml/documents.hpp"

#include "base/glob.hpp"
#include "base/text.hpp"
#include "config/yaml.hpp"
#include "converge/yaml/words.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

namespace dfriends::converge::yaml {

namespace {

using config::Node;
using config::NodeKind;

namespace fs = std::filesystem;

constexpr std::size_t most_files = 100;
constexpr std::size_t most_entries = 10'000; ///< of a folder that a pattern looks through
constexpr std::uint64_t largest_file = 8ULL << 20U;
constexpr std::size_t most_bytes = std::size_t{16} << 20U; ///< of all files together

bool is_pattern(std::string_view text)
{
    return text.find_first_of("*?") != std::string_view::npos;
}

/// The files that a name or a pattern stands for, in the order of their names. `?` before a name allows that it is
/// not there.
std::vector<std::string> files_of(const Node& word)
{
    std::string text = word.text();
    const bool may_be_missing =
        text.starts_with('?') && text.size() > 1 && !is_pattern(std::string_view(text).substr(1));
    if (may_be_missing)
        text.erase(0, 1);
    const fs::path path = path_beside(word, text);
    std::error_code code;
    if (!is_pattern(text))
        return may_be_missing && !fs::exists(path, code) ? std::vector<std::string>{} : std::vector{path.string()};
    if (is_pattern(path.parent_path().string()))
        throw word.error("only the last part of a path may be a pattern").hint("write one line for each folder");
    std::vector<std::string> files;
    std::size_t seen = 0;
    for (fs::directory_iterator entry(path.parent_path(), code), end; !code && entry != end; entry.increment(code)) {
        if (++seen > most_entries)
            throw word.error(fmt::format("the folder has more than {} files", most_entries));
        if (glob_match(path.filename().string(), entry->path().filename().string()) && entry->is_regular_file(code))
            files.push_back(entry->path().string());
    }
    std::ranges::sort(files);
    return files;
}

/// A path as the file names it that is read from there, where that is shorter.
std::string shown(const std::string& path, const std::string& from)
{
    std::error_code code;
    const fs::path folder = fs::path(from).parent_path();
    const fs::path relative = fs::path(path).lexically_relative(fs::absolute(folder / ".", code).lexically_normal());
    return relative.empty() || *relative.begin() == ".." ? path : (folder / relative).string();
}

/// With the members of the maps that `<<` names, where a map has none of that key itself; of several maps the first
/// that has it counts. YAML 1.2 has no such key, but those who write for Compose share values by it.
Node with_merges(const Node& node)
{
    if (node.kind() == NodeKind::list) {
        std::vector<Node> items;
        for (const Node& item : node.items())
            items.push_back(with_merges(item));
        return Node::make_list(std::move(items), node.position());
    }
    if (node.kind() != NodeKind::map)
        return node;
    std::vector<Node::Member> members;
    std::set<std::string> seen;
    const auto is_merge = [](const Node& key) { return key.text() == "<<" && !key.is_quoted(); };
    for (const auto& [key, value] : node.members())
        if (!is_merge(key)) {
            seen.insert(key.text());
            members.emplace_back(key, with_merges(value));
        }
    const auto take = [&](const Node& source) {
        const Node whole = with_merges(source);
        for (const auto& [name, value] : whole.members())
            if (seen.insert(name.text()).second)
                members.emplace_back(name, value);
    };
    for (const auto& [key, value] : node.members())
        if (is_merge(key) && value.kind() == NodeKind::list)
            std::ranges::for_each(value.items(), take);
        else if (is_merge(key))
            take(value);
    return Node::make_map(std::move(members), node.position());
}

/// A file of a manifest. A ${ that no quotes protect ends a value inside of braces.
Node parse(std::string_view text, const std::string& file)
{
    try {
        const Node root = config::parse_yaml(text, file);
        return text.find("<<") == std::string_view::npos ? root : with_merges(root);
    } catch (Error& error) {
        if (error.position().text.find("${") != std::string::npos)
            error.hint("inside of braces and brackets an expression stands in quotes: \"${...}\"");
        throw;
    }
}

class Reader {
  public:
    explicit Reader(Variables& variables) : variables_(variables) {}

    void read(std::string_view text, const std::string& file)
    {
        const std::string identity = identity_of(file);
        open_.push_back({file, identity});
        const Node root = parse(text, file);
        variables_.add_file(file, std::string(text));
        if (root.kind() != NodeKind::map)
            throw root.error("a manifest is a map with sections, such as 'containers', or 'resources'");
        check_top_words(root);
        check_version(root);
        // Before its own includes, so that they can be named by its variables; after them again, so that its own count.
        add_variables(root);
        for (const Node& word : words_of(root, "include"))
            for (const std::string& path : files_of(word))
                include(word, path);
        add_variables(root);
        for (const Node& word : words_of(root, "var_files"))
            for (const std::string& path : files_of(word))
                variables_.add_variables(parse_beside(word, path));
        if (const Node* secrets = root.find("secrets"))
            variables_.add_secrets(*secrets);
        if (const Node* name = root.find("name"))
            variables_.set_name(*name);
        open_.pop_back();
        read_.insert(identity);
        documents.push_back(root);
    }

    std::vector<Node> documents;

  private:
    struct Open {
        std::string file;
        std::string identity;
    };

    static std::string identity_of(const std::string& path)
    {
        std::error_code code;
        const fs::path canonical = fs::weakly_canonical(path, code);
        return code ? path : canonical.string();
    }

    static void check_version(const Node& root)
    {
        const Node* version = root.find("dfriends");
        if (version != nullptr && version->text() != "1")
            throw version->error("this is no version of the manifest that is known here").hint("write dfriends: 1");
    }

    void add_variables(const Node& root)
    {
        if (const Node* vars = root.find("vars"))
            variables_.add_variables(*vars);
    }

    std::vector<Node> words_of(const Node& root, std::string_view key)
    {
        const Node* words = root.find(key);
        if (words == nullptr)
            return {};
        const Node paths = variables_.expand(*words);
        if (variables_.take_secrecy())
            throw words->error("a secret would be a part of a path, which everybody is told");
        return paths.items_or_one();
    }

    /// The text of one more file.
    std::string take(const Node& word, const std::string& path)
    {
        if (++count_ > most_files)
            throw word.error(fmt::format("the manifest has more than {} files", most_files));
        std::string text = read_beside(word, path, largest_file);
        bytes_ += text.size();
        if (bytes_ > most_bytes)
            throw word.error(fmt::format("the files of the manifest have more than {} bytes", most_bytes));
        return text;
    }

    void include(const Node& word, const std::string& path)
    {
        const std::string identity = identity_of(path);
        if (read_.contains(identity))
            return;
        const std::string file = shown(path, word.position().file);
        if (std::ranges::find(open_, identity, &Open::identity) != open_.end()) {
            std::vector<std::string> names;
            for (const Open& one : open_)
                names.push_back(one.file);
            names.push_back(file);
            throw word.error("the files include each other: " + join(names, " -> "));
        }
        read(take(word, path), file);
    }

    Node parse_beside(const Node& word, const std::string& path)
    {
        const std::string file = shown(path, word.position().file);
        const std::string text = take(word, path);
        Node root = parse(text, file);
        variables_.add_file(file, text);
        if (root.kind() != NodeKind::map && root.kind() != NodeKind::null)
            throw root.error("a file of variables is a map of them");
        return root;
    }

    Variables& variables_;
    std::vector<Open> open_;
    std::set<std::string> read_;
    std::size_t count_ = 0;
    std::size_t bytes_ = 0;
};

} // namespace

std::vector<Node> read_documents(std::string_view text, const std::string& file, Variables& variables)
{
    Reader reader(variables);
    reader.read(text, file);
    return std::move(reader.documents);
}

} // namespace dfriends::converge::yaml
