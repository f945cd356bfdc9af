// The pretend HubSpot portal: opens its books over the world, joins all routes, lets callers in, counts their calls and
// dresses every answer in HubSpot's headers. What a route does is said in the files beside it.

import { Hono } from 'hono';
import type { CallKind, Half, Orders, RefusalHint, Surroundings } from '../half.ts';
import { accountRoutes } from './account.ts';
import { answer, gatewayPage, jsonType, Refusal, resourceNotFound } from './answers.ts';
import { associationRoutes } from './associations.ts';
import { batchRoutes } from './batch.ts';
import type { CallEnv, Routes } from './call.ts';
import { listExtraRoutes } from './list-extras.ts';
import { listRoutes } from './lists.ts';
import { oauthRoutes } from './oauth.ts';
import { objectRoutes } from './objects.ts';
import { ownerRoutes } from './owners.ts';
import { pipelineRoutes } from './pipelines.ts';
import { propertyRoutes } from './properties.ts';
import { schemaRoutes } from './schemas.ts';
import { searchRoutes } from './search.ts';
import { furnish, type SeedMap, seedPortal } from './seed.ts';
import { newState, type PortalState, type Settings } from './state.ts';
import { expired, type Grant, isTokenRefusal, missingScopes, unauthenticated } from './tokens.ts';
import { usageRoutes } from './usage.ts';

const portalId = 44_237_313;
const firstToken = 'pat-na1-pretend-not-a-secret';

/** The half, and its inside for those who act as people in it. */
export interface Portal extends Half {
  readonly vendor: 'hubspot';
  readonly state: PortalState;
  readonly seeds: SeedMap;
}

/** Longer addresses are refused: some hundred property names in one GET are too many. */
const longestUrl = 8192;

const nobody: Grant = { token: '', kind: 'private_app', app: '', scopes: [], expiresAt: null };

/** Marks an answer, inside the portal only, that says nothing of the limits. */
const untold = 'x-pretend-untold';

/** The dated versions that exist; another date in a path leads nowhere. */
const datedVersions = ['2026-03', '2026-09'];

/** Path and version: slashes made single, dates in the path led to the handlers of v3 and v4. */
export function canonicalPath(path: string): { readonly path: string; readonly version: string } {
  const plain = path.replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1');
  const dated = /^\/(crm\/)?([a-z-]+)\/(20\d\d-\d\d)(\/.*)?$/.exec(plain);
  if (dated === null || !datedVersions.includes(dated[3] ?? ''))
    return { path: plain, version: /\/(v\d)(?=\/|$)/.exec(plain)?.[1] ?? 'v3' };
  const [, crm, room = '', version = '', rest = ''] = dated;
  const older = room === 'associations' ? 'v4' : 'v3';
  return { path: crm === undefined ? `/${room}/${older}${rest}` : `/crm/${older}/${room}${rest}`, version };
}

