// The quick parts of `npm run conformance` for Salesforce, in the test suite: each exchange that differs is named.

import { describe, expect, test } from 'vitest';
import { half } from './salesforce/half.ts';

describe('the pretend org, held against what others recorded and made', async () => {
  const proofs = await half.prove({ isQuick: true });

  test.each(proofs.map((proof) => [proof.name, proof] as const))('%s', (_name, proof) => {
    if (proof.skipped !== undefined) console.log(`${proof.name}: skipped, ${proof.skipped}`);

    expect(proof.differences).toEqual([]);
    expect(proof.agreed).toBe(proof.compared);
    expect(proof.compared > 0 || proof.skipped !== undefined).toBe(true);
  });
});
