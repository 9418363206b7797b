// Who may import whom: an allow-list. What no rule names may not be imported.
const within = (name) => `^src/${name}/`;
/** One domain: what it may reach besides itself, each by its index. */
const layer = (name, ...reaches) => ({
  from: { path: within(name) },
  to: { path: [within(name), ...reaches] },
});
const index = (domain) => `^src/${domain}/index\\.ts$`;
const contract = '^src/contract/';
const kernel = '^src/kernel/';
const node = { dependencyTypes: ['core'] };

module.exports = {
  forbidden: [
    {
      name: 'no-cycle',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'only-stores-touch-prisma',
      comment: "A domain's rows are read and written in its store, nowhere else.",
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: ['^src/platform/', '(store|index)\\.ts$', '^src/app\\.ts$', '^src/wiring/'],
      },
      to: { path: '^src/platform/postgres/' },
    },
    {
      name: 'only-the-door-touches-express-rate-limit',
      comment:
        'It is the door of HTTP and nothing else; who counts for it is behind a port of the kernel.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/transport/http/doorkeeper\\.ts$' },
      to: { path: 'node_modules/express-rate-limit/' },
    },
    {
      name: 'only-platform-touches-rate-limit-redis',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/platform/' },
      to: { path: 'node_modules/rate-limit-redis/' },
    },
    {
      name: 'no-orphans-in-operations',
      comment: 'An operation file that no index exports would never be served.',
      severity: 'error',
      from: { orphan: true, path: 'src/[a-z]+/operations/' },
      to: {},
    },
  ],
  allowedSeverity: 'error',
  allowed: [
    { from: { path: contract }, to: { path: [contract, 'node_modules/zod'] } },
    { from: { path: kernel }, to: { path: [kernel, contract, 'node_modules/zod'] } },
    { from: { path: kernel }, to: node },
    layer('platform', kernel, contract, 'node_modules/'),
    { from: { path: '^src/platform/' }, to: node },
    layer('crypto', kernel, contract, 'node_modules/(libsodium-wrappers|lru-cache|canonicalize)/'),
    layer('limits', kernel, contract, 'node_modules/(zod|lru-cache)/'),
    layer('access', kernel, contract, 'node_modules/zod'),
    layer(
      'audit',
      kernel,
      contract,
      index('access'),
      index('crypto'),
      'node_modules/(zod|lru-cache)',
    ),
    layer(
      'auth',
      kernel,
      contract,
      index('access'),
      index('crypto'),
      'node_modules/(zod|uuid|jsonwebtoken|@types/jsonwebtoken|lru-cache|@zxcvbn-ts)/?',
    ),
    layer(
      'chat',
      kernel,
      contract,
      index('access'),
      index('crypto'),
      'node_modules/(zod|uuid|lru-cache)',
    ),
    layer(
      'moderation',
      kernel,
      contract,
      index('access'),
      index('crypto'),
      index('chat'),
      'node_modules/(zod|lru-cache|re2js)',
    ),
    layer('consented', kernel, contract, index('access'), index('chat'), 'node_modules/zod'),
    // It reaches the other domains by what they register and hand to the composition root, and by ports.
    layer(
      'privacy',
      kernel,
      contract,
      index('access'),
      index('crypto'),
      'node_modules/(zod|canonicalize|yazl|@types/yazl)/?',
    ),
    layer('transport', kernel, contract, 'node_modules/'),
    // The client runs in browsers: of the server it knows the contract and, as types, the operations.
    layer('client', contract, 'node_modules/(socket.io-client|uuid)/'),
    {
      from: { path: within('client') },
      to: { path: ['^src/operations\\.ts$', 'node_modules/zod'], dependencyTypes: ['type-only'] },
    },
    // The terminal client is a program like any other that talks through the library.
    layer(
      'cli',
      contract,
      index('client'),
      // What verifies offline what a server signed: it needs nothing of the server.
      '^src/crypto/signed-document\\.ts$',
      'node_modules/(canonicalize|cli-progress|@types/cli-progress|zod|yauzl|@types/yauzl|commander|@inquirer/prompts|ink|react|@types/react|string-width)/',
    ),
    { from: { path: within('cli') }, to: node },
    // What the operator does takes the server's own parts: they are loaded for those commands alone, at the edge.
    {
      from: { path: within('cli') },
      to: { path: index('operator'), dependencyTypes: ['type-only'] },
    },
    { from: { path: '^src/cli/edge\\.ts$' }, to: { path: index('operator') } },
    // A restore brings the database to the schema of its backup.
    { from: { path: '^src/cli/edge\\.ts$' }, to: { path: '^(\\.\\./)*scripts/migrations\\.ts$' } },
    { from: { path: '^scripts/' }, to: {} },
    layer(
      'operator',
      kernel,
      contract,
      index('access'),
      index('auth'),
      index('audit'),
      index('crypto'),
      index('privacy'),
      '^src/(config|config-tls|settings|unwrap-root-keys)\\.ts$',
      '^src/platform/(postgres/index|owner-postgres|redis|system)\\.ts$',
      'node_modules/zod/',
    ),
    { from: { path: within('operator') }, to: node },
    {
      from: {
        path: '^src/(crypto|limits|access|audit|auth|chat|consented|moderation|privacy|transport)/',
      },
      to: node,
    },
    {
      from: {
        path: '^src/(access|audit|auth|chat|consented|crypto|moderation|privacy)/[a-z/-]+\\.ts$',
      },
      to: { path: '^src/platform/postgres/index\\.ts$', dependencyTypes: ['type-only'] },
    },
    {
      from: {
        path: '^src/(app|main|operations|config|config-database|config-error|config-kms|config-tls|settings|setting-shapes|unwrap-root-keys|(chat|erasure|export|host|kms|mail|socket|tls)-settings)\\.ts$',
      },
      to: {},
    },
    { from: { path: '^src/wiring/' }, to: { pathNot: '^src/(app|main)\\.ts$' } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: ['node_modules', 'src/platform/postgres/generated'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
