// The `connection` block of mappings/salesforce.yaml: what it may say, and which way of signing in it means. It reads no
// environment; secrets arrive filled in.

import { z } from 'zod';
import type { SalesforceSettings } from '../../clients/salesforce/connect.ts';
import type { GrantSettings } from '../../clients/salesforce/grant.ts';
import type { ProxySettings } from '../../clients/salesforce/wire.ts';
import type { Problem } from '../../domain/nouns.ts';
import { ConfigError } from '../../lib/errors.ts';
import { Secret } from '../../lib/secret.ts';

const text = z.string().trim().nullish();
const secret = z.union([z.string(), z.instanceof(Secret)]).nullish();

/** Empty texts mean "not given", so that a file can name every variable and a home can set a few of them. */
export const salesforceConnection = z.strictObject({
  login_url: text.describe('My Domain address, https://example.my.salesforce.com; for JWT also login.salesforce.com.'),
  client_id: text.describe('Consumer key of the External Client App.'),
  client_secret: secret.describe('Consumer secret, for the client credentials flow.'),
  username: text.describe('User to sign in as, for the JWT bearer flow.'),
  jwt_key: secret.describe('Private key as PEM, for the JWT bearer flow.'),
  instance_url: text.describe('Address of the org, together with access_token.'),
  access_token: secret.describe('A token that is already there; it cannot be renewed.'),
  api_version: z
    .string()
    .regex(/^\d{2}\.0$/, 'an API version looks like 66.0')
    .default('66.0')
    .describe('Version of the REST API.'),
});
export type SalesforceConnection = z.infer<typeof salesforceConnection>;

/** What the client needs. @throws ConfigError when the block does not say how to sign in. */
export function salesforceSettings(
  connection: unknown,
  proxy: ProxySettings | null = null,
  timeoutMs = 30_000,
): SalesforceSettings {
  const block = salesforceConnection.parse(connection);
  return { grant: grantOf(block), apiVersion: block.api_version, timeoutMs, proxy };
}

/** In this order: a given token, a key, a secret. */
function grantOf(block: SalesforceConnection): GrantSettings {
  const instanceUrl = plain(block.instance_url);
  const accessToken = hidden(block.access_token);
  if (instanceUrl !== null && accessToken !== null) return { kind: 'given_token', instanceUrl, accessToken };
  const loginUrl = plain(block.login_url);
  const clientId = plain(block.client_id);
  const username = plain(block.username);
  const key = hidden(block.jwt_key);
  if (clientId !== null && username !== null && key !== null) {
    return { kind: 'jwt_bearer', loginUrl: loginUrl ?? 'https://login.salesforce.com', clientId, username, key };
  }
  const clientSecret = hidden(block.client_secret);
  if (loginUrl !== null && clientId !== null && clientSecret !== null) {
    return { kind: 'client_credentials', loginUrl, clientId, clientSecret };
  }
  throw new ConfigError([incomplete(block)]);
}
function plain(value: string | null | undefined): string | null {
  return value === null || value === undefined || value === '' ? null : value;
}
function hidden(value: string | Secret | null | undefined): Secret | null {
  const found = value instanceof Secret ? value.reveal() : (value ?? '');
  return found.trim() === '' ? null : new Secret(found);
}
function incomplete(block: SalesforceConnection): Problem {
  const given = Object.entries(block).flatMap(([name, value]) => {
    const there = value instanceof Secret ? hidden(value) !== null : plain(value) !== null;
    return there && name !== 'api_version' ? [name] : [];
  });
  return {
    code: 'E_CONFIG',
    severity: 'error',
    where: 'mappings/salesforce.yaml connection',
    what: `it does not say how to sign in (given: ${given.join(', ') || 'nothing'})`,
    why: 'Client credentials need login_url, client_id and client_secret; JWT needs client_id, username and jwt_key; a given token needs instance_url and access_token.',
    fix: 'Set the environment variables of one of them, for instance:\n  SALESFORCE_LOGIN_URL SALESFORCE_CLIENT_ID SALESFORCE_CLIENT_SECRET',
  };
}
