// HTTP requests and replies as values: what handlers see of the wire. No handler knows the server
// behind them, so all of them are tested without a socket.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "serve/client_presence.h"

namespace tarn::serve {

enum class Method : uint8_t { kGet, kPost, kPut, kDelete, kOptions, kPatch };
std::string_view MethodName(Method method);

/// One request. All views are valid until the handler returns: what is needed later is copied.
struct Request {
  Method method = Method::kGet;
  std::string_view path;   ///< as sent: percent-encoded, without the query
  std::string_view query;  ///< as sent, without the question mark
  std::vector<std::pair<std::string_view, std::string_view>> headers;  ///< names in lower case
  std::string_view body;  ///< as received, at most collect::kRequestBytesMax
  std::string_view peer;  ///< the client's address
  bool from_loopback = false;
  bool may_lack_host = false;  ///< it is of HTTP/1.0, which has no Host header
  bool is_last = false;        ///< its connection is closed behind the reply
  int64_t received_at_us = 0;  ///< wall clock, when the request was complete
  std::string id;              ///< a UUID: in logs and replies
  std::vector<std::pair<std::string_view, std::string>> parameters;  ///< of the route, decoded
  std::shared_ptr<ClientPresence> client = std::make_shared<ClientPresence>();

  /// returns  the header's value; empty where it was not sent. in  name: lower case
  std::string_view header(std::string_view name) const;
  /// returns  the route's parameter. in  name: as in the pattern, which must have it
  const std::string& parameter(std::string_view name) const;
};

/// The body of a reply that is sent piece by piece; it ends with this object.
/// Threads: one at a time.
class BodyStream {
 public:
  virtual ~BodyStream() = default;
  /// Send a piece; an empty one only asks whether somebody listens.
  /// returns  false where nobody does any more; does not wait for the client
  virtual bool Send(std::string piece) = 0;
  /// Bytes that were sent and that the client has not taken yet, as of a moment ago.
  virtual size_t waiting_bytes() = 0;
  /// Close the connection, so that the client sees that the body is not whole.
  virtual void Abort() = 0;
};

struct Reply {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string operation;  ///< for metrics, where the route's name is not enough; few and fixed
  /// Sends the body, instead of `body`. Called once, from a loop of the server: it must not wait.
  /// It gets no stream where only the headers were asked for.
  std::function<void(std::unique_ptr<BodyStream>)> stream;

  static Reply OfJson(int status, const Json& json);
  static Reply OfText(int status, std::string text);
};

/// Answers one request, exactly once: the first Send counts, a second one is logged as our bug, and
/// a request that nobody answered gets a 500 when its last Responder goes. Threads: any; copies
/// answer the same request.
class Responder {
 public:
  using Sink = std::function<void(Reply)>;
  explicit Responder(Sink sink);

  void Send(Reply reply) const;

 private:
  class Once;
  std::shared_ptr<Once> once_;
};

/// Answers a request, at once or later from another thread.
using Handler = std::function<void(const Request&, Responder)>;

/// The status of an error by its kind: the one table between Tarn's errors and HTTP.
int StatusOf(ErrorKind kind);

/// `{"error":message,"kind":kind}` with its status, and Retry-After where a retry makes sense.
Reply ErrorReply(const Error& error);

/// The parameters of a query string in order, decoded (`+` is a space).
/// errors  kInvalid: a bad percent sequence; over 100 parameters
Result<std::vector<std::pair<std::string, std::string>>> ParseQuery(std::string_view query);

}  // namespace tarn::serve
