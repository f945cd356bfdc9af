// The little XML that SOAP needs: read elements, texts and attributes; write values escaped. Namespaces are dropped, for no
// two elements of the metadata API differ only by theirs. Refuses document types and entities of the caller's own.

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decode(text: string): string {
  return text.replace(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (whole, name: string) => {
    if (name.startsWith('#x') || name.startsWith('#X')) return String.fromCodePoint(Number.parseInt(name.slice(2), 16));
    if (name.startsWith('#')) return String.fromCodePoint(Number(name.slice(1)));
    return entities[name] ?? whole;
  });
}
export function escapeXml(value: unknown): string {
  return String(value).replace(
    /[&<>"]/g,
    (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? sign,
  );
}
const local = (name: string) => name.slice(name.indexOf(':') + 1);

interface Open {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: XmlElement[];
  text: string;
}

/** The root element; throws for text that is not well formed. */
export function readXml(source: string): XmlElement {
  if (/<!DOCTYPE/i.test(source)) throw new Error('document types are not read');
  const root: Open = { name: '', attributes: {}, children: [], text: '' };
  const open: Open[] = [root];
  const pattern =
    /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|([^<]+)/g;
  let end = 0;
  for (const match of source.matchAll(pattern)) {
    if (match.index !== end) throw new Error(`not well formed at ${end}`);
    end = match.index + match[0].length;
    const [, cdata, closing, name, attributes, selfClosing, text] = match;
    const here = open.at(-1)!;
    if (cdata !== undefined) here.text += cdata;
    else if (text !== undefined) here.text += decode(text);
    else if (name !== undefined && closing === '/') {
      const done = open.pop()!;
      const parent = open.at(-1);
      if (parent === undefined || done.name !== local(name)) throw new Error(`unexpected </${name}>`);
      parent.children.push(done);
    } else if (name !== undefined) {
      const element: Open = { name: local(name), attributes: attributesIn(attributes ?? ''), children: [], text: '' };
      if (selfClosing === '/') here.children.push(element);
      else open.push(element);
    }
  }
  const [only] = root.children;
  if (end !== source.length || open.length !== 1 || only === undefined) throw new Error('not well formed');
  return only;
}

function attributesIn(source: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const match of source.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g))
    found[local(match[1] ?? '')] = decode(match[2] ?? match[3] ?? '');
  return found;
}

export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name);
}
export function childrenOf(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? [];
}
export function textOf(element: XmlElement | undefined, name: string): string | null {
  const child = childOf(element, name);
  return child === undefined ? null : child.text.trim();
}

/** Any plain data as elements, in its own order; lists repeat their element, null and undefined leave nothing. */
export function writeXml(name: string, value: unknown, attributes = ''): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map((one) => writeXml(name, one, attributes)).join('');
  const inner =
    typeof value === 'object'
      ? Object.entries(value)
          .map(([key, one]) => writeXml(key, one))
          .join('')
      : escapeXml(value);
  return `<${name}${attributes}>${inner}</${name}>`;
}
