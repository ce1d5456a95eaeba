// Which server a client command talks to.
#pragma once

#include <string>

#include "base/error.h"
#include "base/json.h"
#include "net/http_client.h"

namespace tarn::app {

struct ServerAddress {
  std::string url;   ///< --url; empty: of the server that runs on `data`
  std::string data;  ///< --data; empty: http://127.0.0.1:8080
};

/// returns  the base URL, no slash at the end
/// errors   kUnavailable: no server runs on the directory
Result<std::string> ResolveUrl(const ServerAddress& address);

/// One call of the server's JSON API.
///
/// in       method, path: `GET`, `/v1/streams`; body: null for none
/// returns  the reply's document, null for an empty one
/// errors   by the reply's status, with its message
Result<Json> Call(const std::string& url, const std::string& method, const std::string& path,
                  const Json& body);

}  // namespace tarn::app
