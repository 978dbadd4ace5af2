// SPDX-License-Identifier: Apache-2.0
#include "applets/house/demo/processes.hpp"
#include "applets/house/demo/walk.hpp"
#include "assets/assets.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "http/client.hpp"
#include "net/loop.hpp"
#include "os/process.hpp"

#include <algorithm>
#include <csignal>

namespace dfriends::applets::house::demo {

namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

/// As a shell would want it.
std::string quote_word(const std::string& word)
{
    const auto is_plain = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
               std::string_view("-_./:=@%+,*").find(c) != std::string_view::npos;
    };
    if (!word.empty() && std::ranges::all_of(word, is_plain))
        return word;
    return "'" + replace_all(word, "'", "'\\''") + "'";
}

std::string quote(const std::vector<std::string>& words)
{
    std::vector<std::string> quoted;
    for (const std::string& word : words)
        quoted.push_back(quote_word(word));
    return join(quoted, " ");
}

/// The end of what a command said.
std::string last_lines(std::string_view text, std::size_t count)
{
    const auto all = lines(trim(text));
    std::vector<std::string> last;
    for (std::size_t index = all.size() - std::min(all.size(), count); index < all.size(); ++index)
        last.push_back(printable(all[index]));
    return join(last, "; ");
}

net::Task<std::string> ask(std::string url, std::string host)
{
    http::Client client;
    http::Call call{.url = http::parse_url(url)};
    if (!host.empty())
        call.headers.set("Host", host);
    call.connect_timeout = call.head_timeout = call.idle_timeout = 5s;
    http::Reply reply = co_await client.send(std::move(call));
    std::string body = co_await reply.read_all(1U << 20U);
    if (reply.status() >= 400)
        throw Error(ErrorKind::unavailable, "'{}' answers {}", url, reply.status());
    co_return body;
}

} // namespace

void Scene::show_command(const std::string& typed)
{
    commands.push_back(typed);
    say(context_.out_colour.dim("$ " + typed) + "\n");
}

os::Outcome Scene::run_command(std::vector<std::string> words, const std::string& input, bool is_shown)
{
    os::Command command{.words = std::move(words), .directory = ledger().work(), .input = input};
    if (is_shown)
        command.on_output = [this](std::string_view piece) { say(piece); };
    const os::Outcome outcome = os::run(command);
    if (outcome.ok())
        return outcome;
    const std::string said = outcome.error.empty() ? outcome.output : outcome.error;
    if (!is_shown)
        say(said);
    throw Error(ErrorKind::failed, "'{}' failed: exit status {}: {}", quote(command.words), outcome.status,
                last_lines(said, 1))
        .hint("what was made so far stays to be looked at; 'dfriends down --demo' takes it away");
}

std::string Scene::show(std::vector<std::string> words, const std::string& input, const std::string& typed)
{
    show_command(typed.empty() ? quote(words) : typed);
    return run_command(std::move(words), input, true).output;
}

std::string Scene::show_quietly(std::vector<std::string> words, const std::string& typed)
{
    show_command(typed.empty() ? quote(words) : typed);
    return run_command(std::move(words), {}, false).output;
}

std::string Scene::run(std::vector<std::string> words, bool with_errors)
{
    const os::Outcome outcome = run_command(std::move(words), {}, false);
    return with_errors ? outcome.output + outcome.error : outcome.output;
}

void Scene::write_file(const std::string& name, std::string_view text, bool is_shown)
{
    const os::Path path = ledger().work() / name;
    os::make_directories(path.parent_path());
    os::write_file(path, text);
    if (!is_shown)
        return;
    show_command("cat " + quote_word(name));
    say(text);
}

void Scene::write_asset(const std::string& name, const std::string& asset, bool is_shown)
{
    const auto bytes = assets::find(asset);
    if (!bytes)
        throw Error(ErrorKind::internal, "this build does not carry '{}'", asset);
    write_file(name, *bytes, is_shown);
}

void Scene::serve(const std::string& name, std::vector<std::string> words)
{
    const os::Path log = ledger().logs() / (name + ".log");
    show_command(quote(words) + " &");
    std::vector<std::string> command{"dfriends", "__detached", log.string()};
    command.insert(command.end(), words.begin(), words.end());
    const auto process = static_cast<pid_t>(parse_unsigned(trim(run(command))).value_or(0));
    const std::string birth = birth_of(process);
    ledger().note(Ledger::Kind::process, std::to_string(process), birth);
    for (const auto end = steady_clock::now() + 20s; steady_clock::now() < end;) {
        const std::string text = os::find_file(log).value_or("");
        if (text.find("listening on ") != text.npos)
            return;
        if (birth.empty() || birth_of(process) != birth)
            break;
        net::run(net::sleep(30ms));
    }
    throw Error(ErrorKind::failed, "'{}' does not listen: {}", quote(words),
                last_lines(os::find_file(log).value_or(""), 2))
        .hint(fmt::format("its log is '{}'; 'dfriends down --demo' takes away what was made", log.string()));
}

std::string Scene::fetch(const std::string& url, std::chrono::seconds patience, const std::string& host)
{
    for (const auto end = steady_clock::now() + patience;;) {
        try {
            return net::run(ask(url, host));
        } catch (const Error& error) {
            if (steady_clock::now() > end)
                throw Error(ErrorKind::unavailable, "nothing answers at '{}'{}: {}", url,
                            host.empty() ? "" : fmt::format(" for the host '{}'", host), error.message())
                    .hint("what was made so far stays to be looked at; 'dfriends down --demo' takes it away");
        }
        net::run(net::sleep(100ms));
    }
}

void Scene::show_fetch(const std::string& url, const std::string& host)
{
    show_command("curl " + (host.empty() ? "" : "-H 'Host: " + host + "' ") + url);
    const std::string body = fetch(url, 20s, host);
    say(body.ends_with('\n') ? body : body + "\n");
}

void Scene::note_address(std::string_view title, std::string_view url)
{
    ledger().note(Ledger::Kind::address, url, title);
}

} // namespace dfriends::applets::house::demo
