// The vendor's own command line, from the npm registry into a folder of its own outside the project. It is 300 MB and never a
// dependency; where it cannot be had, whoever asked is told why.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const version = '2.150.6';
const run = promisify(execFile);

/** The script of the CLI, or why there is none. `SF_CLI` names one that is there already. */
export async function findCli(): Promise<{ script: string } | { problem: string }> {
  const named = process.env['SF_CLI'];
  if (named !== undefined)
    return existsSync(named) ? { script: named } : { problem: `SF_CLI names ${named}, which is not there` };
  const folder = join(tmpdir(), `kenko-sf-cli-${version}`);
  const script = join(folder, 'node_modules/@salesforce/cli/bin/run.js');
  const done = join(folder, 'installed');
  if (existsSync(script) && existsSync(done)) return { script };
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), '{"private": true}\n');
    const args = [
      'install',
      `@salesforce/cli@${version}`,
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--save-exact',
    ];
    await run('npm', args, { cwd: folder, timeout: 600_000, maxBuffer: 64 * 2 ** 20 });
    await writeFile(done, '');
    return { script };
  } catch (problem) {
    const { message, stderr } = problem as Error & { stderr?: string };
    return { problem: `@salesforce/cli@${version} could not be installed: ${(stderr || message).slice(0, 300)}` };
  }
}
