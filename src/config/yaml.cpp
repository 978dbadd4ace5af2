// SPDX-License-Identifier: Apache-2.0
#include "config/yaml.hpp"

#include "base/text.hpp"
#include "os/file.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <optional>
#include <set>
#include <sstream>

namespace dfriends::config {

namespace {

constexpr std::size_t largest = 8U << 20U;
constexpr unsigned deepest = 64;
constexpr std::size_t most_nodes = 100'000;
constexpr std::size_t longest_kept_line = 500;

/// yaml-cpp's parser recurses once a level, so that depth is refused before it starts: by flow brackets, and by how far
/// block structure is indented (every level of it takes a column, also of "- - - -").
bool may_be_too_deep(std::string_view text)
{
    unsigned flow = 0;
    for (const std::string_view line : lines(text)) {
        unsigned dashes = 0;
        for (const char c : line) {
            if (c == '[' || c == '{')
                ++flow;
            else if ((c == ']' || c == '}') && flow > 0)
                --flow;
            else if (c == '-' || c == '?' || c == ':')
                ++dashes;
            if (flow > 4 * deepest)
                return true;
        }
        const auto indent = line.find_first_not_of(" -?");
        if (dashes > 2 * deepest && indent != line.npos && indent > 4 * deepest)
            return true;
    }
    return false;
}

} // namespace

class NodeBuilder {
  public:
    NodeBuilder(std::string file, std::string_view text) : file_(std::move(file)), lines_(lines(text)) {}

    Node build(const YAML::Node& from, unsigned depth)
    {
        Node node;
        node.position_ = position(from.Mark());
        if (depth > deepest)
            throw node.error(fmt::format("nested deeper than {}", deepest));
        if (++count_ > most_nodes)
            throw node.error(fmt::format("more than {} values, counting repeated aliases", most_nodes));
        switch (from.Type()) {
        case YAML::NodeType::Undefined:
        case YAML::NodeType::Null:
            break;
        case YAML::NodeType::Scalar:
            node.kind_ = NodeKind::scalar;
            node.text_ = from.Scalar();
            node.quoted_ = from.Tag() == "!";
            break;
        case YAML::NodeType::Sequence:
            node.kind_ = NodeKind::list;
            for (const auto& item : from)
                node.items_.push_back(build(item, depth + 1));
            break;
        case YAML::NodeType::Map:
            build_map(node, from, depth);
            break;
        }
        return node;
    }

    SourcePosition position(const YAML::Mark& mark) const
    {
        SourcePosition at{file_, 0, 0, {}};
        if (mark.line >= 0) {
            at.line = static_cast<unsigned>(mark.line) + 1;
            at.column = static_cast<unsigned>(mark.column) + 1;
            // Each value has its line with it: a long one would be kept as often as it has values.
            if (static_cast<std::size_t>(mark.line) < lines_.size() &&
                lines_[static_cast<std::size_t>(mark.line)].size() <= longest_kept_line)
                at.text = lines_[static_cast<std::size_t>(mark.line)];
        }
        return at;
    }

  private:
    void build_map(Node& node, const YAML::Node& from, unsigned depth)
    {
        node.kind_ = NodeKind::map;
        std::set<std::string> seen;
        for (const auto& member : from) {
            Node key = build(member.first, depth + 1);
            if (!seen.insert(key.text()).second)
                throw key.error(fmt::format("the key '{}' stands here twice", printable(key.text())));
            node.members_.emplace_back(std::move(key), build(member.second, depth + 1));
        }
    }

    std::string file_;
    std::vector<std::string_view> lines_;
    std::size_t count_ = 0;
};

namespace {

/// What a text holds, without building it.
struct Survey {
    int documents = 0;
    std::optional<YAML::Mark> second; ///< where a second document begins
};

/// Counts what the parser finds. On some broken texts yaml-cpp reports empty values or documents for ever without
/// reading on, which would fill the memory of whoever builds them: more of them than the text has characters cannot be.
class Surveyor final : public YAML::EventHandler {
  public:
    explicit Surveyor(std::size_t most) : left_(most) {}
    Survey survey;

    void OnDocumentStart(const YAML::Mark& mark) override
    {
        if (++survey.documents == 2)
            survey.second = mark;
        else
            first_ = mark;
        if (survey.second && mark.pos == first_.pos)
            throw YAML::ParserException(mark, "this is no YAML");
        count(mark);
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { count(mark); }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { count(mark); }
    void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t, const std::string&) override
    {
        count(mark);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override
    {
        count(mark);
    }
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override
    {
        count(mark);
    }
    void OnMapEnd() override {}

  private:
    void count(const YAML::Mark& mark)
    {
        if (left_-- == 0)
            throw YAML::ParserException(mark, "this is no YAML");
    }
    std::size_t left_;
    YAML::Mark first_;
};

Survey look_through(const std::string& source)
{
    std::istringstream stream(source);
    YAML::Parser parser(stream);
    Surveyor surveyor(2 * source.size() + 16);
    while (surveyor.survey.documents < 2 && parser.HandleNextDocument(surveyor)) {
    }
    return surveyor.survey;
}

} // namespace

Node parse_yaml(std::string_view text, std::string file)
{
    NodeBuilder builder(file, text);
    if (text.size() > largest)
        throw Error(ErrorKind::invalid, "'{}' is larger than {} bytes", file, largest);
    if (may_be_too_deep(text))
        throw Error(ErrorKind::invalid, "'{}' is nested deeper than {}", file, deepest);
    try {
        const std::string source(text);
        const Survey survey = look_through(source);
        if (survey.second)
            throw Error(ErrorKind::invalid, builder.position(*survey.second), "a second document stands here")
                .hint("keep one document in a file");
        return builder.build(survey.documents == 0 ? YAML::Node() : YAML::Load(source), 0);
    } catch (const YAML::Exception& error) {
        throw Error(ErrorKind::invalid, builder.position(error.mark), "{}", printable(error.msg));
    }
}

Node read_yaml(const std::filesystem::path& path)
{
    return parse_yaml(os::read_file(path, largest), path.string());
}

} // namespace dfriends::config
