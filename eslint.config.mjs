import tseslint from 'typescript-eslint';

/** What reads untyped JSON by nature: tests that build wrong input on purpose, and dependency-free scripts. */
const untyped = {
  '@typescript-eslint/no-unsafe-assignment': 'off',
  '@typescript-eslint/no-unsafe-member-access': 'off',
  '@typescript-eslint/no-unsafe-argument': 'off',
  '@typescript-eslint/no-unsafe-return': 'off',
  '@typescript-eslint/no-unsafe-call': 'off',
};

export default [
  {
    ignores: [
      'node_modules',
      '.aws-sam',
      '.latency-lab',
      'src/services/*/target',
      '**/*.cjs',
      'tests/local/fixtures/third-party',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Numbers in messages are what most of our messages are about.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  { files: ['**/*.mjs'], rules: untyped },
  { files: ['tests/**'], rules: { ...untyped, '@typescript-eslint/no-non-null-assertion': 'off' } },
];
