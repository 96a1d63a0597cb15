import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A stretch of network between cars and a broker that a test can cut. */
export interface Relay {
  /** The URL of the broker, by way of this. */
  readonly url: string;
  /** Ends every connection that goes through it now. */
  cut(): void;
  close(): Promise<void>;
}

export const startRelay = async (brokerUrl: string): Promise<Relay> => {
  const to = new URL(brokerUrl);
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    return socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer((near) => {
    const far = keep(connect(Number(to.port), to.hostname));
    keep(near).on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `${to.protocol}//127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
};
