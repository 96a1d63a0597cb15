import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The app's cloud, on the day it is out of order: a server on the loopback that answers 500. */
export interface Cloud {
  readonly url: string;
  close(): Promise<void>;
}

export const startBrokenCloud = async (): Promise<Cloud> => {
  const server = createServer((_request, response) => {
    response.writeHead(500, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify({ error: 'internal server error' }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}/cars/demo/unlock`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
