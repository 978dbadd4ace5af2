// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/facts.hpp"
#include "converge/yaml/expressions.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace dfriends::converge::yaml {

/// A value and whether a secret is in it.
struct Known {
    config::Node value;
    bool is_secret = false;
};

/// What expressions of a manifest can name: vars.NAME, host.FACT, secret.NAME, image.NAME, name, and each where an item
/// is repeated. All that they make together is bounded, and so is how far variables refer to each other.
class Variables final : public Names {
  public:
    explicit Variables(const Facts& facts);

    /// The text of a file of the manifest, for the places in it.
    void add_file(const std::string& file, std::string text);
    /// The name of the manifest; that of the file read last counts.
    void set_name(const config::Node& name);
    std::string name() const { return name_.is_null() ? "" : name_.text(); }
    /// Of what is added twice, the later one counts.
    void add_variables(const config::Node& map);
    void add_secrets(const config::Node& map);
    void add_image(const std::string& name, Known reference) { images_[name] = std::move(reference); }

    /// The value with its expressions evaluated, keys included.
    config::Node expand(const config::Node& node);
    /// Whether the condition of a `when` holds.
    bool is_met(const config::Node& condition);
    /// A template with its expressions evaluated. The file names it in errors.
    std::string fill_template(const std::string& text, const std::string& file);
    /// The file that a secret is in. Throws Error(invalid) for one that is in none.
    std::string secret_file(const config::Node& name) const;

    /// Whether a secret's value was used since this was asked last.
    bool take_secrecy() { return std::exchange(secrecy_, false); }

    /// Gives `each` a value as long as it lives.
    class Turn {
      public:
        Turn(Variables& variables, Known value) : variables_(variables) { variables.each_.push_back(std::move(value)); }
        ~Turn() { variables_.each_.pop_back(); }
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;

      private:
        Variables& variables_;
    };

    std::optional<config::Node> find(const Path& path) override;
    std::string explain(const Path& path) const override;
    std::string advise(const Path& path) const override;
    bool has_root(std::string_view word) const override;

  private:
    struct Variable {
        config::Node declared;
        std::optional<Known> known;
    };
    struct Secret {
        config::Node declared;
        std::optional<std::string> value;
    };

    const Known& variable(const std::string& name, Variable& variable);
    const std::string& read_secret(const std::string& name, Secret& secret);
    config::Node expand_inside(const config::Node& node, unsigned depth);
    config::Node expand_scalar(const config::Node& node, unsigned depth);
    std::optional<config::Node> copy(const Known& known, const Path& path, std::size_t from);
    Passage passage_of(const config::Node& scalar) const;
    void spend(const SourcePosition& position, std::size_t size);

    std::map<std::string, std::string> files_;
    config::Node name_;
    config::Node facts_;
    std::optional<config::Node> engine_; ///< what it says of itself, once that is wanted
    std::map<std::string, Variable, std::less<>> variables_;
    std::map<std::string, Secret, std::less<>> secrets_;
    std::map<std::string, Known, std::less<>> images_;
    std::vector<Known> each_;
    std::vector<std::string> open_; ///< variables whose values are being found, which refer to each other
    SourcePosition at_;             ///< of the value that is being expanded
    bool secrecy_ = false;
    std::size_t left_;
};

/// A path that a manifest names, from the folder of the file that it stands in.
std::string path_beside(const config::Node& node, const std::string& path);

/// The content of a file that a manifest names. Only files: a pipe or a terminal would make the run wait. Throws
/// Error(invalid) at the place of the name.
std::string read_beside(const config::Node& node, const std::string& path, std::uint64_t limit);

} // namespace dfriends::converge::yaml
