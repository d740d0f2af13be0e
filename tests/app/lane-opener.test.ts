import { memoryFunctionInvoker } from '../../src/adapters/memory/function-invoker.ts';
import { type LaneDeps, laneOpener } from '../../src/app/lane-opener.ts';
import { InputError } from '../../src/core/errors.ts';
import type { Lane } from '../../src/ports/lane.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { targetOf } from './run.ts';

const arn = 'arn:aws:lambda:eu-west-2:123456789012:function:f:live';
const httpLane = jest.fn((): Lane => ({
  send: () => Promise.reject(new Error('unused')),
  close: () => undefined,
}));
const deps: LaneDeps = {
  clock: new VirtualClock(),
  httpLane,
  invoker: memoryFunctionInvoker({
    [arn]: (payload) => ({
      requestId: 'r',
      throttled: false,
      payload: JSON.stringify({ statusCode: 200, body: payload }),
    }),
  }),
};

describe('laneOpener', () => {
  it('goes over HTTP where the target has a URL, with its own request', () => {
    laneOpener(deps, targetOf('a', { functionArn: arn, request: { method: 'POST', body: 'x' } }))();
    expect(httpLane).toHaveBeenCalledWith(
      expect.objectContaining({ url: 'http://127.0.0.1/a/hits', method: 'POST', body: 'x' }),
    );
  });

  it('invokes the function of a target without URL with an HTTP API event', async () => {
    const { url: _, ...direct } = targetOf('a', { functionArn: arn });
    const { result } = await laneOpener(deps, direct)().send(100);
    expect(JSON.parse('body' in result ? result.body : '')).toMatchObject({
      version: '2.0',
      rawPath: '/hits',
    });
  });

  it('refuses a target with neither', () => {
    const { url: _, ...nowhere } = targetOf('a');
    expect(() => laneOpener(deps, nowhere)).toThrow(InputError);
  });
});
