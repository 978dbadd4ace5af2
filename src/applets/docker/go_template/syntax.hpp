// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/docker/go_template/value.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::applets::docker::go_template {

struct Pipeline;

/// A word of a command.
struct Operand {
    enum class Kind { dot, nil, constant, field, variable, function, pipeline };
    Kind kind = Kind::dot;
    std::size_t at = 0;
    std::string text = {};                         ///< as it is written; a variable's and a function's name
    Value value = {};                              ///< of a constant
    std::vector<std::string> fields = {};          ///< of a field, and those that follow a variable or a pipeline
    std::shared_ptr<const Pipeline> pipeline = {}; ///< in parentheses
};

/// An operand, or a function and its arguments.
struct Command {
    std::size_t at = 0;
    std::vector<Operand> operands = {};
};

/// Each command's value is the last argument of the next; the last one's goes to the variables, if there are any.
struct Pipeline {
    std::size_t at = 0;
    std::vector<std::string> variables = {};
    bool is_assignment = false; ///< the variables are there already
    std::vector<Command> commands = {};
};

struct Statement {
    enum class Kind { text, action, if_, with, range, break_, continue_ };
    Kind kind = Kind::text;
    std::size_t at = 0;
    std::string text = {};
    Pipeline pipeline = {};
    std::vector<Statement> body = {};
    std::vector<Statement> otherwise = {};
};

/// As messages quote it.
std::string source_of(const Operand& operand);
std::string source_of(const Command& command);
std::string source_of(const Pipeline& pipeline);

/// Throws Error(invalid) in Go's words: "template: :1: unclosed action".
std::vector<Statement> parse(std::string_view text);

} // namespace dfriends::applets::docker::go_template
