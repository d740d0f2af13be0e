import type { FunctionInvoker, FunctionReply } from '../../ports/index.ts';

/** What a test's function does with its payload; throwing stands for "no answer came". */
export type MemoryFunction = (payload: string) => FunctionReply | Promise<FunctionReply>;

/** A FunctionInvoker for tests of use cases, by ARN. */
export const memoryFunctionInvoker = (
  functions: Readonly<Record<string, MemoryFunction>>,
): FunctionInvoker => ({
  invoke: async (functionArn, payload) => {
    const run = functions[functionArn];
    if (run === undefined) throw new Error(`Function not found: ${functionArn}`);
    return run(payload);
  },
});
