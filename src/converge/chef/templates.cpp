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
    const CookbookFile file = cookbook_->template_file(
        source != nullptr ? *source : std::filesystem::path(name).filename().string() + ".erb");
    declaration.properties["content"] = {render(file, variables), declaration.position};
}

/// Runs a template; it sees node and its variables, as @NAME.
std::string Evaluator::render(const CookbookFile& file, const Object& variables)
{
    Scope scope;
    if (const Hash* hash = variables.as<Hash>())
        for (const auto& [key, value] : (*hash)->entries)
            scope["@" + to_text(key)] = value;
    const Source source(file.text, file.path);
    return run_template(source, TagTrim::lone, std::move(scope));
}

std::string Evaluator::run_template(const Source& source, TagTrim trim, Scope scope)
{
    const ErbProgram made = erb_program(source, trim);
    const Source program_source(made.text, source, made.stretches);
    const Node program = parse(program_source);
    std::string output;
    const Source* recipe = std::exchange(source_, &program_source);
    auto scopes = std::exchange(scopes_, Scopes{std::make_shared<Scope>(std::move(scope))});
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

ErbOutput Evaluator::run_foreign(const Source& source, const FindVariable& find)
{
    find_variable_ = &find;
    std::string text = run_template(source, TagTrim::marked, {});
    return {std::move(text), steps_};
}

/// scope['NAME'], where a variable that is not there is nil.
Object Evaluator::foreign_variable(const Node& node, const Object& name)
{
    std::string text = to_text(name);
    if (text.starts_with('@'))
        text.erase(0, 1);
    const auto found = placed(node, [&] { return (*find_variable_)(text); });
    if (found)
        charge(node, weight(*found));
    return found.value_or(Object{});
}

/// What may be asked of «scope» in a Puppet template.
Object Evaluator::scope_method(const Node& node, const std::vector<Object>& arguments)
{
    const bool asks = node.text == "include?" || node.text == "exist?";
    if (arguments.size() != 1 || (!asks && node.text != "lookupvar"))
        throw source_->error(node.offset, fmt::format("'scope.{}' is outside the supported subset", node.text),
                             "call the function in the manifest, and write its result as @name");
    return asks ? Object(variable_is_there(node, arguments[0])) : foreign_variable(node, arguments[0]);
}

bool Evaluator::variable_is_there(const Node& node, const Object& name)
{
    return placed(node, [&] { return (*find_variable_)(to_text(name)).has_value(); });
}

/// The calls that a template may make: those that its own text was turned into, and questions about the platform or
/// the manifest's variables.
Object Evaluator::write_output(const Node& node, const std::vector<Object>& arguments)
{
    if (node.text != erb_text && node.text != erb_value) {
        if (find_variable_ != nullptr && node.text == "has_variable?" && arguments.size() == 1)
            return variable_is_there(node, arguments[0]);
        if (auto converted = placed(node, [&] { return conversion(node.text, arguments); }))
            return *converted;
        if (find_variable_ == nullptr &&
            (node.text == "value_for_platform" || node.text == "value_for_platform_family"))
            return platform_value(node, arguments, node.text == "value_for_platform" ? "platform" : "platform_family");
        if (find_variable_ == nullptr && (node.text == "platform?" || node.text == "platform_family?"))
            return platform_matches(arguments, node.text == "platform?" ? "platform" : "platform_family");
        throw source_->error(node.offset, fmt::format("there is no variable or function '{}' in a template", node.text),
                             find_variable_ != nullptr ? "templates see the manifest's variables as @name"
                                                       : "templates see node['…'] and their variables as @name");
    }
    for (const Object& argument : arguments) {
        charge(node, weight(argument));
        *output_ += to_text(argument);
    }
    if (output_->size() > largest_output)
        throw source_->error(node.offset, "the template makes more than 4 MiB");
    return {};
}

ErbOutput run_erb(const Source& source, const Facts& facts, const FindVariable& find)
{
    return Evaluator(facts).run_foreign(source, find);
}

} // namespace dfriends::converge::chef
