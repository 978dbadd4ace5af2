// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace dfriends::debian {

/// Cuts a text in the format of Debian's control files (deb822(5)) into stanzas, piece by piece as it arrives. Lines
/// above 256 KiB are passed over, so memory stays small whatever arrives.
class StanzaReader {
  public:
    virtual ~StanzaReader() = default;

    void feed(std::string_view piece);
    /// The end of the text, which ends the last stanza too.
    void finish();

  protected:
    StanzaReader() = default;
    StanzaReader(const StanzaReader&) = default;
    StanzaReader& operator=(const StanzaReader&) = default;

    /// The first line of a field, its value trimmed.
    virtual void field(std::string_view name, std::string_view value) = 0;
    /// A further line of the field before.
    virtual void continuation(std::string_view) {}
    /// Also called where nothing stood before the blank line.
    virtual void end_stanza() = 0;

  private:
    void line(std::string_view text);

    std::string rest_;
    bool skipping_ = false;
};

} // namespace dfriends::debian
