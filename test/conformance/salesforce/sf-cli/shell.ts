// One command of the CLI or of Kenko at a time, in a process of its own, with a home folder that nothing else uses.

import { execFile } from 'node:child_process';

export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What it printed as JSON; undefined when it did not. */
  readonly json: Record<string, unknown> | undefined;
}

export function start(
  script: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<Ended> {
  return new Promise((resolve) => {
    const all = { ...options, env: options.env as NodeJS.ProcessEnv, timeout: 240_000, maxBuffer: 256 * 2 ** 20 };
    execFile(process.execPath, [script, ...args], all, (error, stdout, stderr) => {
      const code = (error as { code?: unknown } | null)?.code;
      const exitCode = error === null ? 0 : typeof code === 'number' ? code : 1;
      resolve({ exitCode, stdout, stderr, json: jsonIn(stdout) });
    });
  });
}

function jsonIn(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text.slice(text.indexOf('{'))) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** The surroundings of the CLI: its own home, no telemetry, no updates, no keychain. */
export function cliEnvironment(home: string, more: Readonly<Record<string, string>> = {}) {
  return {
    PATH: process.env['PATH'],
    HOME: home,
    SF_DISABLE_TELEMETRY: 'true',
    SF_AUTOUPDATE_DISABLE: 'true',
    SF_SKIP_NEW_VERSION_CHECK: 'true',
    SF_USE_GENERIC_UNIX_KEYCHAIN: 'true',
    SF_DISABLE_LOG_FILE: 'true',
    NODE_NO_WARNINGS: '1',
    ...more,
  };
}
