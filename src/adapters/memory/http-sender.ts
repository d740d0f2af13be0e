import type { HttpReply, HttpRequest, HttpSender } from '../../ports/index.ts';

/** What a test's server does with a request; throwing stands for "no answer came". */
export type MemoryServer = (request: HttpRequest) => HttpReply | Promise<HttpReply>;

/** An HttpSender for tests of use cases: every request goes to `server`. */
export const memoryHttpSender = (server: MemoryServer): HttpSender => ({
  send: async (request) => server(request),
  close: () => undefined,
});
