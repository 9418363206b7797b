// Keeps the style of the house: strict types, a file is a page, time and chance are asked for.
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const ambient = (object, property, instead) => ({
  object,
  property,
  message: `Ask for it: ${instead} makes the test able to move it by hand.`,
});

export default tseslint.config(
  {
    ignores: [
      'node_modules',
      'var',
      'coverage',
      'dist',
      'src/platform/postgres/generated',
      'bench/peers',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      'max-lines': ['error', { max: 250 }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off', // an operation's parameters carry its name and schemas to the client
      '@typescript-eslint/no-invalid-void-type': ['error', { allowAsThisParameter: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-restricted-properties': [
        'error',
        {
          property: '$queryRawUnsafe',
          message: 'Tagged $queryRaw keeps values out of the SQL text.',
        },
        {
          property: '$executeRawUnsafe',
          message: 'Tagged $executeRaw keeps values out of the SQL text.',
        },
      ],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    ignores: [
      'src/platform/**',
      'src/main.ts',
      'src/config.ts',
      'src/client/platform.ts',
      'src/cli/edge.ts',
    ],
    rules: {
      'no-restricted-properties': [
        'error',
        ambient('Date', 'now', 'clock.now()'),
        ambient('performance', 'now', 'clock.monotonic()'),
        ambient('Math', 'random', 'entropy.bytes()'),
        ambient('process', 'env', 'the configuration, parsed once by src/config.ts,'),
        {
          property: '$queryRawUnsafe',
          message: 'Tagged $queryRaw keeps values out of the SQL text.',
        },
        {
          property: '$executeRawUnsafe',
          message: 'Tagged $executeRaw keeps values out of the SQL text.',
        },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'Ask for it: clock.now() makes the test able to move it by hand.',
        },
      ],
      'no-console': 'error',
    },
  },
  { files: ['src/main.ts', 'src/cli/edge.ts'], rules: { 'no-console': 'error' } },
  {
    files: ['src/cli/**/*.ts'],
    ignores: ['src/cli/edge.ts', 'src/cli/screen/terminal/**'], // a full screen is given back at every exit
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'process', message: 'src/cli/edge.ts hands it out as Surroundings.' },
      ],
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        setImmediate: 'readonly',
        module: 'writable',
        require: 'readonly',
        AbortController: 'readonly',
        AbortSignal: 'readonly',
        performance: 'readonly',
        fetch: 'readonly',
      },
    },
    rules: { 'max-lines': ['error', { max: 250 }] },
  },
);
