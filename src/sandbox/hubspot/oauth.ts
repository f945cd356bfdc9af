// The token routes of OAuth, all versions by one handler: exchange, refresh, look at a token, revoke. Form bodies only.

import { answer, empty, Refusal } from './answers.ts';
import type { Routes } from './call.ts';
import { nowMs, type PortalState } from './state.ts';

/** POST /oauth/v1/token and its successors; GET and DELETE of tokens. */
export function oauthRoutes(routes: Routes, state: PortalState): void {
  routes.post('/oauth/:version/token', async (call) =>
    answer(200, state.tokens.exchange(new URLSearchParams(await call.req.text()))),
  );
  routes.get('/oauth/v1/access-tokens/:token', (call) => {
    const grant = state.tokens.grant(call.req.param('token'));
    const left = grant?.expiresAt == null ? 0 : Math.floor((grant.expiresAt - nowMs(state)) / 1000);
    if (grant === undefined || left <= 0)
      throw new Refusal(404, { status: 'error', message: 'access token was not found', category: 'OBJECT_NOT_FOUND' });
    return answer(200, {
      token: grant.token,
      user: 'pretend@example.com',
      hub_domain: 'pretend.example.com',
      scopes: grant.scopes,
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
