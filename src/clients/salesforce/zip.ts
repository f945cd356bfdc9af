// A zip archive of a few small texts, stored and not compressed: what a deployment of metadata wants. Format: PKWARE
// APPNOTE 6.3, local headers, central directory, end record. Pure.

import { crc32 } from 'node:zlib';

/** 1 January 1980: the earliest day the format knows, so that the same files are the same bytes. */
const day = (1 << 5) | 1;
const utf8Names = 0x0800;

/** The archive of files by path. */
export function zipOf(files: Readonly<Record<string, string>>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [path, text] of Object.entries(files)) {
    const name = Buffer.from(path, 'utf8');
    const body = Buffer.from(text, 'utf8');
    // What both headers say of a file: version, flags, method, time, day, checksum, sizes, length of the name.
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(utf8Names, 2);
    facts.writeUInt16LE(day, 8);
    facts.writeUInt32LE(crc32(body), 10);
    facts.writeUInt32LE(body.length, 14);
    facts.writeUInt32LE(body.length, 18);
    facts.writeUInt16LE(name.length, 22);
    parts.push(signature(0x04034b50), facts, name, body);
    // Comment, disk, attributes: none.
    const more = Buffer.alloc(14);
    more.writeUInt32LE(at, 10);
    const madeBy = Buffer.from([20, 0]);
    directory.push(signature(0x02014b50), madeBy, facts, more, name);
    at += 4 + facts.length + name.length + body.length;
  }
  const listed = Buffer.concat(directory);
  const count = Object.keys(files).length;
  const end = Buffer.alloc(18);
  end.writeUInt16LE(count, 4);
  end.writeUInt16LE(count, 6);
  end.writeUInt32LE(listed.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...parts, listed, signature(0x06054b50), end]);
}
function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
