// The page on identity: its examples are what the program does, in both languages.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { IdentityFile } from '../../src/config/schema/identity.ts';
import { disputeText } from '../../src/domain/identity.ts';
import { normaliseId } from '../../src/domain/normalise-id.ts';

const root = join(import.meta.dirname, '../..');
const page = (name: string) => readFileSync(join(root, 'docs', name), 'utf8');
const english = page('identity.md');
const japanese = page('identity.ja.md');
const blocks = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map((match) => match[1] ?? '');
const cells = (text: string) =>
  text
    .split('\n')
    .filter((line) => /^\| `/.test(line))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
const code = (cell = '') => /^`(.*)`$/.exec(cell)?.[1] ?? null;

describe('the page on identity', () => {
  it('shows settings that are right, all together', () => {
    const shown = Object.assign({}, ...blocks(english, 'yaml').map((block) => parse(block) as object));

    const file = IdentityFile.parse(shown);

    expect(file).toMatchObject(shown);
    expect(Object.keys(IdentityFile.shape).filter((key) => !(key in shown))).toEqual(['free_domains', 'population']);
  });

  it('tells the form in which ids are compared as they are compared', () => {
    const rows = cells(english);
    const settings = { freeDomains: ['gmail.com'], phoneCountry: 'JP' };

    expect(rows.length).toBeGreaterThan(12);
    for (const [kind, written, compared] of rows)
      expect([
        written,
        normaliseId({ kind: code(kind) ?? '', value: code(written) ?? '' }, settings)?.value ?? null,
      ]).toEqual([written, code(compared)]);
  });

  it('quotes the message about an id that several records carry', () => {
    const claims = {
      former: new Map(),
      shared: new Map([['domain:acme.test', ['001…', '001…']]]),
      carries: () => true,
    };
    const ref = { kind: 'domain', value: 'acme.test' };

    expect(blocks(english, 'text')).toEqual([`${disputeText(ref, 'salesforce_accounts', claims)}\n`]);
  });

  it('says the same in Japanese', () => {
    const levels = (text: string) => [...text.matchAll(/^(#+) /gm)].map((match) => match[1]);

    expect(levels(japanese)).toEqual(levels(english));
    for (const language of ['yaml', 'sh', 'text'])
      expect(blocks(japanese, language)).toEqual(blocks(english, language));
    expect(cells(japanese).map((row) => row.map((cell) => code(cell)))).toEqual(
      cells(english).map((row) => row.map((cell) => code(cell))),
    );
    expect(japanese.match(/[ぁ-んァ-ヶ]/g)?.length ?? 0).toBeGreaterThan(800);
  });
});
