// Deployments of a zip of metadata files: every component is tried, nothing stays when one fails (unless the caller gave
// rollback up), nothing stays of a mere check. They are told as pending for a while, then with every component's fate.

import type { Hono } from 'hono';
import { error, json, notFound, WholeRefusal } from './answers.ts';
import type { Made } from './custom-fields.ts';
import { bodyOf, type Call, type OrgEnv } from './env.ts';
import { idMaker } from './ids.ts';
import { folders, inObjects, named, putComponent, removeComponent } from './metadata-kinds.ts';
import { rememberSchema } from './schema-undo.ts';
import type { Org } from './state.ts';
import { childrenOf, readXml, textOf, type XmlElement } from './xml.ts';
import { unzip } from './zip.ts';

interface Options {
  readonly checkOnly: boolean;
  readonly rollbackOnError: boolean;
}
interface Component {
  readonly kind: string;
  readonly name: string;
  readonly file: string;
  readonly made: Made;
  readonly isDeleted?: boolean;
}
interface Deployment {
  readonly id: string;
  readonly options: Options;
  readonly components: readonly Component[];
  readonly at: string;
  pollsLeft: number;
  isCanceled: boolean;
}
const books = new WeakMap<Org, { readonly all: Map<string, Deployment>; readonly nextId: () => string }>();
function bookOf(org: Org) {
  const book = books.get(org) ?? { all: new Map<string, Deployment>(), nextId: idMaker('0Af') };
  books.set(org, book);
  return book;
}

export function deployRoutes(app: Hono<OrgEnv>): void {
  const base = '/services/data/:version/metadata/deployRequest';
  app.post(base, async (call) => {
    const org = call.get('org');
    if (!org.settings.modifyMetadata) throw noRight();
    const form = await call.req.formData();
    const [file, entity] = [form.get('file'), form.get('entity_content') ?? form.get('json')];
    const zip = file instanceof File ? Buffer.from(await file.arrayBuffer()) : Buffer.alloc(0);
    const content = entity instanceof File ? await entity.text() : (entity ?? '{}');
    const { deployOptions = {} } = JSON.parse(content) as { deployOptions?: Record<string, unknown> };
    const started = deploy(org, zip, {
      checkOnly: deployOptions['checkOnly'] === true,
      rollbackOnError: deployOptions['rollbackOnError'] !== false,
    });
    return json(201, { id: started.id, deployResult: told(org, started), deployOptions });
  });
  app.get(`${base}/:id`, (call) => {
    const found = deploymentOf(call);
    const deployOptions = { ...found.options, ignoreWarnings: false, singlePackage: true };
    return json(200, { id: found.id, deployResult: polled(call.get('org'), found), deployOptions });
  });
  app.patch(`${base}/:id`, async (call) => {
    const found = deploymentOf(call);
    const asked = (await bodyOf(call))['deployResult'] as { status?: unknown } | undefined;
    if (asked?.status !== 'Canceling') throw new WholeRefusal(400, error('INVALID_STATUS', 'only Canceling', null));
    if (found.pollsLeft > 0) found.isCanceled = true;
    return json(202, { id: found.id, deployResult: told(call.get('org'), found) });
  });
}
const noRight = () =>
  new WholeRefusal(
    403,
    error(
      'INSUFFICIENT_ACCESS',
      'use of the Metadata API requires a user with the ModifyAllData or ModifyMetadata permissions',
      null,
    ),
  );
function deploymentOf(call: Call): Deployment {
  const found = bookOf(call.get('org')).all.get(call.req.param('id') ?? '');
  if (found === undefined) throw notFound();
  return found;
}

/** What the SOAP call `deploy` answers. */
export function startDeploy(org: Org, base64: string, asked: XmlElement): Record<string, unknown> {
  const options = asked.children.find((child) => child.name === 'DeployOptions');
  const started = deploy(org, Buffer.from(base64, 'base64'), {
    checkOnly: textOf(options, 'checkOnly') === 'true',
    rollbackOnError: textOf(options, 'rollbackOnError') !== 'false',
  });
  return { done: false, id: started.id, state: 'Queued' };
}
/** What `checkDeployStatus` answers; null for an id that is none. */
export function deployStatus(org: Org, id: string): Record<string, unknown> | null {
  const found = bookOf(org).all.get(id);
  return found === undefined ? null : polled(org, found);
}
export function cancelDeploy(org: Org, id: string): Record<string, unknown> | null {
  const found = bookOf(org).all.get(id);
  if (found === undefined) return null;
  if (found.pollsLeft > 0) found.isCanceled = true;
  return { done: true, id };
}

