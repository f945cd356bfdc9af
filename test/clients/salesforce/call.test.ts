// Single answers on the wire: what each of them means to a caller.

import { afterEach, describe, expect, it } from 'vitest';
import type { Call } from '../../../src/clients/salesforce/call.ts';
import { openSalesforceClient } from '../../../src/clients/salesforce/connect.ts';
import { AuthError, DriftError, LimitError, UnavailableError } from '../../../src/lib/errors.ts';
import { onStep } from '../../../src/lib/step.ts';
import {
  clientOf,
  given,
  hurriedClock,
  noChance,
  startWire,
  type Teller,
  tokenAnswer,
  type WireServer,
  withSecret,
} from './wire-server.ts';

let server: WireServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});
async function open(tell: Teller, timeoutMs?: number) {
  server = await startWire(tell);
  return { server, client: clientOf(given(server.url), timeoutMs) };
}
const write: Call = {
  name: 'update',
  kind: 'write',
  method: 'PATCH',
  path: '/composite/sobjects',
  body: { allOrNone: false, records: [] },
};
const read: Call = { name: 'limits', kind: 'read', method: 'GET', path: '/limits' };

describe('a request to Salesforce', () => {
  it('goes to the explicit API version, says who calls, and brings back status and body', async () => {
    const { client, server } = await open(() => ({ body: [{ id: '001', success: true, errors: [] }] }));

    const answer = await client.send(write);

    expect(answer).toEqual({ ok: true, status: 200, body: [{ id: '001', success: true, errors: [] }] });
    expect(server.asked[0]).toMatchObject({ method: 'PATCH', path: '/services/data/v66.0/composite/sobjects' });
    expect(server.asked[0]?.headers).toMatchObject({
      authorization: 'Bearer 00D!pretend',
      'sforce-call-options': 'client=Kenko',
    });
  });

  it('learns the used share of the day and the difference of the clocks', async () => {
    const { client } = await open(() => ({
      body: {},
      headers: { 'sforce-limit-info': 'api-usage=45/15000', date: new Date(Date.now() + 600_000).toUTCString() },
    }));

    await client.read(read);

    expect(client.usage()).toEqual({
      auth: 0,
      read: 1,
      write: 0,
      total: 1,
      quotaUsed: 45 / 15_000,
      quotaLimit: 15_000,
    });
    expect(client.skewMs() ?? 0).toBeGreaterThan(595_000);
    expect(client.skewMs() ?? 0).toBeLessThan(605_000);
  });

  it('announces itself before and after', async () => {
    const { client } = await open(() => ({ body: {} }));
    const steps: string[] = [];
    const stop = onStep((name) => steps.push(name));

    await client.send(write).finally(stop);

    expect(steps).toEqual(['http.salesforce.update:before', 'http.salesforce.update:after']);
  });

  it.each([
    ['a lock', 400, [{ errorCode: 'UNABLE_TO_LOCK_ROW', message: 'x' }], 'ready', 'UNABLE_TO_LOCK_ROW'],
    [
      'a lock told by a server error',
      500,
      [{ errorCode: 'UNABLE_TO_LOCK_ROW', message: 'x' }],
      'ready',
      'UNABLE_TO_LOCK_ROW',
    ],
    ['an unknown column', 400, [{ errorCode: 'INVALID_FIELD', message: 'No such column' }], 'drift', 'INVALID_FIELD'],
    ['a malformed request', 400, [{ errorCode: 'JSON_PARSER_ERROR', message: 'x' }], 'rejected', 'JSON_PARSER_ERROR'],
    [
      'an unlisted code of a refused request',
      400,
      [{ errorCode: 'SOME_NEW_CODE', message: 'x' }],
      'rejected',
      'SOME_NEW_CODE',
    ],
    ['a missing address', 404, [{ errorCode: 'NOT_FOUND', message: 'x' }], 'drift', 'NOT_FOUND'],
    [
      'the daily limit',
      403,
      [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }],
      'limit',
      'REQUEST_LIMIT_EXCEEDED',
    ],
    ['no API for the org', 403, [{ errorCode: 'API_DISABLED_FOR_ORG', message: 'x' }], 'auth', 'API_DISABLED_FOR_ORG'],
    [
      'a server in trouble that names a code of single records',
      503,
      [{ errorCode: 'SERVER_UNAVAILABLE', message: 'x' }],
      'unknown',
      'SERVER_UNAVAILABLE',
    ],
    ['a server in trouble', 500, [{ errorCode: 'UNKNOWN_EXCEPTION', message: 'x' }], 'unknown', 'UNKNOWN_EXCEPTION'],
    ['a page of HTML from a server in trouble', 503, '<html>later</html>', 'unknown', 'HTTP_503'],
    ['a page of HTML with a yes', 200, '<html>welcome</html>', 'unknown', 'GARBLED'],
    ['a refusal without a code', 403, '<html>no</html>', 'unknown', 'HTTP_403'],
    ['a redirect', 302, '<html>moved</html>', 'unknown', 'HTTP_302'],
    ['a retired version', 410, '<html>gone</html>', 'drift', 'HTTP_410'],
    ['a request that timed out there', 408, '<html>late</html>', 'unknown', 'HTTP_408'],
  ] as const)('takes %s for what it is', async (_what, status, body, fate, code) => {
    const { client, server } = await open(() => ({ status, body }));

    const answer = await client.send(write);

    expect(answer).toMatchObject({ ok: false, fault: { fate, code } });
    expect(server.asked).toHaveLength(1);
  });

  it('tells the daily limit from too many long calls at once', async () => {
    const body = [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'ConcurrentPerOrgLongTxn Limit exceeded.' }];
    const { client } = await open(() => ({ status: 403, body }));

    const answer = await client.send(write);

    expect(answer).toMatchObject({ ok: false, fault: { fate: 'limit', retryAfterMs: 30_000 } });
  });

  it('does not repeat the value that was sent when a code is known to quote it', async () => {
    const body = [{ errorCode: 'STRING_TOO_LONG', message: 'Name: data value too large: Jane', fields: ['Name'] }];
    const { client } = await open(() => ({ status: 400, body }));

    const answer = await client.send(write);

    expect(answer).toMatchObject({ fault: { says: 'STRING_TOO_LONG [Name]', fields: ['Name'] } });
  });

  it('survives an answer that breaks off half-way: the outcome is unknown', async () => {
    const { client } = await open(() => ({ body: [{ id: '001', success: true, errors: [] }], trouble: 'drop' }));

    const answer = await client.send(write);

    expect(answer).toMatchObject({ ok: false, fault: { fate: 'unknown' } });
  });

  it('calls a reset after the request unknown', async () => {
    const { client, server } = await open(() => ({ trouble: 'reset' }));

    const answer = await client.send(write);

    expect(answer).toMatchObject({ ok: false, fault: { fate: 'unknown' } });
    expect(server.asked).toHaveLength(1);
  });

  it('calls a write without an answer unknown when the deadline passes, and sends it once', async () => {
    const { client, server } = await open(() => ({ trouble: 'hang' }), 80);

    const answer = await client.send(write);

    expect(answer).toMatchObject({ ok: false, fault: { fate: 'unknown', code: 'LATE' } });
    expect(server.asked).toHaveLength(1);
  });

  it('knows that nothing was sent where nobody listens', async () => {
    const { server, client } = await open(() => ({}));
    await server.close();

    const answer = await client.send(write);

    expect(answer).toMatchObject({ ok: false, fault: { fate: 'ready', code: 'ECONNREFUSED' } });
  });

  it('sends nothing once its signal is aborted', async () => {
    const { server, client } = await open(() => ({ body: {} }));
    const stopped = AbortSignal.abort(new Error('stopped'));

    await expect(client.send({ ...write, signal: stopped })).rejects.toThrow('stopped');

    expect(server.asked).toEqual([]);
  });

  it('asks for this machine directly although a proxy is set', async () => {
    const { server } = await open(() => ({ body: {} }));
    const proxy = { url: 'http://127.0.0.1:9', except: '' };
    const settings = { grant: given(server.url), apiVersion: '66.0', timeoutMs: 2_000, proxy };
    const client = openSalesforceClient(settings, { clock: hurriedClock, chance: noChance });

    const answer = await client.send(write);

    expect(answer.ok).toBe(true);
  });
});

