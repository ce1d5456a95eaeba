// The API's description: /openapi.json, kept by hand and held to the routes by a test, and the page
// that shows it.
#pragma once

#include <string_view>

#include "serve/http_message.h"

namespace tarn::serve {

/// OpenAPI 3.1 as JSON text.
std::string_view OpenApiText();

/// docs/formats/http_api.md, as it was when this was built.
std::string_view HttpApiPage();

// Handlers: `/openapi.json`, `/docs`, `/docs/app.js`, `/docs/style.css`, `/docs/rules`.
void ShowOpenApi(const Request& request, const Responder& responder);
void ShowDocs(const Request& request, const Responder& responder);
void ShowDocsScript(const Request& request, const Responder& responder);
void ShowDocsStyle(const Request& request, const Responder& responder);
void ShowRules(const Request& request, const Responder& responder);

}  // namespace tarn::serve
