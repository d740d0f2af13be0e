import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { listen } from './raw-server.ts';

export interface HttpServer {
  readonly server: Server;
  readonly port: number;
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  readonly close: () => Promise<void>;
}

/** A server on a free port of 127.0.0.1. @param tls makes it one of https */
export const serve = async (handle: RequestListener, tls?: ServerOptions): Promise<HttpServer> => {
  const server = tls === undefined ? createServer(handle) : createTlsServer(tls, handle);
  const port = await listen(server);
  return {
    server,
    port,
    origin: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    close: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
