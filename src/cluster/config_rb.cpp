// SPDX-License-Identifier: Apache-2.0
#include "cluster/config_rb.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <variant>

namespace dfriends::cluster {

namespace {

constexpr std::size_t largest_config_rb = 1U << 20U;
constexpr int deepest = 32; ///< of hashes and arrays inside each other
constexpr std::int64_t most_instances = 64;

/// Settings of virtual machines, which we have none of.
constexpr std::array<std::string_view, 15> meaningless{"update_channel",
                                                       "image_version",
                                                       "enable_serial_logging",
                                                       "vb_gui",
                                                       "vb_memory",
                                                       "vb_cpus",
                                                       "vm_gui",
                                                       "vm_memory",
                                                       "vm_cpus",
                                                       "vb_cpuexecutioncap",
                                                       "share_home",
                                                       "shared_folders",
                                                       "image_version_url",
                                                       "vm_use_nat_dns",
                                                       "linux_shared_folders"};

struct Value;
using Pairs = std::vector<std::pair<Value, Value>>;
using Items = std::vector<Value>;

/// A literal of Ruby: nil, true or false, a number, a text, a hash or an array.
struct Value {
    std::variant<std::monostate, bool, std::int64_t, std::string, Pairs, Items> content;
};

bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Reads one file line by line; a hash may go over several.
class ConfigRbReader {
  public:
    ConfigRbReader(std::string_view text, const std::string& file, const VariableLookup& environment)
        : text_(text), file_(file), environment_(environment)
    {
    }

    ConfigRb run()
    {
        for (skip_blank_lines(); at_ < text_.size(); skip_blank_lines())
            read_statement();
        return std::move(result_);
    }

  private:
    SourcePosition position(std::size_t at) const
    {
        const std::size_t end = std::min(at, text_.size());
        const std::size_t begin = end == 0 ? 0 : text_.rfind('\n', end - 1) + 1; // npos + 1 is 0
        const auto line = static_cast<unsigned>(
            std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(begin), '\n') + 1);
        const std::string_view whole = text_.substr(begin, text_.find('\n', begin) - begin);
        return {file_, line, static_cast<unsigned>(end - begin + 1), std::string(whole)};
    }
    Error error(std::size_t at, const std::string& sentence) const
    {
        return {ErrorKind::invalid, position(at), "{}", sentence};
    }

    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    bool sees(std::string_view word) const { return text_.substr(at_).starts_with(word); }
    void skip_blanks()
    {
        while (peek() == ' ' || peek() == '\t' || peek() == '\r')
            ++at_;
    }
    void skip_line() { at_ = std::min(text_.find('\n', at_), text_.size()); }
    /// Also over line ends and comments: between statements, and inside brackets.
    void skip_blank_lines()
    {
        for (;;) {
            skip_blanks();
            if (peek() == '#')
                skip_line();
            else if (peek() == '\n' || peek() == ';')
                ++at_;
            else
                return;
        }
    }
    std::string take_name()
    {
        const std::size_t begin = at_;
        while (is_name(peek()))
            ++at_;
        return std::string(text_.substr(begin, at_ - begin));
    }

    void warn(std::size_t at, const std::string& sentence) { result_.warnings.push_back({position(at), sentence}); }

    void read_statement()
    {
        const std::size_t begin = at_;
        if (peek() == '$') {
            ++at_;
            const std::string name = take_name();
            skip_blanks();
            if (peek() == '=' && !sees("==") && !sees("=~")) {
                ++at_;
                assign(name, read_expression(0), begin);
                end_statement();
                return;
            }
        }
        const std::string word = peek() == '$' ? std::string() : take_name();
        if (word == "if" || word == "unless")
            skip_block(begin);
        else if (word != "require" && word != "require_relative")
            warn(begin,
                 "this line is not understood, and left out: only assignments such as $num_instances=3 are read");
        skip_line();
    }

    void end_statement()
    {
        skip_blanks();
        if (peek() == '#' || peek() == '\n' || peek() == ';' || at_ >= text_.size())
            return;
        throw error(at_, "the line goes on after the value, with what is not a literal of Ruby");
    }

    /// To the "end" of its own; the sample's, which makes a discovery token, is expected.
    void skip_block(std::size_t begin)
    {
        const bool is_sample =
            text_.substr(begin, text_.find('\n', begin) - begin).find("user-data") != std::string_view::npos;
        if (!is_sample)
            warn(begin, "this block is left out: Ruby is not run here");
        int open = 1;
        for (skip_line(); open > 0 && at_ < text_.size(); skip_line()) {
            ++at_;
            skip_blanks();
            const std::string word = take_name();
            if (word == "if" || word == "unless" || word == "case" || word == "while" || word == "def" ||
                word == "begin")
                ++open;
            const std::string_view rest = trim(text_.substr(at_, text_.find('\n', at_) - at_));
            if (rest.ends_with(" do") || (rest.ends_with("|") && rest.find(" do |") != std::string_view::npos))
                ++open;
            if (word == "end")
                --open;
        }
        if (open > 0)
            throw error(begin, "this block has no 'end'");
        at_ = std::min(at_, text_.size());
    }

