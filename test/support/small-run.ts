// What tests of the hall ask of a run, where they want nothing special.

import type { RunRequest } from '../../src/pipeline/run.ts';

/** A whole run as of today, started by a person. */
export const whole: RunRequest = {
  kind: 'run',
  until: null,
  source: null,
  account: null,
  asOf: null,
  slot: null,
  reread: true,
  lifted: false,
};
export const never = new AbortController().signal;
export const day = 86_400_000;
