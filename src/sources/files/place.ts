// Where files lie: below the home, or in S3-compatible storage. Either way they are listed, made ready as files of this
// machine for the time of one reading, and looked at again afterwards.

import type { Chance } from '../../lib/chance.ts';
import type { Clock } from '../../lib/clock.ts';
import { areUnchanged, type FoundFile, listFiles } from './list.ts';
import type { FilesSettings } from './settings.ts';
import { openStorage } from './storage.ts';

/** What a place needs besides its settings. */
export interface PlaceTools {
  /** The home folder. */
  readonly root: string;
  /** Default: the machine's. */
  readonly clock?: Clock;
  readonly chance?: Chance;
  /** First wait after an unclear answer of a storage. Default 1 s. */
  readonly backoffMs?: number;
}
export interface ReadyFiles {
  readonly files: readonly FoundFile[];
  /** Removes what was brought here for the reading. */
  release(): Promise<void>;
}
export interface FilePlace {
  /** All files that the paths mean, sorted. @throws SourceError when there is none */
  list(signal: AbortSignal): Promise<readonly FoundFile[]>;
  /** The same files, to be opened at `absolute`. */
  ready(files: readonly FoundFile[], signal: AbortSignal): Promise<ReadyFiles>;
  /** Whether they are still what was read. */
  areUnchanged(files: readonly FoundFile[]): Promise<boolean>;
  close(): Promise<void>;
}

export function openPlace(own: FilesSettings, tools: PlaceTools, where: string): FilePlace {
  const paths = [own.path].flat();
  if (own.storage !== undefined) return openStorage(paths, own.storage, tools, where);
  return {
    list: () => listFiles(tools.root, paths, where),
    ready: async (files) => ({ files, release: async () => undefined }),
    areUnchanged,
    close: async () => undefined,
  };
}
