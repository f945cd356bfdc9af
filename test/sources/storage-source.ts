// A source of files in a storage on loopback, as sources.yaml would describe it.

import type { SourceSettings } from '../../src/domain/decisions.ts';
import { seededChance } from '../../src/lib/chance.ts';
import { Secret } from '../../src/lib/secret.ts';
import { openFilesSource } from '../../src/sources/files/files.ts';
import type { Source } from '../../src/sources/source.ts';
import { sourceSettings } from './settings.ts';

export interface Storage {
  readonly url: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

export function openStored(
  storage: Storage,
  settings: Readonly<Record<string, unknown>>,
  more: Partial<SourceSettings> = {},
  ofStorage: Readonly<Record<string, unknown>> = {},
): Source {
  const own = {
    endpoint: storage.url,
    access_key: new Secret(storage.accessKey),
    secret_access_key: new Secret(storage.secretKey),
    allow_addresses: ['127.0.0.1/32'],
    ...ofStorage,
  };
  // No path of this machine is needed: nothing is read below the home.
  return openFilesSource(sourceSettings('files', { ...settings, storage: own }, more), {
    root: '/nowhere',
    chance: seededChance(7),
    backoffMs: 1,
  });
}
