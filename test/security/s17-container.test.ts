// S17: the image and the compose file, read as they stand: what a container of ours may do, and what it may not.

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** The instructions of a Dockerfile, continued lines joined: [instruction, rest]. */
const instructions = read('Dockerfile')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, ' ')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => [line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1)] as const);
const lastStage = instructions.slice(instructions.findLastIndex(([name]) => name === 'FROM'));
const restOf = (name: string) => lastStage.filter(([one]) => one === name).map(([, rest]) => rest);

describe('S17 the image', () => {
  it('S17 runs as a user of its own, by number, and as nobody else afterwards', () => {
    expect(restOf('USER')).toEqual(['10001:10001']);
    expect(lastStage.findIndex(([name]) => name === 'USER')).toBeGreaterThan(
      lastStage.findLastIndex(([name]) => name === 'RUN'),
    );
  });

  it('S17 copies only from this folder and from its own first stage, nothing that may hold a secret', () => {
    expect(instructions.filter(([name]) => name === 'ADD')).toEqual([]);
    const copied = instructions.filter(([name]) => name === 'COPY').map(([, rest]) => rest);
    expect(copied.filter((rest) => /(^|\s)\.(\s|\/\s|$)|\.env|state|\.npmrc/.test(rest))).toEqual([]);
    expect(restOf('COPY').filter((rest) => !rest.startsWith('--from=build --chown=root:root '))).toEqual([]);
    expect(
      instructions.filter(([name, rest]) => ['ENV', 'ARG'].includes(name) && /token|secret|password|key/i.test(rest)),
    ).toEqual([]);
    const ignored = read('.dockerignore').split('\n');
    for (const name of ['.env', '.env.*', '.git', 'state', 'node_modules']) expect(ignored).toContain(name);
  });

  it('S17 says how its health is asked, installs nothing from the net but by the lock file, and keeps no setuid program', () => {
    expect(restOf('HEALTHCHECK')[0]).toContain('/livez');
    expect(restOf('RUN').join()).not.toMatch(/apt|curl|wget|npm|npx/);
    expect(restOf('RUN').join()).toMatch(/-perm \/6000 -exec chmod a-s/);
    expect(instructions.filter(([name, rest]) => name === 'RUN' && /npm (i|install)\b/.test(rest))).toEqual([]);
  });

  it('S17 is made of images with a version in their name, and the program is process 1, so that signals reach it', () => {
    const bases = instructions.filter(([name]) => name === 'FROM').map(([, rest]) => rest.split(' ')[0] ?? '');

    expect(bases).toHaveLength(2);
    for (const base of bases) expect(base).toMatch(/^node:\d+(\.\d+)*-\w+-slim(@sha256:[0-9a-f]{64})?$/);
    expect(restOf('ENTRYPOINT')[0]).toMatch(/^\["node",/);
    expect(restOf('STOPSIGNAL')).toEqual(['SIGTERM']);
  });
});

describe('S17 the compose file', () => {
  const { services } = parse(read('compose.yaml')) as { services: Record<string, Record<string, unknown>> };
  const service = services['kenko'] ?? {};

  it('S17 gives it no capability, no new privilege, a read-only root and a user of its own', () => {
    expect(Object.keys(services)).toEqual(['kenko']);
    expect(service).toMatchObject({
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      read_only: true,
      user: '10001:10001',
    });
    expect((service['tmpfs'] as string[])[0]).toMatch(/^\/tmp:.*noexec.*nosuid.*size=/);
    for (const name of ['privileged', 'cap_add', 'network_mode', 'pid', 'ipc', 'userns_mode', 'devices'])
      expect(service).not.toHaveProperty(name);
  });

  it('S17 bounds memory, processes, processor, log and starting again', () => {
    expect(service).toMatchObject({ mem_limit: '512m', pids_limit: 128, cpus: 1, restart: 'on-failure:5' });
    expect(service['logging']).toMatchObject({ options: { 'max-size': '10m' } });
  });

  it('S17 shows the console to this machine only, and mounts nothing of it', () => {
    expect(service['ports']).toEqual(['127.0.0.1:8080:8080']);
    expect(service['volumes']).toEqual(['kenko:/data']);
    expect(JSON.stringify(service)).not.toMatch(/docker\.sock|:\/host/);
    expect(service).not.toHaveProperty('environment');
  });
});
