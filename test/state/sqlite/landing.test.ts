// A page and its cursor are one: whoever dies in between has neither, and the next run reads the page again.

import { afterEach, describe, expect, it } from 'vitest';
import { Crash } from '../../../src/lib/errors.ts';
import { onStep } from '../../../src/lib/step.ts';
import { openSqliteStore } from '../../../src/state/sqlite/store.ts';
import { record } from '../../support/builders.ts';
import { landPage, startRun } from '../contract/scene.ts';
import { stillClock } from './files.ts';

let stopListening = () => {};
afterEach(() => stopListening());

describe('a page of a source', () => {
  it('a cursor never passes a fact that is not there, whichever step the process dies at', async () => {
    const pages = [1, 2, 3].map((at) => ({
      records: [record(`r-${at}`)],
      cursor: { source: 'usage', stream: 'rows', at: String(at) },
      first: at === 1,
      last: at === 3,
    }));
    let deaths = 0;
    for (let dieAt = 1; ; dieAt++) {
      const store = await openSqliteStore({ path: ':memory:', clock: stillClock() });
      const lease = await startRun(store);
      let steps = 0;
      stopListening = onStep((name) => {
        steps += 1;
        if (steps === dieAt) throw new Crash(name);
      });
      const died = await Promise.resolve()
        .then(async () => {
          for (const page of pages) await landPage(store, lease, page);
        })
        .then(
          () => false,
          (error: unknown) => error instanceof Crash,
        );
      stopListening();

      const reached = Number((await store.facts.cursor('usage', 'rows'))?.at ?? 0);
      const facts = await store.facts.records('usage', null, 10);

      expect(
        facts.map(({ key }) => key),
        `died at step ${dieAt}`,
      ).toEqual(pages.slice(0, reached).map(({ records }) => records[0]?.key));
      await store.close();
      if (!died) break;
      deaths += 1;
    }
    expect(deaths).toBe(6);
  });
});
