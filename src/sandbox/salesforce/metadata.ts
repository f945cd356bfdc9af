// The metadata API by SOAP: create, read, update, upsert and delete custom fields and permission sets; other kinds (list
// views, reports, …) are only kept and given back. At most ten components in one call, as the vendor has it.

import type { Hono } from 'hono';
import { error, type SfError } from './answers.ts';
import { deleteField, type Made, plain, putField } from './custom-fields.ts';
import { deployStatus, startDeploy } from './deploy.ts';
import type { Call, OrgEnv } from './env.ts';
import type { TokenBook } from './oauth.ts';
import { deletePermissionSet, putPermissionSet, readPermissionSet } from './permission-sets.ts';
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
  return perform(org, asked);
}

async function read(call: Call): Promise<XmlElement | null> {
  try {
    return readXml(await call.req.text());
  } catch {
    return null;
  }
}

function perform(org: Org, asked: XmlElement): Response {
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
      return reply(
        asked.name,
        given.map((one) => saved(textOf(one, 'fullName') ?? '', put(org, one, mode), mode)).join(''),
      );
    }
    case 'deleteMetadata': {
      const type = textOf(asked, 'type') ?? '';
      return reply(asked.name, names.map((name) => saved(name, remove(org, type, name), 'delete')).join(''));
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
      return reply(asked.name, writeXml('result', deployStatus(org, textOf(asked, 'asyncProcessId') ?? '')));
    default:
      return fault('sf:UNSUPPORTED_OPERATION', `${asked.name} is not served by this sandbox`);
  }
}

/** Puts one component, of whatever kind. */
export function put(org: Org, element: XmlElement, mode: 'create' | 'update' | 'upsert'): Made {
  const type = element.attributes['type']?.replace(/^.*:/, '') ?? '';
  if (type === 'CustomField') return putField(org, element, mode);
  if (type === 'PermissionSet') return putPermissionSet(org, element, mode);
  const name = textOf(element, 'fullName') ?? '';
  if (type === '' || name === '')
    return { errors: [error('REQUIRED_FIELD_MISSING', 'Required field is missing: fullName')] };
  const key = `${type}/${name}`;
  const known = org.shelf.has(key);
  if (known && mode === 'create')
    return {
      errors: [error('DUPLICATE_DEVELOPER_NAME', `The name ${name} is already used on component type ${type}`)],
    };
  org.shelf.set(key, plain(element));
  return { created: !known };
}

function remove(org: Org, type: string, name: string): Made {
  if (type === 'CustomField') return deleteField(org, name);
  if (type === 'PermissionSet') return deletePermissionSet(org, name);
  return org.shelf.delete(`${type}/${name}`)
    ? { created: false }
    : { errors: [error('INVALID_CROSS_REFERENCE_KEY', `no ${type} named ${name} found`)] };
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
  const kinds = ['CustomObject', 'CustomField', 'PermissionSet', 'ListView', 'Report', 'Dashboard'];
  return writeXml('result', {
    metadataObjects: kinds.map((xmlName) => ({ inFolder: false, metaFile: false, xmlName })),
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
