// Who we are: the version in package.json, found from the sources and from the build alike.

import { readFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
export const version: string = manifest.version;
