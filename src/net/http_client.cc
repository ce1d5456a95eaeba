#include "net/http_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>

#include "base/invariant.h"

namespace tarn::net {
namespace {

constexpr long kConnectTimeoutMaxMs = 10'000;

/// libcurl's own state for the process; it lives as long as the process does.
void InitializeCurl() {
  static const CURLcode initialized = curl_global_init(CURL_GLOBAL_DEFAULT);
  INVARIANT(initialized == CURLE_OK, "libcurl starts");
}

struct UrlParts {
  std::string host;
  bool is_loopback = false;
};

bool IsLoopback(std::string_view host) {
  return host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.") ||
         host == "[::1]";
}

/// errors  kInvalid: not an absolute http or https URL
Result<UrlParts> ParseUrl(const std::string& url) {
  if (url.contains('\0')) return Fail(ErrorKind::kInvalid, "a URL with a NUL byte in it");
  const std::unique_ptr<CURLU, void (*)(CURLU*)> parsed(curl_url(), curl_url_cleanup);
  const CURLUcode code = curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0);
  if (code != CURLUE_OK) {
    return Fail(ErrorKind::kInvalid, "'{}' is no URL: {}", url, curl_url_strerror(code));
  }
  const auto part = [&](CURLUPart which) {
    char* text = nullptr;
    curl_url_get(parsed.get(), which, &text, 0);
    const std::unique_ptr<char, void (*)(void*)> owned(text, curl_free);
    return std::string(text == nullptr ? "" : text);
  };
  const std::string scheme = part(CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") {
    return Fail(ErrorKind::kInvalid, "'{}' begins with neither http:// nor https://", url);
  }
  std::string host = part(CURLUPART_HOST);
  const bool is_loopback = IsLoopback(host);
  return UrlParts{std::move(host), is_loopback};
}

bool IsToken(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || kMarks.contains(c);
  });
}