describe('a read', () => {
  it('is tried again while Salesforce is away, and then given up', async () => {
    const { client, server } = await open(() => ({ status: 503, body: '<html>later</html>' }));

    await expect(client.read(read)).rejects.toBeInstanceOf(UnavailableError);

    expect(server.asked).toHaveLength(4);
  });

  it('goes on when an answer comes in time', async () => {
    let turn = 0;
    const { client } = await open(() => (++turn < 3 ? { trouble: 'reset' } : { body: { fine: true } }));

    expect(await client.read(read)).toEqual({ fine: true });
  });

  it.each([
    [400, [{ errorCode: 'INVALID_FIELD', message: 'No such column' }], DriftError],
    [403, [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }], LimitError],
    [403, [{ errorCode: 'API_DISABLED_FOR_ORG', message: 'x' }], AuthError],
  ] as const)('is not tried again after a definite no (%i %j)', async (status, body, error) => {
    const { client, server } = await open(() => ({ status, body }));

    await expect(client.read(read)).rejects.toBeInstanceOf(error);

    expect(server.asked).toHaveLength(1);
  });

  it('follows pages by what the server says, never by their length, and only on the same host', async () => {
    const { client, server } = await open((asked) =>
      asked.path.includes('/query?')
        ? {
            body: {
              totalSize: 2,
              done: false,
              nextRecordsUrl: 'https://elsewhere.example/services/data/v66.0/query/0r8xx-2000',
              records: [{ Id: '001000000000001AAA' }],
            },
          }
        : { body: { totalSize: 2, done: true, records: [{ Id: '001000000000002AAA' }] } },
    );

    const rows = await client.rows('SELECT Id FROM Account', { name: 'rows', signal: new AbortController().signal });

    expect(rows.map((row) => row['Id'])).toEqual(['001000000000001AAA', '001000000000002AAA']);
    expect(server.asked[1]?.path).toBe('/services/data/v66.0/query/0r8xx-2000');
  });

  it.each([
    [{ records: [] }],
    [{ done: false, records: [] }],
    [{ done: false, records: [], nextRecordsUrl: '/elsewhere' }],
  ])('takes a page that does not say how it goes on for a failed read (%j)', async (page) => {
    const { client } = await open(() => ({ body: page }));
    const signal = new AbortController().signal;

    await expect(client.rows('SELECT Id FROM Account', { name: 'rows', signal })).rejects.toBeInstanceOf(
      UnavailableError,
    );
  });
});

