// Texts made to fit a field: cut at a word, marked with an ellipsis, never through a character. Used for subjects and for
// every mapped text, so that a value is cut the same way on each run and an unchanged text is never written again.

const ellipsis = '…';

/**
 * `text` in at most `length` UTF-16 units (what both CRMs count), the ellipsis included. A length of 0 or less means no
 * limit. Where there is no space in the last third (Japanese), it is cut between two characters.
 */
export function cutText(text: string, length: number): string {
  if (length <= 0 || text.length <= length) return text;
  if (length <= ellipsis.length) return ellipsis.slice(0, length);
  const room = length - ellipsis.length;
  const head = text.slice(0, wholeCharacters(text, room));
  // A space right after the cut means that the last word is whole.
  const space = /\s/u.test(text.charAt(head.length)) ? head.length : lastSpace(head);
  const kept = space > (room * 2) / 3 ? head.slice(0, space) : head;
  return `${kept.trimEnd()}${ellipsis}`;
}

/** One line: runs of white space, line ends included, become one space. */
export function oneLine(text: string): string {
  return text.replace(/\s+/gu, ' ').trim();
}

/** The largest cut at or before `at` that does not part a surrogate pair. */
function wholeCharacters(text: string, at: number): number {
  const before = text.charCodeAt(at - 1);
  return before >= 0xd800 && before <= 0xdbff ? at - 1 : at;
}

function lastSpace(text: string): number {
  return Math.max(text.lastIndexOf(' '), text.lastIndexOf('\n'), text.lastIndexOf('\u3000'));
}
