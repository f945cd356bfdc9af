// S4, S5: where requests may go and what may come back: no address inside, whatever it is called and whenever it changes, no
// redirect that nobody named, no answer without an end; and no server that cannot prove who it is.

import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEgress } from '../../src/clients/egress.ts';
import { createHttp, type Http } from '../../src/clients/http.ts';
import { seededChance } from '../../src/lib/chance.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { kenko } from './command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'kenko-outgoing-'));
const closing: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

/** A server on a free port of loopback. */
async function listening<S extends Server | ReturnType<typeof createSocketServer>>(server: S): Promise<number> {
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', () => ready()));
  closing.push(() => {
    server.close();
    if ('closeAllConnections' in server) server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}
const serving = async (answer: (...call: Parameters<RequestListener>) => unknown) =>
  `http://127.0.0.1:${await listening(createServer(answer))}`;
function asking(options: Partial<Parameters<typeof createHttp>[0]> = {}): Http {
  const http = createHttp({
    ...{ where: 'source s', allowAddresses: ['127.0.0.1/32'], redirectHosts: [] },
    ...{
      clock: systemClock,
      chance: seededChance(1),
      timeoutMs: 2_000,
      maxBytes: 100_000,
      perMinute: 6_000,
      backoffMs: 1,
    },
    ...options,
  });
  closing.push(() => http.close());
  return http;
}
const ask = (http: Http, url: string, more: object = {}) =>
  http.ask(
    {
      method: 'GET',
      url: new URL(url),
      headers: {},
      secretHeaders: { authorization: 'Bearer pretend' },
      body: null,
      ...more,
    },
    new AbortController().signal,
  );

describe('S5 addresses', () => {
  const table = `
    http://example.com/ https://127.0.0.1/ https://127.1/ https://127.0.1.1/ https://2130706433/ https://0x7f000001/
    https://0177.0.0.1/ https://0x7f.1/ https://0/ https://0.0.0.0/ https://10.0.0.1/ https://172.16.0.1/ https://172.31.255.254/
    https://192.168.0.1/ https://169.254.169.254/ https://2852039166/ https://0xa9fea9fe/ https://0251.0376.0251.0376/
    https://169.254.170.2/ https://100.100.100.200/ https://100.64.0.1/ https://192.0.0.192/ https://198.18.0.1/
    https://224.0.0.1/ https://255.255.255.255/ https://[::]/ https://[::1]/ https://[0:0:0:0:0:0:0:1]/
    https://[::ffff:127.0.0.1]/ https://[::ffff:a9fe:a9fe]/ https://[::7f00:1]/ https://[64:ff9b::7f00:1]/ https://[fd00:ec2::254]/
    https://[fe80::1]/ https://[fc00::1]/ https://[2002:7f00:1::]/ https://[2001:db8::1]/ https://[ff02::1]/
    https://①②⑦.⓪.⓪.①/ https://127。0。0。1/ https://user:secret@example.com/ file:///etc/passwd ftp://example.com/ gopher://example.com/
  `
    .trim()
    .split(/\s+/);

  it.each(table)('S5 %s is not asked', async (url) => {
    const http = asking({ allowAddresses: [] });

    await expect(ask(http, url)).rejects.toMatchObject({ code: 'E_USAGE' });
  });

  it('S5 are judged by what a name means, and the name of this machine means this machine', async () => {
    let connections = 0;
    const port = await listening(
      createSocketServer((socket) => {
        connections += 1;
        socket.destroy();
      }),
    );

    await expect(ask(asking({ allowAddresses: [] }), `https://localhost:${port}/`)).rejects.toMatchObject({
      code: 'E_USAGE',
    });
    expect(connections).toBe(0);
  });

  it('S5 a name that changes its mind between two looks is refused at the second, and nothing is sent there', async () => {
    const seen: string[] = [];
    const url = new URL(await serving((asked, answer) => answer.end(String(seen.push(asked.url ?? '')))));
    const answers = ['127.0.0.1', '10.0.0.1'];
    const stub = ((_name: string, _options: unknown, done: (error: null, found: unknown) => void) =>
      done(null, [{ address: answers.shift() ?? '', family: 4 }])) as never;
    const { lookup } = createEgress({ allowAddresses: ['127.0.0.1/32'], where: 'source s' }, stub);
    const dispatcher = new Agent({ connect: { lookup }, pipelining: 0, keepAliveTimeout: 1 });
    closing.push(() => dispatcher.destroy());

    const first = await request(`http://rebind.test:${url.port}/first`, {
      dispatcher,
      headers: { connection: 'close' },
    });
    await first.body.text();
    const second = request(`http://rebind.test:${url.port}/second`, { dispatcher });

    await expect(second).rejects.toMatchObject({ code: 'E_USAGE' });
    expect(seen).toEqual(['/first']);
  });
});

describe('S5 redirects', () => {
  it.each([
    ['to the metadata of a cloud', 'http://169.254.169.254/latest/meta-data/', []],
    ['to this machine by another name', 'http://localhost:1/', []],
    ['to a host nobody named', 'https://evil.example/', []],
    ['to a file', 'file:///etc/passwd', []],
    ['to an inner address under a name that may be asked', 'https://10.0.0.1/', ['10.0.0.1']],
    ['to plain http where https was asked for', 'http://partner.example/', ['partner.example']],
  ])('S5 %s are not followed', async (_what, location, redirectHosts) => {
    const url = await serving((_asked, answer) => void answer.writeHead(302, { location }).end());

    await expect(ask(asking({ redirectHosts }), url)).rejects.toMatchObject({ exitCode: expect.any(Number) });
  });

  it('S5 that may be followed carry no sign-in to another origin, and end after three', async () => {
    const heard: (string | undefined)[] = [];
    const other = await serving((asked, answer) => answer.end(`there ${heard.push(asked.headers.authorization)}`));
    const first = await serving((_asked, answer) => void answer.writeHead(307, { location: other }).end());
    const round = await serving((_asked, answer) => answer.writeHead(302, { location: '/again' }).end());

    // The very address is allowed, but nobody named it as one that a redirect may lead to.
    await expect(ask(asking(), first)).rejects.toThrow('redirect');
    expect(heard).toEqual([]);
    expect((await ask(asking({ redirectHosts: ['127.0.0.1'] }), first)).text).toBe('there 1');
    expect(heard).toEqual([undefined]);
    await expect(ask(asking(), round)).rejects.toThrow('redirect');
  });
});

describe('S5 an answer', () => {
  const bomb = 'x'.repeat(20_000_000);
  it.each([
    ['packed by gzip', 'gzip', gzipSync(bomb)],
    ['packed by brotli', 'br', brotliCompressSync(bomb)],
    ['not packed at all', 'identity', Buffer.alloc(300_000, 120)],
  ])('S5 that unpacks to more than its cap is not read to the end: %s', async (_what, encoding, body) => {
    const url = await serving(
      (_asked, answer) => void answer.writeHead(200, { 'content-encoding': encoding }).end(body),
    );

    await expect(ask(asking(), url)).rejects.toThrow('an answer is larger than');
  });

  it('S5 without an end is left', async () => {
    const drips = await serving((_asked, answer) => {
      answer.writeHead(200);
      const timer = setInterval(() => answer.write(' '), 20);
      answer.on('close', () => clearInterval(timer));
    });

    const aborted = new AbortController();
    const started = ask(asking({ timeoutMs: 200 }), drips).catch((error: { code: string }) => error.code);
    expect(await started).toBe('E_SOURCE');
    aborted.abort();
  });
});

describe('S4 certificates', () => {
  let port: number;
  let key: string;
  let cert: string;
  const asked: string[] = [];
  beforeAll(async () => {
    [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    // Made for this test and thrown away with its folder.
    execFileSync(
      'openssl',
      `req -x509 -newkey rsa:2048 -nodes -keyout ${key} -out ${cert} -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1`.split(
        ' ',
      ),
      { stdio: 'ignore' },
    );
    const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (call, answer) => {
      asked.push(call.url ?? '');
      answer.writeHead(401, { 'content-type': 'application/json' });
      answer.end(
        JSON.stringify({ status: 'error', category: 'INVALID_AUTHENTICATION', message: 'no', error: 'invalid_client' }),
      );
    });
    port = await listening(server as unknown as Server);
    await kenko(['init', join(folder, 'home')]);
  });

  const check = (more: Readonly<Record<string, string>>) =>
    new Promise<{ code: number; told: string }>((done) => {
      const { NODE_EXTRA_CA_CERTS: _none, ...inherited } = process.env;
      const env = {
        ...inherited,
        SALESFORCE_LOGIN_URL: `https://localhost:${port}`,
        SALESFORCE_CLIENT_ID: 'pretend-client',
        SALESFORCE_CLIENT_SECRET: 'pretend-not-a-secret',
        HUBSPOT_BASE_URL: `https://localhost:${port}`,
        HUBSPOT_ACCESS_TOKEN: 'pretend-not-a-secret-either',
        ...more,
      };
      execFile(
        process.execPath,
        [
          resolve(import.meta.dirname, '../../src/kenko.js'),
          'check',
          '--online',
          '--json',
          '--home',
          join(folder, 'home'),
        ],
        { env, maxBuffer: 2 ** 24 },
        (error, stdout, stderr) => done({ code: error === null ? 0 : Number(error.code), told: stdout + stderr }),
      );
    });

  it('S4 of nobody known are refused by both CRMs’ clients before a token is sent; with NODE_EXTRA_CA_CERTS they are accepted', async () => {
    const refused = await check({});
    const before = [...asked];
    const accepted = await check({ NODE_EXTRA_CA_CERTS: cert });

    expect(before).toEqual([]);
    expect(refused.code, refused.told).toBe(6);
    expect(refused.told).toContain('could not prove that it is Salesforce');
    expect(refused.told).toContain('could not prove that it is HubSpot');
    expect(refused.told).toContain('NODE_EXTRA_CA_CERTS');
    expect(asked.some((path) => path.startsWith('/services/oauth2/token'))).toBe(true);
    expect(asked.some((path) => !path.startsWith('/services/'))).toBe(true);
    expect(accepted.code, accepted.told).toBe(6);
    expect(accepted.told).not.toContain('could not prove');
  });

  it('S4 cannot be switched off: every command that opens a home ends with 2 while NODE_TLS_REJECT_UNAUTHORIZED=0 stands', async () => {
    for (const argv of [['run'], ['plan'], ['check', '--online'], ['setup'], ['start'], ['status'], ['apply', '1']]) {
      const ended = await kenko([...argv, '--home', join(folder, 'home')], {
        ...{
          HUBSPOT_ACCESS_TOKEN: 'pretend-token',
          SALESFORCE_ACCESS_TOKEN: 'pretend-token',
          SALESFORCE_INSTANCE_URL: `https://localhost:${port}`,
        },
        NODE_TLS_REJECT_UNAUTHORIZED: '0',
      });

      expect(ended.exitCode, argv.join(' ')).toBe(2);
      expect(ended.stderr).toContain('NODE_TLS_REJECT_UNAUTHORIZED');
    }
  });

  it.each(['http://crm.example', 'http://10.0.0.1', 'http://127.0.0.1.evil.example', 'http://localhost.evil.example'])(
    'S4 plain http to %s is refused for both CRMs; only loopback may be spoken to so',
    async (address) => {
      for (const env of [
        {
          SALESFORCE_LOGIN_URL: address,
          SALESFORCE_CLIENT_ID: 'x',
          SALESFORCE_CLIENT_SECRET: 'pretend-not-a-secret',
          HUBSPOT_ACCESS_TOKEN: 'pretend-token',
          HUBSPOT_BASE_URL: `https://localhost:${port}`,
        },
        { HUBSPOT_BASE_URL: address, HUBSPOT_ACCESS_TOKEN: 'pretend-token' },
      ]) {
        const ended = await kenko(
          ['setup', '--dry-run', '--home', join(folder, 'home')],
          env as Record<string, string>,
        );

        expect([2, 6], ended.stderr).toContain(ended.exitCode);
        expect(ended.stderr).toContain('http');
      }
    },
  );
});
