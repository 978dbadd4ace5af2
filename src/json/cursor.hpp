// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dfriends::json {

/// Reads JSON (RFC 8259) in one pass, value by value, without a tree: for messages whose shape the reader knows. What
/// is not JSON throws Error(invalid) with the byte where it broke.
class Cursor {
  public:
    explicit Cursor(std::string_view text) : text_(text) {}

    /// Whether nothing but white space is left.
    bool at_end();
    /// The next value's first character: one of { [ " t f n - or a digit.
    char peek();

    void begin_object() { begin('{'); }
    /// The name of the next member, whose value must be read or skipped then; false at the object's end.
    bool next_member(std::string& name);
    void begin_array() { begin('['); }
    /// True where another element stands, which must be read or skipped then; false at the array's end.
    bool next_element();

    /// Takes a null away where one stands.
    bool skip_null();
    bool read_bool();
    /// Invalid surrogates become U+FFFD.
    std::string read_string();
    /// A number as it is written.
    std::string_view read_number();
    void skip_value();

    std::size_t position() const { return at_; }
    [[noreturn]] void fail(std::string_view expected) const;

  private:
    void begin(char bracket);
    void skip_space();
    void take(std::string_view word);
    unsigned read_four_digits();
    void append_escape(std::string& out);

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
    bool first_ = false; ///< no element of the innermost array or object was read yet
};

} // namespace dfriends::json
