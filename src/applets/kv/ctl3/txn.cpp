// SPDX-License-Identifier: Apache-2.0
#include "applets/kv/ctl3/keys.hpp"
#include "applets/kv/ctl3/printer.hpp"
#include "applets/kv/ctl3/stdin.hpp"
#include "applets/kv/ctl3/verbs.hpp"
#include "base/text.hpp"
#include "cli/options.hpp"

#include <array>

namespace dfriends::applets::kv::ctl3 {

namespace v3 = etcd::v3;

namespace {

/// The lines of stdin up to the next empty one.
std::vector<std::string> read_block(StdinLines& lines)
{
    std::vector<std::string> block;
    for (;;) {
        const auto line = lines.next();
        if (!line)
            throw Failure(Exit::invalid_input, "EOF");
        if (trim(*line).empty())
            return block;
        block.emplace_back(trim(*line));
    }
}

/// What stands behind the parenthesis of a comparison: "key") op "value".
struct Comparison {
    std::string key;
    std::string op;
    std::string value;
};

std::string_view take_blanks(std::string_view text)
{
    const std::size_t at = text.find_first_not_of(" \t");
    return at == text.npos ? std::string_view() : text.substr(at);
}

std::optional<Comparison> read_comparison(std::string_view text)
{
    Comparison result;
    auto key = go_unquote(text);
    if (!key || !text.starts_with(')'))
        return std::nullopt;
    text = take_blanks(text.substr(1));
    const std::size_t end = text.find_first_of(" \t");
    if (end == text.npos)
        return std::nullopt;
    result.op = text.substr(0, end);
    text = take_blanks(text.substr(end));
    auto value = go_unquote(text);
    if (!value)
        return std::nullopt;
    result.key = std::move(*key);
    result.value = std::move(*value);
    return result;
}

v3::CompareResult result_of(const std::string& op, const std::string& line)
{
    constexpr std::array<std::pair<std::string_view, v3::CompareResult>, 4> results{{
        {"=", v3::CompareResult::equal},
        {"!=", v3::CompareResult::not_equal},
        {">", v3::CompareResult::greater},
        {"<", v3::CompareResult::less},
    }};
    for (const auto& [word, result] : results)
        if (word == op)
            return result;
    throw Failure(Exit::invalid_input, "malformed comparison: {} (unknown operator {})", line, op);
}

v3::Compare parse_compare(const std::string& line)
{
    const auto [target, rest] = split_once(line, '(');
    if (rest.data() == nullptr || line.find('(') == line.npos)
        throw Failure(Exit::invalid_input, "malformed comparison: {}", line);
    const auto parts = read_comparison(rest);
    if (!parts)
        throw Failure(Exit::invalid_input, "malformed comparison: {}", line);
    const auto number = [&](int base) {
        const auto value = base == 10 ? parse_signed(parts->value) : std::nullopt;
        if (base == 10 && !value)
            throw Failure(Exit::invalid_input, "invalid txn compare request: {}", line);
        return base == 10 ? *value : parse_lease(parts->value, "bad lease ID");
    };
    v3::Compare compare;
    compare.key = parts->key;
    compare.result = result_of(parts->op, line);
    if (target == "ver" || target == "version") {
        compare.target = v3::CompareTarget::version;
        compare.version = number(10);
    } else if (target == "c" || target == "create") {
        compare.target = v3::CompareTarget::create;
        compare.create_revision = number(10);
    } else if (target == "m" || target == "mod") {
        compare.target = v3::CompareTarget::mod;
        compare.mod_revision = number(10);
    } else if (target == "val" || target == "value") {
        compare.target = v3::CompareTarget::value;
        compare.value = parts->value;
    } else if (target == "lease") {
        compare.target = v3::CompareTarget::lease;
        compare.lease = number(16);
    } else {
        throw Failure(Exit::invalid_input, "malformed comparison: {} (unknown target {})", line, target);
    }
    return compare;
}

/// The options and arguments of a line's words after the first.
struct Line {
    config::Settings settings;
    std::vector<std::string> arguments;
};

Line read_line(std::span<const config::Setting> rows, std::vector<std::string> words)
{
    std::vector<cli::Option> options;
    for (const config::Setting& row : rows)
        options.push_back({std::string(row.name), row.letter, row.type != config::SettingType::flag, row.repeatable});
    words.erase(words.begin());
    cli::Parsed parsed = cli::parse_options(options, words, {.flag_values = true});
    config::Settings::Sources sources;
    sources.flags = &parsed.options;
    return {config::Settings(rows, sources), std::move(parsed.arguments)};
}

v3::RequestOp parse_operation(const std::string& line)
{
    const auto words = argify(line);
    if (!words || words->size() < 2)
        throw Failure(Exit::invalid_input, "invalid txn compare request: {}", line);
    v3::RequestOp op;
    try {
        if (words->front() == "put") {
            const Line read = read_line(put_settings(), *words);
            op.request_put = put_request(read.settings, read.arguments);
        } else if (words->front() == "get") {
            const Line read = read_line(get_settings(), *words);
            op.request_range = get_request(read.settings, read.arguments);
        } else if (words->front() == "del") {
            const Line read = read_line(del_settings(), *words);
            op.request_delete_range = del_request(read.settings, read.arguments);
        } else {
            throw Failure(Exit::invalid_input, "invalid txn request: {}", line);
        }
    } catch (const Failure&) {
        throw;
    } catch (const Error&) {
        throw Failure(Exit::invalid_input, "invalid txn request: {}", line);
    }
    return op;
}

} // namespace

int txn(Context& context)
{
    expect(context, 0, 0, "txn command does not accept argument");
    Printer printer(context);
    const auto prompt = [&context](std::string_view text) {
        if (context.settings.flag("interactive"))
            context.print("{}\n", text);
    };
    v3::Client client = make_client(context);
    prompt("compares:");
    StdinLines lines;
    v3::TxnRequest request;
    for (const std::string& line : read_block(lines))
        request.compare.push_back(parse_compare(line));
    prompt("success requests (get, put, del):");
    for (const std::string& line : read_block(lines))
        request.success.push_back(parse_operation(line));
    prompt("failure requests (get, put, del):");
    for (const std::string& line : read_block(lines))
        request.failure.push_back(parse_operation(line));
    printer.txn(ask(client.txn(std::move(request))));
    return 0;
}

} // namespace dfriends::applets::kv::ctl3
