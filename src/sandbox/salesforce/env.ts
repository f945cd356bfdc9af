// What every route of the org is handed: the org, the user behind the token, the orders of the fault plan. And the small
// readings of a request that several routes share.

import type { Context } from 'hono';
import { noOrders, type Orders } from '../half.ts';
import { error, WholeRefusal } from './answers.ts';
import type { Org } from './state.ts';
import type { WriteContext } from './writes.ts';

export interface OrgEnv {
  Bindings: {
    readonly orders?: Orders;
    /** Set when a composite request calls its own parts: already signed in, already counted. */
    readonly inside?: { readonly user: string; readonly counter: { at: number } };
  };
  Variables: { user: string; org: Org; counter: { at: number } };
}
export type Call = Context<OrgEnv>;

/** The base path of the API version that the call used: `/services/data/v66.0`. */
export function baseOf(call: Call): string {
  return `/services/data/${call.req.param('version') ?? 'v66.0'}`;
}
export function writeContext(call: Call): WriteContext {
  return {
    org: call.get('org'),
    by: call.get('user'),
    orders: call.env?.orders ?? noOrders,
    allowSave: /allowSave\s*=\s*true/i.test(call.req.header('sforce-duplicate-rule-header') ?? ''),
    autoAssign: !/^\s*false\s*$/i.test(call.req.header('sforce-auto-assign') ?? ''),
    counter: call.get('counter'),
  };
}
/** The JSON body as an object; a body that is none refuses the whole request. */
export async function bodyOf(call: Call): Promise<Record<string, unknown>> {
  const text = await call.req.text();
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
      return parsed as Record<string, unknown>;
  } catch {
    // told below, in the vendor's words
  }
  throw new WholeRefusal(400, error('JSON_PARSER_ERROR', 'Unexpected character at [line:1, column:1]', null));
}

/** Double slashes and a slash at the end are nothing to Salesforce. */
export function tidy(request: Request): Request {
  const url = new URL(request.url);
  const path = url.pathname.replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1');
  return path === url.pathname ? request : new Request(new URL(path + url.search, url), request);
}
