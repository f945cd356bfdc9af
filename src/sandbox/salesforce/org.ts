// The pretend Salesforce org: joins its routes over one store, signs callers in, counts calls against the day, and puts the
// vendor's words on planted refusals.

import { Hono } from 'hono';
import type { CallKind, Half, RefusalHint, Surroundings } from '../half.ts';
import type { SetupField } from '../world/setup-fields.ts';
import { error, json, notFound, refuseWhole, usualText, WholeRefusal } from './answers.ts';
import { bulkRoutes } from './bulk-ingest.ts';
import { bulkV1Routes } from './bulk-v1.ts';
import { collectionRoutes } from './collections.ts';
import { compositeRoutes } from './composite.ts';
import { deployRoutes } from './deploy.ts';
import { describeRoutes } from './describe.ts';
import { type OrgEnv, tidy } from './env.ts';
import { foundOrg } from './founding.ts';
import { furnish } from './furnish.ts';
import { metadataRoutes } from './metadata.ts';
import { oauthRoutes, signIn, TokenBook } from './oauth.ts';
import { queryRoutes } from './query.ts';
import { rootRoutes } from './roots.ts';
import { rowRoutes } from './rows.ts';
import { seedOrg } from './seed.ts';
import type { Org } from './state.ts';

/** The org as a half of the sandbox, with what tests of it may want besides. */
export interface OrgHalf extends Half {
  readonly org: Org;
  readonly tokens: TokenBook;
}

/** Opens the org over a world. */
export function openOrg(around: Surroundings): OrgHalf {
  const org = foundOrg(around);
  seedOrg(org);
  const tokens = new TokenBook(org);
  const app = routesOf(org, tokens);
  return {
    vendor: 'salesforce',
    identity: org.id,
    token: tokens.first,
    store: org.store,
    org,
    tokens,
    fetch: async (request, orders) => app.fetch(tidy(request), { orders }),
    kindOf,
    refuse: (status, hint) => refuse(org, status, hint),
    expireTokens: () => tokens.expireAll(),
    setRefresh: (answer) => {
      tokens.refresh = answer;
    },
    setDailyLimit: ({ max, used }) => {
      if (max !== undefined) org.limit.max = max;
      if (used !== undefined) org.limit.used = used;
    },
    setUp: (fields: readonly SetupField[]) => furnish(org, fields),
    setKnob: (name, value) => {
      if (name in org.settings) Object.assign(org.settings, { [name]: value });
    },
  };
}

function routesOf(org: Org, tokens: TokenBook): Hono<OrgEnv> {
  const app = new Hono<OrgEnv>();
  app.onError((problem) => {
    if (problem instanceof WholeRefusal) return refuseWhole(problem.status, ...problem.errors);
    throw problem;
  });
  app.notFound(() => refuseWhole(404, ...notFound().errors));
  app.use('*', async (call, next) => {
    call.set('org', org);
    call.set('counter', call.env?.inside?.counter ?? { at: 0 });
    await next();
  });
  app.use('/services/data/*', async (call, next) => {
    const version = /^\/services\/data\/v(\d+)\.0(\/|$)/.exec(call.req.path)?.[1];
    if (call.req.path === '/services/data') return next();
    if (version === undefined || Number(version) > 68) throw notFound();
    if (Number(version) < 31)
      throw new WholeRefusal(410, error('UNSUPPORTED_API_VERSION', 'This API version is retired', null));
    const inside = call.env?.inside;
    if (inside !== undefined) {
      call.set('user', inside.user);
      return next();
    }
    call.set('user', signIn(call, tokens));
    if (org.settings.lacks.includes('ApiEnabled'))
      throw new WholeRefusal(403, error('API_DISABLED_FOR_ORG', 'API is disabled for this User', null));
    if (org.limit.used >= org.limit.max)
      throw new WholeRefusal(403, error('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.', null));
    org.limit.used += 1;
    await next();
    if (call.res.status !== 204) call.header('Sforce-Limit-Info', `api-usage=${org.limit.used}/${org.limit.max}`);
  });
  oauthRoutes(app, tokens);
  metadataRoutes(app, tokens);
  deployRoutes(app);
  rootRoutes(app);
  bulkRoutes(app);
  bulkV1Routes(app, tokens);
  collectionRoutes(app);
  compositeRoutes(app);
  queryRoutes(app);
  describeRoutes(app);
  rowRoutes(app);
  return app;
}

/** Reads by POST: retrieve by ids, composite calls of reads only, SOAP calls that only ask. */
function kindOf(method: string, path: string, body: string): CallKind {
  const clean = path.replace(/\/{2,}/g, '/').split('?')[0] ?? '';
  if (clean.startsWith('/services/oauth2') || clean.startsWith('/id/')) return 'auth';
  if (method === 'GET' || method === 'HEAD') return 'read';
  if (method === 'POST' && /\/composite\/sobjects\/[^/]+$/.test(clean)) return 'read';
  if (method === 'POST' && clean.endsWith('/jobs/query')) return 'read';
  if (clean.includes('/services/Soap/'))
    return /<(\w+:)?(create|update|upsert|delete|rename)Metadata|<(\w+:)?deploy[ >]/.test(body) ? 'write' : 'read';
  if (/\/composite(\/batch|\/graph)?$/.test(clean)) {
    const methods = [...body.matchAll(/"method"\s*:\s*"(\w+)"/g)].map((match) => match[1]?.toUpperCase());
    const urls = [...body.matchAll(/"url"\s*:\s*"([^"]+)"/g)].map((match) => match[1] ?? '');
    const isRead = methods.every((one, at) => one === 'GET' || /\/composite\/sobjects\/[^/?]+$/.test(urls[at] ?? ''));
    return isRead ? 'read' : 'write';
  }
  return 'write';
}

const concurrent = 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.';

function refuse(org: Org, status: number, hint: RefusalHint): Response {
  const headers = { ...hint.headers };
  if (hint.body !== undefined)
    return typeof hint.body === 'string'
      ? new Response(hint.body, { status, headers: { 'content-type': 'text/html;charset=UTF-8', ...headers } })
      : json(status, hint.body, headers);
  if (status === 300) return json(300, [`/services/data/v66.0/sobjects/Account/${org.id}`], headers);
  const usual: Readonly<Record<number, string>> = {
    400: 'MALFORMED_QUERY',
    401: 'INVALID_SESSION_ID',
    403: 'REQUEST_LIMIT_EXCEEDED',
    404: 'NOT_FOUND',
    409: 'CONFLICT',
    410: 'UNSUPPORTED_API_VERSION',
    412: 'PRECONDITION_FAILED',
    420: 'FUNCTIONALITY_TEMPORARILY_UNAVAILABLE',
    429: 'REQUEST_LIMIT_EXCEEDED',
    503: 'SERVER_UNAVAILABLE',
  };
  const isConcurrent = hint.code === 'ConcurrentRequests';
  const code = isConcurrent ? 'REQUEST_LIMIT_EXCEEDED' : (hint.code ?? usual[status]);
  if (code === undefined || (status >= 500 && hint.code === undefined && status !== 503))
    return new Response(
      `<html><head><title>Error ${status}</title></head><body>An unexpected error occurred.</body></html>`,
      {
        status,
        headers: { 'content-type': 'text/html;charset=UTF-8', ...headers },
      },
    );
  const message = hint.message ?? (isConcurrent ? concurrent : usualText(code));
  const answer = refuseWhole(status, error(code, message, null));
  for (const [name, value] of Object.entries(headers)) answer.headers.set(name, value);
  return answer;
}
