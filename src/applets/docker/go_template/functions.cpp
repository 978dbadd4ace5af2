// SPDX-License-Identifier: Apache-2.0
#include "applets/docker/go_template/functions.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace dfriends::applets::docker::go_template {

namespace {

using Arguments = std::vector<Value>;
using Kind = Value::Kind;

[[noreturn]] void fail(std::string_view message)
{
    throw Error(ErrorKind::invalid, "{}", message);
}

[[noreturn]] void fail_call(std::string_view name, std::string_view message)
{
    throw Error(ErrorKind::invalid, "error calling {}: {}", name, message);
}

[[noreturn]] void fail_type(std::string_view expected, const Value& value)
{
    throw Error(ErrorKind::invalid, "wrong type for value; expected {}; got {}", expected, value.type_name());
}

const std::string& text_of(const Value& value)
{
    if (value.kind() != Kind::text)
        fail_type("string", value);
    return value.text();
}

std::int64_t integer_of(const Value& value)
{
    if (value.kind() != Kind::integer)
        fail_type("int", value);
    return value.integer();
}

void expect_count(std::string_view name, const Arguments& arguments, std::size_t least, std::size_t most)
{
    if (arguments.size() < least || arguments.size() > most)
        throw Error(ErrorKind::invalid, "wrong number of args for {}: want {}{} got {}", name,
                    least == most ? "" : "at least ", least, arguments.size());
}

// --- Comparisons ---

bool is_equal(std::string_view name, const Value& a, const Value& b)
{
    const auto is_none = [](const Value& value) { return value.kind() == Kind::nil || value.kind() == Kind::missing; };
    if (is_none(a) || is_none(b))
        return (is_none(a) || a.is_nil()) && (is_none(b) || b.is_nil());
    for (const Value* value : {&a, &b})
        if (value->kind() == Kind::list || value->kind() == Kind::map || value->kind() == Kind::lookup)
            throw Error(ErrorKind::invalid, "error calling {}: non-comparable type {}", name, value->type_name());
    if (a.kind() != b.kind() || a.kind() == Kind::record)
        fail_call(name, "incompatible types for comparison");
    if (a.kind() == Kind::boolean)
        return a.boolean() == b.boolean();
    if (a.kind() == Kind::text)
        return a.text() == b.text();
    return a.kind() == Kind::integer ? a.integer() == b.integer() : a.number() == b.number();
}

bool is_less(std::string_view name, const Value& a, const Value& b)
{
    for (const Value* value : {&a, &b})
        if (!value->is_numeric() && value->kind() != Kind::text)
            fail_call(name, "invalid type for comparison");
    if (a.kind() != b.kind())
        fail_call(name, "incompatible types for comparison");
    if (a.kind() == Kind::text)
        return a.text() < b.text();
    return a.kind() == Kind::integer ? a.integer() < b.integer() : a.number() < b.number();
}

bool compare(std::string_view name, const Arguments& arguments)
{
    if (name == "eq") {
        if (arguments.size() < 2)
            fail_call(name, "missing argument for comparison");
        return std::any_of(arguments.begin() + 1, arguments.end(),
                           [&](const Value& other) { return is_equal(name, arguments.front(), other); });
    }
    expect_count(name, arguments, 2, 2);
    const Value& a = arguments[0];
    const Value& b = arguments[1];
    if (name == "ne")
        return !is_equal(name, a, b);
    if (name == "lt")
        return is_less(name, a, b);
    if (name == "gt")
        return is_less(name, b, a);
    return name == "le" ? !is_less(name, b, a) : !is_less(name, a, b);
}

// --- Parts of values ---

Value index_member(const Value& item, const Value& at)
{
    if (at.kind() != Kind::text)
        throw Error(ErrorKind::invalid, "error calling index: value has type {}; should be string", at.type_name());
    if (const Value* found = item.find(at.text()))
        return *found;
    return item.kind() == Kind::map ? item.zero() : Value();
}

Value index_element(const Value& item, const Value& at)
{
    const bool is_list = item.kind() == Kind::list;
    if (at.kind() != Kind::integer)
        throw Error(ErrorKind::invalid, "error calling index: cannot index slice/array with type {}", at.type_name());
    const std::size_t size = is_list ? item.elements().size() : item.text().size();
    if (at.integer() < 0 || static_cast<std::size_t>(at.integer()) >= size)
        throw Error(ErrorKind::invalid, "error calling index: index out of range: {}", at.integer());
    const auto number = static_cast<std::size_t>(at.integer());
    return is_list ? item.elements()[number] : Value::make_integer(static_cast<unsigned char>(item.text()[number]));
}

Value index_once(const Value& item, const Value& at)
{
    const Kind kind = item.kind();
    if (kind == Kind::missing || kind == Kind::nil)
        fail_call("index", "index of nil pointer");
    if (kind == Kind::map || (kind == Kind::record && !item.is_row()))
        return index_member(item, at);
    if (kind == Kind::list || kind == Kind::text)
        return index_element(item, at);
    throw Error(ErrorKind::invalid, "error calling index: can't index item of type {}", item.type_name());
}

Value index_value(const Arguments& arguments)
{
    expect_count("index", arguments, 1, arguments.size());
    Value item = arguments.front();
    for (std::size_t i = 1; i < arguments.size(); ++i)
        item = index_once(item, arguments[i]);
    return item;
}

Value slice_value(const Arguments& arguments)
{
    expect_count("slice", arguments, 1, arguments.size());
    const Value& item = arguments.front();
    if (item.kind() != Kind::text && item.kind() != Kind::list)
        throw Error(ErrorKind::invalid, "error calling slice: can't slice item of type {}", item.type_name());
    if (arguments.size() > (item.kind() == Kind::text ? 3U : 4U))
        fail_call("slice", item.kind() == Kind::text ? "cannot 3-index slice a string" : "too many slice indexes");
    const std::size_t size = item.kind() == Kind::text ? item.text().size() : item.elements().size();
    std::array<std::size_t, 3> bounds{0, size, size};
    for (std::size_t i = 1; i < arguments.size(); ++i) {
        const std::int64_t bound = integer_of(arguments[i]);
        if (bound < 0 || static_cast<std::size_t>(bound) > size)
            throw Error(ErrorKind::invalid, "error calling slice: index out of range: {}", bound);
        bounds[i - 1] = static_cast<std::size_t>(bound);
    }
    if (bounds[0] > bounds[1] || bounds[1] > bounds[2])
        throw Error(ErrorKind::invalid, "error calling slice: invalid slice index: {} > {}",
                    bounds[0] > bounds[1] ? bounds[0] : bounds[1], bounds[0] > bounds[1] ? bounds[1] : bounds[2]);
    if (item.kind() == Kind::text)
        return Value::make_text(item.text().substr(bounds[0], bounds[1] - bounds[0]));
    const auto begin = item.elements().begin();
    return Value::make_list(
        {begin + static_cast<std::ptrdiff_t>(bounds[0]), begin + static_cast<std::ptrdiff_t>(bounds[1])});
}

Value length_of(const Arguments& arguments)
{
    expect_count("len", arguments, 1, 1);
    const Value& item = arguments.front();
    const Kind kind = item.kind();
    if (kind == Kind::missing || kind == Kind::nil)
        fail_call("len", "len of nil pointer");
    if (kind != Kind::text && kind != Kind::list && kind != Kind::map)
        throw Error(ErrorKind::invalid, "error calling len: len of type {}", item.type_name());
    const std::size_t size = kind == Kind::text   ? item.text().size()
                             : kind == Kind::list ? item.elements().size()
                                                  : item.members().size();
    return Value::make_integer(static_cast<std::int64_t>(size));
}

// --- Texts ---

/// Go's Sprint puts blanks only between operands of which neither is a text, Sprintln between all.
std::string print_all(const Arguments& arguments, bool is_line)
{
    std::string text;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const bool is_apart =
            i > 0 && (is_line || (arguments[i - 1].kind() != Kind::text && arguments[i].kind() != Kind::text));
        append_bounded(text, (is_apart ? " " : "") + to_text(arguments[i]));
    }
    return is_line ? text + "\n" : text;
}

