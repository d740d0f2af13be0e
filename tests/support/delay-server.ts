import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** The benchmarks' server that delays answers and records the delays itself, in a process of its own. */
export const startDelayServer = async () => {
  const child = spawn(process.execPath, ['bench/generator-delay-server.mjs'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const port = await new Promise<string>((resolve, reject) => {
    child.once('exit', reject);
    createInterface({ input: child.stdout }).once('line', resolve);
  });
  const url = `http://127.0.0.1:${port}`;
  return {
    url: `${url}/hits`,
    records: async () => (await (await fetch(`${url}/records`)).json()) as readonly number[],
    stop: () =>
      new Promise<void>((resolve) => {
        child.removeAllListeners('exit').once('exit', () => {
          resolve();
        });
        child.stdin.end();
      }),
  };
};
