import tseslint from 'typescript-eslint';
import layers from './eslint-rules/layers.mjs';

const heatline = { rules: { layers } };

export default tseslint.config(
  { ignores: ['dist/**', 'out/**', 'node_modules/**', 'test/fixtures/**'] },
  ...tseslint.configs.recommended,
  {
    plugins: { heatline },
    rules: {
      'heatline/layers': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-properties': [
        'error',
        { object: 'child_process', property: 'exec', message: 'spawn with an argument array' },
        { object: 'child_process', property: 'execSync', message: 'spawn with an argument array' },
      ],
      'no-restricted-imports': ['error', { paths: [{ name: 'node:child_process', importNames: ['exec', 'execSync'], message: 'spawn with an argument array' }] }],
      'no-restricted-syntax': ['error', { selector: "Property[key.name='shell'][value.value=true]", message: 'no shell strings: spawn with an argument array' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
);
