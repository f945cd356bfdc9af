// The metadata API by SOAP: create, read, update, upsert and delete custom fields and permission sets; other kinds (list
// views, reports, …) are only kept and given back. At most ten components in one call, as the vendor has it.

import type { Hono } from 'hono';
import { error, type SfError } from './answers.ts';
import type { Made } from './custom-fields.ts';
import { cancelDeploy, deployStatus, startDeploy } from './deploy.ts';
import type { Call, OrgEnv } from './env.ts';
import { folders, inObjects, putComponent, removeComponent } from './metadata-kinds.ts';
import type { TokenBook } from './oauth.ts';
import { readPermissionSet } from './permission-sets.ts';
import { rememberSchema } from './schema-undo.ts';
import { type Org, planOf } from './state.ts';
import { childOf, childrenOf, escapeXml, readXml, textOf, writeXml, type XmlElement } from './xml.ts';

const mostComponents = 10;

export function metadataRoutes(app: Hono<OrgEnv>, tokens: TokenBook): void {
  app.post('/services/Soap/m/:version', (call) => answer(call, tokens));
  app.post('/services/Soap/m/:version/:org', (call) => answer(call, tokens));
}

async function answer(call: Call, tokens: TokenBook): Promise<Response> {
  const org = call.get('org');
  const envelope = await read(call);
  if (envelope === null) return fault('soapenv:Client', 'The request could not be read');
  const session = textOf(childOf(childOf(envelope, 'Header'), 'SessionHeader'), 'sessionId') ?? '';
  if (tokens.userOf(session) === null)
    return fault(
      'sf:INVALID_SESSION_ID',
      'INVALID_SESSION_ID: Invalid Session ID found in SessionHeader: Illegal Session',
    );
  if (org.limit.used >= org.limit.max) return fault('sf:REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.');
  org.limit.used += 1;
  const asked = childOf(envelope, 'Body')?.children[0];
  if (asked === undefined) return fault('soapenv:Client', 'The body is empty');
  const isWrite = /^(create|update|upsert|delete|rename)Metadata$|^deploy$/.test(asked.name);
  if (isWrite && !org.settings.modifyMetadata)
    return fault(
      'sf:INSUFFICIENT_ACCESS',
      'INSUFFICIENT_ACCESS: use of the Metadata API requires a user with the ModifyAllData or ModifyMetadata permissions',
    );
  const allOrNone = textOf(childOf(childOf(envelope, 'Header'), 'AllOrNoneHeader'), 'allOrNone') === 'true';
  return perform(org, asked, allOrNone);
}

async function read(call: Call): Promise<XmlElement | null> {
  try {
    return readXml(await call.req.text());
  } catch {
    return null;
  }
}

function perform(org: Org, asked: XmlElement, allOrNone: boolean): Response {
  const given = childrenOf(asked, 'metadata');
  const names = childrenOf(asked, 'fullNames').map((one) => one.text.trim());
  if (given.length > mostComponents || names.length > mostComponents)
    return fault(
      'sf:LIMIT_EXCEEDED',
      `LIMIT_EXCEEDED: Record limit reached. Cannot submit more than ${mostComponents} records in this operation.`,
    );
  switch (asked.name) {
    case 'createMetadata':
    case 'updateMetadata':
    case 'upsertMetadata': {
      const mode = asked.name.replace('Metadata', '') as 'create' | 'update' | 'upsert';
      const kindOf = (one: XmlElement) => one.attributes['type']?.replace(/^.*:/, '') ?? '';
      const made = together(org, allOrNone, given, (one) => putComponent(org, kindOf(one), one, mode));
      return reply(
        asked.name,
        given.map((one, at) => saved(textOf(one, 'fullName') ?? '', made[at] ?? { created: false }, mode)).join(''),
      );
    }
    case 'deleteMetadata': {
      const type = textOf(asked, 'type') ?? '';
      const made = together(org, false, names, (name) => removeComponent(org, type, name));
      return reply(asked.name, names.map((name, at) => saved(name, made[at] ?? { created: false }, 'delete')).join(''));
    }
    case 'readMetadata': {
      const type = textOf(asked, 'type') ?? '';
      return reply(asked.name, `<result>${names.map((name) => readOne(org, type, name)).join('')}</result>`);
    }
    case 'listMetadata':
      return reply(
        asked.name,
        childrenOf(asked, 'queries')
          .map((query) => list(org, textOf(query, 'type') ?? ''))
          .join(''),
      );
    case 'describeMetadata':
      return reply(asked.name, describeResult());
    case 'deploy':
      return reply(asked.name, writeXml('result', startDeploy(org, textOf(asked, 'ZipFile') ?? '', asked)));
    case 'checkDeployStatus':
    case 'cancelDeploy': {
      const id = textOf(asked, 'asyncProcessId') ?? textOf(asked, 'String') ?? '';
      const found = asked.name === 'cancelDeploy' ? cancelDeploy(org, id) : deployStatus(org, id);
      return found === null
        ? fault('sf:INVALID_CROSS_REFERENCE_KEY', `INVALID_CROSS_REFERENCE_KEY: invalid cross reference id: ${id}`)
        : reply(asked.name, writeXml('result', found));
    }
    default:
      return fault('sf:UNSUPPORTED_OPERATION', `${asked.name} is not served by this sandbox`);
  }
}

