// The only dice: jitter and ids. Given, like the clock, so that a test can load them.

import { randomBytes } from 'node:crypto';

export interface Chance {
  /** A number in [0, 1). */
  fraction(): number;
  /** An opaque id of 16 hex digits. */
  id(): string;
}

export const systemChance: Chance = {
  fraction: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
  id: () => randomBytes(8).toString('hex'),
};

/** A repeatable sequence for tests, seeds and the sandbox (mulberry32). */
export function seededChance(seed: number): Chance {
  let state = seed >>> 0;
  const fraction = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    fraction,
    id: () => Array.from({ length: 16 }, () => Math.floor(fraction() * 16).toString(16)).join(''),
  };
}
