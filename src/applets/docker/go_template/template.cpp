// SPDX-License-Identifier: Apache-2.0
#include "applets/docker/go_template/template.hpp"

#include "applets/docker/go_template/functions.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace dfriends::applets::docker::go_template {

namespace {

using Kind = Value::Kind;

/// What a statement does to the loop around it.
enum class Flow { goes_on, breaks, continues };

/// As a field may be written: the engine's JSON has "Id" and "status" where Go's structs have ID and Status.
const Value* find_field(const Value& record, const std::string& name)
{
    if (const Value* found = record.find(name))
        return found;
    if (name.empty() || name.front() < 'A' || name.front() > 'Z')
        return nullptr;
    const auto found = std::ranges::find_if(
        record.members(), [&](const Members::value_type& member) { return equal_ignoring_case(member.first, name); });
    return found == record.members().end() ? nullptr : &found->second;
}

constexpr std::array<std::string_view, 5> changing{"json", "lower", "title", "truncate", "upper"};

/// "com.example.the-name" is headed "the name".
std::string heading_of(const std::string& label)
{
    std::string heading = label.substr(label.rfind('.') + 1);
    std::ranges::replace_if(heading, [](char c) { return c == '-' || c == '_'; }, ' ');
    return heading;
}

class Execution {
  public:
    Execution(std::string_view text, const Value& data, bool is_heading)
        : text_(text), variables_{{"$", data}}, is_heading_(is_heading)
    {
    }

    Flow run(const std::vector<Statement>& statements, const Value& dot)
    {
        for (const Statement& statement : statements)
            if (const Flow flow = run(statement, dot); flow != Flow::goes_on)
                return flow;
        return Flow::goes_on;
    }

    std::string take_output() { return std::move(out_); }

  private:
    using Scope = std::size_t;

    [[noreturn]] void fail(std::size_t at, const std::string& source, const std::string& message) const
    {
        const std::string_view before = text_.substr(0, at);
        const std::size_t line = before.rfind('\n');
        throw Error(ErrorKind::invalid, "template: :{}:{}: executing \"\" at <{}>: {}",
                    1 + std::ranges::count(before, '\n'), line == before.npos ? at : at - line - 1, source, message);
    }

    Flow run(const Statement& statement, const Value& dot)
    {
        budget_.spend(1);
        const Scope scope = variables_.size();
        switch (statement.kind) {
        case Statement::Kind::text:
            append_bounded(out_, statement.text);
            return Flow::goes_on;
        case Statement::Kind::action: {
            const Value value = evaluate(statement.pipeline, dot);
            if (statement.pipeline.variables.empty())
                append_bounded(out_, budget_.made(to_text(value)));
            return Flow::goes_on;
        }
        case Statement::Kind::break_:
            return Flow::breaks;
        case Statement::Kind::continue_:
            return Flow::continues;
        case Statement::Kind::range: {
            const Flow flow = run_range(statement, dot);
            variables_.resize(scope);
            return flow;
        }
        case Statement::Kind::if_:
        case Statement::Kind::with:
            break;
        }
        const Value value = evaluate(statement.pipeline, dot);
        const Value& inner = statement.kind == Statement::Kind::with ? value : dot;
        const Flow flow = value.is_true() ? run(statement.body, inner) : run(statement.otherwise, dot);
        variables_.resize(scope);
        return flow;
    }

    Flow run_range(const Statement& statement, const Value& dot)
    {
        const Value over = evaluate_commands(statement.pipeline, dot);
        const Scope outer = variables_.size();
        const auto& names = statement.pipeline.variables;
        if (!statement.pipeline.is_assignment)
            for (const std::string& name : names)
                variables_.emplace_back(name, Value());
        const Scope scope = variables_.size();
        bool ran = false;
        Flow flow = Flow::goes_on;
        const auto step = [&](const Value& key, const Value& value) {
            ran = true;
            budget_.spend(1);
            if (names.size() == 1)
                set(names[0], over.kind() == Kind::integer ? key : value);
            if (names.size() == 2) {
                set(names[0], key);
                set(names[1], value);
            }
            flow = run(statement.body, value);
            variables_.resize(scope);
            return flow != Flow::breaks;
        };
        walk(statement, over, step);
        variables_.resize(outer);
        return ran ? Flow::goes_on : run(statement.otherwise, dot);
    }

    template <class Step>
    void walk(const Statement& statement, const Value& over, Step step)
    {
        const Kind kind = over.kind();
        if (kind == Kind::list) {
            for (std::size_t i = 0; i < over.elements().size(); ++i)
                if (!step(Value::make_integer(static_cast<std::int64_t>(i)), over.elements()[i]))
                    return;
        } else if (kind == Kind::map) {
            budget_.spend(over.members().size());
            for (const auto* member : sorted(over.members()))
                if (!step(Value::make_text(member->first), member->second))
                    return;
        } else if (kind == Kind::integer) {
            for (std::int64_t i = 0; i < over.integer(); ++i)
                if (!step(Value::make_integer(i), Value::make_integer(i)))
                    return;
        } else if (kind != Kind::missing && kind != Kind::nil) {
            fail(statement.pipeline.at, source_of(statement.pipeline), "range can't iterate over " + to_text(over));
        }
    }

    void set(const std::string& name, const Value& value)
    {
        const auto found =
            std::ranges::find(variables_.rbegin(), variables_.rend(), name, &std::pair<std::string, Value>::first);
        if (found != variables_.rend())
            found->second = value;
    }

    /// With its variables set.
    Value evaluate(const Pipeline& pipeline, const Value& dot)
    {
        Value value = evaluate_commands(pipeline, dot);
        for (const std::string& name : pipeline.variables) {
            if (pipeline.is_assignment)
                set(name, value);
            else
                variables_.emplace_back(name, value);
        }
        return value;
    }

