/** One stage of a command: a status that ticks while it lasts, one line when it is done. */
import type { Terminal } from './terminal.ts';
import { duration } from './words.ts';

const tickMs = 200;

export interface StageWords<T> {
  /** `Building the services`. */
  readonly doing: string;
  /** `Built 3 services`; the time is added. */
  readonly done: (result: T) => string;
}

/** `work` may say what it is at; the newest detail is shown behind `doing`. */
export const stage = async <T>(
  terminal: Terminal,
  words: StageWords<T>,
  work: (detail: (text: string) => void) => Promise<T>,
): Promise<T> => {
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  let detail = '';
  const show = (): void => {
    const time = seconds() < 1 ? '' : ` (${duration(seconds())})`;
    terminal.status(`${words.doing}${time}${detail === '' ? '' : ` ${detail}`}`);
  };
  show();
  const timer = setInterval(show, tickMs);
  try {
    const result = await work((text) => {
      detail = text;
    });
    terminal.say(
      `${terminal.style.good('✓')} ${words.done(result)} ${terminal.style.dim(`(${seconds().toFixed(1)} s)`)}`,
    );
    return result;
  } finally {
    clearInterval(timer);
    terminal.clear();
  }
};
