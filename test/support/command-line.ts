// A command line as a person types it, run in this process: what it prints on both streams, and its exit code.

import { runCommandLine } from '../../src/cli/commands.ts';

export interface Typed {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}
export async function typed(home: string, ...argv: readonly string[]): Promise<Typed> {
  const text = { out: '', err: '' };
  const sink = (name: 'out' | 'err') =>
    ({
      isTTY: false,
      write: (part: string) => {
        text[name] += part;
        return true;
      },
    }) as unknown as NodeJS.WriteStream;
  const exit = await runCommandLine({
    argv: [...argv, '--home', home],
    stdout: sink('out'),
    stderr: sink('err'),
    signal: new AbortController().signal,
  });
  return { exit, ...text };
}
