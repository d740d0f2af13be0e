/** Which route and stage of an HTTP API a request belongs to. Pure. */
import type { HttpApi, Route } from './functions.ts';

export interface Matched {
  readonly route: Route;
  readonly pathParameters: Readonly<Record<string, string>>;
}

export interface StagedPath {
  readonly stage: string;
  /** What routes are matched against: without the stage. */
  readonly path: string;
}

/** A first path part that names a stage is that stage, everything else is `$default`'s. */
export const stageOf = (api: HttpApi, rawPath: string): StagedPath | undefined => {
  const [, first = '', rest = ''] = /^\/([^/]*)(.*)$/.exec(rawPath) ?? [];
  if (first !== '$default' && Object.hasOwn(api.stages, first))
    return { stage: first, path: rest === '' ? '/' : rest };
  return Object.hasOwn(api.stages, '$default') ? { stage: '$default', path: rawPath } : undefined;
};

interface Candidate extends Matched {
  /** Higher is more specific: exact parts before variables before a greedy variable, a method before ANY. */
  readonly rank: number;
}

const decode = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

const matchPath = (
  pattern: string,
  path: string,
): { parameters: Record<string, string>; rank: number } | undefined => {
  const wanted = pattern.split('/').slice(1);
  const parts = path.split('/').slice(1);
  const parameters: Record<string, string> = {};
  let rank = 0;
  for (const [i, want] of wanted.entries()) {
    const part = parts[i];
    const [, name, greedy] = /^\{([^}+]+)(\+?)\}$/.exec(want) ?? [];
    if (part === undefined || (name !== undefined && part === '')) return undefined;
    if (name !== undefined && greedy === '+') {
      parameters[name] = parts.slice(i).map(decode).join('/');
      return { parameters, rank: rank + 1 };
    }
    if (name === undefined && want !== part) return undefined;
    if (name !== undefined) parameters[name] = decode(part);
    rank += name === undefined ? 100 : 10;
  }
  return parts.length === wanted.length ? { parameters, rank } : undefined;
};

const candidate = (route: Route, method: string, path: string): Candidate | undefined => {
  if (route.key === '$default') return { route, pathParameters: {}, rank: -1 };
  const [wantedMethod = '', pattern = ''] = route.key.split(' ');
  if (wantedMethod !== 'ANY' && wantedMethod !== method) return undefined;
  const found = matchPath(pattern, path);
  if (found === undefined) return undefined;
  return { route, pathParameters: found.parameters, rank: found.rank + (wantedMethod === 'ANY' ? 0 : 0.5) };
};

/** The most specific route that takes the request, or undefined. */
export const matchRoute = (routes: readonly Route[], method: string, path: string): Matched | undefined => {
  let best: Candidate | undefined;
  for (const route of routes) {
    const found = candidate(route, method, path);
    if (found !== undefined && (best === undefined || found.rank > best.rank)) best = found;
  }
  return best;
};

/** The function in an integration's URI, with stage variables filled in; undefined where there is none. */
export const functionOf = (uri: string, variables: Readonly<Record<string, string>>): string | undefined => {
  const filled = uri.replace(/\$\{stageVariables\.(\w+)\}/g, (_, name: string) => variables[name] ?? '');
  return /(arn:aws[\w-]*:lambda:.+?)(?:\/invocations)?$/.exec(filled)?.[1];
};
