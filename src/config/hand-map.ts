// mappings/identity.csv: the hand-made map as a table, for those who keep it in a spreadsheet. It says the same as by_hand in
// identity.yaml. Lines without an account tie nothing, so that the report of what is unmatched can be filled in bit by bit.

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { refText } from '../domain/claims.ts';
import { normaliseId } from '../domain/normalise-id.ts';
import type { ConfigProblem } from './problem.ts';
import type { IdentityFile } from './schema/identity.ts';

export const handMapPath = 'mappings/identity.csv';
const largestMap = 20 * 1_048_576;
const needed = ['numbering', 'value', 'account'] as const;

/** `by_hand` with the lines of the table, ids as they are compared; two lines that tie one id to two accounts are problems. */
export async function withHandMap(
  home: string,
  identity: IdentityFile,
): Promise<{ readonly identity: IdentityFile; readonly problems: readonly ConfigProblem[] }> {
  const problems: ConfigProblem[] = [];
  const tell = (where: string, what: string, why: string, fix: string) =>
    problems.push({ code: 'E_CONFIG', severity: 'error', where, path: '', rule: 'hand_map', what, why, fix });
  const known = new Map<string, { readonly account: string; readonly where: string }>();
  const tie = (kind: string, value: string, account: string, where: string) => {
    const settings = { freeDomains: identity.free_domains, phoneCountry: identity.phone_country };
    const ref = normaliseId({ kind, value }, settings);
    if (ref === null)
      return tell(
        where,
        `${value} is no ${kind} that identifies anybody`,
        'free-mail domains, and what cannot be read as a domain, a telephone number or an address, match nothing',
        'Correct the value, or remove the line.',
      );
    const before = known.get(refText(ref));
    if (before !== undefined && before.account !== account)
      return tell(
        where,
        `${refText(ref)} is tied to ${account} here and to ${before.account} in ${before.where}`,
        'one id belongs to one account',
        'Keep the line that is right, and remove the other.',
      );
    known.set(refText(ref), { account, where });
  };
  for (const [text, account] of Object.entries(identity.by_hand)) {
    const at = text.indexOf(':');
    tie(text.slice(0, at), text.slice(at + 1), account, 'mappings/identity.yaml');
  }
  const table = await readTable(join(home, handMapPath), tell);
  for (const { line, cells } of table) {
    const [numbering = '', value = '', account = ''] = needed.map((name) => unquoted(cells[name]));
    if (account === '' || (numbering === '' && value === '')) continue;
    const where = `${handMapPath}:${line}`;
    if (!/^[a-z][a-z0-9_]*$/.test(numbering) || value === '')
      tell(
        where,
        numbering === '' || value === '' ? 'numbering or value is empty' : `"${numbering}" is no numbering`,
        'a line says: this value of this numbering is that account',
        'Write for example   domain,acme.test,A-001',
      );
    else tie(numbering, value, account, where);
  }
  const by_hand = Object.fromEntries([...known].map(([text, { account }]) => [text, account]));
  return { identity: { ...identity, by_hand }, problems };
}

interface Line {
  readonly line: number;
  readonly cells: Readonly<Record<string, string | undefined>>;
}
async function readTable(
  path: string,
  tell: (where: string, what: string, why: string, fix: string) => void,
): Promise<readonly Line[]> {
  let bytes: Uint8Array;
  try {
    if ((await stat(path)).size > largestMap) {
      tell(handMapPath, 'the table is larger than 20 MB', 'a map made by hand is not', 'Put these ids into a roster.');
      return [];
    }
    bytes = await readFile(path);
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR')
      tell(handMapPath, 'the file cannot be read', code, 'Check what it is and who may read it.');
    return [];
  }
  const text = decoded(bytes);
  try {
    const rows = parse(text, {
      bom: true,
      columns: (names: string[]) => names.map((name) => name.normalize('NFKC').trim().toLowerCase()),
      delimiter: [',', '\t', ';'],
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as { readonly record: Line['cells']; readonly info: { readonly lines: number } }[];
    const [first] = rows;
    const lacking = first === undefined ? [] : needed.filter((name) => !(name in first.record));
    if (lacking.length > 0) {
      tell(
        `${handMapPath}:1`,
        `the first line does not name ${lacking.join(', ')}`,
        `the columns ${needed.join(', ')} say which id is which account; others are for you alone`,
        'Begin the table with   numbering,value,account',
      );
      return [];
    }
    return rows.map(({ record, info }) => ({ line: info.lines, cells: record }));
  } catch (error) {
    tell(
      handMapPath,
      'the table cannot be read',
      `a quote, a comma or a line end is not where it belongs: ${error instanceof Error ? error.message : String(error)}`,
      'Save it as CSV with commas, and quote cells that hold commas or quotes.',
    );
    return [];
  }
}
/** Spreadsheets in Japan save as Shift_JIS; whatever is not UTF-8 is taken for it. */
function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('shift_jis').decode(bytes);
  }
}
/** Without the apostrophe that keeps a spreadsheet from reading a cell as a formula. */
function unquoted(cell: string | undefined): string {
  return (cell ?? '').replace(/^'(?=[=+\-@])/, '').trim();
}
