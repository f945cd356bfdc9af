// kenko uninstall as an admin types it: a list of what setup made, in the order in which it can go, and nothing touched.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { environmentOf } from '../../src/cli/sandbox.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts';
import { typed } from '../support/command-line.ts';

let box: Sandbox;
let folder: string;
let home: string;

beforeEach(async () => {
  box = await startSandbox({ accounts: 5 });
  folder = await mkdtemp(join(tmpdir(), 'kenko-uninstall-'));
  home = join(folder, 'home');
  for (const [name, value] of Object.entries(environmentOf(box))) vi.stubEnv(name, value ?? '');
  await typed(folder, 'init', home, '--crm', 'both');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await box.close();
  await rm(folder, { recursive: true, force: true });
});

interface Told {
  readonly crms: readonly { readonly crm: string; readonly pieces: readonly { kind: string; name: string }[] }[];
}

describe('kenko uninstall', () => {
  it('lists what setup has made in both CRMs, and touches neither', async () => {
    await typed(home, 'setup');
    const writes = () => box.salesforce.counts().write + box.hubspot.counts().write;
    const before = writes();

    const { exit, out } = await typed(home, 'uninstall', '--dry-run', '--json');

    const { crms } = JSON.parse(out) as Told;
    const names = (crm: string) => crms.find((one) => one.crm === crm)?.pieces.map(({ name }) => name) ?? [];
    expect(exit).toBe(0);
    expect(names('salesforce')).toContain('Kenko_Sync');
    expect(names('hubspot')).toContain('companies.kenko_health_score');
    expect(names('hubspot').at(-1)).toContain('customer_health');
    expect(writes()).toBe(before);
  });
  it('does nothing at all without saying that it is to be a list', async () => {
    const { exit, err } = await typed(home, 'uninstall');

    expect(exit).toBe(2);
    expect(err).toContain('kenko uninstall --dry-run');
  });
});
