// Runs commands of kenko in this process, as main.ts would, and keeps what they print.

import { runCommandLine } from '../../src/cli/commands.ts';

export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One command line. `env` stands in the environment while it runs. */
export async function kenko(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<Ended> {
  const told = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') =>
    ({
      isTTY: false,
      write: (text: string) => {
        told[name] += text;
        return true;
      },
    }) as unknown as NodeJS.WriteStream;
  const before = { ...process.env };
  Object.assign(process.env, env);
  try {
    const exitCode = await runCommandLine({ argv, stdout: stream('stdout'), stderr: stream('stderr'), signal });
    return { exitCode, ...told };
  } finally {
    process.env = before;
  }
}
