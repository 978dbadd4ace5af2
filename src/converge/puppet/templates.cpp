// SPDX-License-Identifier: Apache-2.0
#include "base/scope_exit.hpp"
#include "converge/chef/erb.hpp"
#include "converge/puppet/evaluator.hpp"
#include "converge/puppet/parser.hpp"

#include <utility>

namespace dfriends::converge::puppet {

namespace {

constexpr std::size_t largest_output = std::size_t{1} << 20;
constexpr int deepest_templates = 10;

/// A value as a template in Ruby has it; what is no data is its text there.
chef::Object to_object(const Datum& datum)
{
    if (datum.is_undef())
        return {};
    if (const auto* flag = datum.as<bool>())
        return *flag;
    if (const auto* integer = datum.as<std::int64_t>())
        return *integer;
    if (const auto* decimal = datum.as<double>())
        return *decimal;
    if (const auto* list = datum.as<List>()) {
        std::vector<chef::Object> items;
        for (const Datum& item : (*list)->items)
            items.push_back(to_object(item));
        return chef::make_list(std::move(items));
    }
    if (const auto* hash = datum.as<Hash>()) {
        std::vector<std::pair<chef::Object, chef::Object>> entries;
        for (const auto& [key, value] : (*hash)->entries)
            entries.emplace_back(to_object(key), to_object(value));
        return chef::make_hash(std::move(entries));
    }
    return to_text(datum);
}

const std::string& text_argument(const Datum& argument, std::string_view function)
{
    const auto* text = argument.as<std::string>();
    if (text == nullptr)
        throw Error(ErrorKind::invalid, "'{}' wants strings, not {}", function, kind_of(argument));
    return *text;
}

} // namespace

/// What a text in the manifest is called in errors.
std::string Evaluator::inline_name(std::size_t offset) const
{
    const SourcePosition place = source_->position(offset);
    return fmt::format("template in {}:{}", place.file, place.line);
}

/// template('MODULE/x.erb', …) and inline_template('text', …): all that their templates make.
Datum Evaluator::call_erb(const Node& node, const std::vector<Datum>& arguments, const ScopePointer& scope)
{
    if (arguments.empty())
        throw Error(ErrorKind::invalid, "'{}' wants a template", node.text);
    const auto find = [&](std::string_view name) -> std::optional<chef::Object> {
        const auto found = find_variable(std::string(name), scope);
        if (!found)
            return std::nullopt;
        spend(weight(*found), node.offset);
        return to_object(*found);
    };
    std::string output;
    for (const Datum& argument : arguments) {
        const std::string& text = text_argument(argument, node.text);
        const ModuleFile file =
            node.text == "template" ? modules_.template_file(text) : ModuleFile{inline_name(node.offset), text};
        spend(file.text.size() / 16, node.offset);
        const chef::ErbOutput made = chef::run_erb(Source(file.text, file.path), facts_, find);
        spend(made.steps, node.offset);
        output += made.text;
        if (output.size() > largest_output)
            throw Error(ErrorKind::invalid, "the template makes more than 1 MiB");
    }
    return output;
}

/// epp('MODULE/x.epp', {…}), which sees what is handed over and the top of the manifest, and inline_epp('text', {…}),
/// which also sees what is around it.
Datum Evaluator::call_epp(const Node& node, const std::vector<Datum>& arguments, const ScopePointer& scope)
{
    if (arguments.empty() || arguments.size() > 2)
        throw Error(ErrorKind::invalid, "'{}' wants a template, and perhaps a hash of its parameters", node.text);
    Attributes given;
    if (arguments.size() == 2) {
        const auto* hash = arguments[1].as<Hash>();
        if (hash == nullptr)
            throw Error(ErrorKind::invalid, "the parameters of a template are a hash, not {}", kind_of(arguments[1]));
        for (const auto& [key, value] : (*hash)->entries)
            given[to_text(key)] = {value, source_->position(node.offset)};
    }
    const std::string& text = text_argument(arguments[0], node.text);
    const bool is_file = node.text == "epp";
    const ModuleFile file = is_file ? modules_.template_file(text) : ModuleFile{inline_name(node.offset), text};
    spend(file.text.size() / 16, node.offset);
    auto inner = std::make_shared<Scope>();
    inner->parent = is_file ? node_scope_ : scope;
    inner->caller = scope;
    inner->container = scope->container;
    return run_epp(Source(file.text, file.path), given, inner, node.offset);
}

std::string Evaluator::run_epp(const Source& source, const Attributes& given, const ScopePointer& scope,
                               std::size_t offset)
{
    if (++templates_ > deepest_templates)
        throw error(offset, fmt::format("templates use each other more than {} deep", deepest_templates));
    const Node program = parse_epp(source);
    std::string output;
    const Visit there(*this, &source);
    std::string* outside = std::exchange(output_, &output);
    const ScopeExit leave([&] {
        output_ = outside;
        --templates_;
    });
    // Without parameters of its own a template takes whatever it is given.
    if (program.integer == 1)
        bind_parameters(program, given, scope, {source_, program.offset});
    else
        for (const auto& [name, attribute] : given)
            scope->variables[name] = attribute.value;
    try {
        eval(program.children.back(), scope);
    } catch (const Leave& left) {
        if (left.word != "return")
            throw error(left.offset, "'" + left.word + "' stands outside of a lambda");
    }
    return output;
}

/// What a template's own text and its <%= … %> were turned into. False where the call is another one.
bool Evaluator::write_output(const Node& node, const std::vector<Datum>& arguments)
{
    if (output_ == nullptr || (node.text != epp_text && node.text != epp_value))
        return false;
    for (const Datum& argument : arguments)
        *output_ += to_text(argument);
    if (output_->size() > largest_output)
        throw Error(ErrorKind::invalid, "the template makes more than 1 MiB");
    return true;
}

/// A template makes a text; what it would declare would stand in no manifest.
void Evaluator::refuse_in_template(std::size_t offset, std::string_view what) const
{
    if (output_ != nullptr)
        throw error(offset, fmt::format("{} in a template is outside the supported part of Puppet", what),
                    "declare resources and classes in the manifest");
}

} // namespace dfriends::converge::puppet
