import { hookHandler } from './rollout-hook.ts';

export const handler = hookHandler('post-traffic');
