// The HubSpot half of the proof: recordings of the real one, HubSpot's own client and its models, and the connector's own
// requests. HubSpot's OpenAPI files are proprietary and have no part in it.

import type { Half } from '../report.ts';
import { proveMethods } from './client-methods.ts';
import { proveModels } from './models.ts';
import { proveBodies } from './recorded-bodies.ts';
import { proveExchanges } from './recorded-exchanges.ts';
import { proveRefusals } from './refusals.ts';
import { proveRequests } from './requests.ts';

export const half: Half = {
  name: 'HubSpot',
  async prove({ isQuick }) {
    const exchanges = await proveExchanges();
    const bodies = await proveBodies();
    const methods = await proveMethods();
    const requests = await proveRequests(isQuick ? ['v3'] : ['v3', '2026-03', '2026-09']);
    const refusals = await proveRefusals();
    const models = proveModels([...methods.heard, ...refusals.heard, ...requests.heard]);
    return [exchanges, bodies, refusals.proof, methods.proof, models, ...requests.proofs];
  },
};
