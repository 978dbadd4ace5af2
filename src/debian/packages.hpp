// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "debian/stanza_reader.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dfriends::debian {

/// A binary package as a Packages index lists it.
struct Package {
    std::string name;
    std::string version;
    std::string architecture;
    bool essential = false;
    bool required = false;   ///< its priority
    std::string pre_depends; ///< as written
    std::string depends;
    std::string recommends;
    std::string provides;
    std::string path; ///< of the file, relative to the mirror's root
    std::uint64_t size = 0;
    std::string sha256;     ///< 64 lower-case hexadecimal digits
    std::size_t mirror = 0; ///< which of several, where the reader was told
};

/// The packages of a suite, by name and by the virtual names that they provide.
class Packages {
  public:
    Packages() = default;
    Packages(Packages&&) noexcept = default; ///< not copied: it points into itself
    Packages& operator=(Packages&&) noexcept = default;

    /// The newest of a name counts, the first of equal ones.
    void add(Package package);
    /// Null where there is none.
    const Package* find(std::string_view name) const;
    /// The packages that provide a name, in the order of their own names.
    std::vector<const Package*> providers(std::string_view name) const;
    /// All names in their order.
    const std::map<std::string, Package, std::less<>>& all() const { return packages_; }

  private:
    std::map<std::string, Package, std::less<>> packages_;
    std::map<std::string, std::map<std::string_view, const Package*>, std::less<>> providers_;
};

/// Reads a Packages index. Stanzas of other architectures, and those without a usable name, version, path, size and
/// SHA-256, are passed over; more than 500,000 packages are Error(invalid).
class PackagesReader final : public StanzaReader {
  public:
    PackagesReader(Packages& packages, std::string architecture, std::size_t mirror = 0)
        : packages_(packages), architecture_(std::move(architecture)), mirror_(mirror)
    {
    }

  private:
    void field(std::string_view name, std::string_view value) override;
    void end_stanza() override;

    Packages& packages_;
    std::string architecture_;
    std::size_t mirror_;
    Package package_;
};

/// A name of letters, digits and "+-." as Debian's policy allows it (section 5.6.7).
bool is_package_name(std::string_view name);

/// One alternative of a relation such as "libc6:any (>= 2.36) [amd64]"; the version is not looked at.
struct Alternative {
    std::string_view name;
    std::string_view architectures; ///< what stands in brackets; empty for all
    bool applies_to(std::string_view architecture) const;
};

/// "a | b (>= 1), c" → {{a, b}, {c}}. The views are parts of `field`.
std::vector<std::vector<Alternative>> parse_relations(std::string_view field);

} // namespace dfriends::debian