    Value read_expression(int depth)
    {
        Value value = read_value(depth);
        skip_blanks();
        while (sees("||")) { // ENV['X'] || 3
            at_ += 2;
            Value other = read_value(depth);
            if (std::holds_alternative<std::monostate>(value.content))
                value = std::move(other);
            skip_blanks();
        }
        return value;
    }

    Value read_value(int depth)
    {
        if (depth > deepest)
            throw error(at_, "hashes and arrays are too deep inside each other");
        skip_blanks();
        const std::size_t begin = at_;
        const char c = peek();
        if (c == '"' || c == '\'')
            return {read_text(c)};
        if (c == '{')
            return {read_hash(depth)};
        if (c == '[')
            return {read_array(depth)};
        if (c == '-' || (c >= '0' && c <= '9'))
            return {read_number()};
        if (c == ':') { // a symbol is a text to us
            ++at_;
            return {take_name()};
        }
        if (c == '$') {
            ++at_;
            return variable(take_name(), begin);
        }
        const std::string word = take_name();
        if (word == "true" || word == "false")
            return {word == "true"};
        if (word == "nil")
            return {};
        if (word == "ENV")
            return read_environment();
        throw error(begin, word.empty() ? "a value is missing" : "'" + word + "' is no literal; Ruby is not run here");
    }

    Value variable(const std::string& name, std::size_t at)
    {
        const auto found = variables_.find(name);
        if (found == variables_.end())
            throw error(at, "'$" + name + "' has no value yet");
        return found->second;
    }

    /// ENV['NAME'], with a conversion behind it or not.
    Value read_environment()
    {
        const std::size_t begin = at_;
        if (peek() != '[')
            throw error(begin, "write ENV['NAME']");
        ++at_;
        const Value name = read_value(0);
        skip_blanks();
        if (peek() != ']' || !std::holds_alternative<std::string>(name.content))
            throw error(begin, "write ENV['NAME']");
        ++at_;
        const char* found = environment_ ? environment_(std::get<std::string>(name.content).c_str())
                                         : std::getenv(std::get<std::string>(name.content).c_str());
        const bool is_number = sees(".to_i");
        if (is_number)
            at_ += 5;
        if (found == nullptr)
            return is_number ? Value{std::int64_t{0}} : Value{};
        if (is_number)
            return {parse_signed(found).value_or(0)};
        return {std::string(found)};
    }

    std::int64_t read_number()
    {
        const std::size_t begin = at_;
        std::string digits;
        if (peek() == '-')
            digits += text_[at_++];
        for (; (peek() >= '0' && peek() <= '9') || peek() == '_'; ++at_)
            if (peek() != '_')
                digits += peek();
        const auto number = parse_signed(digits);
        if (!number || is_name(peek()))
            throw error(begin, "this is no whole number");
        return *number;
    }

    std::string read_text(char quote)
    {
        const std::size_t begin = at_++;
        std::string value;
        for (; peek() != quote; ++at_) {
            if (at_ >= text_.size())
                throw error(begin, "this text is not closed");
            if (peek() == '\\' && at_ + 1 < text_.size()) {
                ++at_;
                if (quote == '"' && (peek() == 'n' || peek() == 't'))
                    value += peek() == 'n' ? '\n' : '\t';
                else
                    (value += quote == '\'' && peek() != '\'' && peek() != '\\' ? "\\" : "") += peek();
            } else if (quote == '"' && sees("#{")) {
                value += read_inserted();
            } else {
                value += peek();
            }
        }
        ++at_;
        return value;
    }

    /// "#{$name}" in a text; stands on its closing brace afterwards.
    std::string read_inserted()
    {
        const std::size_t begin = at_;
        at_ += 2;
        skip_blanks();
        if (peek() != '$')
            throw error(begin, "only a variable can be put into a text, as in \"#{$num_instances}\"");
        ++at_;
        const Value value = variable(take_name(), begin);
        skip_blanks();
        if (peek() != '}')
            throw error(begin, "only a variable can be put into a text, as in \"#{$num_instances}\"");
        if (const auto* number = std::get_if<std::int64_t>(&value.content))
            return std::to_string(*number);
        if (const auto* text = std::get_if<std::string>(&value.content))
            return *text;
        throw error(begin, "only numbers and texts can be put into a text");
    }

