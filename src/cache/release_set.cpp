// SPDX-License-Identifier: Apache-2.0
#include "cache/release_set.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "cache/freshness.hpp"
#include "cache/moment.hpp"
#include "debian/signature.hpp"
#include "net/worker.hpp"
#include "os/file.hpp"

#include <algorithm>

namespace dfriends::cache {

namespace {

constexpr std::int64_t fresh_time = 60;             // without asking upstream
constexpr std::int64_t pin_time = 120;              // a client's update takes less
constexpr std::int64_t wanted_time = 7 * 24 * 3600; // an index that nobody asked for since holds up no adoption
constexpr std::int64_t longest_refusal = 3600;      // then the newer set is adopted as it is
constexpr std::int64_t gone_time = 24 * 3600;       // how long a 404 is taken for an accident
constexpr std::int64_t kept_generations = 3;
constexpr std::chrono::milliseconds patience_with_copy{3'000};
constexpr std::chrono::milliseconds patience_without{25'000};
constexpr Patience document_patience{std::chrono::seconds(4), std::chrono::seconds(8), std::chrono::seconds(8)};

std::string_view last_segment(std::string_view key)
{
    key = key.substr(0, key.find('?'));
    return key.substr(key.rfind('/') + 1);
}

std::string directory_of(std::string_view key)
{
    return std::string(key.substr(0, key.rfind('/') + 1));
}

/// The same directory at upstream, another name in it.
http::Url sibling(const http::Url& url, std::string_view name)
{
    http::Url other = url;
    other.target = other.target.substr(0, other.target.find('?'));
    other.target = other.target.substr(0, other.target.rfind('/') + 1) + std::string(name);
    return other;
}

ProxyRequest sibling(const ProxyRequest& asked, std::string_view name)
{
    ProxyRequest other = asked;
    other.url = sibling(asked.url, name);
    for (auto& source : other.sources)
        source = sibling(source, name);
    other.key = canonical_key(other.url);
    return other;
}

ReleaseSets::Served refused(Error error)
{
    ReleaseSets::Served answer;
    answer.failure = std::move(error);
    return answer;
}

/// A text that begins as clear-signed must end so: one that was cut would lose its signature, or half of its indices.
void check_armour(std::string_view text, std::string_view key)
{
    if (text.find("-----BEGIN PGP SIGNED MESSAGE-----") != std::string_view::npos &&
        text.find("-----END PGP SIGNATURE-----") == std::string_view::npos)
        throw Error(ErrorKind::invalid, "'{}' is signed but its signature is cut off", key);
}

} // namespace

ReleaseSets::ReleaseSets(Upstream& upstream, CacheStore& store, CacheIndex& index, Fetches& fetches,
                         PackageTables& tables, Clock clock)
    : upstream_(upstream), store_(store), index_(index), fetches_(fetches), tables_(tables), clock_(std::move(clock))
{
    for (auto& row : index_.releases())
        load(std::move(row));
}

void ReleaseSets::load(ReleaseRow row)
{
    const auto text = os::find_file(store_.blob_path(row.sha256));
    if (!text || crypto::hash_hex(crypto::Algorithm::sha256, *text) != row.sha256)
        return; // gone or rotten: fetched again when asked for
    try {
        auto release = std::make_shared<const debian::ReleaseFile>(debian::parse_release(*text));
        auto& document = documents_[row.document];
        document.key = row.document;
        document.directory = directory_of(row.document);
        directories_[document.directory].insert(row.document);
        document.generations.push_back({std::move(row), std::move(release)});
    } catch (const Error&) {
        return;
    }
}

bool ReleaseSets::is_document(std::string_view key)
{
    const auto name = last_segment(key);
    return name == "InRelease" || name == "Release" || name == "Release.gpg";
}

const ReleaseSets::Document* ReleaseSets::find(const std::string& key) const
{
    const auto found = documents_.find(key);
    return found == documents_.end() || found->second.generations.empty() ? nullptr : &found->second;
}

const Generation* ReleaseSets::newest(const std::string& document) const
{
    const auto* found = find(document);
    return found == nullptr ? nullptr : &found->generations.front();
}

ReleaseSets::Served ReleaseSets::served(const Document& document, Freshness freshness, std::string_view client,
                                        bool signature)
{
    const auto& row = document.generations.front().row;
    const auto now = seconds(clock_());
    if (pins_.size() > 4096)
        std::erase_if(pins_, [&](const auto& pin) { return pin.second.second + pin_time < now; });
    pins_[std::string(client) + " " + document.key] = {row.generation, now};
    Served answer;
    answer.freshness = freshness;
    answer.sha256 = signature ? row.signature : row.sha256;
    answer.etag = row.etag;
    answer.status = answer.sha256.empty() ? 404 : 200;
    return answer;
}

net::Task<ReleaseSets::Served> ReleaseSets::serve(ProxyRequest asked, std::string client, bool offline, bool force)
{
    // A signature belongs to its Release: both come from the same generation.
    const bool signature = last_segment(asked.key) == "Release.gpg";
    if (signature)
        asked = sibling(asked, "Release");
    const auto* document = find(asked.key);
    const bool is_fresh = document != nullptr && seconds(clock_()) - document->checked < fresh_time && !force;
    if (document != nullptr && is_fresh)
        co_return served(*document, Freshness::hit, client, signature);
    if (document != nullptr && (offline || (upstream_.are_down(asked.sources) && !force))) {
        if (const auto expired = expiry(*document, asked.key))
            co_return refused(*expired);
        co_return served(*document, Freshness::stale, client, signature);
    }
    if (offline)
        co_return refused(Error(ErrorKind::unavailable, "'{}' is not in the cache, which is offline", asked.key));

    const auto check = start_check(asked);
    const auto deadline =
        std::chrono::steady_clock::now() + (document != nullptr ? patience_with_copy : patience_without);
    while (!check->done) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0 || !co_await check->event.wait(left))
            break;
    }
    if (!check->done)
        upstream_.suspect(check->asks); // the next suite need not wait as long
    document = find(asked.key);
    const bool good = check->done && !check->failure && check->status == 0;
    if (document != nullptr && good)
        co_return served(*document, check->changed ? Freshness::miss : Freshness::hit, client, signature);
    const bool is_gone = check->done && check->status != 0 && !is_transient(check->status);
    const bool is_gone_for_good = is_gone && document != nullptr && seconds(clock_()) - document->checked > gone_time;
    if (document != nullptr && !is_gone_for_good) {
        if (const auto expired = expiry(*document, asked.key))
            co_return refused(*expired);
        auto answer = served(*document, Freshness::stale, client, signature);
        answer.failure = check->failure;
        co_return answer;
    }
    Served answer;
    answer.status = check->status;
    answer.failure = check->failure;
    if (!check->done)
        answer.failure = Error(ErrorKind::unavailable, "'{}' does not answer", asked.url.host);
    co_return answer;
}

/// An expired set is of no use to apt, which refuses it with an error that blames the wrong side.
std::optional<Error> ReleaseSets::expiry(const Document& document, const std::string& key) const
{
    const auto until = document.generations.front().release->valid_until;
    if (!until || clock_() < *until)
        return std::nullopt;
    return Error(ErrorKind::unavailable, "'{}' is kept but expired on {}, and its server gives no newer one", key,
                 render_http_date(*until));
}

ReleaseSets::CheckPointer ReleaseSets::start_check(const ProxyRequest& asked)
{
    if (const auto found = checks_.find(asked.key); found != checks_.end())
        return found->second;
    auto check = std::make_shared<Check>();
    checks_.emplace(asked.key, check);
    net::spawn(run_check(asked, check));
    return check;
}

net::Task<> ReleaseSets::run_check(ProxyRequest asked, CheckPointer check)
{
    try {
        co_await ask_upstream(asked, *check);
    } catch (const Error& error) {
        check->failure = error;
    } catch (const std::exception& error) {
        check->failure = Error(ErrorKind::internal, "cannot check '{}': {}", asked.key, error.what());
    }
    check->done = true;
    checks_.erase(asked.key);
    check->event.notify_all();
}

net::Task<> ReleaseSets::ask_upstream(const ProxyRequest& asked, Check& check)
{
    http::Headers conditions;
    if (const auto* document = find(asked.key)) {
        const auto& row = document->generations.front().row;
        const auto blob = index_.find_blob(row.sha256);
        if (!row.etag.empty())
            conditions.set("If-None-Match", row.etag);
        else if (blob && is_strong_date(blob->last_modified, TimePoint(std::chrono::seconds(row.adopted))))
            conditions.set("If-Modified-Since", blob->last_modified);
    }
    if (!asked.via.empty())
        conditions.set("Via", asked.via);
    std::optional<Error> failure;
    const auto sources = upstream_.preferred(asked.sources);
    for (std::size_t round = 0; round < std::max<std::size_t>(sources.size(), 2); ++round) {
        const auto& source = sources[round % sources.size()];
        check.asks = source;
        failure.reset();
        check.status = 0;
        try {
            auto reply = co_await upstream_.send("GET", source, conditions, document_patience);
            const int status = reply.status();
            if (status == 304 && find(asked.key) != nullptr) {
                documents_[asked.key].checked = seconds(clock_());
                co_return;
            }
            if (status == 200) {
                auto text = co_await reply.read_all(debian::release_file_limit);
                upstream_.completed(source);
                check.changed = co_await adopt(asked, std::move(text), reply.headers());
                co_return;
            }
            check.status = status == 304 ? 502 : status;
        } catch (const Error& error) {
            failure = error;
        }
        if (check.status != 0 && !is_transient(check.status))
            co_return; // an answer, even if not the one hoped for
        const bool is_last_mirror = round + 1 >= sources.size();
        if (is_last_mirror && round + 1 < std::max<std::size_t>(sources.size(), 2))
            co_await net::sleep(std::chrono::milliseconds(300));
    }
    check.failure = std::move(failure);
}

/// Makes a fetched document the one that is served; true where it is another than before.
net::Task<bool> ReleaseSets::adopt(const ProxyRequest& asked, std::string text, http::Headers head)
{
    check_armour(text, asked.key);
    auto release = std::make_shared<const debian::ReleaseFile>(debian::parse_release(text));
    const auto sha256 = crypto::hash_hex(crypto::Algorithm::sha256, text);
    const auto now = seconds(clock_());
    const auto* document = find(asked.key);
    if (document != nullptr && document->generations.front().row.sha256 == sha256) {
        documents_[asked.key].checked = now;
        documents_[asked.key].refused_since = 0;
        co_return false;
    }
    std::string signature;
    if (last_segment(asked.key) == "Release")
        signature = co_await fetch_signature(asked);
    co_await check_signature(asked.key, text, signature);
    std::int64_t number = 1;
    if (document != nullptr) {
        number = document->generations.front().row.generation + 1;
        if (!co_await gather(asked, *release)) {
            auto& known = documents_[asked.key];
            known.refused_since = known.refused_since == 0 ? now : known.refused_since;
            known.checked = now;
            if (now - known.refused_since < longest_refusal)
                throw Error(ErrorKind::unavailable, "'{}' names indices that its server does not have yet", asked.key);
        }
    }
    ReleaseRow row{asked.key, number, sha256, {}, std::string(head.get("ETag")), now};
    if (!signature.empty())
        row.signature = co_await keep(std::move(signature), {}, sibling(asked, "Release.gpg").key);
    co_await keep(std::move(text), std::move(head), asked.key);
    co_await index_.put_release(row, kept_generations);

    auto& adopted = documents_[asked.key];
    adopted.key = asked.key;
    adopted.directory = directory_of(asked.key);
    adopted.checked = now;
    adopted.refused_since = 0;
    adopted.generations.insert(adopted.generations.begin(), {std::move(row), std::move(release)});
    if (adopted.generations.size() > kept_generations)
        adopted.generations.resize(kept_generations);
    directories_[adopted.directory].insert(asked.key);
    co_return true;
}

/// Fetches the indices that clients use in the version that a new Release file lists; false where one cannot be had.
net::Task<bool> ReleaseSets::gather(const ProxyRequest& asked, const debian::ReleaseFile& release)
{
    const auto directory = directory_of(asked.key);
    std::vector<FillPointer> fills;
    for (const auto& path : index_.wanted(directory, seconds(clock_()) - wanted_time)) {
        const auto file = release.files.find(path);
        if (file == release.files.end())
            continue;
        const Member member{directory, path, file->second, release.acquire_by_hash};
        const auto sha256 = member.expected.sha256();
        const auto blob = sha256 ? co_await store_.open(*sha256) : nullptr;
        if (blob) {
            tables_.ensure(directory, path, *sha256);
            continue;
        }
        std::vector<http::Url> roots;
        for (const auto& source : asked.sources)
            roots.push_back(sibling(source, ""));
        const auto joined = fetches_.join(order(member, roots));
        if (joined.is_new)
            tables_.follow(joined.fill);
        fills.push_back(joined.fill);
    }
    bool complete = true;
    for (const auto& fill : fills) {
        co_await fill->wait_until_over();
        complete = complete && fill->is_published();
    }
    co_return complete;
}

net::Task<std::string> ReleaseSets::fetch_signature(const ProxyRequest& asked)
{
    constexpr std::size_t signature_limit = 1U << 20U;
    const auto beside = sibling(asked, "Release.gpg");
    auto reply = co_await upstream_.send("GET", upstream_.preferred(beside.sources).front(), {}, document_patience);
    if (reply.status() != 200)
        co_return std::string();
    co_return co_await reply.read_all(signature_limit);
}

/// Keys that this host does not have are for the client to judge, who checks again. But what a known key signed must be
/// right, and a suite that was signed by one stays so: an unsigned one in its place is an attack or an accident.
net::Task<> ReleaseSets::check_signature(const std::string& key, const std::string& text, const std::string& detached)
{
    using Kind = debian::Signature::Kind;
    const auto check = [keyrings = keyrings_](const std::string& signed_text, const std::string& beside) {
        return debian::check_signature(signed_text, beside, keyrings.empty() ? debian::apt_keyrings() : keyrings);
    };
    const auto now = co_await net::shared_worker().call([=] { return check(text, detached); });
    if (now.kind == Kind::bad)
        throw Error(ErrorKind::denied, "the signature of '{}' is bad: gpgv says '{}'", key, now.detail)
            .hint("what was adopted before is still served");
    const auto* document = find(key);
    if (now.kind != Kind::unknown || document == nullptr)
        co_return;
    const auto& row = document->generations.front().row;
    const auto last = os::find_file(store_.blob_path(row.sha256));
    if (!last)
        co_return;
    auto beside = row.signature.empty() ? std::nullopt : os::find_file(store_.blob_path(row.signature));
    const auto before = co_await net::shared_worker().call([=] { return check(*last, beside.value_or("")); });
    if (before.kind == Kind::good)
        throw Error(ErrorKind::denied, "'{}' is not signed by a key that this host knows, but was before", key)
            .hint("where the repository changed its key, put the new keyring into /etc/apt/keyrings");
}

net::Task<std::string> ReleaseSets::keep(std::string text, http::Headers head, std::string name)
{
    auto draft = store_.draft();
    draft->append(text);
    draft->finish();
    co_await store_.publish(draft);
    const auto date = head.get("Last-Modified");
    BlobRow blob{draft->sha256(), draft->size(), "text/plain",
                 parse_http_date(date) ? std::string(date) : std::string()};
    NameRow row{std::move(name), draft->sha256(), true, std::string(head.get("ETag")), blob.last_modified, 0};
    co_await index_.put(std::move(blob), {std::move(row)}, 1000 * seconds(clock_()));
    co_return draft->sha256();
}

std::optional<Member> ReleaseSets::find_member(std::string_view key, std::string_view client)
{
    std::optional<Member> member;
    const auto now = seconds(clock_());
    visit_parents(key, [&](std::string_view parent) {
        const auto directory = directories_.find(parent);
        const auto path = directory == directories_.end() ? std::nullopt : decode_percent(key.substr(parent.size()));
        if (!path)
            return false;
        const auto parts = split(*path, '/');
        const bool by_hash = parts.size() >= 3 && parts[parts.size() - 3] == "by-hash";
        for (const auto& name : directory->second) {
            const auto& document = documents_[name];
            const auto pin = pins_.find(std::string(client) + " " + name);
            for (const auto& generation : document.generations) {
                const std::pair<const std::string, Expected>* found = nullptr;
                if (by_hash) {
                    found = generation.release->find_digest(parts[parts.size() - 2], parts.back());
                } else {
                    const bool is_pinned = pin != pins_.end() && pin->second.second + pin_time >= now;
                    if (is_pinned && generation.row.generation > pin->second.first)
                        continue;
                    const auto file = generation.release->files.find(*path);
                    found = file == generation.release->files.end() ? nullptr : &*file;
                }
                if (found != nullptr) {
                    member = Member{std::string(parent), found->first, found->second,
                                    generation.release->acquire_by_hash, &generation};
                    return true;
                }
                if (!by_hash)
                    break; // older sets speak only to those who hold them
            }
        }
        return false;
    });
    return member;
}

FetchOrder ReleaseSets::order(const Member& member, const std::vector<http::Url>& roots)
{
    static const std::map<crypto::Algorithm, std::string_view> spelling = {{crypto::Algorithm::md5, "MD5Sum"},
                                                                           {crypto::Algorithm::sha1, "SHA1"},
                                                                           {crypto::Algorithm::sha256, "SHA256"},
                                                                           {crypto::Algorithm::sha512, "SHA512"}};
    FetchOrder order;
    order.expected = member.expected;
    // The store's own name for content, where the Release file has it: one digest to compute instead of two.
    if (const auto sha256 = member.expected.sha256())
        order.expected.digests = {{crypto::Algorithm::sha256, *sha256}};
    order.directory = member.directory;
    order.path = member.path;
    const auto plain = encode_percent(member.path, "/+:@!$&'()*,;=");
    order.key = member.directory + plain;
    const auto folder = plain.substr(0, plain.rfind('/') + 1);
    for (const auto& root : roots) {
        if (member.acquire_by_hash)
            order.sources.push_back(under(root, folder + "by-hash/" +
                                                    std::string(spelling.at(order.expected.algorithm())) + "/" +
                                                    order.expected.digest()));
        order.sources.push_back(under(root, plain));
    }
    return order;
}

FetchOrder ReleaseSets::order(const Member& member, const ProxyRequest& asked)
{
    auto made = order(member, std::vector{http::parse_url(member.directory)});
    made.sources.insert(made.sources.begin(), asked.sources.begin(), asked.sources.end());
    made.via = asked.via;
    return made;
}

void ReleaseSets::want(const Member& member)
{
    constexpr std::int64_t a_day = 24 * 3600;
    const auto now = seconds(clock_());
    auto& written = wanted_[member.directory + member.path];
    if (now - written < a_day)
        return;
    written = now;
    net::spawn(index_.put_wanted(member.directory, member.path, now));
}

} // namespace dfriends::cache
