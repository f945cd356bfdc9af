// What HubSpot's own client knows of the API: each method's address, its query, the model of its body and the model of each
// answer, read from the generated code of the package that this project depends on anyway. The client was not made by us,
// so it is a witness; its licence is ISC.

import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';

const require = createRequire(import.meta.url);
const codegen = join(dirname(require.resolve('@hubspot/api-client/package.json')), 'lib/codegen');

export interface Serializer {
  serialize(data: unknown, type: string, format: string): unknown;
  deserialize(data: unknown, type: string, format: string): unknown;
}
export interface ClientRoute {
  /** Folder of the API below the generated code: `crm/companies`. */
  readonly api: string;
  /** `BatchApi.read`. */
  readonly name: string;
  readonly method: string;
  readonly template: string;
  readonly pattern: RegExp;
  readonly literals: number;
  /** Parameter → type, as the model spells it. */
  readonly query: ReadonlyMap<string, string>;
  /** Model of the body; null: none is sent. */
  readonly body: string | null;
  /** Status → model of the answer; null: none is read. 0 stands for every refusal. */
  readonly answers: ReadonlyMap<number, string | null>;
}

/** Methods of a class, by name, with the text of each. */
function methodsOf(text: string, start: string, suffix: string): Map<string, string> {
  const from = text.indexOf(`class ${start}`);
  if (from === -1) return new Map();
  const end = text.indexOf('\n}\n', from);
  const body = text.slice(from, end);
  const heads = [...body.matchAll(new RegExp(`^ {4}(\\w+?)${suffix}\\([^)]*\\) \\{$`, 'gm'))];
  return new Map(heads.map((head, at) => [head[1]!, body.slice(head.index, heads[at + 1]?.index ?? body.length)]));
}

function routesIn(api: string, file: string): ClientRoute[] {
  const text = readFileSync(file, 'utf8');
  const className = /([A-Za-z]+)\.js$/.exec(file)![1]!;
  const answers = methodsOf(text, `${className}ResponseProcessor`, 'WithHttpInfo');
  return [...methodsOf(text, `${className}RequestFactory`, '')].flatMap(([name, code]) => {
    const template = /localVarPath = '([^']+)'/.exec(code)?.[1];
    const method = /HttpMethod\.([A-Z]+)/.exec(code)?.[1];
    if (template === undefined || method === undefined) return [];
    const query = [...code.matchAll(/serialize\(\w+, "([^"]+)", "[^"]*"\);?[^;]*?QueryParam\("(\w+)"/g)].map(
      (found) => [found[2]!, found[1]!] as const,
    );
    const inline = [
      ...code.matchAll(/setQueryParam\("(\w+)", ObjectSerializer_1\.ObjectSerializer\.serialize\(\w+, "([^"]+)"/g),
    ];
    const body = /stringify\(ObjectSerializer_1\.ObjectSerializer\.serialize\(\w+, "([^"]+)"/.exec(code)?.[1] ?? null;
    const told = (answers.get(name) ?? '').split(/isCodeInRange\)\("/).slice(1);
    return [
      {
        api,
        name: `${className}.${name}`,
        method,
        template,
        pattern: new RegExp(`^${template.replace(/\/$/, '').replaceAll(/\{\w+\}/g, '[^/]+')}/?$`),
        literals: template.split('/').filter((part) => part !== '' && !part.startsWith('{')).length,
        query: new Map([...query, ...inline.map((found) => [found[1]!, found[2]!] as const)]),
        body,
        answers: new Map(
          told.map((part) => [
            Number(/^\d+/.exec(part)?.[0]),
            // The model is named before the next brace closes; without one the body is not read.
            /^[^}]*?deserialize\(ObjectSerializer_1\.ObjectSerializer\.parse\([^;]*?\), "([^"]+)"/.exec(part)?.[1] ??
              null,
          ]),
        ),
      },
    ];
  });
}

function apisBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isDirectory() || entry.name === 'models') return [];
    const path = join(folder, entry.name);
    return entry.name === 'apis' ? [folder] : apisBelow(path);
  });
}

