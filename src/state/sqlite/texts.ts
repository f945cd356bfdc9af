// Where a person may be named in a text: which columns of which tables, and the SQL that finds and replaces it. The function
// kenko_redact, which is defined per question, says what is left of a text.

import type { Sqlite } from './database.ts';
import type { Redact } from './redaction.ts';

interface Texts {
  /** Column with the account's key; rows of no account are searched for sure names only. */
  readonly account: string | null;
  readonly json: readonly string[];
  readonly text: readonly string[];
}
/** Every column in which a text may mention a person. Outcomes are packed and done apart, the audit by its own rules. */
const texts: Readonly<Record<string, Texts>> = {
  effects: {
    account: 'account',
    json: ['payload', 'expect', 'because', 'problem', 'before', 'after'],
    text: ['target', 'crm_id', 'key', 'episode', 'why'],
  },
  remarks: { account: 'account', json: [], text: ['says'] },
  written: { account: 'account', json: ['fields'], text: [] },
  tasks: { account: 'account', json: ['written'], text: ['episode'] },
  waiting: { account: 'account', json: ['action'], text: ['episode'] },
  accounts: { account: 'key', json: ['attributes'], text: [] },
  facts: { account: null, json: ['fields'], text: [] },
  streams: { account: null, json: ['unmapped'], text: [] },
  rejected_rows: { account: null, json: [], text: ['place', 'why'] },
  refused_rows: { account: null, json: [], text: ['value', 'why'] },
  plans: { account: null, json: ['tally', 'verdicts'], text: [] },
  runs: { account: null, json: [], text: ['report'] },
};

/** One table as SQL: `set` takes names out, `where` finds the rows that have any. */
export interface TextTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly set: string;
  readonly where: string;
}
export const textTables: readonly TextTable[] = Object.entries(texts).map(([name, { account, json, text }]) => {
  const whose = account ?? 'NULL';
  const calls = [
    ...json.map((column) => [column, `kenko_redact('json', ${whose}, ${column})`] as const),
    ...text.map((column) => [column, `kenko_redact('text', ${whose}, ${column})`] as const),
  ];
  return {
    name,
    columns: [...(account === null ? [] : [account]), ...json, ...text],
    set: calls.map(([column, call]) => `${column} = ${call}`).join(', '),
    where: calls.map(([column, call]) => `${column} <> ${call}`).join(' OR '),
  };
});

/** Defines what kenko_redact does in the statements that follow; `onChange` hears of the accounts whose rows change. */
export function defineRedact(db: Sqlite, redact: Redact, onChange: (account: string) => void): void {
  db.define('kenko_redact', (kind, account, text) => {
    if (text === null || text === undefined) return null;
    const left = redact(text, kind === 'json' ? 'json' : 'text', account ?? null);
    if (left !== text && account !== null && account !== undefined) onChange(account);
    return left;
  });
}
