// Bytes → text, or in which encoding they are instead. Files come from Excel and from Japanese editors, so the usual ones are
// told by name.

import type { Said } from './slip.ts';

export type Decoded =
  | { readonly text: string }
  | (Said & { /** The first line that cannot be read, from 1. */ readonly line: number });

const why = 'names and texts would be garbled';
/** Reads UTF-8, with or without a byte order mark; anything else is told by its name. */
export function decode(bytes: Uint8Array): Decoded {
  const [a, b, c, d] = bytes;
  if (a === 0x50 && b === 0x4b && (c === 3 || c === 5))
    return {
      line: 1,
      what: 'the file is a workbook or an archive (Excel, zip), not a text',
      why: 'only plain text files can be read',
      fix: 'Write it in a plain text editor, and save it as UTF-8.',
    };
  const isMarked = (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff);
  const isPadded = (a !== 0 && b === 0 && c !== 0 && d === 0) || (a === 0 && b !== 0 && c === 0 && d !== 0);
  if (isMarked || isPadded) return { line: 1, what: 'the file is saved as UTF-16 ("Unicode")', why, fix: saveAs };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    const what = isShiftJis(bytes) ? 'the file is saved as Shift_JIS (ANSI)' : 'the file is not UTF-8';
    return { line: firstForeignLine(bytes), what, why, fix: saveAs };
  }
}
const saveAs = 'In your editor choose "Save as", and UTF-8 as the encoding (文字コード).';

/** The first line that is not UTF-8. A line end is never part of a longer letter, neither there nor in Shift_JIS. */
function firstForeignLine(bytes: Uint8Array): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  for (let from = 0; from < bytes.length; line++) {
    const end = bytes.indexOf(10, from);
    try {
      decoder.decode(bytes.subarray(from, end < 0 ? bytes.length : end));
    } catch {
      return line;
    }
    if (end < 0) break;
    from = end + 1;
  }
  return line;
}

/** Whether bytes read as Shift_JIS give Japanese: the decoder takes every pair, so the letters decide. */
function isShiftJis(bytes: Uint8Array): boolean {
  try {
    const text = new TextDecoder('shift_jis', { fatal: true }).decode(bytes);
    const foreign = [...text].filter((char) => char.charCodeAt(0) > 0x7f);
    const japanese = foreign.filter((char) => /[\u3000-\u30ff\u4e00-\u9fff\uff01-\uff9f]/.test(char));
    return foreign.length > 0 && japanese.length >= foreign.length * 0.9;
  } catch {
    return false;
  }
}
