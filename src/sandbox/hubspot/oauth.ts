// The token routes: exchange and refresh, look at a token, revoke; OAuth's take forms, that of private apps takes JSON.

import { answer, empty, notFound, Refusal } from './answers.ts';
import { bodyOf, idOf, type Routes } from './call.ts';
import { kinds } from './kinds.ts';
import { nowMs, type PortalState } from './state.ts';
import type { Grant } from './tokens.ts';

/** The scopes of a grant by name; `*` stands for every one that a route of this portal asks for. */
function scopesOf(grant: Grant): string[] {
  if (!grant.scopes.includes('*')) return [...grant.scopes];
  const ofRecords = kinds.flatMap((kind) => [...kind.readScopes, ...kind.writeScopes, ...kind.schemaWriteScopes]);
  return [...new Set([...ofRecords, 'crm.objects.owners.read', 'crm.lists.read', 'crm.lists.write', 'oauth'])].sort();
}

/** POST /oauth/v1/token and its successors; GET and DELETE of tokens. */
export function oauthRoutes(routes: Routes, state: PortalState): void {
  routes.post('/oauth/:version/token', async (call) =>
    answer(200, state.tokens.exchange(new URLSearchParams(await call.req.text()))),
  );
  // Documented for private apps; whether a service key may be asked nobody has verified, so it may not.
  routes.post('/oauth/v2/private-apps/get/access-token-info', async (call) => {
    const grant = state.tokens.grant(idOf((await bodyOf(call))['tokenKey']) ?? '');
    if (grant === undefined || grant.kind !== 'private_app') throw notFound('access token was not found');
    return answer(200, { userId: 1, hubId: state.id, appId: Number(grant.app), scopes: scopesOf(grant) });
  });
  routes.get('/oauth/v1/access-tokens/:token', (call) => {
    const grant = state.tokens.grant(call.req.param('token'));
    const left = grant?.expiresAt == null ? 0 : Math.floor((grant.expiresAt - nowMs(state)) / 1000);
    if (grant === undefined || left <= 0)
      throw new Refusal(404, { status: 'error', message: 'access token was not found', category: 'OBJECT_NOT_FOUND' });
    return answer(200, {
      token: grant.token,
      user: 'pretend@example.com',
      hub_domain: 'pretend.example.com',
      scopes: scopesOf(grant),
      hub_id: state.id,
      app_id: 1,
      expires_in: left,
      user_id: 1,
      token_type: 'access',
    });
  });
  routes.get('/oauth/v1/refresh-tokens/:token', (call) => {
    const app = state.tokens.apps.find((one) => one.refreshToken === call.req.param('token'));
    if (app === undefined || state.tokens.isRevoked(app.refreshToken))
      throw new Refusal(404, { status: 'error', message: 'refresh token was not found', category: 'OBJECT_NOT_FOUND' });
    return answer(200, {
      token: app.refreshToken,
      user: 'pretend@example.com',
      hub_domain: 'pretend.example.com',
      scopes: app.scopes,
      hub_id: state.id,
      client_id: app.clientId,
      user_id: 1,
      token_type: 'refresh',
    });
  });
  routes.delete('/oauth/v1/refresh-tokens/:token', (call) => {
    state.tokens.revoke(call.req.param('token'));
    return empty();
  });
}
