/** What opening a connection took, in milliseconds. */
export interface Opening {
  /** Looking up the name; 0 for an address. */
  readonly dnsMs: number;
  readonly tcpMs: number;
  /** 0 without TLS. */
  readonly tlsMs: number;
}

/** All of it; 0 where a kept-alive connection was used. */
export const connectMsOf = (opening: Opening | undefined): number =>
  opening === undefined ? 0 : opening.dnsMs + opening.tcpMs + opening.tlsMs;
