// SPDX-License-Identifier: Apache-2.0
#include "cache/dockerfile_packages.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "debian/packages.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

namespace dfriends::cache {

namespace {

constexpr std::size_t most_packages_of_file = 10'000;

/// An instruction with its continuations joined and its here-documents behind it, one command a line.
struct Instruction {
    std::size_t line = 0;
    std::string keyword; ///< lower case
    std::string text;
};

class Lines {
  public:
    explicit Lines(std::string_view text) : lines_(lines(text)) {}
    std::optional<Instruction> next();

  private:
    void read_directives();
    /// Without the escape at its end; true where there was one.
    bool strip_escape(std::string_view& line) const;
    void read_here_documents(Instruction& instruction);

    std::vector<std::string_view> lines_;
    std::size_t at_ = 0;
    char escape_ = '\\';
    bool began_ = false;
};

/// "# escape=`" before all else.
void Lines::read_directives()
{
    began_ = true;
    for (std::size_t i = 0; i < lines_.size() && trim(lines_[i]).starts_with('#'); ++i) {
        const auto [name, value] = split_once(trim(lines_[i]).substr(1), '=');
        if (equal_ignoring_case(trim(name), "escape") && trim(value) == "`")
            escape_ = '`';
    }
}

bool Lines::strip_escape(std::string_view& line) const
{
    if (!line.ends_with(escape_))
        return false;
    line.remove_suffix(1);
    return true;
}

std::optional<Instruction> Lines::next()
{
    if (!began_)
        read_directives();
    Instruction instruction;
    bool open = false;
    for (; at_ < lines_.size(); ++at_) {
        auto line = trim(lines_[at_]);
        if (line.empty() || line.starts_with('#'))
            continue; // inside of continuations too
        if (!open)
            instruction.line = at_ + 1;
        open = strip_escape(line);
        instruction.text.append(line).append(open ? " " : "");
        if (!open) {
            ++at_;
            break;
        }
    }
    if (instruction.line == 0)
        return std::nullopt;
    const auto text = std::string(trim(instruction.text));
    const auto end = std::min(text.find_first_of(" \t"), text.size());
    instruction.keyword = to_lower(std::string_view(text).substr(0, end));
    instruction.text = trim(std::string_view(text).substr(end));
    read_here_documents(instruction);
    return instruction;
}

/// RUN <<EOF, up to the line EOF.
void Lines::read_here_documents(Instruction& instruction)
{
    if (instruction.keyword != "run" && instruction.keyword != "copy" && instruction.keyword != "add")
        return;
    const std::string head = instruction.text;
    for (auto at = head.find("<<"); at != std::string::npos; at = head.find("<<", at + 2)) {
        auto word = std::string_view(head).substr(at + 2);
        if (word.starts_with('<'))
            return; // a here-string has no document
        word = word.substr(word.starts_with('-') ? 1 : 0);
        word = word.substr(0, word.find_first_of(" \t;&|<>"));
        std::string end;
        std::ranges::copy_if(word, std::back_inserter(end), [](char c) { return c != '"' && c != '\''; });
        if (end.empty())
            continue;
        for (; at_ < lines_.size() && trim(lines_[at_]) != end; ++at_) {
            auto line = trim(lines_[at_]);
            const bool open = line.ends_with('\\');
            if (open)
                line.remove_suffix(1);
            instruction.text.append("\n").append(line);
            if (open && at_ + 1 < lines_.size() && trim(lines_[at_ + 1]) != end) {
                // The shell's continuation: the next line goes on with this one.
                instruction.text.append(" ").append(trim(lines_[++at_]));
            }
        }
        at_ += at_ < lines_.size() ? 1 : 0;
    }
}

struct Word {
    std::string text;
    bool unknown = false; ///< holds a variable or the output of a command
};
using Command = std::vector<Word>;

/// Cuts a text as the shell does, as far as it matters here: quotes, separators, redirections, expansions.
class ShellReader {
  public:
    explicit ShellReader(std::string_view text) : text_(text) {}
    std::vector<Command> read();

  private:
    bool has(std::size_t ahead = 0) const { return at_ + ahead < text_.size(); }
    void end_word();
    void end_command();
    void read_quoted(char quote);
    void skip_expansion();
    void skip_redirection();
    void step();

