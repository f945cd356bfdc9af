#!/usr/bin/env -S MALLOC_ARENA_MAX=1 node --max-semi-space-size=4 --heap-growing-percent=20
// The front step: one plain JavaScript file, so that a Node too old for the rest ends in one sentence instead of a crash
// while something native is loaded. Inside node_modules Node strips no types, so there the build is started.

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `kenko needs Node 22.19 or newer; this is ${process.versions.node}. Start it with "npm run kenko --" or "npx kenko" after npm ci: both bring Node 24.\n`,
  );
  process.exitCode = 2;
} else {
  const built = new URL('../dist/main.js', import.meta.url);
  const installed = import.meta.url.includes('/node_modules/');
  await import(installed ? built.href : new URL('./main.ts', import.meta.url).href);
}