function polled(org: Org, deployment: Deployment): Record<string, unknown> {
  const answer = told(org, deployment);
  deployment.pollsLeft -= 1;
  return answer;
}

function deploy(org: Org, zip: Buffer, options: Options): Deployment {
  const undo = rememberSchema(org);
  const components = tryAll(org, zip);
  const isWhole = components.every((one) => !('errors' in one.made));
  if (options.checkOnly || (!isWhole && options.rollbackOnError)) undo();
  const book = bookOf(org);
  const deployment: Deployment = {
    id: book.nextId(),
    options,
    components,
    at: org.clock.now(),
    pollsLeft: org.settings.deployPolls,
    isCanceled: false,
  };
  book.all.set(deployment.id, deployment);
  return deployment;
}

const failing = (message: string): Made => ({ errors: [error('UNKNOWN_EXCEPTION', message)] });
const packageName = 'package.xml';

function tryAll(org: Org, zip: Buffer): Component[] {
  const files = filesOf(zip);
  const manifest = files?.get(packageName);
  if (files === null || manifest === undefined) {
    const made = failing(files === null ? 'No zip file' : 'No package.xml found');
    return [{ kind: '', name: packageName, file: packageName, made }];
  }
  const wanted = new Set(
    childrenOf(readXml(manifest), 'types').flatMap((types) =>
      // The vendor's own tools name a folder with a slash at its end.
      childrenOf(types, 'members').map((one) => `${textOf(types, 'name')}/${one.text.trim().replace(/\/$/, '')}`),
    ),
  );
  const found: Component[] = [{ kind: '', name: packageName, file: packageName, made: { created: false } }];
  // Objects first, then what may speak of them: a permission set may grant what the same zip brings.
  const rank = (path: string) => (path.startsWith('objects/') ? 0 : path.startsWith('permissionsets/') ? 2 : 1);
  for (const [path, text] of [...files].sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1)))
    if (!/^(package|destructiveChanges.*)\.xml$/.test(path)) found.push(...componentsOf(org, path, text, wanted));
  const there = new Set(found.map((one) => `${one.kind}/${one.name}`));
  for (const key of wanted) {
    const [kind = '', ...rest] = key.split('/');
    const name = rest.join('/');
    const isStandard =
      kind === 'CustomObject' && (name === 'Activity' || org.plans.get(name.toLowerCase()) !== undefined);
    if (there.has(key) || name === '*' || (isStandard && files.has(`objects/${name}.object`))) continue;
    const message = `An object '${name}' of type ${kind} was named in package.xml, but was not found in zipped directory`;
    found.push({ kind, name, file: packageName, made: failing(message) });
  }
  return [...found, ...deletionsOf(org, files)];
}

/** Files by their path below the root of the package; null when the bytes are no zip. */
function filesOf(zip: Buffer): Map<string, string> | null {
  try {
    const files = unzip(zip);
    const root = [...files.keys()].find((path) => /(^|\/)package\.xml$/.test(path))?.replace(/package\.xml$/, '') ?? '';
    return new Map([...files].map(([path, text]) => [path.startsWith(root) ? path.slice(root.length) : path, text]));
  } catch {
    return null;
  }
}

