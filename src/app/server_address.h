// Which server a client command talks to.
#pragma once

#include <string>

#include "base/error.h"
#include "base/json.h"
#include "net/http_client.h"

namespace tarn::app {

struct ServerAddress {
  std::string url;   ///< --url; empty: of the server that runs on `data`
  std::string data;  ///< --data; empty: as the configuration says
};

/// Where neither --url nor --data was given: the server on the configuration's server.data where
/// one runs, else whoever listens at its server.listen.
///
/// returns  the base URL, no slash at the end
/// errors   kUnavailable: no server runs on the directory that was named; as LoadConfig
Result<std::string> ResolveUrl(const ServerAddress& address);

/// Send a request to the server. returns  a reply under 300
/// errors  kUnavailable: nobody answers at `url`; by the reply's status, with its message
Result<net::HttpReply> Ask(net::HttpClient& client, const std::string& url,
                           const net::HttpRequest& request);

/// One call of the server's JSON API.
///
/// in       method, path: `GET`, `/v1/streams`; body: null for none
/// returns  the reply's document, null for an empty one
/// errors   by the reply's status, with its message
Result<Json> Call(const std::string& url, const std::string& method, const std::string& path,
                  const Json& body);

}  // namespace tarn::app