    std::string_view text_;
    std::size_t at_ = 0;
    std::optional<Word> word_;
    bool drop_next_ = false;
    Command command_;
    std::vector<Command> commands_;
};

void ShellReader::end_word()
{
    if (word_ && !drop_next_)
        command_.push_back(*std::move(word_));
    drop_next_ = drop_next_ && !word_;
    word_.reset();
}

void ShellReader::end_command()
{
    end_word();
    drop_next_ = false;
    if (!command_.empty())
        commands_.push_back(std::move(command_));
    command_.clear();
}

/// At '$' or '`': what it stands for is not known.
void ShellReader::skip_expansion()
{
    word_.emplace(word_.value_or(Word())).unknown = true;
    const char begin = text_[at_++];
    word_->text += begin;
    if (begin == '`') {
        at_ = std::min(text_.find('`', at_), text_.size() - 1) + 1;
        return;
    }
    if (!has() || (text_[at_] != '(' && text_[at_] != '{'))
        return;
    const char open = text_[at_];
    const char close = open == '(' ? ')' : '}';
    for (int depth = 0; has(); ++at_) {
        word_->text += text_[at_];
        depth += text_[at_] == open ? 1 : text_[at_] == close ? -1 : 0;
        if (depth == 0) {
            ++at_;
            return;
        }
    }
}

void ShellReader::read_quoted(char quote)
{
    if (!word_)
        word_.emplace();
    for (++at_; has() && text_[at_] != quote;) {
        if (quote == '"' && (text_[at_] == '$' || text_[at_] == '`')) {
            skip_expansion();
            continue;
        }
        if (quote == '"' && text_[at_] == '\\' && has(1))
            ++at_;
        word_->text += text_[at_++];
    }
    ++at_;
}

/// At '>' or '<': the word behind it is a file, the number before it a descriptor.
void ShellReader::skip_redirection()
{
    if (word_ && std::ranges::all_of(word_->text, [](char c) { return c >= '0' && c <= '9'; }))
        word_.reset();
    end_word();
    while (has() && (text_[at_] == '>' || text_[at_] == '<' || text_[at_] == '&' || text_[at_] == '-'))
        ++at_;
    drop_next_ = true;
}

void ShellReader::step()
{
    const char c = text_[at_];
    if (c == '\'' || c == '"')
        return read_quoted(c);
    if (c == '$' || c == '`')
        return skip_expansion();
    if (c == '>' || c == '<')
        return skip_redirection();
    ++at_;
    if (c == ' ' || c == '\t') {
        end_word();
    } else if (c == ';' || c == '&' || c == '|' || c == '\n' || c == '(' || c == ')') {
        end_command();
    } else if (c == '#' && !word_) {
        at_ = std::min(text_.find('\n', at_), text_.size());
    } else {
        if (!word_)
            word_.emplace();
        word_->text += c == '\\' && has() ? text_[at_++] : c;
    }
}

std::vector<Command> ShellReader::read()
{
    while (has())
        step();
    end_command();
    return std::move(commands_);
}

/// ["apt-get", "install", "x"] as a line for the shell.
std::string shell_form(std::string_view text)
{
    std::string line;
    bool quoted = false;
    for (const char c : text) {
        quoted = c == '"' ? !quoted : quoted;
        line += !quoted && (c == '[' || c == ']' || c == ',') ? ' ' : c;
    }
    return line;
}

bool is_one_of(std::string_view text, auto words)
{
    return std::ranges::find(words, text) != words.end();
}

/// Where the command proper begins: behind assignments, keywords of the shell, and programs that run another.
std::size_t program_in(const Command& command)
{
    constexpr std::array<std::string_view, 12> before = {"sudo", "env",  "exec", "time", "nice", "eatmydata",
                                                         "then", "else", "do",   "if",   "!",    "{"};
    std::size_t at = 0;
    while (at < command.size() &&
           (is_one_of(command[at].text, before) || command[at].text.find('=') != std::string::npos ||
            (at > 0 && command[at].text.starts_with('-'))))
        ++at;
    return at;
}

class DockerfileReader {
  public:
    explicit DockerfileReader(std::string_view text) : lines_(text) {}
    DockerfilePackages read();

  private:
    void from(const Instruction& instruction);
    void run(const Instruction& instruction);
    void command(const Command& command, std::size_t line);
    void package(const Word& word, std::size_t line, DockerfilePackages::Install& install);
    void note(std::size_t line, std::string_view word, std::string_view why);

