// CSV as Bulk API 2.0 reads and writes it. Small on purpose: one record per line end that stands outside quotes.

export const delimiters: Readonly<Record<string, string>> = {
  COMMA: ',',
  SEMICOLON: ';',
  PIPE: '|',
  TAB: '\t',
  CARET: '^',
  BACKQUOTE: '`',
};

/** Sign and line ending of a job, by the names it gives them. */
export function delimiterOf(info: Readonly<Record<string, unknown>>): string {
  return delimiters[String(info['columnDelimiter'])] ?? ',';
}
export function lineEndingOf(info: Readonly<Record<string, unknown>>): '\n' | '\r\n' {
  return info['lineEnding'] === 'CRLF' ? '\r\n' : '\n';
}

export interface CsvRecord {
  readonly cells: readonly string[];
  /** The record exactly as it was written. */
  readonly raw: string;
}

/** Null when the text ends inside quotes. */
export function readCsv(text: string, delimiter: string, lineEnding: '\n' | '\r\n'): CsvRecord[] | null {
  const records: CsvRecord[] = [];
  let cells: string[] = [];
  let cell = '';
  let isQuoted = false;
  let start = 0;
  const close = (end: number) => {
    cells.push(cell);
    if (cells.length > 1 || cells[0] !== '') records.push({ cells, raw: text.slice(start, end) });
    cells = [];
    cell = '';
  };
  let at = 0;
  while (at < text.length) {
    const sign = text[at];
    if (isQuoted) {
      if (sign !== '"') cell += sign;
      else if (text[at + 1] === '"') {
        cell += sign;
        at += 1;
      } else isQuoted = false;
      at += 1;
      continue;
    }
    if (sign === '"' && cell === '') isQuoted = true;
    else if (sign === delimiter) {
      cells.push(cell);
      cell = '';
    } else if (text.startsWith(lineEnding, at)) {
      close(at);
      at += lineEnding.length;
      start = at;
      continue;
    } else cell += sign;
    at += 1;
  }
  if (isQuoted) return null;
  close(text.length);
  return records;
}

export function quote(value: unknown): string {
  return `"${String(value ?? '').replaceAll('"', '""')}"`;
}
