// Undo puts back what stood before a run, and only where nobody has written since (I15).

import { afterEach, describe, expect, it } from 'vitest';
import { run } from '../../src/pipeline/run.ts';
import { undoRun } from '../../src/pipeline/undo.ts';
import { crmId, type SmallHome, smallHome } from '../support/small-home.ts';
import { never, whole } from '../support/small-run.ts';

let home: SmallHome;
afterEach(async () => await home.remove());

describe('undo', () => {
  it('leaves what a person has changed since, puts the rest back, and does nothing the second time', async () => {
    home = await smallHome([
      { id: 'a', logins: 20, satisfaction: 10 },
      { id: 'b', logins: 10, satisfaction: 5 },
      { id: 'c', logins: 1, satisfaction: 2 },
    ]);
    const { hall, store } = await home.open();
    const { runId } = await run(hall, whole, never);
    Object.assign(home.crm.records.get(crmId('b')) ?? {}, { health_band: 'green' });
    const [task] = home.crm.tasks.values();

    home.clock.push(3_600_000);
    const undone = await undoRun(hall, runId ?? '', never);
    const writes = home.crm.writes;
    home.clock.push(3_600_000);
    const again = await undoRun(hall, runId ?? '', never);
    await store.close();

    expect(undone).toMatchObject({ exitCode: 0, effects: { conflicts: 1 } });
    expect(home.crm.records.get(crmId('b'))).toMatchObject({ health_score: 50, health_band: 'green' });
    expect(home.crm.records.get(crmId('a'))).toMatchObject({ health_score: null, health_band: null });
    expect(task?.state).toBe('closed');
    expect(again.effects).toMatchObject({ applied: 0, rejected: 0 });
    expect(home.crm.writes).toBe(writes);
  });
});
