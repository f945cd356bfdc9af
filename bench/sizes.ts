// Prints how long the files are. Nobody fails by it; above 350 lines, ask which second idea has moved in.

import { readdirSync, readFileSync } from 'node:fs';

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path, lines: readFileSync(`src/${path}`, 'utf8').split('\n').length }))
  .sort((a, b) => b.lines - a.lines);
const median = files[Math.floor(files.length / 2)]?.lines ?? 0;
for (const { path, lines } of files.slice(0, 25)) console.log(String(lines).padStart(5), path);
console.log(
  `\n${files.length} files, median ${median} lines, ${files.reduce((sum, file) => sum + file.lines, 0)} in all`,
);
