// What exists is documented, and what is documented exists: commands, options, exit codes, errors, files, environment, gates,
// links and paths, in both languages. It reads the documents as people do: tables, code and links.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands, runCommandLine } from '../src/cli/commands.ts';
import { homeFiles, mappingFile } from '../src/config/files.ts';
import { isSecretName } from '../src/config/secrets.ts';
import { connectionSchemas } from '../src/crm/kinds.ts';
import { gates } from '../src/domain/gates/gates.ts';
import { errorTable, exitOrder } from '../src/lib/errors.ts';

const root = resolve(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const skipped = new Set(['node_modules', '.git', 'dist', 'coverage']);
const files = (folder: string, ending: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name).replaceAll('\\', '/');
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : files(path, ending);
    return path.endsWith(ending) ? [path] : [];
  });

const readmes = ['README.md', 'README.ja.md'] as const;
const documents = files('.', '.md');
const sources = files('src', '.ts');
const shippedHomes = ['.', 'config/models/callcenter_ja'];

const headings = (text: string, level: number): string[] =>
  outsideCode(text)
    .split('\n')
    .filter((line) => line.startsWith(`${'#'.repeat(level)} `));
const outsideCode = (text: string): string => text.replaceAll(/^```[\s\S]*?^```$/gm, '');
/** Blocks of code in a language, their comments taken out. */
const codeBlocks = (text: string, language: string): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map((match) =>
    (match[1] ?? '').replaceAll(/\s+#.*$/gm, '').trim(),
  );
/** Everything between backticks on one line. */
const codeSpans = (text: string): string[] =>
  [...outsideCode(text).matchAll(/`([^`\n]+)`/g)].map((match) => (match[1] ?? '').replaceAll('\\|', '|'));
/** Rows of all tables, cells trimmed. A `\|` inside a cell is a bar. */
const tableRows = (text: string): string[][] =>
  outsideCode(text)
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[-:| ]+\|$/.test(line))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim().replaceAll('\\|', '|')),
    );
const unique = (names: readonly string[]): string[] => [...new Set(names)].sort();

/** The command rows of a README: `kenko NAME …` → name and long options. */
const commandRows = (text: string) =>
  tableRows(text)
    .flatMap(([first = '']) => codeSpans(first))
    .filter((span) => span.startsWith('kenko '))
    .map((span) => ({ name: span.split(' ')[1] ?? '', options: optionsIn(span) }));
const optionsIn = (text: string): string[] => unique([...text.matchAll(/--[a-z][a-z-]*/g)].map((match) => match[0]));
/** What commander itself brings, besides the table. */
const builtIn = 'help';
const generalOptions = ['--home', '--json', '--log-level', '--no-color'];

async function helpText(...argv: string[]): Promise<string> {
  let text = '';
  const sink = { isTTY: false, write: (part: string) => (text += part) } as unknown as NodeJS.WriteStream;
  await runCommandLine({ argv, stdout: sink, stderr: sink, signal: new AbortController().signal });
  return text;
}

describe.each(readmes)('%s', (name) => {
  const text = read(name);

  it('has a row for every command, and no row for a command that does not exist', () => {
    const told = commandRows(text).map((row) => row.name);

    expect(unique(told)).toEqual(unique([...commands.map((command) => command.name), builtIn]));
    expect(told).toHaveLength(new Set(told).size);
  });

  it('tells the options of each command, all of them and no others', () => {
    const told = Object.fromEntries(commandRows(text).map((row) => [row.name, row.options]));
    const there = Object.fromEntries(
      commands.map((command) => [command.name, unique(command.options.flatMap(([option]) => optionsIn(option)))]),
    );

    expect(told).toEqual({ ...there, [builtIn]: [] });
  });

  it('names in examples only commands and options that exist', () => {
    const examples = [...codeBlocks(text, 'sh').flatMap((block) => block.split('\n')), ...codeSpans(text)].filter(
      (line) => /^(npx )?kenko [a-z]/.test(line),
    );
    const wrong = examples.filter((line) => {
      const [, command = ''] = line.replace(/^npx /, '').split(' ');
      if (command === builtIn) return false;
      const found = commands.find((one) => one.name === command);
      const known = [...generalOptions, ...(found?.options.flatMap(([option]) => optionsIn(option)) ?? [])];
      return found === undefined || optionsIn(line).some((option) => !known.includes(option));
    });

    expect(examples.length).toBeGreaterThan(20);
    expect(wrong).toEqual([]);
  });

  it('tells the four options that every command takes', async () => {
    const help = await helpText('help');
    const ofACommand = await helpText('plan', '--help');

    for (const option of generalOptions) {
      expect(codeSpans(text).some((span) => span.startsWith(option))).toBe(true);
      expect(help).toContain(option);
      expect(ofACommand).toContain(option);
    }
  });

  it('gives every error code its exit code, and every exit code a row', () => {
    const rows = tableRows(text).filter(([first = '']) => /^\d+(\s*[,、]\s*\d+)*$/.test(first));
    const exits = rows.flatMap(([first = '']) => first.split(/\s*[,、]\s*/).map(Number));
    const told = Object.fromEntries(
      rows.flatMap(([first = '', , errors = '']) =>
        codeSpans(errors).map((code) => [code, Number(first.split(/\s*[,、]\s*/)[0])]),
      ),
    );
    const there = Object.fromEntries(Object.entries(errorTable).map(([code, row]) => [code, row.exit]));

    expect(told).toEqual(there);
    expect(exits.sort((a, b) => a - b)).toEqual([...exitOrder].sort((a, b) => a - b));
  });

  it('tells the order in which exit codes win', () => {
    const order = exitOrder.join(', ').replace('130, 143', '130/143');

    expect(text).toContain(order);
  });

  it('lists the files of a home in the order of the data, and every one is shipped', () => {
    const told = tableRows(text)
      .flatMap(([first = '']) => codeSpans(first))
      .filter((span) => span.endsWith('.yaml'));
    const there = [
      ...Object.values(homeFiles).map((file) => file.path),
      ...Object.keys(connectionSchemas).map((crm) => mappingFile(crm).path),
    ];

    expect(told).toEqual(there);
    for (const home of shippedHomes) for (const path of told) expect(existsSync(join(root, home, path))).toBe(true);
  });

  it('lists the gates with their names in gates.yaml', () => {
    const told = tableRows(text)
      .filter(([first = '']) => /^G\d+$/.test(first))
      .map(([id = '', span = '']) => ({ id, name: codeSpans(span)[0] }));

    expect(told).toEqual(gates.map(({ id, name: gate }) => ({ id, name: gate })));
    for (const { name: gate } of gates) expect(read('config/gates.yaml')).toMatch(new RegExp(`^${gate}:`, 'm'));
  });

  it('names every way in which a mapped field may be written', () => {
    const spans = codeSpans(text);

    for (const mode of ['unless_edited', 'always', 'once', 'never']) {
      expect(spans.some((span) => span.includes(mode))).toBe(true);
      expect(read('src/config/schema/mapping.ts')).toContain(`'${mode}'`);
    }
  });
});

describe('the environment', () => {
  const isOurs = /\b(?:SALESFORCE|HUBSPOT|KENKO)_[A-Z_]+[A-Z]\b/g;
  const told = (text: string) => unique([...text.matchAll(isOurs)].map((match) => match[0]));
  /** What the shipped homes and the program read. */
  const yaml = shippedHomes
    .flatMap((home) => [...files(join(home, 'config'), '.yaml'), ...files(join(home, 'mappings'), '.yaml')])
    .map((path) => read(path))
    .join('\n');
  const readByFiles = [
    ...yaml.matchAll(/\$\{([A-Z_]+)(?::-[^}]*)?\}/g),
    ...yaml.matchAll(/token_env:\s*([A-Z_]+)/g),
  ].map((match) => match[1] ?? '');
  const readByProgram = sources
    .filter((path) => !path.startsWith('src/sandbox/'))
    .flatMap((path) => [...read(path).matchAll(/\benv\['([A-Z_]+)'\]/g)].map((match) => match[1] ?? ''));
  /** What people and other programs rely on: changed only with a version. */
  const promised = [
    'HUBSPOT_ACCESS_TOKEN',
    'HUBSPOT_BASE_URL',
    'KENKO_CONSOLE_TOKEN',
    'KENKO_HOME',
    'KENKO_LOG_LEVEL',
    'KENKO_STATE',
    'SALESFORCE_ACCESS_TOKEN',
    'SALESFORCE_CLIENT_ID',
    'SALESFORCE_CLIENT_SECRET',
    'SALESFORCE_INSTANCE_URL',
    'SALESFORCE_JWT_KEY',
    'SALESFORCE_LOGIN_URL',
    'SALESFORCE_USERNAME',
  ];

  it.each([...readmes, 'SECURITY.md'])('%s names no variable that nobody reads', (name) => {
    const unread = told(read(name)).filter((variable) => ![...readByFiles, ...readByProgram].includes(variable));

    expect(unread).toEqual([]);
  });

  it.each(readmes)('%s has a row for every promised variable', (name) => {
    const inTables = told(
      tableRows(read(name))
        .map(([first = '']) => first)
        .join('\n'),
    );

    expect(promised.filter((variable) => !inTables.includes(variable))).toEqual([]);
  });

  it('is told in SECURITY.md wherever a secret is read from it', () => {
    const secrets = [...yaml.matchAll(/(\w+):\s*\$\{([A-Z_]+)/g)]
      .filter((match) => isSecretName(match[1] ?? ''))
      .map((match) => match[2] ?? '');

    expect(secrets.length).toBeGreaterThan(3);
    expect(unique(secrets).filter((variable) => !told(read('SECURITY.md')).includes(variable))).toEqual([]);
  });
});

describe('both languages', () => {
  const [english, japanese] = [read('README.md'), read('README.ja.md')];

  it('have the same chapters', () => {
    const shape = (text: string) =>
      outsideCode(text)
        .split('\n')
        .filter((line) => /^#{1,3} /.test(line))
        .map((line) => line.indexOf(' '));

    expect(headings(english, 2).length).toBeGreaterThan(8);
    expect(shape(japanese)).toEqual(shape(english));
  });

  it('tell the same commands to copy', () => {
    for (const language of ['sh', 'yaml', 'sql'])
      expect(codeBlocks(japanese, language)).toEqual(codeBlocks(english, language));
  });

  it('have the same tables', () => {
    expect(tableRows(japanese).map((row) => row.length)).toEqual(tableRows(english).map((row) => row.length));
  });

  it('are two languages', () => {
    const kana = (text: string) => text.match(/[ぁ-んァ-ヶ]/g)?.length ?? 0;

    expect(kana(japanese)).toBeGreaterThan(2_000);
    expect(kana(english)).toBeLessThan(20);
  });
});

describe.each(['docs/errors.md', 'docs/errors.ja.md'])('%s', (name) => {
  it('has a row for every code that begins with E_ or W_, and for no other (more in errors.test.ts)', () => {
    const there = sources
      .filter((path) => !path.startsWith('src/sandbox/'))
      .flatMap((path) => [...read(path).matchAll(/'([EW]_[A-Z0-9_]+)'/g)].map((match) => match[1] ?? ''));
    const told = tableRows(read(name)).flatMap(([first = '']) => codeSpans(first));

    expect(unique(told.filter((code) => /^[EW]_/.test(code) && !/^E_INVARIANT_I\d/.test(code)))).toEqual(unique(there));
  });
});

describe('the map of the house', () => {
  const text = read('src/README.md');

  it('has a line for every room, and none for a room that is not there', () => {
    const rooms = unique(sources.map((path) => dirname(relative('src', path)).replaceAll('\\', '/'))).filter(
      (room) => room !== '.',
    );
    const told = tableRows(text)
      .flatMap(([first = '']) => codeSpans(first))
      .filter((span) => span.endsWith('/'))
      .map((span) => span.slice(0, -1));

    expect(unique(told)).toEqual(rooms);
  });

  it('names only files that are there', () => {
    const named = codeSpans(text).filter((span) => /^[\w./-]+\.(ts|js|yaml)$/.test(span) && span !== 'index.ts');
    const missing = named.filter((path) => ![root, join(root, 'src')].some((base) => existsSync(join(base, path))));

    expect(named.length).toBeGreaterThan(60);
    expect(missing).toEqual([]);
  });
});

describe('every document', () => {
  it('links only to what is there', () => {
    const broken = documents.flatMap((path) =>
      [...outsideCode(read(path)).matchAll(/\]\(([^)\s]+)\)/g)]
        .map((match) => match[1] ?? '')
        .filter((target) => !/^(https?:|mailto:)/.test(target))
        .filter((target) => {
          const [file = '', anchor] = target.split('#');
          const there = file === '' ? path : join(dirname(path), file);
          if (!existsSync(join(root, there))) return true;
          return anchor !== undefined && !anchors(read(there)).includes(anchor);
        })
        .map((target) => `${path} → ${target}`),
    );

    expect(broken).toEqual([]);
  });

  it('names only files of the project that are there', () => {
    const missing = documents.flatMap((path) =>
      codeSpans(read(path))
        .filter((span) => /^(src|test|bench|config|mappings|docs)\/[\w./-]+$/.test(span))
        .filter((span) => ![root, join(root, dirname(path))].some((base) => existsSync(join(base, span))))
        .map((span) => `${path} → ${span}`),
    );

    expect(missing).toEqual([]);
  });

  it('names only npm scripts that are there', () => {
    const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
    const missing = documents.flatMap((path) =>
      [...read(path).matchAll(/\bnpm run ([a-z][\w:-]*)/g)]
        .map((match) => match[1] ?? '')
        .filter((script) => !(script in scripts))
        .map((script) => `${path} → npm run ${script}`),
    );

    expect(missing).toEqual([]);
  });

  it('holds no path of the machine it was written on', () => {
    const machine = /(?<![\w.~-])\/(?:home|root|Users|tmp|work|workspace|workspaces|mnt|private|opt)\/|[A-Z]:\\Users\\/;
    const found = documents.filter((path) => machine.test(read(path)) || read(path).includes(root));

    expect(found).toEqual([]);
  });
});

/** The anchors that a Markdown reader gives to headings. */
function anchors(text: string): string[] {
  return outsideCode(text)
    .split('\n')
    .filter((line) => /^#+ /.test(line))
    .map((line) =>
      line
        .replace(/^#+ /, '')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    );
}
