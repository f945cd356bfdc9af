// The Salesforce half of the proof: what other people's recordings and clients say about the pretend org.

import type { Half, Proof } from '../report.ts';
import { provePublished } from './jsforce/published.ts';
import { ampLabs } from './recorded/amp-labs.ts';
import { proveBodies } from './recorded/bodies.ts';
import { restforce } from './recorded/restforce.ts';
import { proveStories } from './recorded/stories.ts';
import { proveCli } from './sf-cli/prove.ts';

export const half: Half = {
  name: 'Salesforce',
  async prove({ isQuick }) {
    const proofs: Proof[] = [];
    proofs.push(await proveStories());
    proofs.push(await proveBodies('amp-labs answers', ampLabs, '8 of Pardot, 5 of events, 1 row without its call'));
    proofs.push(await proveBodies('restforce answers', restforce, '17 of invented objects, search and password'));
    proofs.push(...(await provePublished()));
    if (!isQuick) proofs.push(...(await proveCli()));
    return proofs;
  },
};
