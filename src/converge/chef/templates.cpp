// SPDX-License-Identifier: Apache-2.0
#include "base/scope_exit.hpp"
#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/chef/erb.hpp"
#include "converge/chef/evaluator.hpp"
#include "converge/chef/parser.hpp"

#include <filesystem>
#include <utility>

namespace dfriends::converge::chef {

namespace {

constexpr std::size_t largest_output = 4U << 20U;

} // namespace

/// Gives a template resource the content that its template has with these variables.
void Evaluator::fill_template(Declaration& declaration, const Object& variables)
{
    const Value* given = declaration.find("source");
    const Value* path = declaration.find("path");
    const std::string name = path == nullptr ? declaration.name : scalar_text(*path);
    const auto* source = given == nullptr ? nullptr : std::get_if<std::string>(&given->content);
    if (given != nullptr && source == nullptr)
        throw Error(ErrorKind::invalid, given->position, "'source' of 'template' wants the name of one file");
    const CookbookFile file =
        cookbook_.template_file(source != nullptr ? *source : std::filesystem::path(name).filename().string() + ".erb");
    declaration.properties["content"] = {render(file, variables), declaration.position};
}

/// Runs a template; it sees node and its variables, as @NAME.
std::string Evaluator::render(const CookbookFile& file, const Object& variables)
{
    const std::string program_text = erb_program(file.text, file.path);
    const Source source(program_text, file.path);
    const Node program = parse(source);
    Scope scope;
    if (const Hash* hash = variables.as<Hash>())
        for (const auto& [key, value] : (*hash)->entries)
            scope["@" + to_text(key)] = value;
    std::string output;
    const Source* recipe = std::exchange(source_, &source);
    auto scopes = std::exchange(scopes_, std::vector<Scope>{std::move(scope)});
    Declaration* declaration = std::exchange(current_, nullptr);
    output_ = &output;
    const ScopeExit leave([&] {
        source_ = recipe;
        scopes_ = std::move(scopes);
        current_ = declaration;
        output_ = nullptr;
    });
    statements(program);
    if (flow_ == Flow::leave)
        flow_ = Flow::on;
    return output;
}

/// The calls that a template may make: those that its own text was turned into, and questions about the platform.
Object Evaluator::write_output(const Node& node, const std::vector<Object>& arguments)
{
    if (node.text != erb_text && node.text != erb_value) {
        if (node.text == "platform?" || node.text == "platform_family?")
            return platform_matches(arguments, node.text == "platform?" ? "platform" : "platform_family");
        throw source_->error(node.offset, fmt::format("there is no variable or function '{}' in a template", node.text),
                             "templates see node['…'] and their variables as @name");
    }
    for (const Object& argument : arguments) {
        charge(node, weight(argument));
        *output_ += to_text(argument);
    }
    if (output_->size() > largest_output)
        throw source_->error(node.offset, "the template makes more than 4 MiB");
    return {};
}

} // namespace dfriends::converge::chef