function componentsOf(org: Org, path: string, text: string, wanted: ReadonlySet<string>): Component[] {
  const [folder = '', ...rest] = path.split('/');
  const known = folders[folder];
  const file = rest.join('/');
  if (known === undefined)
    return [{ kind: '', name: path, file: path, made: failing(`The ${folder} directory is not known here`) }];
  const isFolder = file.endsWith('-meta.xml') && !file.endsWith(`.${known.ending}-meta.xml`);
  const name = file.replace(/(Folder)?-meta\.xml$/, '').replace(new RegExp(`\\.${known.ending}(Folder)?$`), '');
  const root = xmlOrNull(text);
  if (root === null)
    return [{ kind: known.kind, name, file: path, made: failing('Error parsing file: not well formed') }];
  if (isFolder)
    return [
      {
        kind: known.kind,
        name,
        file: path,
        made: putComponent(org, `${known.kind}Folder`, named(root, name), 'upsert'),
      },
    ];
  if (root.name !== known.kind) {
    const made = failing(`Entity of type ${root.name} in a file for ${known.kind}`);
    return [{ kind: known.kind, name, file: path, made }];
  }
  if (known.kind !== 'CustomObject') {
    if (!wanted.has(`${known.kind}/${name}`) && !wanted.has(`${known.kind}/*`))
      return [{ kind: known.kind, name, file: path, made: failing('Not in package.xml') }];
    return [{ kind: known.kind, name, file: path, made: putComponent(org, known.kind, named(root, name), 'upsert') }];
  }
  const object: Component[] = wanted.has(`CustomObject/${name}`)
    ? [
        {
          kind: 'CustomObject',
          name,
          file: path,
          made: name.endsWith('__c')
            ? putComponent(org, 'CustomObject', named(root, name), 'upsert')
            : { created: false },
        },
      ]
    : [];
  const inside = root.children.flatMap((child): Component[] => {
    const kind = inObjects[child.name];
    if (kind === undefined) return [];
    const full = `${name}.${textOf(child, 'fullName') ?? ''}`;
    const isNamed = [`${kind}/${full}`, `${kind}/*`, `CustomObject/${name}`].some((key) => wanted.has(key));
    if (!isNamed) return [{ kind, name: full, file: path, made: failing('Not in package.xml') }];
    return [{ kind, name: full, file: path, made: putComponent(org, kind, named(child, full), 'upsert') }];
  });
  return [...object, ...inside];
}

function deletionsOf(org: Org, files: ReadonlyMap<string, string>): Component[] {
  return [...files].flatMap(([path, text]) => {
    const root = path.startsWith('destructiveChanges') ? xmlOrNull(text) : null;
    return childrenOf(root ?? undefined, 'types').flatMap((types) =>
      childrenOf(types, 'members').map((one): Component => {
        const [kind, name] = [textOf(types, 'name') ?? '', one.text.trim()];
        return { kind, name, file: path, made: removeComponent(org, kind, name), isDeleted: true };
      }),
    );
  });
}

function xmlOrNull(text: string): XmlElement | null {
  try {
    return readXml(text);
  } catch {
    return null;
  }
}

function told(org: Org, deployment: Deployment): Record<string, unknown> {
  const { components, options, at } = deployment;
  const isDone = deployment.pollsLeft <= 0 || deployment.isCanceled;
  const failures = components.filter((one) => 'errors' in one.made);
  const success = failures.length === 0;
  const status = deployment.isCanceled
    ? 'Canceled'
    : !isDone
      ? deployment.pollsLeft === org.settings.deployPolls
        ? 'Pending'
        : 'InProgress'
      : success
        ? 'Succeeded'
        : options.rollbackOnError
          ? 'Failed'
          : 'SucceededPartial';
  const counted = components.filter((one) => one.kind !== '');
  return {
    checkOnly: options.checkOnly,
    ...(isDone ? { completedDate: org.clock.now() } : {}),
    createdBy: org.integrationUser,
    createdByName: 'Kenko Integration',
    createdDate: at,
    details: {
      componentFailures: isDone ? failures.map((one) => toldComponent(one, at)) : [],
      componentSuccesses: isDone
        ? components.filter((one) => !failures.includes(one)).map((one) => toldComponent(one, at))
        : [],
      runTestResult: { numFailures: 0, numTestsRun: 0, totalTime: 0 },
    },
    done: isDone,
    id: deployment.id,
    ignoreWarnings: false,
    lastModifiedDate: org.clock.now(),
    numberComponentErrors: isDone ? failures.length : 0,
    numberComponentsDeployed: isDone ? counted.length - failures.filter((one) => one.kind !== '').length : 0,
    numberComponentsTotal: counted.length,
    numberTestErrors: 0,
    numberTestsCompleted: 0,
    numberTestsTotal: 0,
    rollbackOnError: options.rollbackOnError,
    runTestsEnabled: false,
    startDate: at,
    status,
    success: isDone && success && !deployment.isCanceled,
  };
}

function toldComponent({ kind, name, file, made, isDeleted }: Component, at: string): Record<string, unknown> {
  const errors = 'errors' in made ? made.errors : [];
  const created = 'created' in made && made.created && isDeleted !== true;
  return {
    changed: errors.length === 0 && kind !== '',
    componentType: kind,
    created,
    createdDate: at,
    deleted: isDeleted === true,
    fileName: file,
    fullName: name,
    ...(errors[0] === undefined ? {} : { problem: errors[0].message, problemType: 'Error' }),
    success: errors.length === 0,
  };
}