    Pairs read_hash(int depth)
    {
        const std::size_t begin = at_++;
        Pairs pairs;
        for (skip_blank_lines(); peek() != '}'; skip_blank_lines()) {
            if (at_ >= text_.size())
                throw error(begin, "this hash is not closed");
            Value key = read_value(depth + 1);
            skip_blank_lines();
            if (sees("=>"))
                at_ += 2;
            else if (peek() == ':')
                ++at_;
            else
                throw error(at_, "a hash has pairs: KEY => VALUE");
            skip_blank_lines();
            pairs.emplace_back(std::move(key), read_value(depth + 1));
            skip_blank_lines();
            if (peek() == ',')
                ++at_;
            else if (peek() != '}')
                throw at_ >= text_.size() ? error(begin, "this hash is not closed")
                                          : error(at_, "a comma or a closing brace is missing");
        }
        ++at_;
        return pairs;
    }

    Items read_array(int depth)
    {
        const std::size_t begin = at_++;
        Items items;
        for (skip_blank_lines(); peek() != ']'; skip_blank_lines()) {
            if (at_ >= text_.size())
                throw error(begin, "this array is not closed");
            items.push_back(read_value(depth + 1));
            skip_blank_lines();
            if (peek() == ',')
                ++at_;
            else if (peek() != ']')
                throw at_ >= text_.size() ? error(begin, "this array is not closed")
                                          : error(at_, "a comma or a closing bracket is missing");
        }
        ++at_;
        return items;
    }

    /// A number, also one that the environment gave as text.
    std::int64_t number_of(const Value& value, const std::string& name, std::size_t at) const
    {
        if (const auto* number = std::get_if<std::int64_t>(&value.content))
            return *number;
        if (const auto* text = std::get_if<std::string>(&value.content))
            if (const auto number = parse_signed(*text))
                return *number;
        throw error(at, "$" + name + " wants a whole number");
    }

    std::string text_of(const Value& value, const std::string& name, std::size_t at) const
    {
        if (const auto* text = std::get_if<std::string>(&value.content))
            return *text;
        throw error(at, "$" + name + " wants a text");
    }

    std::int64_t port_of(const Value& value, const std::string& name, std::size_t at) const
    {
        const std::int64_t port = number_of(value, name, at);
        if (port < 1 || port > 65535)
            throw error(at, fmt::format("$"
                                        "{} wants ports, and {} is none",
                                        name, port));
        return port;
    }

    void assign(const std::string& name, Value value, std::size_t at)
    {
        if (name == "num_instances")
            take_instances(number_of(value, name, at), at);
        else if (name == "instance_name_prefix")
            take_prefix(text_of(value, name, at), at);
        else if (name == "expose_docker_tcp" && !std::holds_alternative<std::monostate>(value.content))
            result_.docker_tcp = port_of(value, name, at);
        else if (name == "forwarded_ports")
            take_ports(value, at);
        else if (name == "new_discovery_url")
            result_.discovery_url = text_of(value, name, at);
        else if (std::ranges::find(meaningless, name) != meaningless.end())
            warn(at, "$" + name + " means nothing here: a machine is a namespace of this host, not a virtual one");
        variables_.insert_or_assign(name, std::move(value));
    }

    void take_instances(std::int64_t count, std::size_t at)
    {
        if (count < 1 || count > most_instances)
            throw error(at, fmt::format("$num_instances is {}, and 1 to {} are possible", count, most_instances));
        result_.instances = count;
    }

    void take_prefix(const std::string& prefix, std::size_t at)
    {
        const auto is_of_host_name = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
        };
        if (prefix.empty() || prefix.size() > 32 || prefix.front() == '-' ||
            !std::ranges::all_of(prefix, is_of_host_name))
            throw error(at, "$instance_name_prefix begins a host name: small letters, digits and '-', at most 32");
        result_.prefix = prefix;
    }

    void take_ports(const Value& value, std::size_t at)
    {
        const auto* pairs = std::get_if<Pairs>(&value.content);
        if (pairs == nullptr)
            throw error(at, "$forwarded_ports wants a hash: { 80 => 8080 }");
        for (const auto& [from, to] : *pairs)
            result_.forwarded_ports.insert_or_assign(port_of(from, "forwarded_ports", at),
                                                     port_of(to, "forwarded_ports", at));
    }

    std::string_view text_;
    const std::string& file_;
    const VariableLookup& environment_;
    std::size_t at_ = 0;
    std::map<std::string, Value, std::less<>> variables_;
    ConfigRb result_;
};

} // namespace

ConfigRb parse_config_rb(std::string_view text, const std::string& file, const VariableLookup& environment)
{
    if (text.size() > largest_config_rb)
        throw Error(ErrorKind::invalid, "'{}' is larger than a config.rb can be", file);
    return ConfigRbReader(text, file, environment).run();
}

} // namespace dfriends::cluster