function correlationOf(state: PortalState): string {
  const hex = state.chance.id() + state.chance.id();
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** A refusal as a response; JSON bodies get the correlation id after the message, where HubSpot has it. */
function responseOf(refusal: Refusal, correlationId: string): Response {
  const { status, body } = refusal;
  // Recorded: who lacks the scopes of a route is told nothing of limits, while a refusal to see definitions tells them.
  const isUntold = status === 403 && typeof body !== 'string' && body['category'] === 'MISSING_SCOPES';
  const headers = { ...refusal.headers, ...(isUntold ? { [untold]: 'yes' } : {}) };
  if (typeof body === 'string')
    return new Response(body, { status, headers: { 'content-type': 'text/html;charset=utf-8', ...headers } });
  // OAuth speaks of errors in its own way and has no correlation id in the body.
  if ('error' in body) return answer(status, body, headers);
  const { status: word, message, ...more } = body;
  return answer(status, { status: word, message, correlationId, ...more }, headers);
}

function joinRoutes(state: PortalState): Routes {
  const routes: Routes = new Hono<CallEnv>();
  accountRoutes(routes, state);
  oauthRoutes(routes, state);
  batchRoutes(routes, state);
  searchRoutes(routes, state);
  // Associations before objects: both know paths below a record.
  associationRoutes(routes, state);
  objectRoutes(routes, state);
  propertyRoutes(routes, state);
  ownerRoutes(routes, state);
  pipelineRoutes(routes, state);
  // Folders and the like before lists: their names would else be taken for the id of a list.
  listExtraRoutes(routes, state);
  listRoutes(routes, state);
  schemaRoutes(routes, state);
  usageRoutes(routes, state);
  routes.notFound((call) => responseOf(resourceNotFound(call.req.header('accept') ?? ''), call.env.correlationId));
  routes.onError((thrown, call) => {
    if (thrown instanceof Refusal) return responseOf(thrown, call.env.correlationId);
    if (thrown instanceof SyntaxError)
      return responseOf(
        new Refusal(400, { status: 'error', message: `Invalid input JSON: ${thrown.message}` }),
        call.env.correlationId,
      );
    throw thrown;
  });
  return routes;
}

function kindOfCall(method: string, path: string): CallKind {
  const { path: plain } = canonicalPath(path.split('?')[0] ?? '/');
  if (plain.startsWith('/oauth/')) return 'auth';
  if (method === 'GET' || method === 'HEAD') return 'read';
  return /\/(search|batch\/read|idmapping|lists\/all)$/.test(plain) ? 'read' : 'write';
}

/** Planted refusals in HubSpot's words. */
function refusalFor(state: PortalState, status: number, hint: RefusalHint): Refusal {
  const headers = { ...hint.headers };
  const said = (message: string) => hint.message ?? message;
  if (status === 429 && hint.code === 'DAILY') return new Refusal(429, state.limits.dailyRefusal().body, headers);
  if (status === 429 && isSecondly(hint))
    return new Refusal(429, state.limits.searchRefusal(hint.code === 'SECONDLY').body, headers);
  if (status === 429) return new Refusal(429, state.limits.burstRefusal('planted').body, headers);
  if (status === 477)
    return new Refusal(
      477,
      { status: 'error', message: said('Migration in progress') },
      { 'retry-after': '3600', ...headers },
    );
  if (status === 423)
    return new Refusal(423, { status: 'error', message: said('Locked'), category: hint.code ?? 'LOCKED' }, headers);
  if ([502, 503, 504, 520, 521, 522, 523, 524].includes(status) && hint.message === undefined)
    return new Refusal(status, gatewayPage(status, gatewayTitles[status] ?? 'Error'), headers);
  const access = accessRefusal(state, status, hint);
  if (access !== null) return access;
  if (status === 500) return new Refusal(500, { status: 'error', message: said('internal error') }, headers);
  const category = hint.code ?? categories[status];
  const message = said(messages[status] ?? 'refused by the fault plan');
  return category === undefined
    ? new Refusal(status, { status: 'error', message }, headers)
    : new Refusal(status, { status: 'error', message, category }, headers);
}
const isSecondly = (hint: RefusalHint) => hint.code === 'SECONDLY' || hint.code === 'RATE_LIMITS';
/** What a planted 429 says of the limits: nothing where searches are too many, else that nothing is left. */
function headersOfRefusal(state: PortalState, hint: RefusalHint): Readonly<Record<string, string>> {
  if (isSecondly(hint)) return {};
  const left = hint.code === 'DAILY' ? 'daily-remaining' : 'remaining';
  return { ...state.limits.headers('planted', false), [`x-hubspot-ratelimit-${left}`]: '0' };
}
const gatewayTitles: Readonly<Record<number, string>> = {
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
  521: 'Web server is down',
  523: 'Origin is unreachable',
  524: 'A timeout occurred',
};
/** A planted 401 or 403 in the words and with the body of a real one. */
function accessRefusal(state: PortalState, status: number, hint: RefusalHint): Refusal | null {
  if (hint.message !== undefined) return null;
  if (status === 401 && (hint.code === undefined || hint.code === 'INVALID_AUTHENTICATION')) return unauthenticated();
  if (status === 401 && hint.code === 'EXPIRED_AUTHENTICATION') {
    const now = Date.parse(state.clock.now());
    return expired('token', now - 75_000, now);
  }
  const isScopes = status === 403 && (hint.code === undefined || hint.code === 'MISSING_SCOPES');
  return isScopes ? missingScopes(['crm.objects.companies.read', 'crm.objects.companies.write']) : null;
}
const categories: Readonly<Record<number, string>> = {
  400: 'VALIDATION_ERROR',
  401: 'INVALID_AUTHENTICATION',
  403: 'MISSING_SCOPES',
  409: 'CONFLICT',
};
const messages: Readonly<Record<number, string>> = { 404: 'resource not found' };

/** Opens the portal over a world. */
export function openPortal(around: Surroundings): Portal {
  const { clock, chance, world, url } = around;
  const state = newState({ clock, chance, url, id: portalId, token: firstToken });
  const seeds = seedPortal(state, world);
  const routes = joinRoutes(state);

  async function serve(request: Request, orders: Orders): Promise<Response> {
    const correlationId = correlationOf(state);
    const address = new URL(request.url);
    const { path, version } = canonicalPath(address.pathname);
    address.pathname = path;
    const isOpen = path.startsWith('/oauth/');
    const isSearch = /^\/crm\/v3\/objects\/[^/]+\/search$/.test(path);
    const isAssociation = /\/associations(\/|$)/.test(path);
    const kind = isSearch ? 'search' : isAssociation ? 'association' : 'other';
    let grant = nobody;
    let response: Response;
    try {
      if (request.url.length > longestUrl) throw new Refusal(414, gatewayPage(414, 'Request-URI Too Large'));
      if (!isOpen) {
        grant = state.tokens.admit(request.headers.get('authorization') ?? '');
        state.limits.take({ app: grant.app, kind, isOAuth: grant.kind === 'oauth' });
      }
      // What is beyond its support may be switched off any day; what it answers then nobody knows yet.
      if (state.settings.closedVersions.includes(version)) throw resourceNotFound(request.headers.get('accept') ?? '');
      response = await routes.fetch(new Request(address, request), { orders, version, grant, correlationId });
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      response = responseOf(thrown, correlationId);
    }
    const isTold = grant !== nobody && !(isSearch && response.status === 429) && !response.headers.has(untold);
    const counted = isTold ? state.limits.headers(grant.app, isSearch, grant.kind === 'oauth') : {};
    response.headers.delete(untold);
    for (const [name, value] of Object.entries({ ...counted, 'x-hubspot-correlation-id': correlationId }))
      response.headers.set(name, value);
    return response;
  }

  return {
    vendor: 'hubspot',
    identity: String(portalId),
    token: firstToken,
    store: state.store,
    state,
    seeds,
    fetch: serve,
    kindOf: kindOfCall,
    refuse: (status, hint) => {
      const headers = { 'content-type': jsonType, ...hint.headers };
      if (hint.body !== undefined)
        return new Response(typeof hint.body === 'string' ? hint.body : JSON.stringify(hint.body), { status, headers });
      const refusal = refusalFor(state, status, hint);
      const correlationId = correlationOf(state);
      const response = responseOf(refusal, correlationId);
      response.headers.delete(untold);
      const told = {
        'x-hubspot-correlation-id': correlationId,
        ...(status === 429 ? headersOfRefusal(state, hint) : {}),
      };
      // What the fault plan sets stands.
      for (const [name, value] of Object.entries({ ...told, ...hint.headers })) response.headers.set(name, value);
      return response;
    },
    expireTokens: () => state.tokens.expireAll(),
    setRefresh: (wish) => {
      state.tokens.refresh = wish;
    },
    setDailyLimit: ({ max, used }) => {
      if (max !== undefined) state.limits.daily = max;
      if (used !== undefined) state.limits.setUsed(used);
    },
    setUp: (fields) => furnish(state, fields),
    setKnob: (name, value) => turn(state, name, value),
  };
}

/**
 * Turns a knob: `burst` (calls per ten seconds, of associations and OAuth apps too), `associations` and `oauth_burst`
 * (those alone), `searches` (per second), `token` ({token, scopes, kind}: one more key), `refresh_refusal` (how a failing
 * refresh is refused), or any of {@link Settings} by its name. Names and values that mean nothing here are ignored.
 */
function turn(state: PortalState, name: string, value: unknown): void {
  const { limits } = state;
  if (typeof value === 'number') {
    if (name === 'burst') limits.burst = limits.oauthBurst = limits.associations = value;
    if (name === 'associations') limits.associations = value;
    if (name === 'oauth_burst') limits.oauthBurst = value;
    if (name === 'searches') limits.searches = value;
  }
  if (name === 'refresh_refusal' && isTokenRefusal(value)) state.tokens.refusal = value;
  if (name === 'token' && typeof value === 'object' && value !== null) {
    const { token, scopes, kind } = value as Readonly<Record<string, unknown>>;
    if (typeof token === 'string' && Array.isArray(scopes))
      state.tokens.add(token, scopes.map(String), kind === 'service_key' ? kind : 'private_app');
  }
  if (!(name in state.settings)) return;
  const settings = state.settings as Record<keyof Settings, unknown>;
  const known = name as keyof Settings;
  if (typeof value === typeof settings[known]) settings[known] = value;
}