/// A header list of libcurl.
class HeaderList {
 public:
  ~HeaderList() { curl_slist_free_all(list_); }
  void Add(const std::string& line) { list_ = curl_slist_append(list_, line.c_str()); }
  curl_slist* get() const { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

/// errors  kInvalid: a name or value that would break the request apart
Status FillHeaders(const HttpRequest& request, HeaderList* list) {
  bool has_content_type = false;
  for (const auto& [name, value] : request.headers) {
    if (!IsToken(name) || value.find_first_of(std::string_view("\r\n\0", 3)) != value.npos) {
      return Fail(ErrorKind::kInvalid, "header '{}' cannot be sent", name);
    }
    has_content_type |= std::ranges::equal(name, std::string_view("content-type"), {}, [](char c) {
      return std::tolower(static_cast<unsigned char>(c));
    });
    // libcurl takes `name:` as a wish to drop the header, `name;` as an empty one.
    list->Add(value.empty() ? Format("{};", name) : Format("{}: {}", name, value));
  }
  list->Add("Expect:");  // no waiting for 100 Continue
  if (!has_content_type) list->Add("Content-Type:");
  return {};
}

/// What arrives of a reply.
struct Arrival {
  HttpReply reply;
  size_t body_bytes_max = 0;
  bool too_large = false;
  bool head_ended = false;  ///< the empty line after the headers has come
};

size_t TakeBody(char* bytes, size_t, size_t size, void* arrival) {
  auto* to = static_cast<Arrival*>(arrival);
  if (size > to->body_bytes_max - to->reply.body.size()) {
    to->too_large = true;
    return 0;
  }
  to->reply.body.append(bytes, size);
  return size;
}

std::string_view Trimmed(std::string_view text) {
  const size_t from = text.find_first_not_of(" \t\r\n");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\r\n") - from + 1);
}

size_t TakeHeader(char* bytes, size_t, size_t size, void* arrival) {
  auto* to = static_cast<Arrival*>(arrival);
  const std::string_view line(bytes, size);
  if (line.starts_with("HTTP/")) {  // what came before was a 1xx
    to->reply.headers.clear();
    to->head_ended = false;
  }
  to->head_ended |= Trimmed(line).empty();
  const size_t colon = line.find(':');
  if (line.starts_with("HTTP/") || colon == std::string_view::npos) return size;
  std::string name(Trimmed(line.substr(0, colon)));
  std::ranges::transform(name, name.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  to->reply.headers.emplace_back(std::move(name), Trimmed(line.substr(colon + 1)));
  return size;
}

/// The error of a request that got no whole reply.
Error FailureOf(CURLcode code, CURL* handle, const char* detail, const HttpRequest& request) {
  long sent = 0;
  curl_easy_getinfo(handle, CURLINFO_REQUEST_SIZE, &sent);
  const ErrorKind kind = sent > 0 ? ErrorKind::kUnknownOutcome : ErrorKind::kUnavailable;
  const std::string reason = *detail != '\0' ? detail : curl_easy_strerror(code);
  return Error(kind, Format("{} {}: {}", request.method, request.url, reason));
}

}  // namespace

struct HttpClient::State {
  State() : handle(curl_easy_init()) { INVARIANT(handle != nullptr, "libcurl has memory"); }
  ~State() { curl_easy_cleanup(handle); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  template <class Value>
  void Set(CURLoption option, Value value) {
    const CURLcode code = curl_easy_setopt(handle, option, value);
    INVARIANT(code == CURLE_OK, "libcurl knows our options");
  }

  void Prepare(const HttpRequest& request, const UrlParts& url, const HeaderList& headers,
               Arrival* arrival);

  CURL* handle;
  std::array<char, CURL_ERROR_SIZE> detail{};
};

void HttpClient::State::Prepare(const HttpRequest& request, const UrlParts& url,
                                const HeaderList& headers, Arrival* arrival) {
  curl_easy_reset(handle);  // the options only: connections stay open
  detail[0] = '\0';
  const auto timeout_ms = static_cast<long>(
      std::clamp<int64_t>(request.timeout.count(), 1, std::numeric_limits<int32_t>::max()));
  Set(CURLOPT_ERRORBUFFER, detail.data());
  Set(CURLOPT_NOSIGNAL, 1L);
  Set(CURLOPT_URL, request.url.c_str());
  Set(CURLOPT_PROTOCOLS_STR, "http,https");
  Set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  Set(CURLOPT_FOLLOWLOCATION, 0L);
  Set(CURLOPT_TIMEOUT_MS, timeout_ms);
  Set(CURLOPT_CONNECTTIMEOUT_MS, std::min(timeout_ms, kConnectTimeoutMaxMs));
  if (url.is_loopback) Set(CURLOPT_PROXY, "");  // whatever the environment says
  if (request.method == "HEAD") {
    Set(CURLOPT_NOBODY, 1L);
  } else if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
    Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    Set(CURLOPT_POSTFIELDS, request.body.data());
  }
  Set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  Set(CURLOPT_HTTPHEADER, headers.get());
  Set(CURLOPT_WRITEFUNCTION, &TakeBody);
  Set(CURLOPT_WRITEDATA, static_cast<void*>(arrival));
  Set(CURLOPT_HEADERFUNCTION, &TakeHeader);
  Set(CURLOPT_HEADERDATA, static_cast<void*>(arrival));
}

HttpClient::HttpClient() {
  InitializeCurl();
  state_ = std::make_unique<State>();
}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

Result<HttpReply> HttpClient::Send(const HttpRequest& request, size_t body_bytes_max) {
  INVARIANT(state_ != nullptr, "a client that was moved from sends nothing");
  const UrlParts url = TRY(ParseUrl(request.url));
  if (!IsToken(request.method)) {
    return Fail(ErrorKind::kInvalid, "'{}' is no HTTP method", request.method);
  }
  HeaderList headers;
  TRY(FillHeaders(request, &headers));
  Arrival arrival{.body_bytes_max = body_bytes_max};
  state_->Prepare(request, url, headers, &arrival);
  const CURLcode code = curl_easy_perform(state_->handle);
  if (arrival.too_large) {
    return Fail(ErrorKind::kTooLarge, "{} {}: the reply has more than {} bytes", request.method,
                request.url, body_bytes_max);
  }
  if (code != CURLE_OK) {
    return std::unexpected(FailureOf(code, state_->handle, state_->detail.data(), request));
  }
  // libcurl takes a connection that ends among the headers for a reply without a body.
  if (!arrival.head_ended) {
    return std::unexpected(FailureOf(CURLE_PARTIAL_FILE, state_->handle, "", request));
  }
  long status = 0;
  curl_easy_getinfo(state_->handle, CURLINFO_RESPONSE_CODE, &status);
  arrival.reply.status = static_cast<int>(status);
  return std::move(arrival.reply);
}

}  // namespace tarn::net
