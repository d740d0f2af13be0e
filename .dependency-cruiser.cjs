// Imports point one way: handlers, cli, local > app > ports > core; adapters > ports. Wiring only at the entries.
const layer = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: `^src/${from}/` },
  to: { path: '^src/', pathNot: `^src/(${[from, ...allowed].join('|')})/` },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    layer('core-is-pure', 'core', []),
    layer('ports-know-core', 'ports', ['core']),
    layer('app-knows-ports', 'app', ['ports', 'core']),
    layer('adapters-know-ports', 'adapters', ['ports', 'core']),
    layer('handlers-wire', 'handlers', ['app', 'adapters', 'ports', 'core']),
    layer('local-wires', 'local', ['app', 'adapters', 'ports', 'core']),
    layer('cli-wires', 'cli', ['local', 'app', 'adapters', 'ports', 'core']),
    {
      name: 'services-stand-alone',
      severity: 'error',
      from: { path: '^src/services/' },
      to: { path: '^src/(?!services/)' },
    },
    {
      name: 'core-does-no-io',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(zlib|crypto|buffer)$' },
    },
    {
      name: 'core-knows-no-sdk',
      severity: 'error',
      from: { path: '^src/(core|ports|app)/' },
      to: { path: '@aws-sdk' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    exclude: { path: '^src/services/[^/]+/target' },
  },
};
