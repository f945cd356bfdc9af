// The HubSpot half of the proof: recordings of the real one, HubSpot's own client and its models, and the connector's own
// requests. HubSpot's OpenAPI files are proprietary and have no part in it.

import type { Half } from '../report.ts';
import { proveMethods } from './client-methods.ts';
import { proveModels } from './models.ts';
import { proveObserved } from './observed.ts';
import { proveReading } from './reading.ts';
import { proveBodies } from './recorded-bodies.ts';
import { proveExchanges } from './recorded-exchanges.ts';
import { proveRefusals } from './refusals.ts';
import { proveRequests } from './requests.ts';

export const half: Half = {
  name: 'HubSpot',
  async prove({ isQuick }) {
    const exchanges = await proveExchanges();
    const bodies = await proveBodies();
    const observed = await proveObserved();
    const methods = await proveMethods();
    const versions = isQuick ? ['v3'] : ['v3', '2026-03', '2026-09'];
    const readings = await inTurn(versions, proveReading);
    const requests = await proveRequests(versions);
    const refusals = await proveRefusals();
    const heard = readings.flatMap((reading) => reading.heard);
    const models = proveModels([...methods.heard, ...refusals.heard, ...heard, ...requests.heard]);
    const read = readings.map((reading) => reading.proof);
    return [exchanges, bodies, observed, refusals.proof, methods.proof, models, ...read, ...requests.proofs];
  },
};

/** One after the other: each has a portal of its own, and the machine may be small. */
async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  for (const item of items) done.push(await work(item));
  return done;
}
