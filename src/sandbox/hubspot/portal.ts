// The pretend HubSpot portal: opens its books over the world, joins all routes, lets callers in, counts their calls and
// dresses every answer in HubSpot's headers. What a route does is said in the files beside it.

import { Hono } from 'hono';
import type { CallKind, Half, Orders, RefusalHint, Surroundings } from '../half.ts';
import { accountRoutes } from './account.ts';
import { answer, gatewayPage, jsonType, Refusal, resourceNotFound } from './answers.ts';
import { associationRoutes } from './associations.ts';
import { batchRoutes } from './batch.ts';
import type { CallEnv, Routes } from './call.ts';
import { listRoutes } from './lists.ts';
import { oauthRoutes } from './oauth.ts';
import { objectRoutes } from './objects.ts';
import { ownerRoutes } from './owners.ts';
import { pipelineRoutes } from './pipelines.ts';
import { propertyRoutes } from './properties.ts';
import { searchRoutes } from './search.ts';
import { furnish, type SeedMap, seedPortal } from './seed.ts';
import { newState, type PortalState, type Settings } from './state.ts';
import type { Grant } from './tokens.ts';

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

const nobody: Grant = { token: '', app: '', scopes: [], expiresAt: null };

/** Path and version: slashes made single, dates in the path led to the handlers of v3 and v4. */
export function canonicalPath(path: string): { readonly path: string; readonly version: string } {
  const plain = path.replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1');
  const dated = /^\/(crm\/)?([a-z-]+)\/(20\d\d-\d\d)(\/.*)?$/.exec(plain);
  if (dated === null) return { path: plain, version: /\/(v\d)(?=\/|$)/.exec(plain)?.[1] ?? 'v3' };
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
  const { status, body, headers } = refusal;
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
  pipelineRoutes(routes);
  listRoutes(routes, state);
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
  return /\/(search|batch\/read|idmapping)$/.test(plain) ? 'read' : 'write';
}

/** Planted refusals in HubSpot's words. */
function refusalFor(state: PortalState, status: number, hint: RefusalHint): Refusal {
  const headers = { ...hint.headers };
  const said = (message: string) => hint.message ?? message;
  if (status === 429 && hint.code === 'DAILY') return new Refusal(429, state.limits.dailyRefusal().body, headers);
  if (status === 429 && (hint.code === 'SECONDLY' || hint.code === 'RATE_LIMITS'))
    return new Refusal(429, state.limits.searchRefusal().body, headers);
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
  if (status === 500) return new Refusal(500, { status: 'error', message: said('internal error') }, headers);
  const category = hint.code ?? categories[status];
  const message = said(messages[status] ?? 'refused by the fault plan');
  return category === undefined
    ? new Refusal(status, { status: 'error', message }, headers)
    : new Refusal(status, { status: 'error', message, category }, headers);
}
const gatewayTitles: Readonly<Record<number, string>> = {
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
  521: 'Web server is down',
  523: 'Origin is unreachable',
  524: 'A timeout occurred',
};
const categories: Readonly<Record<number, string>> = {
  400: 'VALIDATION_ERROR',
  401: 'INVALID_AUTHENTICATION',
  403: 'MISSING_SCOPES',
  409: 'CONFLICT',
};
const messages: Readonly<Record<number, string>> = {
  404: 'resource not found',
  403: "This app hasn't been granted all required scopes to make this call.",
};

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
    let grant = nobody;
    let response: Response;
    try {
      if (request.url.length > longestUrl) throw new Refusal(414, gatewayPage(414, 'Request-URI Too Large'));
      if (!isOpen) {
        grant = state.tokens.admit(request.headers.get('authorization') ?? '');
        state.limits.take(grant.app, isSearch);
      }
      response = await routes.fetch(new Request(address, request), { orders, version, grant, correlationId });
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      response = responseOf(thrown, correlationId);
    }
    const isCounted = grant !== nobody && !(isSearch && response.status === 429);
    const counted = isCounted ? state.limits.headers(grant.app, isSearch) : {};
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
      const response = responseOf(refusal, correlationOf(state));
      if (status === 429 && hint.code !== 'SECONDLY' && hint.code !== 'RATE_LIMITS')
        for (const [name, value] of Object.entries(state.limits.headers('planted', false)))
          response.headers.set(name, value);
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
 * Turns a knob: `burst` (calls per ten seconds), `searches` (per second), `token` ({token, scopes}: one more key), or any
 * of {@link Settings} by its name. Names and values that mean nothing here are ignored.
 */
function turn(state: PortalState, name: string, value: unknown): void {
  if (name === 'burst' && typeof value === 'number') state.limits.burst = value;
  if (name === 'searches' && typeof value === 'number') state.limits.searches = value;
  if (name === 'token' && typeof value === 'object' && value !== null) {
    const { token, scopes } = value as { readonly token?: unknown; readonly scopes?: unknown };
    if (typeof token === 'string' && Array.isArray(scopes)) state.tokens.add(token, scopes.map(String));
  }
  if (!(name in state.settings)) return;
  const settings = state.settings as Record<keyof Settings, unknown>;
  const known = name as keyof Settings;
  if (typeof value === typeof settings[known]) settings[known] = value;
}
