// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace dfriends::applets::docker::go_template {

class Value;
/// In the order in which they came.
using Members = std::vector<std::pair<std::string, Value>>;
using Elements = std::vector<Value>;

/// What a template computes with: the values of Go as far as JSON can tell them. Cheap to copy, since texts, lists and
/// members are shared.
class Value {
  public:
    enum class Kind {
        missing, ///< what no map has: prints as <no value>
        nil,     ///< a pointer to nothing
        boolean,
        integer,
        number,
        text,
        list,
        map,    ///< names that are data: labels, networks
        record, ///< a struct of Go: its names are fields
        lookup, ///< a method that gives the text for a key: {{.Label "a"}}
    };

    Value() = default;
    static Value make_nil();
    static Value make_boolean(bool value);
    static Value make_integer(std::int64_t value);
    static Value make_number(double value);
    static Value make_text(std::string text);
    static Value make_list(Elements elements);
    /// A slice of Go that was never made: an empty list, but null in JSON.
    static Value make_nil_list();
    /// `zero` is what `index` gives for a key that is not there.
    static Value make_map(Members members, Value zero, bool is_nil = false);
    /// `type` is a struct's name, or the member's under which it stands.
    static Value make_record(std::string type, Members members);
    static Value make_lookup(Members members);
    /// A record whose JSON is sorted and escaped as that of docker's rows; `type` is the row's in Go.
    static Value make_row(std::string type, Members members);

    Kind kind() const { return kind_; }
    bool boolean() const { return std::get<bool>(data_); }
    std::int64_t integer() const { return std::get<std::int64_t>(data_); }
    /// Also of an integer.
    double number() const;
    const std::string& text() const { return *std::get<Text>(data_); }
    const Elements& elements() const
    {
        return std::get<List>(data_).elements ? *std::get<List>(data_).elements : none();
    }
    const Members& members() const { return *std::get<Names>(data_).members; }
    const std::string& type() const { return *std::get<Names>(data_).type; }
    bool is_row() const { return kind_ == Kind::record && std::get<Names>(data_).is_row; }
    /// A map's value for a key that is not there.
    Value zero() const;
    /// A list or a map that was never made.
    bool is_nil() const;
    const Value* find(std::string_view name) const;
    /// As {{if}} takes it.
    bool is_true() const;
    bool is_numeric() const { return kind_ == Kind::integer || kind_ == Kind::number; }
    /// Its type's name in Go, for messages.
    std::string_view type_name() const;

  private:
    using Text = std::shared_ptr<const std::string>;
    struct List {
        std::shared_ptr<const Elements> elements; ///< null: a nil slice
    };
    struct Names {
        std::shared_ptr<const Members> members;
        std::shared_ptr<const std::string> type;
        std::shared_ptr<const Value> zero;
        bool is_row = false;
        bool is_nil = false;
    };
    static const Elements& none();
    using Data = std::variant<std::monostate, bool, std::int64_t, double, Text, List, Names>;
    Value(Kind kind, Data data) : kind_(kind), data_(std::move(data)) {}

    Kind kind_ = Kind::missing;
    Data data_;
};

/// The members sorted by name, as Go goes through a map.
std::vector<const std::pair<std::string, Value>*> sorted(const Members& members);

/// Go's %v.
std::string to_text(const Value& value);
/// A number as Go's %v has it.
std::string number_text(double value);

/// What an engine says, with the types that its documents have in Go where their names tell them. Throws
/// Error(invalid).
Value read_document(std::string_view json);
/// As docker's function json writes it.
std::string to_json(const Value& value);

/// What a field of a struct holds where the engine leaves it out of its JSON, since it is empty: a container without a
/// health check has a State.Health that is nil.
std::optional<Value> find_omitted(std::string_view type, std::string_view field);

} // namespace dfriends::applets::docker::go_template
