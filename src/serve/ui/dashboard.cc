#include "serve/ui/dashboard.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tarn::serve {
namespace {

constexpr std::string_view kIndex = "index.html";
constexpr std::string_view kHashed = "assets/";  ///< files whose names hold their hash
/// Everything only from here; nothing inline.
constexpr const char* kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
constexpr const char* kImmutable = "public, max-age=31536000, immutable";

constexpr std::string_view kNotBuilt = R"html(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tarn</title>
<h1>Tarn</h1>
<p>The server runs. It was built without the dashboard (<code>cmake -DTARN_DASHBOARD=OFF</code>).</p>
<p>What it would show is at hand: <a href="/api/v1/overview">overview</a>, <a href="/api/v1/tables">tables</a>,
and <a href="/docs">the HTTP API</a>.</p>
</html>
)html";

struct ContentType {
  std::string_view ending;
  const char* type;
};
constexpr std::array kContentTypes = std::to_array<ContentType>({
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
    {".wasm", "application/wasm"},
});

const char* TypeOf(std::string_view path) {
  const auto found = std::ranges::find_if(
      kContentTypes, [&](const ContentType& one) { return path.ends_with(one.ending); });
  return found == kContentTypes.end() ? "application/octet-stream" : found->type;
}

/// Whether Accept-Encoding names a coding, and not with q=0.
bool Accepts(std::string_view header, std::string_view coding) {
  while (!header.empty()) {
    const size_t end = std::min(header.find(','), header.size());
    std::string_view one = header.substr(0, end);
    header.remove_prefix(std::min(end + 1, header.size()));
    one.remove_prefix(std::min(one.find_first_not_of(' '), one.size()));
    const std::string_view name = one.substr(0, one.find_first_of("; "));
    const std::string_view rest = one.substr(name.size());
    if (name == coding) return !rest.ends_with("q=0") && !rest.ends_with("q=0.0");
  }
  return false;
}

void SetBody(const Asset& asset, std::string_view accepted, Reply* reply) {
  if (Accepts(accepted, "br")) {
    reply->headers.emplace_back("Content-Encoding", "br");
    reply->body = asset.brotli;
  } else if (Accepts(accepted, "gzip")) {
    reply->headers.emplace_back("Content-Encoding", "gzip");
    reply->body = asset.gzip;
  } else {
    reply->body = asset.plain;
  }
}

void Guarded(Reply* reply) {
  reply->headers.emplace_back("Content-Security-Policy", kPolicy);
  reply->headers.emplace_back("Referrer-Policy", "no-referrer");
}

}  // namespace

const Asset* Dashboard::Find(std::string_view path) const {
  const auto found = std::ranges::find(assets_, path, &Asset::path);
  return found == assets_.end() ? nullptr : &*found;
}

void Dashboard::Show(const Request& request, const Responder& responder) const {
  const std::string& path = request.parameter("path");
  Reply reply;
  Guarded(&reply);
  const Asset* asset = Find(path);
  const bool is_view = asset == nullptr && !path.starts_with(kHashed);
  if (is_view) asset = Find(kIndex);
  if (asset == nullptr && !is_view) {
    reply = ErrorReply(Error(ErrorKind::kNotFound, "the dashboard has no such file"));
    return responder.Send(std::move(reply));
  }
  reply.content_type = asset == nullptr ? TypeOf(kIndex) : TypeOf(asset->path);
  const bool has_hash = asset != nullptr && asset->path.starts_with(kHashed);
  reply.headers.emplace_back("Cache-Control", has_hash ? kImmutable : "no-cache");
  reply.headers.emplace_back("Vary", "Accept-Encoding");
  if (asset == nullptr) {
    reply.body = kNotBuilt;
  } else {
    SetBody(*asset, request.header("accept-encoding"), &reply);
  }
  responder.Send(std::move(reply));
}

void LeadToDashboard(const Request& /*request*/, const Responder& responder) {
  Reply reply;
  reply.status = 302;
  reply.headers.emplace_back("Location", "/ui/");
  responder.Send(std::move(reply));
}

}  // namespace tarn::serve