std::string to_upper(std::string text)
{
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return text;
}

std::string to_title(std::string text)
{
    bool begins = true;
    for (char& c : text) {
        if (begins && c >= 'a' && c <= 'z')
            c = static_cast<char>(c - 32);
        begins = c == ' ' || c == '\t' || c == '\n' ||
                 (static_cast<unsigned char>(c) < 0x80 && std::ispunct(c) != 0 && c != '_' && c != '\'');
    }
    return text;
}

std::string join_texts(const Arguments& arguments)
{
    expect_count("join", arguments, 2, 2);
    if (arguments[0].kind() != Kind::list)
        fail_type("[]string", arguments[0]);
    const std::string& separator = text_of(arguments[1]);
    std::string text;
    bool is_first = true;
    for (const Value& element : arguments[0].elements()) {
        if (element.kind() != Kind::text)
            fail_type("[]string", arguments[0]);
        if (!is_first)
            append_bounded(text, separator);
        append_bounded(text, element.text());
        is_first = false;
    }
    return text;
}

Value split_text(const Arguments& arguments, Budget& budget)
{
    expect_count("split", arguments, 2, 2);
    const std::string& text = text_of(arguments[0]);
    const std::string& separator = text_of(arguments[1]);
    Elements parts;
    std::size_t from = 0;
    while (from <= text.size()) {
        std::size_t to = separator.empty() ? std::min(from + 1, text.size()) : text.find(separator, from);
        if (separator.empty())
            while (to < text.size() && continues_character(text[to]))
                ++to; // characters stay whole
        if (to == std::string::npos)
            to = text.size();
        if (separator.empty() && to == from)
            break;
        budget.spend(16); // a part takes more memory than its bytes
        parts.push_back(Value::make_text(text.substr(from, to - from)));
        if (!separator.empty() && to == text.size() && (from = to) == text.size())
            break;
        from = to + separator.size();
    }
    return Value::make_list(std::move(parts));
}

