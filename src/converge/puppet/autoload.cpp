// SPDX-License-Identifier: Apache-2.0
// Classes and defined types that stand in files of modules, by their names.
#include "converge/puppet/evaluator.hpp"
#include "converge/puppet/parser.hpp"
#include "converge/puppet/words.hpp"

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
    const bool is_ours = name == "docker" || find_type_row(name) != nullptr; // whatever module of that name there is
    if (is_ours || !sought_.insert(name).second)
        return false;
    auto file = modules_.definition_file(name);
    if (!file)
        return false;
    const Node& program = read_module_file(std::move(*file), offset);
    const Visit there(*this, &loaded_.back()->source);
    for (const Node& node : program.children)
        if (!is_definition(node))
            throw error(node.offset, "a file of a module holds classes and defined types only");
    hoist(program, "", 0);
    if (!classes_.contains(name) && !defines_.contains(name))
        throw error(0, "this file should define '" + printable(name) + "'",
                    "what stands in a file of a module is called as its place says");
    return true;
}

/// The same for what stands in its file alone; `wanted` and `written` say what that file should do, and how.
bool Evaluator::load_alone(NodeKind kind, const std::string& name, std::size_t offset, const std::string& wanted,
                           const std::string& written)
{
    const bool is_type = kind == NodeKind::type_definition;
    if (!sought_.insert((is_type ? "type " : "function ") + name).second)
        return false;
    auto file = is_type ? modules_.type_file(name) : modules_.function_file(name);
    if (!file)
        return false;
    const Node& program = read_module_file(std::move(*file), offset);
    const Visit there(*this, &loaded_.back()->source);
    if (program.children.size() != 1 || program.children[0].kind != kind || program.children[0].text != name)
        throw error(0, "this file should " + wanted, "write " + written + ", and nothing else");
    hoist(program, "", 0);
    return true;
}

bool Evaluator::load_type(const std::string& name, std::size_t offset)
{
    const std::string shown = inspect(TypeName{name});
    return load_alone(NodeKind::type_definition, name, offset, "say what the type " + shown + " is",
                      "type " + shown + " = …");
}

bool Evaluator::load_function(const std::string& name, std::size_t offset)
{
    const std::string shown = printable(name);
    return load_alone(NodeKind::function_definition, name, offset, "define the function '" + shown + "'",
                      "function " + shown + "(…) { … }");
}

const Node& Evaluator::read_module_file(ModuleFile file, std::size_t offset)
{
    if (loaded_.size() >= most_module_files)
        throw error(offset, fmt::format("more than {} files of modules are used", most_module_files));
    spend(file.text.size() / 16, offset);
    loaded_.push_back(std::make_unique<Loaded>(std::move(file)));
    Loaded& loaded = *loaded_.back();
    loaded.program = parse(loaded.source);
    return loaded.program;
}

} // namespace dfriends::converge::puppet
