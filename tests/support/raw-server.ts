import type { AddressInfo, Server, Socket } from 'node:net';
import net from 'node:net';

export interface RawServer {
  readonly port: number;
  readonly url: string;
  /** What each connection has sent so far, in the order in which they were accepted. */
  readonly received: string[];
  close(): Promise<void>;
}

export const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

/** A TCP server on 127.0.0.1 that calls `onRequest` each time a connection has sent an empty line. */
export const rawServer = async (
  onRequest: (socket: Socket, connection: number) => void,
  onConnect: (socket: Socket) => void = () => undefined,
): Promise<RawServer> => {
  const sockets = new Set<Socket>();
  const received: string[] = [];
  const server = net.createServer((socket) => {
    const connection = received.push('') - 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      received[connection] = (received[connection] ?? '') + data.toString('latin1');
      if (data.includes('\r\n\r\n')) onRequest(socket, connection);
    });
    onConnect(socket);
  });
  const port = await listen(server);
  return {
    port,
    url: `http://127.0.0.1:${port}/hits`,
    received,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => {
          resolve();
        });
      }),
  };
};

export const ok = (body: string, headers = ''): string =>
  `HTTP/1.1 200 OK\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
