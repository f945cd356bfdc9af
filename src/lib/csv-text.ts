// Rows as CSV text that a spreadsheet shows and never runs: RFC 4180 quoting, and a quote mark before whatever would begin a
// formula. Reading CSV is elsewhere; this only writes.

/** Beginnings that spreadsheets take for a formula, also after spaces and in their full-width forms. */
const formula = /^[\s\u00a0\u3000]*[=+\-@＝＋－＠|%]|^[\t\r\n]/;
/** What is a number and nothing else may begin with a sign. */
const plainNumber = /^[+-]?\d+(\.\d+)?$/;

/** One value as a cell. */
export function csvCell(value: string | number | boolean | null): string {
  if (value === null) return '';
  const text = String(value);
  const inert = formula.test(text) && !plainNumber.test(text) ? `'${text}` : text;
  return /[",\r\n]|^\s|\s$/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
/** One line with its end. */
export function csvLine(values: readonly (string | number | boolean | null)[]): string {
  return `${values.map(csvCell).join(',')}\r\n`;
}
