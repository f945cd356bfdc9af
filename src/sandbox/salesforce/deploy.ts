// Deployments of a zip of metadata files: unpacked, applied at once, and told as finished at the first asking. Fields and
// permission sets take effect, everything else is only counted.

import { inflateRawSync } from 'node:zlib';
import type { Hono } from 'hono';
import { json, notFound } from './answers.ts';
import { type Made, putField } from './custom-fields.ts';
import type { OrgEnv } from './env.ts';
import { idMaker } from './ids.ts';
import { putPermissionSet } from './permission-sets.ts';
import type { Org } from './state.ts';
import { childrenOf, readXml, textOf, type XmlElement } from './xml.ts';

interface Deployment {
  readonly id: string;
  readonly done: true;
  readonly status: 'Succeeded' | 'Failed';
  readonly success: boolean;
  readonly checkOnly: boolean;
  readonly createdDate: string;
  readonly numberComponentsDeployed: number;
  readonly numberComponentsTotal: number;
  readonly numberComponentErrors: number;
  readonly details: {
    readonly componentFailures: readonly Record<string, unknown>[];
    readonly componentSuccesses: readonly Record<string, unknown>[];
  };
}
const deployments = new WeakMap<Org, Map<string, Deployment>>();
const nextId = idMaker('0Af');

export function deployRoutes(app: Hono<OrgEnv>): void {
  const base = '/services/data/:version/metadata/deployRequest';
  app.post(base, async (call) => {
    const form = await call.req.formData();
    const file = form.get('file');
    const zip = file instanceof File ? Buffer.from(await file.arrayBuffer()) : Buffer.alloc(0);
    const started = deploy(call.get('org'), zip, false);
    return json(201, {
      id: started.id,
      deployResult: { done: false, id: started.id, status: 'Pending', success: false },
      deployOptions: {},
    });
  });
  app.get(`${base}/:id`, (call) => {
    const found = deployments.get(call.get('org'))?.get(call.req.param('id'));
    if (found === undefined) throw notFound();
    return json(200, { id: found.id, deployResult: found, deployOptions: {} });
  });
}

/** What the SOAP call `deploy` answers. */
export function startDeploy(org: Org, base64: string, asked: XmlElement): Record<string, unknown> {
  const options = asked.children.find((child) => child.name === 'DeployOptions');
  const started = deploy(org, Buffer.from(base64, 'base64'), textOf(options, 'checkOnly') === 'true');
  return { done: false, id: started.id, state: 'Queued' };
}
export function deployStatus(org: Org, id: string): Record<string, unknown> {
  const found = deployments.get(org)?.get(id);
  return found === undefined ? { done: true, id, status: 'Failed', success: false } : { ...found };
}

function deploy(org: Org, zip: Buffer, checkOnly: boolean): Deployment {
  const parts: { name: string; type: string; made: Made }[] = [];
  // Fields first: a permission set may grant what the same zip brings.
  const files = [...unzip(zip)].sort(
    ([a], [b]) => Number(a.endsWith('.permissionset')) - Number(b.endsWith('.permissionset')),
  );
  for (const [path, text] of files) {
    const root = /\.(object|permissionset)$/.test(path) ? readXml(text) : null;
    const file = path.split('/').at(-1) ?? '';
    const object = file.replace(/\.object$/, '');
    if (root === null) continue;
    if (path.endsWith('.permissionset')) {
      const name = file.replace(/\.permissionset$/, '');
      parts.push({
        name,
        type: 'PermissionSet',
        made: checkOnly ? { created: false } : putPermissionSet(org, named(root, name), 'upsert'),
      });
      continue;
    }
    for (const field of childrenOf(root, 'fields')) {
      const name = `${object}.${textOf(field, 'fullName') ?? ''}`;
      parts.push({
        name,
        type: 'CustomField',
        made: checkOnly ? { created: false } : putField(org, named(field, name), 'upsert'),
      });
    }
  }
  const tell = ({ name, type, made }: (typeof parts)[number]) => ({
    componentType: type,
    fullName: name,
    success: !('errors' in made),
    created: 'created' in made && made.created,
    ...('errors' in made ? { problem: made.errors[0]?.message, problemType: 'Error' } : {}),
  });
  const failures = parts.filter((part) => 'errors' in part.made);
  const deployment: Deployment = {
    id: nextId(),
    done: true,
    status: failures.length === 0 ? 'Succeeded' : 'Failed',
    success: failures.length === 0,
    checkOnly,
    createdDate: org.clock.now(),
    numberComponentsDeployed: parts.length - failures.length,
    numberComponentsTotal: parts.length,
    numberComponentErrors: failures.length,
    details: {
      componentFailures: failures.map(tell),
      componentSuccesses: parts.filter((part) => !failures.includes(part)).map(tell),
    },
  };
  const mine = deployments.get(org) ?? new Map<string, Deployment>();
  deployments.set(org, mine.set(deployment.id, deployment));
  return deployment;
}

function named(element: XmlElement, fullName: string): XmlElement {
  const rest = element.children.filter((child) => child.name !== 'fullName');
  return { ...element, children: [{ name: 'fullName', attributes: {}, children: [], text: fullName }, ...rest] };
}

/** The files of a zip, by its central directory; stored and deflated entries. */
function* unzip(zip: Buffer): Generator<[string, string]> {
  let end = zip.length - 22;
  while (end >= 0 && zip.readUInt32LE(end) !== 0x06054b50) end -= 1;
  if (end < 0) return;
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [method, size, nameLength] = [
      zip.readUInt16LE(at + 10),
      zip.readUInt32LE(at + 20),
      zip.readUInt16LE(at + 28),
    ];
    const start = zip.readUInt32LE(at + 42);
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    const from = start + 30 + zip.readUInt16LE(start + 26) + zip.readUInt16LE(start + 28);
    const packed = zip.subarray(from, from + size);
    if (!name.endsWith('/')) yield [name, (method === 0 ? packed : inflateRawSync(packed)).toString('utf8')];
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
}
