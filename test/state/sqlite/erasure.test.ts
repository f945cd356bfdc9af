// An erased person is not in the file any more: not in a free page, not in the log, not in a packed outcome.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { redacting } from '../../../src/state/sqlite/redaction.ts';
import { openSqliteStore } from '../../../src/state/sqlite/store.ts';
import { account, contact, nextAction, now, outcome, record, setEffect, settlement } from '../../support/builders.ts';
import { landPage, sealedPlan, startRun } from '../contract/scene.ts';
import { freshPath, secondHandle, stillClock } from './files.ts';

const email = 'canary-4711@acme.test';

/** All bytes of the state file and of the files beside it. */
function bytesOf(path: string): string {
  return readdirSync(dirname(path))
    .map((name) => readFileSync(join(dirname(path), name), 'latin1'))
    .join('\n');
}

describe('an erasure', () => {
  it('leaves no byte of the person in the file or beside it, while the store stays open', async () => {
    const path = freshPath();
    const store = await openSqliteStore({ path, clock: stillClock() });
    const lease = await startRun(store);
    await store.accounts.keep(lease, [account('acme', { ids: { account_id: 'A-1' } })], [], now);
    const row = record('P-4711', { source: 'people', contact: email, fields: { email, full_name: 'Canary Person' } });
    await landPage(store, lease, { source: 'people', records: [row] });
    const logins = Array.from({ length: 300 }, (_, index) => record(`login-${index}`, { contact: email }));
    await landPage(store, lease, { records: logins });
    await store.accounts.keepContacts(lease, new Map([['acme', [contact(email, { ids: { people: 'P-4711' } })]]]));
    const actions = [nextAction('acme', { body: `Call Canary Person, ${email}`, episode: `2026-09-14/${email}` })];
    await store.history.keep(lease, [outcome('acme', 50, { actions })], 'config-1', now);
    await store.tasks.wait(lease, 'salesforce', actions, now);
    const plan = await sealedPlan(store, lease, [setEffect('acme', { payload: { champion: 'CANARY PERSON' } })]);
    const [claimed] = await store.outbox.claim(lease, plan, 'salesforce', 1, now);
    await store.outbox.settle(lease, [settlement(claimed?.id ?? 0, 'applied')], { now, actor: `console:${email}` });
    const before = bytesOf(path);

    await store.eraseContact(email, now);

    const after = bytesOf(path);
    expect(before).toContain('canary-4711');
    for (const word of ['canary-4711', 'Canary Person', 'CANARY PERSON', 'P-4711']) expect(after).not.toContain(word);
    expect(JSON.stringify(await store.history.outcome('acme', null))).not.toMatch(/canary/i);
    expect(await store.verify()).toEqual([]);
    expect((await secondHandle(path)).pragma('freelist_count')).toBe(0);
    await store.close();
  });

  it('says so when another program keeps old pages alive, and can be run once more', async () => {
    const path = freshPath();
    const store = await openSqliteStore({ path, clock: stillClock() });
    const lease = await startRun(store);
    await landPage(store, lease, { records: [record('login', { contact: 'person-77' })] });
    const reader = await secondHandle(path);
    reader.script('BEGIN');
    reader.all('SELECT * FROM facts');

    const first = store.eraseContact('person-77', now);
    await expect(first).rejects.toThrow('erased, but');
    reader.script('COMMIT');
    await store.eraseContact('person-77', now);

    expect(bytesOf(path)).not.toContain('person-77');
    await store.close();
  });

  it('erases the person’s row where the account is not known, and it does not come back', async () => {
    const store = await openSqliteStore({ path: ':memory:', clock: stillClock() });
    const lease = await startRun(store);
    await store.accounts.keepContacts(lease, new Map([['acme', [contact('P-1')]]]));
    const stranger = record('P-99', { source: 'people', account: { kind: 'account_id', value: 'unknown' } });
    const ticket = record('P-99', { source: 'tickets' });
    await landPage(store, lease, { source: 'people', records: [stranger] });
    await landPage(store, lease, { source: 'tickets', records: [ticket] });

    await store.eraseContact('P-99', now);
    await landPage(store, lease, { source: 'people', records: [stranger] });

    expect(await store.facts.records('people', null, 9)).toEqual([]);
    expect(await store.facts.records('tickets', null, 9)).toEqual([ticket]);
    await store.close();
  });
});

describe('taking names out', () => {
  const own = new Set(['acme']);

  it('replaces a sure name wherever it stands, in any case', () => {
    const redact = redacting([email], own, 'X');

    expect(redact(`write to ${email.toUpperCase()}!`, 'text', null)).toBe('write to X!');
    expect(redact(`{"a":["${email}"],"${email}":1}`, 'json', 'other')).toBe('{"a":["X"],"X":1}');
  });

  it('replaces a short name only as a whole word, and only in rows of the person’s own accounts', () => {
    const redact = redacting(['42', 'Jo'], own, 'X');

    expect(redact('{"id":"42","text":"Jo and John, 420"}', 'json', 'acme')).toBe('{"id":"X","text":"X and John, 420"}');
    expect(redact('{"id":"42","text":"Jo"}', 'json', 'bolt')).toBe('{"id":"42","text":"Jo"}');
    expect(redact('row 42', 'text', null)).toBe('row 42');
  });

  it('never touches a number, so that JSON stays JSON', () => {
    const redact = redacting(['42', '12345678'], own, 'X');

    expect(redact('{"score":42,"big":12345678}', 'json', 'acme')).toBe('{"score":42,"big":12345678}');
  });

  it('takes characters of patterns and quotes as they are', () => {
    const redact = redacting(['a+b(c)@x.test', 'Bob "B" O’Hara'], own, 'X');

    expect(redact(JSON.stringify({ a: 'a+b(c)@x.test', b: 'by Bob "B" O’Hara' }), 'json', null)).toBe(
      '{"a":"X","b":"by X"}',
    );
    expect(redact('aab(c)@xytest', 'text', null)).toBe('aab(c)@xytest');
  });

  it('gives back the very same text where nobody is named', () => {
    const text = '{"z": 1, "a": 2}';

    expect(redacting([email], own, 'X')(text, 'json', 'acme')).toBe(text);
    expect(redacting([], own, 'X')(text, 'json', 'acme')).toBe(text);
  });
});
