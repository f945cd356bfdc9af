// Ready-made definitions of sources: `definition: zendesk/tickets` begins with what config/sources/zendesk.yaml says under
// tickets, and whatever stands beside it in sources.yaml wins. The home's own file comes first, then the shipped one.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ConfigProblem, nearest, type Path, pathText } from './problem.ts';
import { readYaml, type YamlFile } from './read.ts';

const shipped = fileURLToPath(new URL('../../config/sources', import.meta.url));
/** Blocks that are joined word by word; everything else is replaced as a whole. */
const joined = ['settings', 'columns', 'ids', 'label'];

type Block = Readonly<Record<string, unknown>>;

/** The data of sources.yaml with every `definition` filled in. Problems have the place where the definition is named. */
export async function withReadyMade(
  file: YamlFile,
  home: string,
): Promise<{ readonly data: unknown; readonly problems: readonly ConfigProblem[] }> {
  const { data } = file;
  if (!isBlock(data) || !isBlock(data['sources'])) return { data, problems: [] };
  const problems: ConfigProblem[] = [];
  const sources: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(data['sources'])) {
    sources[name] = given;
    if (!isBlock(given) || given['definition'] === undefined) continue;
    const path: Path = ['sources', name, 'definition'];
    const found = await definitionOf(given['definition'], home);
    if (found.kind === 'block') sources[name] = joinedBlocks(found.block, given);
    else problems.push({ ...found.problem, where: file.place(path), path: pathText(path) });
  }
  return { data: { ...data, sources }, problems };
}

function joinedBlocks(base: Block, given: Block): Block {
  const { definition: _named, ...own } = given;
  const both: Record<string, unknown> = { ...base, ...own };
  for (const key of joined) {
    const [below, above] = [base[key], own[key]];
    if (isBlock(below) && isBlock(above)) both[key] = { ...below, ...above };
  }
  return both;
}

type Found =
  | { readonly kind: 'block'; readonly block: Block }
  | { readonly kind: 'problem'; readonly problem: Omit<ConfigProblem, 'where' | 'path'> };

async function definitionOf(given: unknown, home: string): Promise<Found> {
  const match = typeof given === 'string' ? /^([a-z0-9_-]{1,60})\/([a-z0-9_]{1,60})$/.exec(given) : null;
  if (match === null)
    return wrong('a definition is named by its file and its name', 'Write for example:   definition: zendesk/tickets');
  const [, fileName = '', name = ''] = match;
  const path = `config/sources/${fileName}.yaml`;
  const bytes = (await bytesOf(join(home, path))) ?? (await bytesOf(join(shipped, `${fileName}.yaml`)));
  if (bytes === null)
    return wrong(
      `there is no ${path}`,
      'The shipped ones are listed in docs/sources.md; your own go into config/sources/.',
    );
  const read = readYaml(path, bytes);
  if (!read.ok) return wrong(`${path} cannot be read: ${read.problems[0]?.what ?? ''}`, read.problems[0]?.fix ?? '');
  const blocks = read.file.data;
  if (isBlock(blocks) && Object.hasOwn(blocks, name) && isBlock(blocks[name]))
    return { kind: 'block', block: blocks[name] };
  const known = isBlock(blocks) ? Object.keys(blocks) : [];
  const near = nearest(name, known);
  return wrong(
    `${path} defines no ${name}`,
    near === null ? `It defines: ${known.join(', ')}.` : `Did you mean ${fileName}/${near}?`,
  );
}
function wrong(what: string, fix: string): Found {
  return {
    kind: 'problem',
    problem: {
      code: 'E_CONFIG',
      severity: 'error',
      rule: 'definition_exists',
      what,
      why: 'the source begins with what the definition says',
      fix,
    },
  };
}
async function bytesOf(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(path);
  } catch {
    return null;
  }
}
function isBlock(value: unknown): value is Block {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
