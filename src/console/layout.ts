// The frame around every page. hono's html escapes what it is given, because names from a CRM are anybody's input.

import { html } from 'hono/html';

export type Page = ReturnType<typeof html>;

/** A whole page; `body` is already escaped html. */
export function layout(title: string, body: Page, home: string): Page {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${title} · kenko</title>
    <link rel="stylesheet" href="/style.css" />
  </head>
  <body>
    <header>
      <strong>kenko 健康</strong><span class="dim">${home}</span>
      <nav><a href="/">Overview</a><a href="/accounts">Accounts</a></nav>
      <form method="post" action="/sign-out"><button>Sign out</button></form>
    </header>
    <h1>${title}</h1>
    ${body}
  </body>
</html>`;
}
