// The door of the console: which Host may be asked for, who may come in, and which headers every answer carries. Signed in
// even on loopback, because any web page a person visits can reach a loopback port.

import type { Context, MiddlewareHandler } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Sessions } from './sessions.ts';

export interface DoorOptions {
  /** Hosts (without port) that may stand in the Host header. */
  readonly hosts: readonly string[];
  /** The address that people use where a proxy with TLS stands before us: `https://kenko.example.com`. */
  readonly publicUrl: string | null;
  readonly sessions: Sessions;
}

const open = new Set(['/livez', '/readyz', '/healthz', '/sign-in', '/style.css']);
const cookieName = 'kenko_console';
const headers = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** Host check, security headers, sign-in. Answers 403 to a foreign Host before anything else is looked at. */
export function door(options: DoorOptions): MiddlewareHandler {
  const publicHost = options.publicUrl === null ? null : new URL(options.publicUrl).host;
  return async (context, next) => {
    for (const [name, value] of Object.entries(headers)) context.header(name, value);
    const host = (context.req.header('host') ?? '').toLowerCase();
    if (host !== publicHost && !options.hosts.includes(host.replace(/:\d+$/, '')))
      return context.text('This host is not served here.\n', 403);
    if (!['GET', 'HEAD'].includes(context.req.method) && !isOwnForm(context, host, options.publicUrl))
      return context.text('This form was not sent from this console.\n', 403);
    if (open.has(context.req.path)) return await next();
    const token = context.req.header('authorization');
    if (token === undefined ? isSignedIn(context, options) : options.sessions.isToken(token.replace(/^Bearer /, '')))
      return await next();
    if (token !== undefined && options.sessions.isClosed()) {
      context.header('retry-after', '60');
      return context.json({ error: 'too many wrong tokens; wait a minute' }, 429);
    }
    if (context.req.path === '/metrics') {
      context.header('www-authenticate', 'Bearer');
      return context.text('Show the token of the console as a bearer token.\n', 401);
    }
    if (token !== undefined || context.req.path.endsWith('.json')) return context.json({ error: 'sign in first' }, 401);
    return context.redirect('/sign-in');
  };
}

/** A form of ours, sent by a browser from a page of ours: the very origin, port included, and no other kind of body. */
function isOwnForm(context: Context, host: string, publicUrl: string | null): boolean {
  const site = context.req.header('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin') return false;
  if (context.req.header('content-type')?.split(';')[0]?.trim() !== 'application/x-www-form-urlencoded') return false;
  const origin = context.req.header('origin');
  if (origin === undefined || !URL.canParse(origin)) return false;
  return origin === publicUrl || new URL(origin).host === host;
}

function isSignedIn(context: Context, options: DoorOptions): boolean {
  const id = getCookie(context, cookieName, options.publicUrl === null ? undefined : 'host');
  return id !== undefined && options.sessions.isAlive(id);
}

/** Gives a browser its session. Over TLS the cookie is bound to this very host (`__Host-`). */
export function letIn(context: Context, options: DoorOptions, id: string): void {
  const strict = { httpOnly: true, sameSite: 'Strict', path: '/' } as const;
  if (options.publicUrl === null) setCookie(context, cookieName, id, strict);
  else setCookie(context, cookieName, id, { ...strict, prefix: 'host', secure: true });
}
/** Ends the session on both sides. */
export function letOut(context: Context, options: DoorOptions): void {
  const prefix = options.publicUrl === null ? undefined : 'host';
  const id = getCookie(context, cookieName, prefix);
  if (id !== undefined) options.sessions.signOut(id);
  deleteCookie(context, cookieName, prefix === undefined ? { path: '/' } : { path: '/', secure: true, prefix });
}
