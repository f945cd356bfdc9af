// A source that fails in the middle is a failed read: what it gave stays, nothing is taken for gone, nothing is written.

import { afterEach, describe, expect, it } from 'vitest';
import type { Hall } from '../../src/pipeline/hall.ts';
import { run } from '../../src/pipeline/run.ts';
import type { Page, Source } from '../../src/sources/source.ts';
import { type SmallHome, smallHome } from '../support/small-home.ts';
import { day, never, whole } from '../support/small-run.ts';

let home: SmallHome;
afterEach(async () => await home.remove());

/** The same source, whose line goes dead before its last page, without an error. */
function cutOff(source: Source): Source {
  return {
    ...source,
    async *read(...args): AsyncGenerator<Page> {
      for await (const page of source.read(...args)) yield { ...page, last: false };
    },
  };
}

describe('a source', () => {
  it('that stops without saying that it is at its end has failed', async () => {
    home = await smallHome([
      { id: 'a', logins: 20, satisfaction: 10 },
      { id: 'b', logins: 1, satisfaction: 5 },
    ]);
    const { hall, store } = await home.open();
    await run(hall, whole, never);
    const before = { writes: home.crm.writes, facts: await store.facts.records('usage', null, 100) };
    home.clock.push(day);
    await home.save();
    const sources = hall.sources.map((source) => (source.name === 'usage' ? cutOff(source) : source));
    const failing: Hall = { ...hall, sources };

    const report = await run(failing, whole, never);

    const told = report.problems.find(({ code }) => code === 'E_SOURCE');
    const facts = (await store.facts.records('usage', null, 100)).map(({ key }) => key);
    await store.close();
    expect(report.exitCode).toBe(8);
    expect(told).toMatchObject({ where: 'source usage', what: 'a source ended in mid-read' });
    expect(told?.fix.length).toBeGreaterThan(10);
    expect(home.crm.writes).toBe(before.writes);
    expect(facts).toEqual(expect.arrayContaining(before.facts.map(({ key }) => key)));
  });
});
