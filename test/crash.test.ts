// The process dies at every step of a run, and a third of all that can happen to the calls of three stories happens; then two
// undisturbed tries must lead to the same CRM as no trouble at all (I4), with all invariants true. `npm run trust` asks all of
// it, and far more of the same kind.

import { describe, expect, it } from 'vitest';
import { callFaults } from './support/map-crm.ts';
import { singles } from './trust/plans.ts';
import { stories } from './trust/story.ts';
import { live } from './trust/trial.ts';

/** Of all that can happen to one call, one in so many. */
const everyNth = 3;

describe('a process that dies', () => {
  it('leads to the same CRM after two undisturbed tries, whichever step it died at', async () => {
    let trials = 0;

    for await (const { story, plan, replay, crash, fault } of singles(stories.slice(0, 1))) {
      if (crash === null || fault !== null) continue;
      expect((await live(story, plan)).broken, replay).toEqual([]);
      trials += 1;
    }

    expect(trials).toBeGreaterThan(80);
  }, 300_000);

  it('leads to the same CRM whatever happens to one call', async () => {
    let trials = 0;
    let met = 0;
    const kinds = new Set<string>();

    for await (const { story, plan, replay, crash, fault } of singles(stories.slice(0, 3))) {
      if (crash !== null || fault === null) continue;
      met += 1;
      if (met % everyNth !== 0) continue;
      kinds.add(fault === 'full' ? fault : fault[1]);
      expect((await live(story, plan)).broken, replay).toEqual([]);
      trials += 1;
    }

    expect(trials).toBeGreaterThan(50);
    expect([...kinds].sort()).toEqual([...callFaults, 'full'].sort());
  }, 300_000);
});
