// What has to happen to a file before the engine may see it: a gzip file is unpacked once to its end, because the engine
// takes half a file for a whole one, and counted on the way; what is not UTF-8 is rewritten as UTF-8 in a private folder.

import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline as pump } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { rethrowCrash, SourceError } from '../../lib/errors.ts';
import type { FoundFile } from './list.ts';
import { longestLine } from './scan.ts';

/** How far a file may be unpacked. */
export interface UnpackLimits {
  readonly maxBytes: number;
}
export type Encoding = 'utf8' | 'cp932';

/** Beyond this many bytes, text that shrank to less than a two-hundredth is no text but a trap. */
const trapBytes = 100 * 2 ** 20;
const trapRatio = 200;

export function isGzip(path: string): boolean {
  return path.toLowerCase().endsWith('.gz');
}

/**
 * The path the engine may read: the file itself, or a copy in UTF-8. A gzip file has been read to its end before.
 * @throws SourceError for a file that is cut off, not in its encoding, or unpacks without end.
 */
export async function readied(
  file: FoundFile,
  options: { readonly encoding: Encoding; readonly folder: string; readonly nth: number } & UnpackLimits,
  where: string,
  signal: AbortSignal,
): Promise<string> {
  const gzip = isGzip(file.path);
  if (!gzip) await requireLineEnd(file, where);
  if (!gzip && options.encoding === 'utf8') return file.absolute;
  const source = await open(file.absolute);
  let bytes = 0;
  let sinceLineEnd = 0;
  const count = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      const lineEnd = chunk.lastIndexOf(10);
      sinceLineEnd = lineEnd === -1 ? sinceLineEnd + chunk.length : chunk.length - lineEnd - 1;
      if (sinceLineEnd > longestLine) throw endlessLine(file, where);
      if (bytes > options.maxBytes || (bytes > trapBytes && bytes > trapRatio * file.bytes)) throw tooMuch(file, where);
      yield chunk;
    }
  };
  const copy = join(options.folder, `${options.nth}.txt`);
  try {
    const packed = source.createReadStream({ autoClose: false });
    const unpacked = gzip ? packed.pipe(createGunzip()) : packed;
    packed.once('error', (error) => unpacked.destroy(error));
    if (options.encoding === 'utf8') {
      await pump(Readable.from(count(unpacked)), nowhere(), { signal });
      return file.absolute;
    }
    const decoder = new TextDecoder('shift_jis', { fatal: true });
    const decode = async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of count(chunks)) yield decoder.decode(chunk, { stream: true });
      yield decoder.decode();
    };
    await pump(Readable.from(decode(unpacked)), createWriteStream(copy, { mode: 0o600 }), { signal });
    return copy;
  } catch (error) {
    rethrowCrash(error);
    if (signal.aborted) throw signal.reason;
    throw translate(error, file, where);
  } finally {
    await source.close();
  }
}

/** The first `most` bytes of a file as text, unpacked and decoded: enough for a header. */
export async function beginningOf(path: string, packed: boolean, encoding: Encoding = 'utf8'): Promise<string> {
  const most = 1_048_576;
  const file = await open(path);
  try {
    const bytes = file.createReadStream({ autoClose: false });
    const chunks: Buffer[] = [];
    let length = 0;
    const plain: AsyncIterable<Buffer> = packed ? bytes.pipe(createGunzip()) : bytes;
    for await (const chunk of plain) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= most || chunk.includes(10)) break;
    }
    // A character may be cut in two at the end; it lies behind the header.
    return new TextDecoder(encoding === 'utf8' ? 'utf-8' : 'shift_jis').decode(Buffer.concat(chunks).subarray(0, most));
  } catch (error) {
    // Half a gzip file shows its beginning; that it is half is told when it is read.
    rethrowCrash(error);
    return '';
  } finally {
    await file.close();
  }
}

/** The engine leaves out a last line that is too long without a word, so its end is looked at before. */
async function requireLineEnd(file: FoundFile, where: string): Promise<void> {
  if (file.bytes <= longestLine) return;
  const handle = await open(file.absolute);
  try {
    const tail = Buffer.alloc(longestLine);
    const { bytesRead } = await handle.read(tail, 0, longestLine, file.bytes - longestLine);
    if (!tail.subarray(0, bytesRead).includes(10)) throw endlessLine(file, where);
  } finally {
    await handle.close();
  }
}
function endlessLine(file: FoundFile, where: string): SourceError {
  return new SourceError('a line has no end', {
    where: `${where}, ${file.path}`,
    why: 'After 1 MiB it is no line of data; a quote that is not closed swallows all rows behind it.',
    fix: 'Close every quote, and double the quotes inside a quoted cell; or export the file again.',
  });
}
function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
function tooMuch(file: FoundFile, where: string): SourceError {
  return new SourceError('a packed file unpacks to far more than any data would', {
    where: `${where}, ${file.path}`,
    why: 'A few bytes that become gigabytes are a trap or a mistake, and would fill memory and disk.',
    fix: 'Look at it with gzip -l; raise max_unpacked_mb if it is right.',
  });
}
function translate(error: unknown, file: FoundFile, where: string): unknown {
  if (error instanceof SourceError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const place = `${where}, ${file.path}`;
  if (code === 'Z_BUF_ERROR' || code === 'Z_DATA_ERROR')
    return new SourceError(code === 'Z_BUF_ERROR' ? 'a packed file is cut off' : 'a packed file is damaged', {
      where: place,
      why: 'What is missing at its end cannot be told from rows that are gone.',
      fix: 'Copy or export it again; write it under another name and rename it when it is whole.',
      cause: error,
    });
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
    return new SourceError('a file is not cp932', {
      where: place,
      why: 'Names and words in it would be garbled.',
      fix: 'Set encoding: utf8 for it in config/sources.yaml, or export it as UTF-8.',
      cause: error,
    });
  return new SourceError(`a file could not be read (${code === '' ? (error as Error).message : code})`, {
    where: place,
    why: 'Nothing can be derived from it, so the scores that need it stay as they are.',
    fix: 'Look whether it is there and whole; the next run reads again.',
    cause: error,
  });
}
