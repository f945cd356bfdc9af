// Salesforce ids come in two lengths that mean the same record: 15 characters that tell upper from lower case, and 18 with
// a check suffix. Everything of ours compares and stores 18. Pure.

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';

/** Whether a text has the shape of an id: 15 or 18 letters and digits. */
export function isRecordId(text: string): boolean {
  return /^[A-Za-z0-9]{15}([A-Za-z0-9]{3})?$/.test(text);
}

/**
 * The 18 characters of an id; anything that is no short id comes back as it was. Each suffix character says which of five
 * characters are capitals, the first of them in the lowest bit.
 */
export function longId(id: string): string {
  if (!/^[A-Za-z0-9]{15}$/.test(id)) return id;
  let suffix = '';
  for (let block = 0; block < 15; block += 5) {
    let bits = 0;
    for (let at = 0; at < 5; at++) if (/[A-Z]/.test(id.charAt(block + at))) bits += 1 << at;
    suffix += alphabet.charAt(bits);
  }
  return id + suffix;
}