describe('a session', () => {
  const ended = { status: 401, body: [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }] };

  it('is renewed once when it ended, and the request is sent again with the new token', async () => {
    let tokens = 0;
    server = await startWire((asked) => {
      if (asked.path === '/services/oauth2/token') return tokenAnswer(server?.url ?? '', `token-${++tokens}`);
      return asked.headers.authorization === 'Bearer token-2' ? { body: { fine: true } } : ended;
    });
    const client = clientOf(withSecret(server.url));

    const answer = await client.send(write);

    expect(answer).toMatchObject({ ok: true, body: { fine: true } });
    expect(client.usage()).toMatchObject({ auth: 2, write: 2 });
  });

  it('is asked for once by calls that run at the same time', async () => {
    let tokens = 0;
    server = await startWire((asked) =>
      asked.path === '/services/oauth2/token' ? tokenAnswer(server?.url ?? '', `token-${++tokens}`) : { body: {} },
    );
    const client = clientOf(withSecret(server.url));

    await Promise.all([client.read(read), client.read(read), client.read(read)]);

    expect(tokens).toBe(1);
  });

  it('is renewed once for calls that are refused at the same time', async () => {
    let tokens = 0;
    server = await startWire((asked) => {
      if (asked.path === '/services/oauth2/token') return tokenAnswer(server?.url ?? '', `token-${++tokens}`);
      return asked.headers.authorization === 'Bearer token-2' ? { body: {} } : ended;
    });
    const client = clientOf(withSecret(server.url));

    const answers = await Promise.all([client.send(write), client.send(write), client.send(write)]);

    expect(answers.map(({ ok }) => ok)).toEqual([true, true, true]);
    expect(tokens).toBe(2);
  });

  it('that ended while nobody gives another is a definite no to what was sent', async () => {
    let tokens = 0;
    server = await startWire((asked) => {
      if (asked.path !== '/services/oauth2/token') return ended;
      return ++tokens === 1 ? tokenAnswer(server?.url ?? '', 'token-1') : { status: 503, body: 'later' };
    });
    const client = clientOf(withSecret(server.url));

    const answer = await client.send(write);

    expect(answer).toMatchObject({ ok: false, fault: { fate: 'ready', code: 'NOT_SIGNED_IN' } });
    await expect(client.read(read)).rejects.toBeInstanceOf(UnavailableError);
  });

  it('is not renewed for ever where each new one is refused', async () => {
    let tokens = 0;
    server = await startWire((asked) =>
      asked.path === '/services/oauth2/token' ? tokenAnswer(server?.url ?? '', `token-${++tokens}`) : ended,
    );
    const client = clientOf(withSecret(server.url));

    for (let turn = 0; turn < 6; turn++) await client.send(write).catch(() => null);

    await expect(client.send(write)).rejects.toBeInstanceOf(AuthError);
    expect(tokens).toBe(4);
  });

  it('is not renewed where Salesforce says that it would not help', async () => {
    let tokens = 0;
    server = await startWire((asked) =>
      asked.path === '/services/oauth2/token'
        ? tokenAnswer(server?.url ?? '', `token-${++tokens}`)
        : {
            status: 401,
            body: [{ message: 'This session is not valid for use with the REST API', errorCode: 'INVALID_SESSION_ID' }],
          },
    );
    const client = clientOf(withSecret(server.url));

    const answer = await client.send(write);

    expect(answer).toMatchObject({ ok: false, fault: { fate: 'auth' } });
    expect(tokens).toBe(1);
  });

  it('follows an org that moved to another address', async () => {
    const moved = await startWire(() => ({ body: { moved: true } }));
    let tokens = 0;
    server = await startWire((asked) => {
      if (asked.path !== '/services/oauth2/token') return ended;
      return tokenAnswer(++tokens === 1 ? (server?.url ?? '') : moved.url, `token-${tokens}`);
    });
    const client = clientOf(withSecret(server.url));

    const answer = await client.send(write).finally(() => moved.close());

    expect(answer).toMatchObject({ ok: true, body: { moved: true } });
  });

  it('of a given token ends with it', async () => {
    const { client } = await open(() => ended);

    await expect(client.send(write)).rejects.toThrow('Salesforce refused the access token');
  });

  it('in JWT form is told to be useless for furnishing, before anything is sent', async () => {
    server = await startWire((asked) =>
      asked.path === '/services/oauth2/token' ? tokenAnswer(server?.url ?? '', 'head.claims.signature') : { body: {} },
    );
    const client = clientOf(withSecret(server.url));

    await expect(client.readMetadata('CustomField', ['Account.X__c'])).rejects.toThrow('JWT form');

    expect(server.asked).toHaveLength(1);
  });
});
