import type { HttpSender } from '../../ports/index.ts';
import { addressOf } from './address.ts';
import { HttpFailure } from './failure.ts';
import { ConnectionSlot, type LaneOptions } from './lane.ts';
import { requestBytes } from './request-bytes.ts';

/** Sends to any URL over kept-alive connections, one per request under way; idle ones are reused, latest first. */
export const createHttpSender = (options: LaneOptions): HttpSender => {
  const idle = new Map<string, ConnectionSlot[]>();
  const idleAt = (origin: string): ConnectionSlot[] => {
    const slots = idle.get(origin) ?? [];
    idle.set(origin, slots);
    return slots;
  };
  return {
    async send(request, timeoutMs) {
      const address = addressOf(request.url);
      const bytes = requestBytes(request, address);
      const origin = `${address.tls ? 'https' : 'http'}://${address.authority}`;
      const slots = idleAt(origin);
      const slot = slots.pop() ?? new ConnectionSlot(address, options);
      const { result } = await slot.send(bytes, request.method, timeoutMs);
      if (idle.has(origin)) slots.push(slot);
      else slot.close(); // close() was called meanwhile
      if ('error' in result) throw new HttpFailure(result);
      return result;
    },
    close() {
      for (const slot of [...idle.values()].flat()) slot.close();
      idle.clear();
    },
  };
};
