// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/provider.hpp"

#include <string>
#include <vector>

namespace dfriends::converge {

/// What a folder lacks of another one, of which it shall have all files and folders.
class Tree {
  public:
    /// Looks at both; changes nothing. Throws Error(invalid) for what is neither a file nor a folder in the other one.
    Tree(const Resource& resource, std::string from, std::string to, Host& host);

    /// One for each path that is not as it shall be; the last one counts the others where there are many.
    std::vector<Change> changes() const;
    void perform() const;

  private:
    struct Entry {
        std::string path; ///< below both folders
        bool is_directory = false;
        bool makes = false; ///< or writes
        Change change;
    };

    void look_at(const std::string& below, int depth);
    void look_at_entry(const std::string& path, int depth);
    void look_for_others(const std::string& below, const std::vector<std::string>& wanted);

    Host& host_;
    std::string from_;
    std::string to_;
    bool overwrites_;
    bool purges_;
    Resource folders_; ///< with the owner, group and mode that folders have
    Resource files_;   ///< the same of files
    std::vector<Entry> entries_;
    std::vector<std::string> surplus_;
    std::size_t seen_ = 0;
};

} // namespace dfriends::converge