    Lines lines_;
    std::string image_;
    std::map<std::string, std::string> stages_; ///< name → image
    std::size_t count_ = 0;
    DockerfilePackages found_;
};

void DockerfileReader::note(std::size_t line, std::string_view word, std::string_view why)
{
    found_.notes.push_back(fmt::format("line {}: '{}' {}", line, printable(word.substr(0, 200)), why));
}

/// FROM [--platform=P] IMAGE [AS NAME]
void DockerfileReader::from(const Instruction& instruction)
{
    auto parts = words(instruction.text);
    std::erase_if(parts, [](std::string_view part) { return part.starts_with("--"); });
    if (parts.empty())
        return;
    const auto stage = stages_.find(to_lower(parts[0]));
    image_ = stage == stages_.end() ? std::string(parts[0]) : stage->second;
    if (parts.size() >= 3 && equal_ignoring_case(parts[1], "as"))
        stages_[to_lower(parts[2])] = image_;
}

void DockerfileReader::run(const Instruction& instruction)
{
    std::string_view text = instruction.text;
    while (text.starts_with("--")) { // --mount=..., --network=...
        text.remove_prefix(std::min(text.find_first_of(" \t\n"), text.size()));
        text.remove_prefix(std::min(text.find_first_not_of(" \t\n"), text.size()));
    }
    for (const auto& one : ShellReader(text.starts_with('[') ? shell_form(text) : std::string(text)).read())
        command(one, instruction.line);
}

void DockerfileReader::command(const Command& command, std::size_t line)
{
    constexpr std::array<std::string_view, 7> with_value = {
        "-o", "-t", "-c", "--option", "--target-release", "--default-release", "--config-file"};
    auto at = program_in(command);
    if (at == command.size())
        return;
    const std::string_view program = command[at].text;
    if (const auto name = program.substr(program.rfind('/') + 1); name != "apt-get" && name != "apt")
        return;
    DockerfilePackages::Install install;
    install.image = image_;
    bool installs = false;
    bool only_words = false;
    for (++at; at < command.size(); ++at) {
        const Word& word = command[at];
        if (!only_words && word.text.starts_with('-')) {
            only_words = word.text == "--";
            install.recommends = install.recommends && word.text != "--no-install-recommends" &&
                                 word.text.find("Install-Recommends=") == std::string::npos;
            if (is_one_of(word.text, with_value) && at + 1 < command.size())
                install.recommends =
                    command[++at].text.find("Install-Recommends=") == std::string::npos && install.recommends;
        } else if (installs) {
            package(word, line, install);
        } else if (word.unknown) {
            continue; // $APT_OPTIONS
        } else if (word.text == "install") {
            installs = true;
        } else {
            return;
        }
    }
    if (!install.packages.empty())
        found_.installs.push_back(std::move(install));
}

void DockerfileReader::package(const Word& word, std::size_t line, DockerfilePackages::Install& install)
{
    if (word.unknown)
        return note(line, word.text, "is a variable, whose value is not known here");
    if (word.text.find('/') == 0 || word.text.starts_with("./") || word.text.ends_with(".deb"))
        return note(line, word.text, "is a file of the build");
    const auto name = word.text.substr(0, word.text.find_first_of("=/:"));
    if (name.ends_with('-'))
        return; // apt's way to say that it is to go
    if (!debian::is_package_name(name))
        return note(line, word.text, "is no name of a package");
    if (word.text.find('=') != std::string::npos)
        note(line, word.text, "asks for one version; the newest is taken");
    if (++count_ > most_packages_of_file)
        throw Error(ErrorKind::invalid, "the Dockerfile installs more than {} packages", most_packages_of_file);
    install.packages.push_back(name);
}

DockerfilePackages DockerfileReader::read()
{
    while (const auto instruction = lines_.next()) {
        if (instruction->keyword == "from")
            from(*instruction);
        else if (instruction->keyword == "run")
            run(*instruction);
    }
    return std::move(found_);
}

} // namespace

DockerfilePackages read_dockerfile(std::string_view text)
{
    if (text.size() > dockerfile_limit)
        throw Error(ErrorKind::invalid, "a Dockerfile of {} bytes is too large", text.size())
            .hint("it may have up to 1 MiB");
    return DockerfileReader(text).read();
}

} // namespace dfriends::cache