/** Every method of the client that speaks of records, their furniture, owners, lists or tokens. */
export function clientRoutes(): ClientRoute[] {
  const rooms = ['companies', 'contacts', 'deals', 'tickets', 'objects', 'owners', 'lists', 'pipelines', 'properties'];
  const folders = [...rooms, 'associations', 'schemas'].map((room) => join(codegen, 'crm', room));
  return [...folders, join(codegen, 'oauth')].flatMap(apisBelow).flatMap((folder) =>
    readdirSync(join(folder, 'apis'))
      .filter((name) => /Api\.js$/.test(name))
      .flatMap((name) => routesIn(relative(codegen, folder), join(folder, 'apis', name))),
  );
}

const serializers = new Map<string, Serializer>();
/** The client's own serializer of one API. */
export function serializerOf(api: string): Serializer {
  const known = serializers.get(api);
  if (known !== undefined) return known;
  const path = join(codegen, api, 'models/ObjectSerializer.js');
  const { ObjectSerializer } = require(path) as { readonly ObjectSerializer: Serializer };
  serializers.set(api, ObjectSerializer);
  return ObjectSerializer;
}

interface Model {
  getAttributeTypeMap(): readonly { readonly name: string; readonly baseName: string; readonly type: string }[];
}
/** The attributes of a model: name on the wire → type; null for what is no model (a plain type, a union). */
export function attributesOf(api: string, type: string): ReadonlyMap<string, string> | null {
  if (!/^[A-Z]\w+$/.test(type)) return null;
  const path = join(codegen, api, 'models', `${type}.js`);
  let module: Readonly<Record<string, unknown>>;
  try {
    module = require(path) as Record<string, unknown>;
  } catch {
    return null;
  }
  const model = module[type] as Partial<Model> | undefined;
  if (model?.getAttributeTypeMap === undefined) return null;
  return new Map(model.getAttributeTypeMap().map((one) => [one.baseName, one.type]));
}
/** The attributes that a model cannot be without, by their names on the wire. */
export function requiredOf(api: string, type: string): readonly string[] {
  const path = join(codegen, api, 'models', type);
  const declared = [...readFileSync(`${path}.d.ts`, 'utf8').matchAll(/^ {4}'(\w+)': /gm)].map((found) => found[1]!);
  const names = [...readFileSync(`${path}.js`, 'utf8').matchAll(/"name": "(\w+)",\s+"baseName": "([^"]+)"/g)];
  const onWire = new Map(names.map((found) => [found[1]!, found[2]!]));
  return declared.map((name) => onWire.get(name) ?? name);
}
/** The values of an enumeration of a model; null for what is none. Enumerations stand in the file of their model. */
export function enumOf(api: string, model: string, type: string): readonly string[] | null {
  if (!type.endsWith('Enum')) return null;
  const module = require(join(codegen, api, 'models', `${model}.js`)) as Readonly<Record<string, unknown>>;
  const values = module[type];
  return typeof values === 'object' && values !== null ? Object.values(values).map(String) : null;
}

/** An address of a dated version as v3 and v4 spell it, for those are all that the client knows. */
export function undated(path: string): string {
  return path
    .replace(/^\/crm\/associations\/20\d\d-\d\d\//, '/crm/v4/associations/')
    .replace(/^\/crm\/(objects|properties|lists|owners|pipelines)\/20\d\d-\d\d(?=\/|$)/, '/crm/v3/$1')
    .replace(/^\/crm\/v3\/(objects\/[^/]+\/[^/]+\/associations\/)/, '/crm/v4/$1');
}

/** The methods that a call may have come from: of each API the one whose address fits best. */
export function routesFor(routes: readonly ClientRoute[], method: string, path: string): ClientRoute[] {
  const plain = undated(path.split('?')[0] ?? '').replaceAll(/\/{2,}/g, '/');
  const fitting = routes.filter((route) => route.method === method && route.pattern.test(plain));
  const best = (api: string) => Math.max(...fitting.filter((one) => one.api === api).map((one) => one.literals));
  return fitting.filter((route) => route.literals === best(route.api));
}
