// Two projects: `unit` is pure and quick and runs at every change; `slow` starts real processes
// (function host, emulator, whole runs).
/** Packages that come as ES modules alone, which jest reads only after a transform. */
const esModules = [
  '@bomb.sh|log-update|ansi-escapes|ansi-regex|ansi-styles|cli-cursor|emoji-regex|environment|get-east-asian-width',
  'is-fullwidth-code-point|mimic-function|onetime|restore-cursor|slice-ansi|string-width|strip-ansi|wrap-ansi',
].join('|');

const shared = {
  testEnvironment: 'node',
  transformIgnorePatterns: [`/node_modules/(?!(.*/node_modules/)?(${esModules})/)`],
  // d3's modules are ESM but for this build of theirs, which its packages name so.
  testEnvironmentOptions: { customExportConditions: ['node', 'node-addons', 'umd'] },
  transform: {
    '\\.query$': '<rootDir>/tests/support/query-file.cjs',
    '^.+\\.(ts|m?js)$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }],
  },
  moduleFileExtensions: ['ts', 'mjs', 'js', 'json'],
};

/** @type {import('jest').Config} */
export default {
  // Units use every core: by default jest leaves one idle, which is half of a small machine.
  maxWorkers: '100%',
  // Milliseconds. Twenty cases of a property take a second, and five where the machine has other work to do.
  testTimeout: 20_000,
  projects: [
    { ...shared, displayName: 'unit', testMatch: ['<rootDir>/tests/**/*.test.ts'] },
    { ...shared, displayName: 'slow', testMatch: ['<rootDir>/tests/**/*.slow.ts'] },
  ],
};
