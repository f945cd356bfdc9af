// Record ids as Salesforce makes them: three characters that name the object, twelve that name the record, three that
// check the case of the other fifteen.

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const checkDigits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';

/** The three characters that follow a 15-character id: one bit for each capital letter, five to a character. */
export function checksumOf(id15: string): string {
  return [0, 5, 10]
    .map((start) => {
      let bits = 0;
      for (let at = 0; at < 5; at += 1) if (/[A-Z]/.test(id15[start + at] ?? '')) bits |= 1 << at;
      return checkDigits[bits];
    })
    .join('');
}
/** Whether the text has the shape of an id: 15 characters, or 18 with a checksum that fits. */
export function isId(text: unknown): text is string {
  if (typeof text !== 'string' || !/^[0-9A-Za-z]{15}([0-9A-Z]{3})?$/.test(text)) return false;
  return text.length === 15 || checksumOf(text.slice(0, 15)) === text.slice(15);
}
/** The 18-character form of an id; other texts come back as they are. */
export function to18(id: string): string {
  return /^[0-9A-Za-z]{15}$/.test(id) ? id + checksumOf(id) : id;
}
export function to15(id: string): string {
  return id.slice(0, 15);
}

/** Counts up ids of one object: `001ak0000000001AAA`, `001ak0000000002AAA`, … */
export function idMaker(prefix: string): () => string {
  let count = 0;
  return () => {
    count += 1;
    let rest = count;
    let text = '';
    for (let at = 0; at < 5; at += 1) {
      text = digits[rest % digits.length] + text;
      rest = Math.floor(rest / digits.length);
    }
    return to18(`${prefix}ak00000${text}`);
  };
}
