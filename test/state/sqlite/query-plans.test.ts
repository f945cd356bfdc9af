// What is asked for a page of accounts must not walk a whole table: with ten times the accounts a run would take a hundred
// times as long. SQLite says how it would answer each question of the hot rooms; no clock is needed to see it.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../../src/state/sqlite/store.ts';
import { freshPath, secondHandle, stillClock } from './files.ts';

const rooms = ['accounts', 'tasks', 'history', 'outbox', 'seen', 'ranks'];
/** A question about some accounts or records, by their names. */
const isAboutSome = /\b(?:account|parent|id|target) (?:= \?|= j\.value|IN \(SELECT value FROM json_each\(\?\)\))/;
/** Ways that grow with the whole table: reading it through, or by nothing but its CRM or a flag. */
const walks = [/^SCAN (?!json_each|j |CONSTANT)/, /\((?:crm|gone|state)=\?\)$/];

async function questionsOf(room: string): Promise<readonly string[]> {
  const text = await readFile(join(import.meta.dirname, `../../../src/state/sqlite/${room}.ts`), 'utf8');
  return [...text.matchAll(/(['`])(SELECT\b[\s\S]*?)\1/g)]
    .map((match) => match[2] ?? '')
    .filter((sql) => isAboutSome.test(sql) && !sql.includes('${'));
}

describe('what is asked for a page of accounts', () => {
  it.each(rooms)('is found by an index and walks through no table: %s', async (room) => {
    const path = freshPath();
    await (await openSqliteStore({ path, clock: stillClock() })).close();
    const db = await secondHandle(path);

    const questions = await questionsOf(room);
    const slow = questions.flatMap((sql) => {
      const places = (sql.match(/\?/g) ?? []).map(() => null);
      const plan = db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...places).map(({ detail }) => detail);
      const bad = plan.filter((detail) => walks.some((walk) => walk.test(detail)));
      return bad.length === 0 ? [] : [`${sql.replace(/\s+/g, ' ')}: ${bad.join('; ')}`];
    });

    expect(questions.length).toBeGreaterThan(0);
    expect(slow).toEqual([]);
  });
});
