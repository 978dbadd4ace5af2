// SPDX-License-Identifier: Apache-2.0
#include "paas/ssh_words.hpp"

#include "base/error.hpp"
#include "paas/app_name.hpp"

namespace dfriends::paas {

std::vector<std::string> split_ssh_words(std::string_view command)
{
    std::vector<std::string> found;
    bool open = false; // a word has begun, be it empty
    char quote = 0;
    std::string word;
    for (std::size_t index = 0; index < command.size(); ++index) {
        const char c = command[index];
        const bool is_last = index + 1 == command.size();
        if (quote == '\'' ? c == '\'' : quote == '"' && c == '"') {
            quote = 0;
        } else if (quote == 0 && (c == '\'' || c == '"')) {
            quote = c;
            open = true;
        } else if (c == '\\' && quote != '\'' && !is_last) {
            const char next = command[++index];
            if (quote == '"' && next != '"' && next != '\\' && next != '$' && next != '`')
                word += '\\';
            word += next;
            open = true;
        } else if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
            if (open)
                found.push_back(std::move(word));
            word.clear();
            open = false;
        } else {
            word += c;
            open = true;
        }
    }
    if (quote != 0)
        throw Error(ErrorKind::usage, "a quote is not closed in what was asked");
    if (open)
        found.push_back(std::move(word));
    return found;
}

std::string app_of_git_path(std::string_view path)
{
    if (path.starts_with("~/"))
        path.remove_prefix(2);
    while (path.starts_with('/'))
        path.remove_prefix(1);
    while (path.ends_with('/'))
        path.remove_suffix(1);
    if (path.ends_with(".git"))
        path.remove_suffix(4);
    return parse_app_name(path);
}

} // namespace dfriends::paas
