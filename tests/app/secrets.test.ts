import { generate } from '../../src/app/generate/generate.ts';
import { secretOpener } from '../../src/app/secrets.ts';
import { InputError } from '../../src/core/errors.ts';
import { parseLoad } from '../../src/core/schema/load.ts';
import type { Target } from '../../src/core/schema/target.ts';
import type { Exchange, HttpRequest } from '../../src/ports/index.ts';
import { memoryObjectStore } from '../support/memory.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const name = '/latency-lab/lab/secrets/run-1/1';
const target: Target = {
  version: 1,
  id: 'mine',
  kind: 'url',
  url: `https://example.com/?token=ssm:${name}`,
  request: { headers: { Authorization: `Bearer ssm:${name}` }, body: `{"key":"ssm:${name}"}` },
};
const secret = 'open & sesame';

const setUp = (value = secret) => {
  const clock = new VirtualClock();
  const sent: HttpRequest[] = [];
  const asked: string[] = [];
  const deps = {
    clock,
    secrets: {
      read: (of: string) => {
        asked.push(of);
        return Promise.resolve(value);
      },
    },
    invoker: {
      invoke: (_arn: string, payload: string) =>
        Promise.resolve({
          requestId: 'r',
          payload: `not JSON: ${payload.slice(payload.indexOf('Bearer'))}`,
          throttled: false,
        }),
    },
    httpConnection: (request: HttpRequest) => {
      sent.push(request);
      const body = `${'x'.repeat(190)}${JSON.stringify(request)}`;
      const result = {
        status: 500,
        headers: new Map([['x-request-id', request.headers['authorization'] ?? '']]),
        body,
      };
      return { send: () => Promise.resolve({ sentMs: 0, endMs: 1, result }), close: () => undefined };
    },
  };
  return { clock, deps, sent, asked };
};

/** All that an answer says, its headers too. */
const textOf = (exchanges: readonly Exchange[]): string =>
  JSON.stringify(
    exchanges.map(({ result }) => ('error' in result ? result : { ...result, headers: [...result.headers] })),
  );

describe('secretOpener', () => {
  it('looks each secret up once, sends its value and shows it nowhere in the answer', async () => {
    const { deps, sent, asked } = setUp();
    const open = await secretOpener(deps, target);
    const exchanges = [await open().send(100), await open().send(100)];
    expect(asked).toEqual([name]);
    expect(sent[0]).toMatchObject({
      url: 'https://example.com/?token=open%20%26%20sesame',
      headers: { authorization: 'Bearer open & sesame' },
      body: '{"key":"open & sesame"}',
    });
    expect(textOf(exchanges)).toContain('["x-request-id","Bearer [secret]"]');
    expect(textOf(exchanges)).not.toContain('sesame');
  });

  it("hides the signer's credentials where requests are signed", async () => {
    const { deps } = setUp();
    const signing = { ...deps, signingSecrets: () => ['text/x-mine'] };
    const headers = { authorization: 'text/x-mine' };
    const auth = { type: 'sigv4', service: 's', region: 'eu-west-2' } as const;
    const plain = {
      version: 1,
      id: 'mine',
      kind: 'url',
      url: 'https://example.com/',
      request: { headers },
    } as const;
    const answerTo = async (to: Target) => textOf([await (await secretOpener(signing, to))().send(100)]);
    expect(await answerTo(plain)).toContain('text/x-mine');
    expect(await answerTo({ ...plain, request: { headers, auth } })).not.toContain('text/x-mine');
  });

  it('hides it in what a function answers, also where the message is cut', async () => {
    const { deps } = setUp();
    const { url: _, ...direct } = target;
    const functionArn = 'arn:aws:lambda:eu-west-2:123456789012:function:f';
    const { result } = await (await secretOpener(deps, { ...direct, functionArn }))().send(100);
    expect(result).toMatchObject({ error: 'body', message: expect.stringContaining('[secret]') });
    expect(JSON.stringify(result)).not.toContain('sesame');
  });

  it('refuses a secret too short to be hidden', async () => {
    const { deps } = setUp('abc');
    await expect(secretOpener(deps, target)).rejects.toThrow(InputError);
    await expect(secretOpener(deps, target)).rejects.toThrow(`secret ${name}: given "3 characters"`);
  });
});

describe('generate with a secret', () => {
  it('stores neither the value nor a part of it', async () => {
    const { clock, deps, sent } = setUp();
    const objects = new Map<string, string>();
    const vitals = { eventLoopDelayP99Ms: 1, eventLoopDelayMaxMs: 2, eventLoopBusyShare: 0.2, cpuShare: 0.3 };
    const place = { runId: 'r', round: 1, cellId: 'mine', segment: 0, attempt: 1, worker: 0, workers: 1 };
    const assignment = { ...place, target, load: parseLoad({ requests: 3, warmup: 0 }) };
    const around = { remainingMs: 900_000, coldStart: false, memoryMb: 1, node: 'v24' };
    const store = memoryObjectStore(objects);
    const { startPacer } = clock;
    await clock.run(
      generate({ ...deps, store, startPacer, watchVitals: () => () => vitals }, { assignment }, around),
    );
    expect(sent[0]?.headers['authorization']).toBe('Bearer open & sesame');
    const stored = [...objects.values()].join('\n');
    expect(stored).toContain('answered 500');
    expect(stored).not.toMatch(/sesame|open &/);
  });
});
