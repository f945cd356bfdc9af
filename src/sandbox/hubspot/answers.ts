// What every HubSpot answer has in common: bodies of refusals, times as Java prints them, content types. It knows no
// object type and keeps no state.

import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** A JSON object as it travels; the sandbox builds bodies, it never interprets the caller's beyond what it names. */
export type Body = Readonly<Record<string, unknown>>;

/** HubSpot labels JSON with the charset and without a space. */
export const jsonType = 'application/json;charset=utf-8';

/** An answer other than success: thrown by a handler, turned into a response in one place (routes.ts). */
export class Refusal extends Error {
  readonly status: number;
  /** An object is sent as JSON with the correlation id added; a string is sent as HTML. */
  readonly body: Body | string;
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, body: Body | string, headers: Readonly<Record<string, string>> = {}) {
    super(typeof body === 'string' ? `${status}` : `${status} ${String(body['message'] ?? '')}`);
    this.name = 'Refusal';
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** An instant as `java.time.Instant.toString()` prints it: no fraction when the milliseconds are zero, else three digits. */
export function javaInstant(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}

/** A refusal with a category; `more` adds `errors`, `context`, `subCategory`, `links`. */
export function refuse(status: number, category: string, message: string, more: Body = {}): Refusal {
  return new Refusal(status, { status: 'error', message, ...more, category });
}
/** 400 VALIDATION_ERROR. */
export function invalid(message: string, more: Body = {}): Refusal {
  return refuse(400, 'VALIDATION_ERROR', message, more);
}
/** 404 OBJECT_NOT_FOUND, for things that are not records: properties, groups, lists, owners. */
export function notFound(message: string, more: Body = {}): Refusal {
  return refuse(404, 'OBJECT_NOT_FOUND', message, more);
}

/** The servlet's own page for a record that is not there; what clients get that do not ask for JSON by name. */
const notFoundPage = `<html>
<head>
<meta http-equiv="Content-Type" content="text/html;charset=utf-8"/>
<title>Error 404 Not Found</title>
</head>
<body><h2>HTTP ERROR 404</h2>
<p>Resource not found</p>
</body>
</html>
`;

/**
 * A single GET, PATCH or idProperty lookup that finds nothing. Two forms are known: JSON without a category (reported),
 * and the servlet's HTML page (recorded, from a client that sent no Accept for JSON). We take the Accept header to be
 * what tells them apart.
 */
export function resourceNotFound(accept: string): Refusal {
  if (!accept.includes('json'))
    return new Refusal(404, notFoundPage, { 'content-type': 'text/html;charset=iso-8859-1' });
  return new Refusal(404, { status: 'error', message: 'resource not found' });
}

/** Sent by the edge in front of HubSpot when nothing behind it answers: HTML, whatever the client asked for. */
export function gatewayPage(status: number, title: string): string {
  return `<html>
<head><title>${status} ${title}</title></head>
<body>
<center><h1>${status} ${title}</h1></center>
<hr><center>cloudflare</center>
</body>
</html>
`;
}

/** A JSON response; the content type is never left out, the client library refuses bodies without one. */
export function answer(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), {
    status: status as ContentfulStatusCode,
    headers: { 'content-type': jsonType, ...headers },
  });
}
/** 204 without a body. */
export function empty(status = 204): Response {
  return new Response(null, { status });
}
