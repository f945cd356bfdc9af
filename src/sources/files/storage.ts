// Objects of S3-compatible storage as files: a path with stars becomes a prefix to list and a pattern to hold keys against,
// and the objects that are to be read are brought into a private folder first, as many bytes as were allowed and no more.
// The engine could read them itself only with an extension that it would have to download; so it sees plain files here too.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openS3, type S3, type S3Object } from '../../clients/s3.ts';
import { systemChance } from '../../lib/chance.ts';
import { systemClock } from '../../lib/clock.ts';
import { SourceError } from '../../lib/errors.ts';
import { type FoundFile, mostFiles } from './list.ts';
import type { FilePlace, PlaceTools } from './place.ts';
import type { StorageSettings } from './settings.ts';

// `s3://bucket/usage/**/*.csv.gz`, taken apart.
interface StoragePath {
  readonly text: string;
  readonly bucket: string;
  /** What every key that fits begins with. */
  readonly prefix: string;
  readonly pattern: RegExp;
}

export function openStorage(
  paths: readonly string[],
  own: StorageSettings,
  tools: PlaceTools,
  where: string,
): FilePlace {
  const wanted = paths.map(pathOf);
  const s3 = openS3({
    endpoint: own.endpoint ?? `https://s3.${own.region}.amazonaws.com`,
    region: own.region,
    accessKey: own.access_key,
    secretKey: own.secret_access_key,
    sessionToken: own.session_token ?? null,
    allowAddresses: own.allow_addresses,
    timeoutMs: own.timeout_seconds * 1_000,
    clock: tools.clock ?? systemClock,
    chance: tools.chance ?? systemChance,
    where,
    ...(tools.backoffMs === undefined ? {} : { backoffMs: tools.backoffMs }),
  });
  const objects = new Map<string, S3Object>();
  return {
    list: async (signal) => {
      objects.clear();
      for (const path of wanted) await collect(s3, path, objects, where, signal);
      return [...objects].map(([path, object]) => fileOf(path, object)).sort((a, b) => (a.path < b.path ? -1 : 1));
    },
    ready: async (files, signal) => {
      requireRoom(files, own, where);
      const folder = await mkdtemp(join(tmpdir(), 'kenko-objects-'));
      const release = () => rm(folder, { recursive: true, force: true });
      try {
        const brought: FoundFile[] = [];
        for (const [nth, file] of files.entries()) {
          // The engine tells packed files by their names; nothing else of a key comes near this machine's disk.
          const ending = /(\.[a-z0-9]{1,10}){1,2}$/i.exec(file.path)?.[0] ?? '';
          const absolute = join(folder, `${nth}${ending}`);
          await s3.bring(objects.get(file.path) as S3Object, absolute, signal);
          brought.push({ ...file, absolute });
        }
        return { files: brought, release };
      } catch (error) {
        await release();
        throw error;
      }
    },
    // Each was brought whole, as it was listed; what comes later is the next run's.
    areUnchanged: async () => true,
    close: () => s3.close(),
  };
}

async function collect(
  s3: S3,
  path: StoragePath,
  found: Map<string, S3Object>,
  where: string,
  signal: AbortSignal,
): Promise<void> {
  const before = found.size;
  for await (const object of s3.list(path.bucket, path.prefix, signal)) {
    if (!path.pattern.test(object.key)) continue;
    found.set(`s3://${path.bucket}/${object.key}`, object);
    if (found.size > mostFiles)
      throw new SourceError(`more than ${mostFiles} objects fit the path`, {
        where: `${where}, ${path.text}`,
        why: 'So many files are most likely not meant.',
        fix: 'Narrow the path, or put a month into one object.',
      });
  }
  if (found.size === before)
    throw new SourceError('there is no such object', {
      where: `${where}, ${path.text}`,
      why: 'Nothing can be derived from it, so the scores that need it stay as they are.',
      fix: 'Put the export there, or correct path in config/sources.yaml.',
    });
}
function fileOf(path: string, object: S3Object): FoundFile {
  return { path, absolute: '', bytes: object.bytes, changedMs: 0, version: object.etag };
}

function requireRoom(files: readonly FoundFile[], own: StorageSettings, where: string): void {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes <= own.max_mb * 2 ** 20) return;
  throw new SourceError(`${files.length} objects of ${Math.ceil(bytes / 2 ** 20)} MB would have to be brought here`, {
    where,
    why: `At most ${own.max_mb} MB of this disk may be taken for one reading.`,
    fix: 'Narrow the path, let the warehouse export less, or raise storage.max_mb.',
  });
}

/** The path was checked by the settings: `s3://bucket/key`. */
function pathOf(text: string): StoragePath {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(text) ?? [];
  return { text, bucket, prefix: /^[^*?]*/.exec(key)?.[0] ?? '', pattern: patternOf(key) };
}
// `*` and `?` inside of a name, `**/` for folders; names that begin with a dot are not meant, as below the home.
function patternOf(key: string): RegExp {
  const source = key.split('/').map((part, nth, all) => {
    if (part === '**') return nth === all.length - 1 ? '(?:(?!\\.)[^/]+/)*(?!\\.)[^/]+' : '(?:(?!\\.)[^/]+/)*';
    const name = part
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*+/g, '[^/]*')
      .replaceAll('?', '[^/]');
    const visible = /^[*?]/.test(part) ? `(?!\\.)${name}` : name;
    return nth === all.length - 1 ? visible : `${visible}/`;
  });
  return new RegExp(`^${source.join('')}$`, 'u');
}
