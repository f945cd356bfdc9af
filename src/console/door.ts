// The door of the console: which Host may be asked for, who may come in, and which headers every answer carries. Signed in
// even on loopback, because any web page a person visits can reach a loopback port.

import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { deleteCookie, getSignedCookie, setSignedCookie } from 'hono/cookie';

export interface DoorOptions {
  /** Hosts (without port) that may stand in the Host header. */
  readonly hosts: readonly string[];
  /** At least 128 bits, from KENKO_CONSOLE_TOKEN or made at start and printed once. */
  readonly token: string;
  readonly now: () => string;
  /** Told of each try to sign in, for the audit; of those above the limit only the first. */
  readonly onSignIn: (letIn: boolean) => Promise<void>;
}

const open = new Set(['/livez', '/readyz', '/healthz', '/sign-in', '/style.css']);
const cookieName = 'kenko_console';
const sessionMs = 12 * 3_600_000;
const triesPerMinute = 5;

/** Host check, security headers, sign-in. Answers 403 to a foreign Host before anything else is looked at. */
export function door(options: DoorOptions): MiddlewareHandler {
  return async (context, next) => {
    const host = (context.req.header('host') ?? '').replace(/:\d+$/, '');
    if (!options.hosts.includes(host)) return context.text('This host is not served here.\n', 403);
    const headers = {
      'content-security-policy':
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-store',
    };
    for (const [name, value] of Object.entries(headers)) context.header(name, value);
    if (context.req.method !== 'GET' && !sameOrigin(context, host))
      return context.text('This form was not sent from this console.\n', 403);
    if (open.has(context.req.path) || (await isSignedIn(context, options))) return await next();
    if (context.req.path.endsWith('.json')) return context.json({ error: 'sign in first' }, 401);
    return context.redirect('/sign-in');
  };
}

function sameOrigin(context: Context, host: string): boolean {
  const site = context.req.header('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin') return false;
  const origin = context.req.header('origin');
  if (origin === undefined) return site === 'same-origin' || context.req.header('authorization') !== undefined;
  return URL.canParse(origin) && new URL(origin).hostname === host;
}

async function isSignedIn(context: Context, options: DoorOptions): Promise<boolean> {
  const bearer = context.req.header('authorization')?.replace(/^Bearer /, '');
  if (bearer !== undefined) return sameToken(bearer, options.token);
  const since = await getSignedCookie(context, secretOf(options.token), cookieName);
  return typeof since === 'string' && Date.parse(options.now()) - Date.parse(since) < sessionMs;
}
function sameToken(given: string, token: string): boolean {
  return timingSafeEqual(createHash('sha256').update(given).digest(), createHash('sha256').update(token).digest());
}
function secretOf(token: string): string {
  return createHash('sha256').update(`cookie ${token}`).digest('hex');
}

/** Counts sign-in tries; more than five a minute are refused, right or wrong. */
export function signIn(options: DoorOptions): (context: Context, token: string) => Promise<boolean> {
  let minute = '';
  let tries = 0;
  return async (context, token) => {
    const now = options.now();
    if (now.slice(0, 16) !== minute) {
      minute = now.slice(0, 16);
      tries = 0;
    }
    tries += 1;
    const isRight = tries <= triesPerMinute && sameToken(token, options.token);
    if (tries <= triesPerMinute + 1) await options.onSignIn(isRight);
    if (!isRight) return false;
    await setSignedCookie(context, cookieName, now, secretOf(options.token), {
      httpOnly: true,
      sameSite: 'Strict',
      path: '/',
      maxAge: sessionMs / 1000,
    });
    return true;
  };
}
export function signOut(context: Context): void {
  deleteCookie(context, cookieName);
}