    Value evaluate_commands(const Pipeline& pipeline, const Value& dot)
    {
        std::optional<Value> value;
        for (const Command& command : pipeline.commands)
            value = evaluate(command, dot, value);
        return value.value_or(Value());
    }

    /// `last` is the value of the command before, if there is one.
    Value evaluate(const Command& command, const Value& dot, const std::optional<Value>& last)
    {
        const Operand& first = command.operands.front();
        if (first.kind == Operand::Kind::function && first.fields.empty())
            return call(command, dot, last);
        if (first.kind == Operand::Kind::nil)
            fail(first.at, "nil", "nil is not a command");
        const bool has_arguments = command.operands.size() > 1 || last;
        Value value = evaluate(first, dot);
        if (value.kind() == Kind::lookup)
            return look_up(command, value, dot, last);
        if (!has_arguments)
            return value;
        if (!first.fields.empty())
            fail(first.at, source_of(first), first.fields.back() + " has arguments but cannot be invoked as function");
        fail(first.at, source_of(first), "can't give argument to non-function " + source_of(first));
    }

    Value look_up(const Command& command, const Value& lookup, const Value& dot, const std::optional<Value>& last)
    {
        const Operand& first = command.operands.front();
        const std::size_t count = command.operands.size() - 1 + (last ? 1 : 0);
        if (count != 1)
            fail(first.at, source_of(first),
                 fmt::format("wrong number of args for {}: want 1 got {}", first.fields.back(), count));
        const Value key = last ? *last : evaluate(command.operands[1], dot);
        if (key.kind() != Kind::text)
            fail(first.at, source_of(first), fmt::format("expected string; found {}", to_text(key)));
        if (is_heading_)
            return Value::make_text(heading_of(key.text()));
        const Value* found = lookup.find(key.text());
        return found != nullptr ? *found : Value::make_text({});
    }

    Value call(const Command& command, const Value& dot, const std::optional<Value>& last)
    {
        budget_.spend(1);
        const std::string& name = command.operands.front().text;
        if (name == "and" || name == "or")
            return decide(command, dot, last, name == "or");
        std::vector<Value> arguments;
        for (std::size_t i = 1; i < command.operands.size(); ++i)
            arguments.push_back(evaluate(command.operands[i], dot));
        if (last)
            arguments.push_back(*last);
        if (is_heading_ && !arguments.empty() && std::ranges::find(changing, name) != changing.end())
            return arguments.front();
        try {
            return call_function(name, arguments, budget_);
        } catch (const Error& error) {
            fail(command.at, source_of(command), error.message());
        }
    }

    /// The first operand that decides, or the last; those behind it are not evaluated.
    Value decide(const Command& command, const Value& dot, const std::optional<Value>& last, bool decisive)
    {
        if (command.operands.size() == 1 && !last)
            fail(command.at, source_of(command),
                 fmt::format("wrong number of args for {}: want at least 1 got 0", command.operands.front().text));
        Value value;
        for (std::size_t i = 1; i < command.operands.size(); ++i)
            if (value = evaluate(command.operands[i], dot); value.is_true() == decisive)
                return value;
        return last ? *last : value;
    }

    Value evaluate(const Operand& operand, const Value& dot)
    {
        budget_.spend(1);
        Value value;
        switch (operand.kind) {
        case Operand::Kind::nil:
            return Value::make_nil();
        case Operand::Kind::constant:
            return operand.value;
        case Operand::Kind::dot:
        case Operand::Kind::field:
            value = dot;
            break;
        case Operand::Kind::variable: {
            const auto found = std::ranges::find(variables_.rbegin(), variables_.rend(), operand.text,
                                                 &std::pair<std::string, Value>::first);
            value = found != variables_.rend() ? found->second : Value();
            break;
        }
        case Operand::Kind::pipeline:
            value = evaluate(*operand.pipeline, dot);
            break;
        case Operand::Kind::function:
            value =
                call({.at = operand.at, .operands = {{.kind = operand.kind, .at = operand.at, .text = operand.text}}},
                     dot, std::nullopt);
            break;
        }
        for (const std::string& field : operand.fields)
            value = member_of(operand, value, field);
        return value;
    }

    Value member_of(const Operand& operand, const Value& from, const std::string& field) const
    {
        if (from.kind() == Kind::map) {
            const Value* found = from.find(field);
            return found != nullptr ? *found : Value();
        }
        if (from.kind() == Kind::record)
            return field_of(operand, from, field);
        if (from.kind() == Kind::missing || from.kind() == Kind::nil)
            fail(operand.at, source_of(operand), "nil pointer evaluating interface {}." + field);
        fail(operand.at, source_of(operand),
             fmt::format("can't evaluate field {} in type {}", field, from.type_name()));
    }

    Value field_of(const Operand& operand, const Value& record, const std::string& field) const
    {
        if (const Value* found = find_field(record, field))
            return *found;
        if (record.is_row())
            fail(operand.at, source_of(operand),
                 fmt::format("can't evaluate field {} in type {}", field, record.type()));
        if (auto omitted = find_omitted(record.type(), field))
            return std::move(*omitted);
        fail(operand.at, source_of(operand), "map has no entry for key \"" + field + "\"");
    }

    std::string_view text_;
    std::vector<std::pair<std::string, Value>> variables_;
    bool is_heading_;
    Budget budget_;
    std::string out_;
};

} // namespace

std::string Template::render(const Value& data) const
{
    Execution execution(text_, data, false);
    execution.run(statements_, data);
    return execution.take_output();
}

std::string Template::render_headings(const Value& headings) const
{
    Execution execution(text_, headings, true);
    execution.run(statements_, headings);
    return execution.take_output();
}

} // namespace dfriends::applets::docker::go_template
