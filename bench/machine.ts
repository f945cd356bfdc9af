// What a figure was measured on: every bench prints it.

import { cpus, totalmem } from 'node:os';

export const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'cpu'}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`;
