import { Histogram } from '../histogram/histogram.ts';
import type { OpeningHistograms } from '../schema/part.ts';
import type { OpeningSummary } from '../schema/report.ts';

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

/** Openings as histograms of microseconds, one for each step. */
export class Openings {
  readonly #dns = Histogram.create();
  readonly #tcp = Histogram.create();
  readonly #tls = Histogram.create();

  record({ dnsMs, tcpMs, tlsMs }: Opening): void {
    this.#dns.record(dnsMs * 1000);
    this.#tcp.record(tcpMs * 1000);
    this.#tls.record(tlsMs * 1000);
  }

  encode(): OpeningHistograms {
    return { dns: this.#dns.encode(), tcp: this.#tcp.encode(), tls: this.#tls.encode() };
  }
  /** Adds what `encode` wrote. @throws InputError on an unreadable histogram */
  mergeEncoded({ dns, tcp, tls }: OpeningHistograms): void {
    this.#dns.mergeEncoded(dns);
    this.#tcp.mergeEncoded(tcp);
    this.#tls.mergeEncoded(tls);
  }

  /** undefined where nothing was recorded */
  summary(): OpeningSummary | undefined {
    const { count } = this.#tcp;
    if (count === 0) return undefined;
    return { count, dns: stepOf(this.#dns), tcp: stepOf(this.#tcp), tls: stepOf(this.#tls) };
  }
}

const stepOf = (histogram: Histogram): OpeningSummary['tcp'] => ({
  p50Ms: histogram.quantile(0.5) / 1000,
  p99Ms: histogram.quantile(0.99) / 1000,
  maxMs: histogram.max / 1000,
});
