// What is the same in every trial and costs time to make: the configuration, read and checked once per process. Everything
// that a run can change is made anew by world.ts.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Decisions } from '../../src/domain/decisions.ts';
import { type Prepared, prepare } from '../../src/domain/outcome.ts';
import { smallHome } from '../support/small-home.ts';

export interface Frame {
  readonly decisions: Decisions;
  readonly prepared: Prepared;
}
/** plain: nothing holds. heavier: other weights, so another hash. gated: a changed configuration waits for a yes (G11). */
export type FrameName = 'plain' | 'heavier' | 'gated';

const gates = `
outcome: {band_change_share: 1, small_count: 1000, mean_shift: 100, psi: 100}
tasks: {new_min: 1000, per_owner_per_day: 1000}
destruction: {count: 1000, share: 1}
volume: {hold_below_share: 0}
coverage: {hold_below_share: 0}
shape: {null_share_rise: 1, max_jump: 1000}
`;
const overrides: Readonly<Record<FrameName, Readonly<Record<string, string>>>> = {
  plain: { 'config/gates.yaml': `novelty: {on: false}${gates}` },
  heavier: {
    'config/gates.yaml': `novelty: {on: false}${gates}`,
    'config/scorecard.yaml': `
id: small
version: 1.1.0
dimensions: {usage: Usage, sentiment: Sentiment}
models:
  - id: small
    weights: {usage: {logins: 50}, sentiment: {satisfaction: 50}}
`,
  },
  gated: { 'config/gates.yaml': gates.trimStart() },
};

const made = new Map<FrameName, Promise<Frame>>();

/** The configuration of that name. */
export function frameOf(name: FrameName): Promise<Frame> {
  const known = made.get(name);
  if (known !== undefined) return known;
  const frame = (async () => {
    const home = await smallHome([], overrides[name]);
    const decisions = await home.decisions();
    await home.remove();
    return { decisions, prepared: prepare(decisions) };
  })();
  made.set(name, frame);
  return frame;
}

let folder: string | null = null;
let files = 0;
/** A path for a database that lives as long as a trial: in memory where the machine has a file system there. */
export function freshPath(): string {
  if (folder === null) {
    const made = mkdtempSync(join(process.env['KENKO_TRUST_TMP'] ?? tmpdir(), 'kenko-trust-'));
    folder = made;
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  }
  files += 1;
  return join(folder, `${files}.sqlite`);
}