/** Does all of them; with all-or-none and one refused, takes the others back and says so. */
function together<T>(org: Org, allOrNone: boolean, items: readonly T[], each: (one: T) => Made): Made[] {
  const undo = rememberSchema(org);
  const made = items.map(each);
  if (!allOrNone || made.every((one) => !('errors' in one))) return made;
  undo();
  const text = 'Record rolled back because not all records were valid and the request was using AllOrNone header';
  return made.map((one) => ('errors' in one ? one : { errors: [error('ALL_OR_NONE_OPERATION_ROLLED_BACK', text)] }));
}

function readOne(org: Org, type: string, name: string): string {
  const found =
    type === 'CustomField'
      ? readField(org, name)
      : type === 'PermissionSet'
        ? readPermissionSet(org, name)
        : (org.shelf.get(`${type}/${name}`) ?? null);
  return found === null
    ? '<records xsi:nil="true"/>'
    : writeXml('records', { fullName: name, ...found }, ` xsi:type="${escapeXml(type)}"`);
}

function readField(org: Org, fullName: string): Record<string, unknown> | null {
  const [object = '', name = ''] = fullName.split('.');
  const field = org.store.field(object === 'Activity' ? 'Task' : (planOf(org, object)?.name ?? ''), name);
  const element = field?.extra?.['element'];
  return typeof element === 'object' && element !== null ? { ...element } : null;
}

function list(org: Org, type: string): string {
  const names =
    type === 'CustomField'
      ? ['Account', 'Contact', 'Opportunity', 'Case', 'Lead', 'Task'].flatMap((object) =>
          org.store
            .fields(object)
            .flatMap((field) =>
              field.custom === true ? [`${object === 'Task' ? 'Activity' : object}.${field.name}`] : [],
            ),
        )
      : type === 'PermissionSet'
        ? [...org.store.all('PermissionSet')].map((one) => String(one.values['Name']))
        : [...org.shelf.keys()].flatMap((key) => (key.startsWith(`${type}/`) ? [key.slice(type.length + 1)] : []));
  const now = org.clock.now();
  return names
    .map((fullName) =>
      writeXml('result', {
        createdById: org.integrationUser,
        createdByName: 'Kenko Integration',
        createdDate: now,
        fileName: `${type}/${fullName}`,
        fullName,
        id: '',
        lastModifiedById: org.integrationUser,
        lastModifiedByName: 'Kenko Integration',
        lastModifiedDate: now,
        manageableState: 'unmanaged',
        type,
      }),
    )
    .join('');
}

function describeResult(): string {
  return writeXml('result', {
    metadataObjects: Object.entries(folders).map(([directoryName, { kind, ending }]) => ({
      ...(kind === 'CustomObject' ? { childXmlNames: Object.values(inObjects) } : {}),
      directoryName,
      inFolder: kind === 'Report' || kind === 'Dashboard',
      metaFile: false,
      suffix: ending,
      xmlName: kind,
    })),
    organizationNamespace: '',
    partialSaveAllowed: true,
    testRequired: false,
  });
}

/** A save result; its elements stand in the order of recorded ones: created, errors, fullName, success. */
function saved(fullName: string, made: Made, mode: string): string {
  const errors: readonly SfError[] = 'errors' in made ? made.errors : [];
  return writeXml('result', {
    ...(mode === 'upsert' ? { created: 'created' in made && made.created } : {}),
    errors: errors.map((one) => ({ message: one.message, statusCode: one.code })),
    fullName,
    success: errors.length === 0,
  });
}

const envelopeStart =
  '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="http://soap.sforce.com/2006/04/metadata" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>';

function xml(status: number, body: string): Response {
  return new Response(`${envelopeStart}${body}</soapenv:Body></soapenv:Envelope>`, {
    status,
    headers: { 'content-type': 'text/xml;charset=UTF-8' },
  });
}
function reply(operation: string, body: string): Response {
  return xml(200, `<${operation}Response>${body}</${operation}Response>`);
}
function fault(code: string, message: string): Response {
  return xml(
    500,
    `<soapenv:Fault><faultcode>${escapeXml(code)}</faultcode><faultstring>${escapeXml(message)}</faultstring></soapenv:Fault>`,
  );
}
