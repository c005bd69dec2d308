import { defineConfig } from 'vitest/config';

const unit = (name: string, root: string, except: readonly string[] = []) => ({
  test: {
    name,
    root,
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/*.lab.test.ts', ...except],
    // Databases and speech programs start within seconds, also on a busy machine.
    testTimeout: 30_000,
    hookTimeout: 90_000,
  },
});

/** Real calls take seconds, and two labs at once would starve each other on a small machine. */
const onRealNetwork = { testTimeout: 120_000, hookTimeout: 120_000, fileParallelism: false };

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    projects: [
      unit('telephony', 'packages/telephony'),
      unit('runtime', 'packages/runtime'),
      unit('playbooks', 'packages/playbooks'),
      unit('lab', 'packages/lab'),
      unit('bridge', 'apps/bridge', ['security/**']),
      unit('security', 'apps/bridge/security'),
      unit('agent', 'apps/agent'),
      unit('cli', 'apps/cli'),
      unit('bench', 'bench'),
      {
        test: {
          name: 'scripts',
          root: 'scripts',
          include: ['**/*.test.mjs'],
          exclude: ['**/*.image.test.mjs'],
          testTimeout: 30_000,
        },
      },
      // What is in the images, installed and started: half a minute, and therefore not part of pnpm check.
      { test: { name: 'images', root: 'scripts', include: ['**/*.image.test.mjs'] } },
      {
        test: { name: 'lab-network', root: 'packages/lab', include: ['**/*.lab.test.ts'], ...onRealNetwork },
      },
      {
        test: {
          name: 'e2e',
          root: 'e2e',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          ...onRealNetwork,
        },
      },
      { test: { name: 'chaos', root: 'e2e', include: ['chaos/**/*.test.ts'], ...onRealNetwork } },
    ],
  },
});
