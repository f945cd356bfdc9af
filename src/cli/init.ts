// kenko init: writes a home folder to start from, out of the shipped one. Overwrites nothing.

import { cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jsonSchemas } from '../config/json-schema.ts';
import { UsageError } from '../lib/errors.ts';
import { type CommandContext, oneOf, textOption } from './command.ts';
import { say, sayJson } from './output.ts';

/** The folder of the package: the shipped homes lie in it. */
const shipped = fileURLToPath(new URL('../..', import.meta.url));
const models: Readonly<Record<string, string>> = {
  b2b_saas_default: '.',
  callcenter_ja: 'config/models/callcenter_ja',
};

export async function init(context: CommandContext): Promise<number> {
  const home = resolve(context.home, context.args['dir'] ?? '.');
  const crm = oneOf('crm', textOption(context, 'crm') ?? 'both', ['salesforce', 'hubspot', 'both']);
  const model = oneOf('model', textOption(context, 'model') ?? 'b2b_saas_default', Object.keys(models));
  const locale = oneOf('locale', textOption(context, 'locale') ?? (model === 'callcenter_ja' ? 'ja' : 'en'), [
    'en',
    'ja',
  ]);
  const written = await writeHome({ home, crm, model, locale });
  const here = relative(process.cwd(), home) || '.';
  say(
    context.output,
    `A home for kenko in ${here}: ${written.length} files, model ${model}.`,
    '',
    'Next:',
    `  cd ${here}`,
    '  kenko check            says exactly what is still missing',
    '  kenko setup --dry-run  says what the CRM lacks',
    '  kenko plan             shows what would be written, and writes nothing',
  );
  sayJson(context.output, { home, model, crm, locale, files: written });
  return 0;
}

/** Copies a shipped home: config, mappings, the data folder's README, schemas, .env.example. Returns relative paths. */
export async function writeHome(options: {
  readonly home: string;
  readonly crm: string;
  readonly model: string;
  readonly locale: string;
}): Promise<readonly string[]> {
  const { home } = options;
  for (const name of ['config', 'mappings']) {
    if (await stat(join(home, name)).catch(() => null)) {
      throw new UsageError(`${join(home, name)} is there already`, {
        why: 'init never overwrites a file.',
        fix: 'Choose another folder:\n  kenko init my-company',
      });
    }
  }
  await mkdir(home, { recursive: true });
  const from = join(shipped, models[options.model] ?? '.');
  // Everything is made beside and moved in one step each, so that a half-written home is never left behind.
  const beside = join(home, `.init-${process.pid}`);
  try {
    await cp(join(from, 'config'), join(beside, 'config'), {
      recursive: true,
      filter: (source) => !source.includes(join('config', 'models')) || options.model !== 'b2b_saas_default',
    });
    await cp(join(from, 'mappings'), join(beside, 'mappings'), { recursive: true });
    if (options.crm !== 'both')
      await rm(join(beside, 'mappings', options.crm === 'salesforce' ? 'hubspot.yaml' : 'salesforce.yaml'), {
        force: true,
      });
    await adapt(beside, options);
    await mkdir(join(beside, '.schema'), { recursive: true });
    for (const [name, document] of Object.entries(jsonSchemas())) {
      const file = join(beside, '.schema', `${name.replace(/\.yaml$/, '')}.schema.json`);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, `${JSON.stringify(document, null, 2)}\n`);
    }
    await mkdir(join(beside, 'data'), { recursive: true });
    await writeFile(join(beside, '.env.example'), environmentExample(options.crm));
    await writeFile(join(beside, '.gitignore'), '.env\nstate/\ndata/\n');
    const files = await listFiles(beside);
    for (const name of await readdir(beside)) {
      if ((await stat(join(home, name)).catch(() => null)) === null) await rename(join(beside, name), join(home, name));
    }
    return files;
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}

/** The language of the new home, replaced in place so that the comments stay. */
async function adapt(folder: string, options: { readonly locale: string }): Promise<void> {
  const file = join(folder, 'config', 'kenko.yaml');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(/^(locale:\s*)(en|ja)\b/m, `$1${options.locale}`));
}

function environmentExample(crm: string): string {
  const lines = [
    '# Copy this file to .env and fill it in. Before a command:   set -a; . ./.env; set +a   (docker run: --env-file .env)',
  ];
  if (crm !== 'hubspot') lines.push('SALESFORCE_LOGIN_URL=', 'SALESFORCE_CLIENT_ID=', 'SALESFORCE_CLIENT_SECRET=');
  if (crm !== 'salesforce') lines.push('HUBSPOT_ACCESS_TOKEN=');
  return `${lines.join('\n')}\n`;
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}