std::string pad_text(const Arguments& arguments)
{
    expect_count("pad", arguments, 3, 3);
    const std::string& text = text_of(arguments[0]);
    constexpr std::int64_t widest = 1 << 20;
    const std::int64_t before = integer_of(arguments[1]);
    const std::int64_t after = integer_of(arguments[2]);
    if (before < 0 || after < 0 || before > widest || after > widest)
        fail_call("pad", "the width is out of range");
    if (text.empty())
        return text;
    return std::string(static_cast<std::size_t>(before), ' ') + text +
           std::string(static_cast<std::size_t>(after), ' ');
}

std::string truncate_text(const Arguments& arguments)
{
    expect_count("truncate", arguments, 2, 2);
    const std::int64_t length = integer_of(arguments[1]);
    if (length < 0)
        fail_call("truncate", "the length is below 0");
    return text_of(arguments[0]).substr(0, static_cast<std::size_t>(length));
}

std::string escape_html(const std::string& text)
{
    std::string out;
    for (const char c : text)
        out += c == '<'    ? "&lt;"
               : c == '>'  ? "&gt;"
               : c == '&'  ? "&amp;"
               : c == '"'  ? "&#34;"
               : c == '\'' ? "&#39;"
                           : std::string(1, c);
    return out;
}

std::string query_escaped(const std::string& text)
{
    return replace_all(encode_percent(text), "%20", "+");
}

std::string printf_of(const Arguments& arguments, Budget& budget)
{
    expect_count("printf", arguments, 1, arguments.size());
    return render_printf(text_of(arguments.front()), {arguments.begin() + 1, arguments.end()}, budget);
}

/// The functions whose result is a text.
std::string text_function(std::string_view name, const Arguments& arguments, Budget& budget)
{
    if (name == "print" || name == "println")
        return print_all(arguments, name == "println");
    if (name == "printf")
        return printf_of(arguments, budget);
    if (name == "join")
        return join_texts(arguments);
    if (name == "pad")
        return pad_text(arguments);
    if (name == "truncate")
        return truncate_text(arguments);
    if (name == "html")
        return escape_html(print_all(arguments, false));
    if (name == "urlquery")
        return query_escaped(print_all(arguments, false));
    expect_count(name, arguments, 1, 1);
    if (name == "json")
        return to_json(arguments.front());
    const std::string& text = text_of(arguments.front());
    return name == "lower" ? to_lower(text) : name == "upper" ? to_upper(text) : to_title(text);
}

constexpr std::array<std::string_view, 25> function_names{
    "and", "eq", "ge",  "gt",    "html",   "index",   "join",  "json",  "le",    "len",      "lower", "lt",      "ne",
    "not", "or", "pad", "print", "printf", "println", "slice", "split", "title", "truncate", "upper", "urlquery"};

} // namespace

void Budget::spend(std::size_t work)
{
    if (work > left_)
        fail("the template does too much work");
    left_ -= work;
}

std::string Budget::made(std::string text)
{
    spend(1 + text.size() / 16);
    return text;
}

void append_bounded(std::string& out, std::string_view text)
{
    constexpr std::size_t longest = 16UL << 20U;
    if (text.size() > longest - out.size())
        fail("the template makes a text of more than 16 MiB");
    out += text;
}

bool is_function(std::string_view name)
{
    return std::ranges::find(function_names, name) != function_names.end();
}

Value call_function(std::string_view name, const std::vector<Value>& arguments, Budget& budget)
{
    for (const Value& argument : arguments) { // whatever it does, it may look at all of them
        if (argument.kind() == Kind::list)
            budget.spend(argument.elements().size());
        else if (argument.kind() == Kind::text)
            budget.spend(argument.text().size() / 64);
    }
    if (name == "eq" || name == "ne" || name == "lt" || name == "le" || name == "gt" || name == "ge")
        return Value::make_boolean(compare(name, arguments));
    if (name == "index")
        return index_value(arguments);
    if (name == "slice")
        return slice_value(arguments);
    if (name == "len")
        return length_of(arguments);
    if (name == "split")
        return split_text(arguments, budget);
    if (name == "not") {
        expect_count(name, arguments, 1, 1);
        return Value::make_boolean(!arguments.front().is_true());
    }
    return Value::make_text(budget.made(text_function(name, arguments, budget)));
}

} // namespace dfriends::applets::docker::go_template
