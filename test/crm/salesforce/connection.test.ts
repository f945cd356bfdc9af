// The connection block of mappings/salesforce.yaml.

import { describe, expect, it } from 'vitest';
import { salesforceConnection, salesforceSettings } from '../../../src/crm/salesforce/connection.ts';
import { ConfigError } from '../../../src/lib/errors.ts';
import { Secret } from '../../../src/lib/secret.ts';

describe('the connection block', () => {
  const keys = {
    login_url: 'https://example.my.salesforce.com',
    client_id: 'a-key',
    client_secret: 'a-secret',
    username: '',
    jwt_key: '',
    instance_url: '',
    access_token: '',
  };

  it('takes empty values for not given and chooses the way by what is there', () => {
    const token = { instance_url: 'https://x.my.salesforce.com', access_token: new Secret('t') };
    const jwt = { username: 'u@example.test', jwt_key: 'pem' };

    expect(salesforceSettings(keys)).toMatchObject({ grant: { kind: 'client_credentials' }, apiVersion: '66.0' });
    expect(salesforceSettings({ ...keys, ...jwt }).grant.kind).toBe('jwt_bearer');
    expect(salesforceSettings({ ...keys, ...jwt, ...token }).grant.kind).toBe('given_token');
  });

  it('says what is missing, without a secret in the text', () => {
    const error = (() => {
      try {
        return salesforceSettings({ ...keys, client_id: '', api_version: '65.0' });
      } catch (caught) {
        return caught;
      }
    })();

    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).problems[0]?.what).toContain('given: login_url, client_secret');
    expect(JSON.stringify((error as ConfigError).problems)).not.toContain('a-secret');
  });

  it('refuses names that it does not know', () => {
    expect(salesforceConnection.safeParse({ password: 'x' }).success).toBe(false);
    expect(salesforceConnection.safeParse({ api_version: 'v66' }).success).toBe(false);
  });
});
