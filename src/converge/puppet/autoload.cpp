// SPDX-License-Identifier: Apache-2.0
// Classes and defined types that stand in files of modules, by their names.
#include "converge/puppet/evaluator.hpp"
#include "converge/puppet/parser.hpp"

namespace dfriends::converge::puppet {

namespace {

constexpr std::size_t most_module_files = 500;

bool is_definition(const Node& node)
{
    return node.kind == NodeKind::class_definition || node.kind == NodeKind::define_definition;
}

} // namespace

/// Reads the file in which a class or defined type stands by its name, the first time that it is asked for. False where
/// there is none; an error where the file has something else.
bool Evaluator::load(const std::string& name, std::size_t offset)
{
    const bool is_ours = name == "docker" || name.starts_with("docker::"); // whatever module of that name there is
    if (is_ours || !sought_.insert(name).second)
        return false;
    auto file = modules_.definition_file(name);
    if (!file)
        return false;
    if (loaded_.size() >= most_module_files)
        throw error(offset, fmt::format("more than {} files of modules are used", most_module_files));
    spend(file->text.size() / 16, offset);
    loaded_.push_back(std::make_unique<Loaded>(std::move(*file)));
    Loaded& loaded = *loaded_.back();
    const Visit there(*this, &loaded.source);
    loaded.program = parse(loaded.source);
    for (const Node& node : loaded.program.children)
        if (!is_definition(node))
            throw error(node.offset, "a file of a module holds classes and defined types only");
    hoist(loaded.program, "", 0);
    if (!classes_.contains(name) && !defines_.contains(name))
        throw error(0, "this file should define '" + printable(name) + "'",
                    "what stands in a file of a module is called as its place says");
    return true;
}

} // namespace dfriends::converge::puppet
