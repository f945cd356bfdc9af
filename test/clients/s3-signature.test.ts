// Our signature against Amazon's own signer: whatever the key of an object looks like, both say the same.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encoded, signedHeaders } from '../../src/clients/s3-signature.ts';
import { amazonSigns } from './amazon-signer.ts';

const key = { accessKey: 'pretend', secretKey: 'pretend-too', sessionToken: null };
const now = '2026-06-30T23:59:58.123Z';
const addressOf = (path: string, query: Readonly<Record<string, string>>) =>
  new URL(
    `https://s3.example.com:9000/exports/${path.split('/').map(encoded).join('/')}?${Object.entries(query)
      .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
      .join('&')}`,
  );
async function bothSign(url: URL, more: Readonly<Record<string, string>> = {}, sessionToken: string | null = null) {
  const { authorization, ...headers } = signedHeaders(url, {
    key: { ...key, sessionToken },
    region: 'eu-central-1',
    now,
    more,
  });
  return [authorization, await amazonSigns(url, headers, { ...key, region: 'eu-central-1', at: new Date(now) })];
}

it.each([
  ['a plain object', 'usage/a.csv', {}],
  ['a list', '', { 'list-type': '2', 'encoding-type': 'url', prefix: 'usage/' }],
  ['a list that goes on', '', { 'list-type': '2', prefix: '', 'continuation-token': 'a+b/c==' }],
  ['spaces, signs and Japanese', "a b/c+d&e=f/利用(1)*!'~.csv", {}],
])('signs %s as Amazon does', async (_what, path, query) => {
  const [ours, theirs] = await bothSign(addressOf(path, query));

  expect(ours).toBe(theirs);
});

it('signs the version asked for and a passing token with it', async () => {
  const [ours, theirs] = await bothSign(addressOf('a.csv', {}), { 'if-match': '"etag"' }, 'pretend-token');

  expect(ours).toBe(theirs);
  expect(ours).toContain('SignedHeaders=host;if-match;x-amz-content-sha256;x-amz-date;x-amz-security-token,');
});

it('signs any key and any prefix as Amazon does', async () => {
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((text) => !/^\.{1,2}$/.test(text));
  await fc.assert(
    fc.asyncProperty(fc.array(name, { minLength: 1, maxLength: 4 }), name, async (parts, prefix) => {
      const [ours, theirs] = await bothSign(addressOf(parts.join('/'), { prefix, 'list-type': '2' }));

      return ours === theirs;
    }),
    { numRuns: 200 },
  );
});
