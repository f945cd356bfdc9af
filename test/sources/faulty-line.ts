// A line to a server that goes silent or breaks after some bytes: what a bad network looks like from here.

import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';

export interface FaultyLine {
  readonly port: number;
  close(): Promise<void>;
}

/** Passes everything on until the server has said `bytes` bytes; then it is silent (`stall`) or cut (`cut`). */
export async function faultyLine(target: number, bytes: number, then: 'stall' | 'cut'): Promise<FaultyLine> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    let said = 0;
    client.pipe(upstream);
    upstream.on('data', (chunk: Buffer) => {
      if (said >= bytes) return;
      const part = chunk.subarray(0, bytes - said);
      said += part.length;
      client.write(part);
      if (said >= bytes && then === 'cut') client.destroy();
    });
    upstream.on('end', () => client.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
