// Meeting the CRMs: who they are is asked once for the same credentials, and what time it is there is known all the same.

import { afterEach, describe, expect, it } from 'vitest';
import { run } from '../../src/pipeline/run.ts';
import { type SmallHome, smallHome } from '../support/small-home.ts';
import { whole } from '../support/small-run.ts';

let home: SmallHome;
afterEach(async () => await home.remove());

/** A CRM whose credentials lead to one org, and how often it was asked which. */
async function homeWithDoor() {
  home = await smallHome([{ id: 'a', logins: 20, satisfaction: 10 }]);
  const state = { asked: 0, door: 'front', skewMs: 0 as number | null };
  const { identify } = home.crm;
  Object.assign(home.crm, {
    door: () => state.door,
    clockSkewMs: () => state.skewMs,
    identify: async (signal: AbortSignal) => {
      state.asked += 1;
      return await identify(signal);
    },
  });
  return state;
}
async function night() {
  const { hall, store } = await home.open();
  try {
    return await run(hall, whole, new AbortController().signal);
  } finally {
    await store.close();
    home.clock.push(3_600_000);
  }
}

describe('an org behind the same credentials', () => {
  it('is asked who it is once, and again where the credentials are others', async () => {
    const state = await homeWithDoor();

    await night();
    await night();
    const before = state.asked;
    state.door = 'back';
    await night();

    expect([before, state.asked]).toEqual([1, 2]);
  });
  it('holds the run where its clock is far from ours, though it was not asked who it is', async () => {
    const state = await homeWithDoor();
    await night();
    state.skewMs = 10 * 60_000;

    const held = await night();

    expect(state.asked).toBe(1);
    expect(held.gates.find(({ id }) => id === 'G13')?.held).toBe(true);
  });
  it('is asked where nothing else has told the time', async () => {
    const state = await homeWithDoor();
    await night();
    state.skewMs = null;

    await night();

    expect(state.asked).toBe(2);
  });
});
