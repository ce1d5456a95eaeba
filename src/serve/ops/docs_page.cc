#include "serve/ops/api_docs.h"

namespace tarn::serve {
namespace {

constexpr std::string_view kPage = R"html(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tarn API</title>
<link rel="stylesheet" href="/docs/style.css">
<script src="/docs/app.js" defer></script>
</head>
<body>
<header><h1>Tarn</h1><p id="summary"></p><nav id="nav" aria-label="Groups"></nav></header>
<main id="main"><p>Reading <a href="/openapi.json">/openapi.json</a> …</p></main>
<footer><a href="/docs/rules">the API's rules</a> · <a href="/openapi.json">OpenAPI 3.1</a> · <a href="/metrics">metrics</a> · <a href="/readyz">readiness</a></footer>
</body>
</html>
)html";

constexpr std::string_view kStyle =
    R"css(:root { color-scheme: light dark; --edge: #8884; --soft: #8881; --get: #1769aa; --post: #2e7d32; --delete: #b3261e; }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { margin: 0; } h2 { margin: 2rem 0 .5rem; }
nav a { margin-right: 1rem; }
code, pre { font: 14px/1.45 ui-monospace, monospace; }
pre { background: var(--soft); border-radius: 6px; padding: .75rem; overflow-x: auto; }
details { border: 1px solid var(--edge); border-radius: 6px; margin: .5rem 0; padding: .5rem .75rem; }
summary { cursor: pointer; display: flex; gap: .75rem; align-items: baseline; flex-wrap: wrap; }
summary b { min-width: 4.5rem; text-align: center; color: #fff; border-radius: 4px; font-size: .8rem; padding: .1rem .4rem; background: #666; }
summary .get { background: var(--get); } summary .post { background: var(--post); } summary .delete { background: var(--delete); }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
th, td { text-align: left; border-bottom: 1px solid var(--edge); padding: .3rem .5rem; vertical-align: top; }
footer { margin: 3rem 0 1rem; border-top: 1px solid var(--edge); padding-top: .5rem; }
)css";

constexpr std::string_view kScript = R"js('use strict';
// Text is only ever set as text: nothing of the document becomes markup.
const make = (tag, text, className) => {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
};

const resolve = (api, value) => {
  if (!value || !value.$ref) return value || {};
  return value.$ref.slice(2).split('/').reduce((at, key) => at[key], api);
};

const table = (head, rows) => {
  const element = make('table');
  const header = make('tr');
  head.forEach((text) => header.append(make('th', text)));
  element.append(header);
  rows.forEach((cells) => {
    const row = make('tr');
    cells.forEach((text) => row.append(make('td', text)));
    element.append(row);
  });
  return element;
};

const titleOf = (tag) => tag['x-displayName'] || tag.name[0].toUpperCase() + tag.name.slice(1);

const show = (value) => (typeof value === 'string' ? value : JSON.stringify(value, null, 2));

const examples = (api, content) =>
  Object.entries(content || {}).flatMap(([type, media]) =>
    media.example === undefined ? [] : [make('p', type), make('pre', show(media.example))]);

const operation = (api, path, method, what) => {
  const details = make('details');
  const summary = make('summary');
  summary.append(make('b', method.toUpperCase(), method), make('code', path), make('span', what.summary));
  details.append(summary);
  if (what.description) details.append(make('p', what.description));
  const parameters = (what.parameters || []).map((p) => resolve(api, p));
  if (parameters.length) {
    details.append(table(['Parameter', 'In', 'Type', ''], parameters.map((p) => [
      p.name + (p.required ? ' *' : ''), p.in, (p.schema || {}).type || '', p.description || ''])));
  }
  if (what.requestBody) details.append(make('h4', 'Body'), ...examples(api, what.requestBody.content));
  details.append(make('h4', 'Replies'));
  Object.entries(what.responses).forEach(([status, reply]) => {
    const resolved = resolve(api, reply);
    details.append(make('p', status + '  ' + resolved.description), ...examples(api, resolved.content));
  });
  return details;
};

const render = (api) => {
  const main = document.getElementById('main');
  const nav = document.getElementById('nav');
  document.getElementById('summary').textContent = api.info.summary;
  const about = make('p', api.info.description + ' ');
  const rules = make('a', api.externalDocs.description);
  rules.href = api.externalDocs.url;
  about.append(rules);
  main.replaceChildren(about);
  api.tags.forEach((tag) => {
    const section = make('section');
    section.id = tag.name;
    section.append(make('h2', titleOf(tag)), make('p', tag.description));
    Object.entries(api.paths).forEach(([path, methods]) =>
      Object.entries(methods).forEach(([method, what]) => {
        if (method === '$ref') return; // another name of a path that is shown already
        if (what.tags.includes(tag.name)) section.append(operation(api, path, method, what));
      }));
    main.append(section);
    const link = make('a', titleOf(tag));
    link.href = '#' + tag.name;
    nav.append(link);
  });
};

fetch('/openapi.json')
  .then((reply) => reply.json())
  .then(render)
  .catch((error) => { document.getElementById('main').textContent = 'The description cannot be read: ' + error; });
)js";

Reply Page(std::string_view content_type, std::string_view text) {
  Reply reply;
  reply.content_type = content_type;
  reply.body = text;
  reply.headers.emplace_back(
      "Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
  reply.headers.emplace_back("Referrer-Policy", "no-referrer");
  return reply;
}

}  // namespace

void ShowDocs(const Request& /*request*/, const Responder& responder) {
  responder.Send(Page("text/html; charset=utf-8", kPage));
}

void ShowDocsScript(const Request& /*request*/, const Responder& responder) {
  responder.Send(Page("text/javascript; charset=utf-8", kScript));
}

void ShowDocsStyle(const Request& /*request*/, const Responder& responder) {
  responder.Send(Page("text/css; charset=utf-8", kStyle));
}

void ShowRules(const Request& /*request*/, const Responder& responder) {
  responder.Send(Page("text/plain; charset=utf-8", HttpApiPage()));  // browsers save text/markdown
}

}  // namespace tarn::serve
