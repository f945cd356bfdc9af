// kenko version

import { version } from './about.ts';
import type { CommandContext } from './command.ts';
import { say, sayJson } from './output.ts';

export async function versionCommand(context: CommandContext): Promise<number> {
  say(context.output, `kenko ${version} on Node ${process.versions.node}`);
  sayJson(context.output, { version, node: process.versions.node });
  return 0;
}
